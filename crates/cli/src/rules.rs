//! `entitle rules`: by which rules the emulator refuses.

use emulator::RULES;
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::format::Format;
use crate::out::say;

/// List the rules by which the emulator refuses: how well each is known, and from where.
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
            for rule in RULES {
                say!("{:<26}  {:<10}  {}", rule.id, rule.grade.word(), rule.sentence);
                say!("{:<26}  {} {}; {}", "", rule.status, rule.code, rule.source);
            }
        }
        Format::Markdown => {
            say!("| id | sentence | answer | grade | source |");
            say!("|---|---|---|---|---|");
            for rule in RULES {
                let (id, sentence, grade) = (rule.id, rule.sentence, rule.grade.word());
                say!(
                    "| {id} | {sentence} | {} `{}` | {grade} | {} |",
                    rule.status,
                    rule.code,
                    rule.source
                );
            }
        }
        Format::Json => {
            let records: Vec<Value> = RULES
                .iter()
                .map(|rule| {
                    json!({
                        "id": rule.id,
                        "sentence": rule.sentence,
                        "grade": rule.grade.word(),
                        "source": rule.source,
                        "status": rule.status,
                        "code": rule.code,
                    })
                })
                .collect();
            say!("{:#}", Value::Array(records));
        }
    }
    Exit::Ok
}
