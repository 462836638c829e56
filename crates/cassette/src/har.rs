//! HAR 1.2 files (HTTP archives, as browsers and proxies write them) as exchanges.
//!
//! Read is what says which request was made and what came back; of everything else that the format
//! demands nothing is, since the tools differ in what they leave out.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;
use transport::json_or_text;

use crate::query::{decoded, options};
use crate::{Answer, Exchange, Sent};

/// A HAR file that cannot be read.
#[derive(Debug, Error)]
#[error("{file}{place}: expected {expected}, found {found}")]
pub struct HarError {
    /// The file.
    pub file: String,
    /// Where in it.
    pub place: String,
    /// What would have been right.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

#[derive(Deserialize)]
struct Archive {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    #[serde(default)]
    pages: Vec<Page>,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Page {
    id: String,
    #[serde(default)]
    title: String,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    pageref: Option<String>,
    #[serde(default)]
    comment: Option<String>,
    request: Request,
    response: Option<Response>,
}

#[derive(Deserialize)]
struct Request {
    method: String,
    url: String,
    #[serde(default, rename = "postData")]
    post_data: Option<Content>,
}

#[derive(Deserialize)]
struct Response {
    status: i64,
    #[serde(default)]
    content: Option<Content>,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    encoding: Option<String>,
}

/// Reads a HAR file; `file` names it in errors. A step is named by the entry's comment, else by its
/// page, else by its number.
///
/// # Errors
/// [`HarError`] with the place: no HAR, or a request without its response.
pub fn read(text: &str, file: &str) -> Result<Vec<Exchange>, HarError> {
    let archive: Archive = serde_json::from_str(text).map_err(|error| HarError {
        file: file.to_owned(),
        place: format!(", line {}, column {}", error.line(), error.column()),
        expected: "a HAR file (log.entries with request and response)".into(),
        found: error.to_string(),
    })?;
    let Log { pages, entries } = archive.log;
    let mut exchanges = Vec::new();
    for (index, entry) in entries.into_iter().enumerate() {
        let Entry { pageref, comment, request, response } = entry;
        let wrong = |expected: &str, found: String| HarError {
            file: file.to_owned(),
            place: format!(", entry {}", index + 1),
            expected: expected.to_owned(),
            found,
        };
        let Some(response) = response else {
            return Err(wrong("a response to each request", "a request without".to_owned()));
        };
        let status = match u16::try_from(response.status) {
            // 0: the browser got no answer.
            Ok(status) if status == 0 || (100..=599).contains(&status) => status,
            _ => return Err(wrong("a status from 100 to 599", response.status.to_string())),
        };
        let page = pages.iter().find(|page| Some(&page.id) == pageref.as_ref());
        let step = comment
            .filter(|comment| !comment.is_empty())
            .or_else(|| page.map(|page| page.title.clone()).filter(|title| !title.is_empty()))
            .unwrap_or_else(|| format!("entry {}", index + 1));
        let (path, query) = path_and_query(&request.url);
        exchanges.push(Exchange {
            step,
            identity: String::new(),
            request: Sent {
                method: request.method,
                path,
                query: options(&query),
                body: body(request.post_data),
            },
            answers: vec![Answer {
                dwell: None,
                status,
                headers: std::collections::BTreeMap::new(),
                body: body(response.content),
            }],
        });
    }
    if exchanges.is_empty() {
        return Err(HarError {
            file: file.to_owned(),
            place: String::new(),
            expected: "at least one entry".into(),
            found: "none".into(),
        });
    }
    Ok(exchanges)
}

/// The path, decoded, and the query as it stands.
fn path_and_query(url: &str) -> (String, String) {
    let behind_host = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => url,
    };
    let without_fragment = behind_host.split('#').next().unwrap_or_default();
    let (path, query) = without_fragment.split_once('?').unwrap_or((without_fragment, ""));
    (decoded(path), query.to_owned())
}

/// A body as JSON, as a text where it is none, as null where there is none.
fn body(content: Option<Content>) -> Value {
    let Some(Content { text: Some(text), encoding }) = content else { return Value::Null };
    let bytes = match encoding.as_deref() {
        Some("base64") => BASE64_STANDARD.decode(text.as_bytes()).unwrap_or_default(),
        _ => text.into_bytes(),
    };
    json_or_text(&bytes.into())
}
