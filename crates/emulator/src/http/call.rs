use http::request::Parts;
use http::uri::Scheme;
use model::Version;
use model::dialect::{Noun, from_wire, noun};
use serde_json::Value;

use super::binding::misfit;
use super::query;
use crate::directory;
use crate::ids::is_guid;
use crate::refusal::{
    BODY_UNREADABLE, DIRECTORY_PROPERTY, DIRECTORY_TYPE, REFERENCE_INVALID, Refusal,
    VERSION_UNKNOWN, invalid_model, not_implemented,
};

/// A request as far as it can be read without knowing what it means.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: http::Method,
    pub(crate) version: Version,
    /// Decoded, behind the version.
    pub(crate) segments: Vec<String>,
    /// As sent, without `?`.
    pub(crate) query: String,
    pub(crate) body: Value,
    /// Scheme and host that the caller used.
    pub(crate) origin: String,
    /// Whether members that the version does not have are passed over.
    pub(crate) lenient: bool,
}

/// The gateway's words for a body that it cannot read.
const UNREADABLE: &str = "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.";

/// Path segments, decoded; empty ones (`/v1.0//users`, which a Microsoft SDK sends) are passed over.
/// A key may stand in parentheses behind the name of its collection, as OData has it.
pub(crate) fn segments(path: &str) -> Vec<String> {
    let parts = path.split('/').filter(|segment| !segment.is_empty());
    let mut segments = Vec::new();
    for segment in parts.map(odata::decode_component) {
        match keyed(&segment) {
            Some((collection, key)) => segments.extend([collection.to_owned(), lowered(key)]),
            None => segments.push(lowered(segment)),
        }
    }
    segments
}

/// Names of a path above those of the dialect tables. Scripts write them in whatever case; those of
/// the tables are read so, too.
const NAMES: [&str; 13] = [
    "deletedItems",
    "directory",
    "entitlementManagement",
    "groups",
    "identityGovernance",
    "me",
    "members",
    "owners",
    "roleAssignments",
    "roleDefinitions",
    "roleManagement",
    "servicePrincipals",
    "users",
];

/// Takes the member at a JSON pointer out of a body.
fn take_out(body: &mut Value, pointer: &str) {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    if let Some(Value::Object(members)) = body.pointer_mut(parent) {
        members.shift_remove(&name.replace("~1", "/").replace("~0", "~"));
    }
}

fn spelled(segment: &str) -> String {
    let known = NAMES.iter().find(|name| name.eq_ignore_ascii_case(segment));
    known.map_or_else(|| segment.to_owned(), |name| (*name).to_owned())
}

/// `users('id')` in its two parts. What has names within the parentheses is a function or an
/// alternate key.
fn keyed(segment: &str) -> Option<(&str, String)> {
    let (collection, key) = segment.strip_suffix("')")?.split_once("('")?;
    let is_name = !collection.is_empty() && collection.chars().all(|c| c.is_ascii_alphanumeric());
    (is_name && !key.is_empty()).then(|| (collection, key.replace("''", "'")))
}

/// The segments below entitlement management of those behind the version.
pub(crate) fn below_entitlement(segments: &[String]) -> Option<&[String]> {
    match segments {
        [first, second, rest @ ..]
            if first == "identityGovernance" && second == "entitlementManagement" =>
        {
            Some(rest)
        }
        _ => None,
    }
}

/// Where entitlement management's backend has what the segments behind the version name; its
/// address leaks in `Location` and in the words of a route miss. The host here is nobody's.
pub(crate) fn backend_uri(segments: &[String]) -> Option<String> {
    let below = below_entitlement(segments)?;
    Some(format!("https://backend.entitle.invalid/api/v1/{}", below.join("/")))
}

/// Scheme and host that the caller used. Whoever serves over TLS says so by an extension, since a
/// request to a server does not.
pub(crate) fn origin(parts: &Parts) -> String {
    let host = parts.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| parts.uri.authority().map(http::uri::Authority::as_str));
    let said = parts.extensions.get::<Scheme>().map(Scheme::as_str);
    let scheme = said.or(parts.uri.scheme_str()).unwrap_or("http");
    format!("{scheme}://{}", host.unwrap_or("graph.microsoft.com"))
}

/// Whether a body is JSON, as far as its header says; without one, it may be.
fn is_json(parts: &Parts) -> bool {
    let kind = parts.headers.get(http::header::CONTENT_TYPE);
    kind.is_none_or(|kind| kind.to_str().is_ok_and(|kind| kind.to_lowercase().contains("json")))
}

/// Guids are the same in either case; documents write them in both.
fn lowered(text: String) -> String {
    match is_guid(&text) {
        true => text.to_lowercase(),
        false => text,
    }
}

/// A body whose ids are written as they are kept.
fn with_lowered_ids(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| match value {
                Value::String(text) if name == "id" || name.ends_with("Id") => {
                    (name, Value::String(lowered(text)))
                }
                other => (name, with_lowered_ids(other)),
            })
            .collect(),
        Value::Array(elements) => elements.into_iter().map(with_lowered_ids).collect(),
        other => other,
    }
}

