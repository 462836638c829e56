//! Recordings of three kinds - cassettes, traces, HAR files - as one.

use std::path::{Path, PathBuf};

use cassette::{Cassette, Exchange, har};
use contract::drift::Recorded;
use harness::{Exchanged, Trace};
use odata::encode_component;
use serde::Deserialize;
use serde_json::Value;

use crate::document::text_of;
use crate::exit::Failure;

#[derive(Deserialize)]
struct TracedRun {
    trace: Option<Trace>,
}

/// Reads every recording that `paths` name; of folders the `.json` and `.har` files in them.
pub(crate) fn read(paths: &[PathBuf]) -> Result<Vec<Recorded>, Failure> {
    let mut recorded = Vec::new();
    for path in paths {
        for file in files(path)? {
            recorded.extend(read_file(&file)?);
        }
    }
    Ok(recorded)
}

fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: std::io::Error| Failure::usage(format!("{}: {error}", path.display()));
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.extension().is_some_and(|extension| extension == "json" || extension == "har") {
            files.push(file);
        }
    }
    files.sort();
    match files.is_empty() {
        true => Err(Failure::usage(format!(
            "{}: expected recordings (*.json, *.har), found none",
            path.display()
        ))),
        false => Ok(files),
    }
}

fn read_file(path: &Path) -> Result<Vec<Recorded>, Failure> {
    let file = path.display().to_string();
    let text = text_of(&file)?;
    let value: Value = serde_json::from_str(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Failure::usage(format!(
            "{file}, line {line}, column {column}: expected a cassette, a trace or a HAR file, found {error}"
        ))
    })?;
    match &value {
        Value::Object(members) if members.contains_key("log") => {
            let exchanges = har::read(&text, &file).map_err(Failure::usage)?;
            Ok(exchanges.iter().map(|exchange| of_exchange(&file, exchange)).collect())
        }
        Value::Object(members) if members.contains_key("exchanges") => {
            let remedy = "record it again with `cargo xtask record`";
            let cassette = Cassette::parse(&text, &file, remedy).map_err(Failure::usage)?;
            Ok(cassette.exchanges.iter().map(|exchange| of_exchange(&file, exchange)).collect())
        }
        Value::Array(_) => {
            let runs: Vec<TracedRun> = serde_json::from_str(&text).map_err(|error| {
                let (line, column) = (error.line(), error.column());
                Failure::usage(format!(
                    "{file}, line {line}, column {column}: expected a trace of `e2e --trace`, found {error}"
                ))
            })?;
            let traces = runs.into_iter().filter_map(|run| run.trace);
            Ok(traces.flat_map(|trace| of_trace(&file, &trace)).collect())
        }
        _ => Err(Failure::usage(format!(
            "{file}: expected a cassette, a trace or a HAR file, found other JSON"
        ))),
    }
}

fn of_exchange(file: &str, exchange: &Exchange) -> Recorded {
    let query = exchange.request.query.iter();
    let query: Vec<String> =
        query.map(|(name, value)| format!("{name}={}", encode_component(value))).collect();
    Recorded {
        file: file.to_owned(),
        step: exchange.step.clone(),
        method: exchange.request.method.clone(),
        path: exchange.request.path.clone(),
        query: query.join("&"),
        request: exchange.request.body.clone(),
        responses: exchange.answers.iter().map(|answer| answer.body.clone()).collect(),
    }
}

/// The exchanges of a run's trace.
pub(crate) fn of_trace(file: &str, trace: &Trace) -> Vec<Recorded> {
    let of_step = |step: &harness::Step| {
        let title = step.title.clone();
        let one = move |exchanged: &Exchanged| Recorded {
            file: file.to_owned(),
            step: title.clone(),
            method: exchanged.method.clone(),
            path: exchanged.path.clone(),
            query: encoded(&exchanged.query),
            request: exchanged.request.clone(),
            responses: vec![exchanged.response.clone()],
        };
        step.exchanges.iter().map(one).collect::<Vec<_>>()
    };
    trace.steps().flat_map(of_step).collect()
}

/// A query that was decoded as a whole, encoded again option by option.
fn encoded(query: &str) -> String {
    let options = query.split('&').map(|option| match option.split_once('=') {
        Some((name, value)) => format!("{name}={}", encode_component(value)),
        None => option.to_owned(),
    });
    options.collect::<Vec<_>>().join("&")
}
