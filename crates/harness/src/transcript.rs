//! The run as a text that reads well in a pull request.

use serde_json::Value;

use crate::neutral::Neutral;
use crate::origin::Origins;
use crate::status;
use crate::trace::{Entry, Exchanged, Step, Trace, Verdict};
use crate::transition::states;

pub(crate) fn text(trace: &Trace, neutral: &Neutral, origins: &Origins) -> String {
    let mut lines = vec![format!("{} on {}", trace.scenario, trace.api)];
    for entry in &trace.entries {
        match entry {
            Entry::Act(title) => lines.extend([String::new(), format!("# {title}")]),
            Entry::Passed(duration) => {
                lines.extend([String::new(), format!("{duration} pass")]);
            }
            Entry::Checked(what) => lines.push(format!("checked: {}", neutral.text(origins, what))),
            Entry::Step(step) => write_step(&mut lines, step, neutral, origins),
        }
    }
    lines.join("\n") + "\n"
}

fn write_step(lines: &mut Vec<String>, step: &Step, neutral: &Neutral, origins: &Origins) {
    lines.extend([String::new(), format!("## {} {}", step.number, step.title), String::new()]);
    match &step.verdict {
        Verdict::NotExpressible(why) => lines.push(why.clone()),
        Verdict::NotApplicable(needs) => lines.push(format!("not applicable: needs {needs}")),
        Verdict::Failed(why) => lines.push(format!("failed: {why}")),
        Verdict::Open | Verdict::Passed => {}
    }
    if step.polled {
        if let (Some(first), Some(last)) = (step.exchanges.first(), step.exchanges.last()) {
            write_request(lines, first, neutral, origins);
            lines.extend(first_look(first, last));
            write_answer(lines, last, neutral, origins, "→ at last");
        }
        return;
    }
    for exchanged in step.lasting() {
        write_request(lines, exchanged, neutral, origins);
        write_answer(lines, exchanged, neutral, origins, "→");
    }
}

/// What the first look sees depends on how fast the service is; where it leads does not.
fn first_look(first: &Exchanged, last: &Exchanged) -> Option<String> {
    let (_, _, goal) = states(last.version()?, &last.path, &last.response).into_iter().next()?;
    let status = status::named(&first.method, &first.path, first.status);
    Some(format!("→ at first {status}, on the way to {goal}"))
}

fn write_request(
    lines: &mut Vec<String>,
    exchanged: &Exchanged,
    neutral: &Neutral,
    origins: &Origins,
) {
    let query = match exchanged.query.is_empty() {
        true => String::new(),
        false => format!("?{}", neutral.text(origins, &exchanged.query)),
    };
    let path = exchanged.path.split('/').map(|segment| neutral.text(origins, segment));
    let path: Vec<_> = path.collect();
    lines.push(format!("{}: {} {}{query}", exchanged.identity, exchanged.method, path.join("/")));
    write_body(lines, &neutral.body(origins, None, &exchanged.request));
}

fn write_answer(
    lines: &mut Vec<String>,
    exchanged: &Exchanged,
    neutral: &Neutral,
    origins: &Origins,
    arrow: &str,
) {
    let status = status::named(&exchanged.method, &exchanged.path, exchanged.status);
    lines.push(format!("{arrow} {status}"));
    write_body(lines, &exchanged.neutral_response(neutral, origins));
    lines.extend(exchanged.findings.iter().map(|finding| format!("! {finding}")));
}

fn write_body(lines: &mut Vec<String>, body: &Value) {
    if !body.is_null() {
        lines.push(serde_json::to_string_pretty(body).unwrap_or_default());
    }
}