impl Call {
    /// `path` is the request's, in segments with the version.
    pub(crate) fn read(
        parts: &Parts,
        path: &[String],
        body: &[u8],
        lenient: bool,
    ) -> Result<Self, Refusal> {
        let (version, segments) = path.split_first().map_or(("", path), |(v, rest)| (v, rest));
        let version: Version = version
            .parse()
            .map_err(|_| VERSION_UNKNOWN.says(format!("Invalid version: {version}")))?;
        Ok(Self {
            version,
            lenient,
            segments: segments.iter().map(|segment| spelled(segment)).collect(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            body: match (body.is_empty(), is_json(parts)) {
                (true, _) => Value::Null,
                (false, false) => return Err(BODY_UNREADABLE.says(UNREADABLE)),
                (false, true) => serde_json::from_slice(body)
                    .map(with_lowered_ids)
                    .map_err(|_| BODY_UNREADABLE.says(UNREADABLE))?,
            },
            method: parts.method.clone(),
            origin: origin(parts),
        })
    }

    /// The body of a new assignment request. Reference pages of both versions have examples with
    /// the other version's name of the assignment, and answer them with 201.
    pub(crate) fn assignment_request_body(&self) -> Result<Value, Refusal> {
        let names = ["assignment", "accessPackageAssignment"];
        let (own, other) = match self.version {
            Version::V1 => (names[0], names[1]),
            Version::Beta => (names[1], names[0]),
        };
        let renamed = match &self.body {
            Value::Object(members) if !members.contains_key(own) => {
                let mut members = members.clone();
                if let Some(assignment) = members.shift_remove(other) {
                    members.insert(own.to_owned(), assignment);
                }
                Value::Object(members)
            }
            body => body.clone(),
        };
        self.canonical(&noun::REQUEST, &renamed)
    }

    /// The body as an object in canonical form. Members that the version does not have are refused.
    pub(crate) fn canonical_body(&self, of: &Noun) -> Result<Value, Refusal> {
        self.canonical(of, &self.body)
    }

    fn canonical(&self, of: &Noun, body: &Value) -> Result<Value, Refusal> {
        if body.is_null() {
            return Err(BODY_UNREADABLE.says("Empty Payload. JSON content expected."));
        }
        if !body.is_object() {
            return Err(BODY_UNREADABLE.says(UNREADABLE));
        }
        if self.lenient {
            let mut known = body.clone();
            if let Value::Object(members) = &mut known {
                members.retain(|name, _| directory::is_declared(of, name));
            }
            for pointer in from_wire(self.version, of, &known).unknown {
                take_out(&mut known, &pointer);
            }
            return self.typed(of, from_wire(self.version, of, &known).value);
        }
        let mut names = body.as_object().into_iter().flatten().map(|(name, _)| name);
        if let Some(name) = names.find(|name| !directory::is_declared(of, name)) {
            return Err(DIRECTORY_PROPERTY.says(format!("Invalid property '{name}'.")));
        }
        let understood = from_wire(self.version, of, body);
        match understood.unknown.first() {
            None => self.typed(of, understood.value),
            Some(pointer) if !query::is_backend(of) => {
                let name = pointer.rsplit('/').next().unwrap_or_default();
                Err(DIRECTORY_PROPERTY.says(format!("Invalid property '{name}'.")))
            }
            // The service names no member (many issues complain of that); the log may.
            Some(pointer) => {
                tracing::info!(pointer, version = %self.version, "a member that the version does not have");
                Err(invalid_model())
            }
        }
    }

    /// Refuses a member of another type than its name says.
    fn typed(&self, of: &Noun, value: Value) -> Result<Value, Refusal> {
        match misfit(&value) {
            None => Ok(value),
            Some(pointer) if query::is_backend(of) => {
                tracing::info!(pointer, version = %self.version, "a member of another type");
                Err(invalid_model())
            }
            Some(pointer) => {
                let words = format!("The value at '{pointer}' is not of the property's type.");
                Err(DIRECTORY_TYPE.says(words))
            }
        }
    }

    /// The id that the body of a `$ref` names: the last segment of an address, in either form.
    pub(crate) fn referenced(&self) -> Result<String, Refusal> {
        let id = self.body["@odata.id"].as_str().and_then(|address| segments(address).pop());
        id.filter(|id| !id.is_empty()).ok_or_else(|| {
            REFERENCE_INVALID.says("Expected {\"@odata.id\": \"https://.../id\"} in the body.")
        })
    }

    /// Says that the emulator does not have what was called.
    pub(crate) fn not_implemented(&self) -> Refusal {
        not_implemented(format_args!("{} /{}", self.method, self.segments.join("/")))
    }

    /// `https://host/v1.0/$metadata#` and `fragment`.
    pub(crate) fn context(&self, fragment: &str) -> String {
        format!("{}/{}/$metadata#{fragment}", self.origin, self.version)
    }
}
