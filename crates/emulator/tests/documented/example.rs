//! Examples as the pages have them.

use std::fmt;
use std::path::Path;

use contract::{Contract, Direction, Exchange};
use serde_json::Value;

use crate::raw::Got;

/// One example of a page.
#[derive(Debug)]
pub(crate) struct Example {
    page: String,
    name: String,
    pub(crate) version: String,
    pub(crate) method: String,
    /// Behind the host, query included.
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    status: u16,
    answer: Option<Value>,
}

/// What became of it.
#[derive(Debug)]
pub(crate) enum Outcome {
    Accepted,
    NotImplemented(String),
    Contradicts(String),
    Failed(String),
}

impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} [{}, {}]", self.method, self.path, self.page, self.name)
    }
}

/// Examples that stronger evidence speaks against: `(method, last name of the path, status, reason)`.
const OVERRULED: [(&str, &str, u16, &str); 3] = [
    ("DELETE", "resourceRoleScopes", 204, "two live runs of 2026 were answered by 200"),
    (
        "DELETE",
        "accessPackageResourceRoleScopes",
        204,
        "two live runs of 2026 were answered by 200",
    ),
    ("POST", "cancel", 204, "the page says 200 since; its example of 2021 said 204"),
];

/// Every example of every page of a folder, those aside that repeat another page's.
pub(crate) fn read(folder: &Path) -> Vec<Example> {
    let mut files: Vec<_> = walk(folder);
    files.sort();
    assert!(!files.is_empty(), "expected pages (*.json) below {}, found none", folder.display());
    files.iter().flat_map(|file| page(file)).collect()
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", folder.display()));
    entries
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => walk(&path),
                false => vec![path],
            }
        })
        .filter(|path| path.extension().is_some_and(|ext| ext == "json"))
        .collect()
}

fn page(file: &Path) -> Vec<Example> {
    let page: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let examples = page["examples"].as_array().cloned().unwrap_or_default();
    let name = file.file_stem().unwrap().to_string_lossy();
    let examples = examples.into_iter().filter_map(|example| {
        if example["same_as"].is_string() {
            return None;
        }
        let (request, response) = (&example["request"], &example["response"]);
        let url = request["url"].as_str()?;
        let path = url.strip_prefix("https://graph.microsoft.com").unwrap_or(url);
        let version = path.split('/').nth(1)?.to_owned();
        let given = |value: &Value| (!value.is_null()).then(|| value.clone());
        Some(Example {
            page: name.to_string(),
            name: example["name"].as_str().unwrap_or_default().to_owned(),
            version,
            method: request["method"].as_str()?.to_owned(),
            path: path.replace(char::is_whitespace, "%20"),
            body: given(&request["body"]),
            status: u16::try_from(response["status"].as_u64()?).ok()?,
            answer: given(&response["body"]),
        })
    });
    examples.collect()
}

impl Example {
    /// A call that no page has, for the same substitution of ids.
    #[allow(dead_code, reason = "for the test of records")]
    pub(crate) fn call(method: &str, path: &str, body: Option<Value>) -> Self {
        Self {
            page: String::new(),
            name: String::new(),
            version: path.split('/').nth(1).unwrap_or_default().to_owned(),
            method: method.to_owned(),
            path: path.to_owned(),
            body,
            status: 0,
            answer: None,
        }
    }

    /// The names of the path, ids left out.
    fn last_name(&self) -> &str {
        let path = self.path.split('?').next().unwrap_or_default();
        let mut names = path.split('/').filter(|segment| {
            !segment.starts_with('{') && !segment.contains('-') && !segment.starts_with('$')
        });
        names.next_back().unwrap_or_default()
    }

    /// Why the request cannot be held against an answer, if so.
    pub(crate) fn contradiction(&self) -> Option<String> {
        let Ok(contract) = Contract::builtin(&self.version) else {
            return Some("its path names no version".to_owned());
        };
        for (method, name, status, why) in OVERRULED {
            if self.method == method && self.last_name() == name && self.status == status {
                return Some(why.to_owned());
            }
        }
        let path = self.path.split('?').next().unwrap_or_default();
        let judge = contract.judge();
        let exchange = Exchange {
            method: &self.method,
            path,
            request: self.body.as_ref(),
            status: self.status,
            response: None,
        };
        let finding = judge
            .check(&exchange)
            .into_iter()
            .find(|finding| finding.is_violation() && finding.direction != Direction::Response);
        if let Some(finding) = finding {
            return Some(finding.to_string());
        }
        if matches!(self.method.as_str(), "PATCH" | "PUT") && self.body.is_none() {
            return Some("it shows no request body".to_owned());
        }
        None
    }

    /// What the answer makes of the example.
    pub(crate) fn outcome(&self, got: &Got) -> Outcome {
        if got.status == 501 {
            let message = got.body["error"]["message"].as_str().unwrap_or_default();
            return Outcome::NotImplemented(message.to_owned());
        }
        if got.status != self.status {
            return Outcome::Failed(format!(
                "expected {}, got {} {}",
                self.status, got.status, got.body
            ));
        }
        let Some(answer) = &self.answer else { return Outcome::Accepted };
        let mut declared = self.declared(answer);
        // A role assignment of v1.0 whose answer is shown as beta's.
        if answer["@odata.context"]
            .as_str()
            .is_some_and(|context| context.contains("/beta/") && self.version == "v1.0")
        {
            declared = serde_json::json!({"id": answer["id"]});
        }
        match lacks(&declared, &got.body, "") {
            None => Outcome::Accepted,
            Some(pointer) => Outcome::Failed(format!(
                "{pointer} is documented and was not sent, in {}",
                got.body
            )),
        }
    }

    /// The documented answer without what the version's contract does not declare.
    fn declared(&self, answer: &Value) -> Value {
        let Ok(contract) = Contract::builtin(&self.version) else { return answer.clone() };
        let path = self.path.split('?').next().unwrap_or_default();
        let exchange = Exchange {
            method: &self.method,
            path,
            request: None,
            status: self.status,
            response: Some(answer),
        };
        let mut declared = answer.clone();
        for finding in contract.judge().check(&exchange) {
            if finding.direction == Direction::Response && finding.rule == "undeclared-member" {
                remove(&mut declared, &finding.pointer);
            }
        }
        declared
    }
}

fn remove(value: &mut Value, pointer: &str) {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    if let Some(Value::Object(members)) = value.pointer_mut(parent) {
        members.shift_remove(name);
    }
}

/// The first member that a documented answer has and another lacks. Of a list, the first element
/// stands for all.
fn lacks(documented: &Value, got: &Value, at: &str) -> Option<String> {
    match (documented, got) {
        (Value::Object(documented), Value::Object(members)) => {
            let mut named = documented.iter().filter(|(name, _)| !name.contains('@'));
            named.find_map(|(name, value)| {
                let at = format!("{at}/{name}");
                match members.get(name) {
                    None => Some(at),
                    Some(got) => lacks(value, got, &at),
                }
            })
        }
        (Value::Array(documented), Value::Array(elements)) => {
            let (first, got) = (documented.first()?, elements.first()?);
            lacks(first, got, &format!("{at}/0"))
        }
        _ => None,
    }
}
