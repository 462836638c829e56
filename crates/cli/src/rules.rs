//! `entitle rules`: what the emulator does beyond plain reads and writes, and why.

use emulator::{Rule, rules};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::format::Format;
use crate::out::say;

/// List the rules of the emulator, those by which it refuses and those by which an answer has its form: how well each is
/// known, and from where.
///
/// Grades, best first: recorded (a transcript of the service, or a body of it that somebody quotes), documented by
/// Microsoft, reported (told by users, or coped with by a client's code), assumed.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(args: &Args) -> Exit {
    match args.format {
        Format::Text => {
            for rule in rules() {
                say!("{:<28}  {:<10}  {}", rule.id, rule.grade.word(), rule.sentence);
                let answer = answer(rule)
                    .map_or(String::new(), |(status, code)| format!("{status} {code}; "));
                say!("{:<28}  {answer}{}", "", rule.source);
            }
        }
        Format::Markdown => {
            say!("| id | sentence | answer | grade | source |");
            say!("|---|---|---|---|---|");
            for rule in rules() {
                let (id, sentence, grade) = (rule.id, rule.sentence, rule.grade.word());
                let answer = answer(rule)
                    .map_or(String::new(), |(status, code)| format!("{status} `{code}`"));
                say!("| {id} | {sentence} | {answer} | {grade} | {} |", rule.source);
            }
        }
        Format::Json => {
            let records: Vec<Value> = rules()
                .map(|rule| {
                    let mut record = json!({
                        "id": rule.id,
                        "sentence": rule.sentence,
                        "grade": rule.grade.word(),
                        "source": rule.source,
                    });
                    if let Some((status, code)) = answer(rule) {
                        record["status"] = json!(status);
                        record["code"] = json!(code);
                    }
                    record
                })
                .collect();
            say!("{:#}", Value::Array(records));
        }
    }
    Exit::Ok
}

/// Status and code of a rule that refuses.
fn answer(rule: &Rule) -> Option<(u16, &'static str)> {
    (rule.status != 0).then_some((rule.status, rule.code))
}
