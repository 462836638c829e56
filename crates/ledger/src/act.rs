//! What a request does to a tenant.

use bytes::Bytes;
use http::{Method, Request};
use model::Version;
use model::dialect::{Step, from_wire, route};
use odata::decode_component;
use serde_json::Value;

use crate::Kind;

/// What a request does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// Nothing.
    Read,
    /// Makes something.
    Make(Draft),
    /// Takes a resource out of a catalog; by its id there, which is not that of the request that
    /// brought it in.
    TakeOut { catalog: String, resource: String },
    /// Deletes something.
    Delete(Kind, String),
    /// Deletes for good what was deleted.
    Purge(String),
    /// Changes something, or what hangs on it.
    Change(Kind, String),
    /// Something else, and nobody knows to what.
    Unknown,
}

/// What is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) kind: Kind,
    pub(crate) marks: Vec<(&'static str, String)>,
}

impl Draft {
    pub(crate) fn mark(&self, name: &str) -> Option<&str> {
        self.marks.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

/// The version and the decoded segments behind it.
pub(crate) fn place(request: &Request<Bytes>) -> Option<(Version, Vec<String>)> {
    let mut segments = request.uri().path().split('/').filter(|segment| !segment.is_empty());
    let version = segments.next()?.parse().ok()?;
    Some((version, segments.map(decode_component).collect()))
}

impl Act {
    pub(crate) fn of(request: &Request<Bytes>) -> Self {
        let method = request.method();
        if [Method::GET, Method::HEAD].contains(method) {
            return Self::Read;
        }
        let Some((version, segments)) = place(request) else { return Self::Unknown };
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let body = || serde_json::from_slice::<Value>(request.body()).unwrap_or_default();
        let make = |kind: Kind| Self::Make(draft(kind, version, &body()));
        let on = |kind: Kind, id: &str, below: &[&str]| match (method, below) {
            (&Method::DELETE, []) => Self::Delete(kind, id.to_owned()),
            _ => Self::Change(kind, id.to_owned()),
        };
        match (method, segments.as_slice()) {
            (_, ["identityGovernance", "entitlementManagement", below @ ..]) => {
                let below: Vec<String> = below.iter().map(|&segment| segment.to_owned()).collect();
                entitlement(method, version, &route(version, &below), &body())
            }
            (&Method::POST, ["users"]) => make(Kind::User),
            (&Method::POST, ["groups"]) => make(Kind::Group),
            (&Method::POST, ["roleManagement", "directory", "roleAssignments"]) => {
                make(Kind::DirectoryRole)
            }
            (_, ["users", id, below @ ..]) => on(Kind::User, id, below),
            (_, ["groups", id, below @ ..]) => on(Kind::Group, id, below),
            (_, ["roleManagement", "directory", "roleAssignments", id, below @ ..]) => {
                on(Kind::DirectoryRole, id, below)
            }
            (&Method::DELETE, ["directory", "deletedItems", id]) => Self::Purge((*id).to_owned()),
            _ => Self::Unknown,
        }
    }
}

fn entitlement(method: &Method, version: Version, steps: &[Step], body: &Value) -> Act {
    let post = method == Method::POST;
    let make = |kind: Kind| Act::Make(draft(kind, version, body));
    let on = |kind: Kind, id: &str, deeper: bool| match (method, deeper) {
        (&Method::DELETE, false) => Act::Delete(kind, id.to_owned()),
        _ => Act::Change(kind, id.to_owned()),
    };
    match steps {
        [Step::Name("catalogs")] if post => make(Kind::Catalog),
        [Step::Name("accessPackages")] if post => make(Kind::Package),
        [Step::Name("assignmentPolicies")] if post => make(Kind::Policy),
        [Step::Name("assignmentRequests")] if post => make(Kind::Request),
        [Step::Name("resourceRequests")] if post => resource(version, body),
        [Step::Name("accessPackages"), Step::Other(id), Step::Name("resourceRoleScopes")]
            if post =>
        {
            let mut draft = draft(Kind::RoleScope, version, body);
            draft.marks.push(("package", id.clone()));
            Act::Make(draft)
        }
        [
            Step::Name("accessPackages"),
            Step::Other(_),
            Step::Name("resourceRoleScopes"),
            Step::Other(id),
        ] => on(Kind::RoleScope, id, false),
        [Step::Name("catalogs"), Step::Other(id), below @ ..] => {
            on(Kind::Catalog, id, !below.is_empty())
        }
        [Step::Name("accessPackages"), Step::Other(id), below @ ..] => {
            on(Kind::Package, id, !below.is_empty())
        }
        [Step::Name("assignmentPolicies"), Step::Other(id), below @ ..] => {
            on(Kind::Policy, id, !below.is_empty())
        }
        [Step::Name("assignmentRequests"), Step::Other(id), below @ ..] => {
            on(Kind::Request, id, !below.is_empty())
        }
        _ => Act::Unknown,
    }
}

fn draft(kind: Kind, version: Version, body: &Value) -> Draft {
    Draft { kind, marks: kind.marked(&from_wire(version, kind.noun(), body).value) }
}

fn resource(version: Version, body: &Value) -> Act {
    let canonical = from_wire(version, Kind::Resource.noun(), body).value;
    let text = |pointer: &str| canonical.pointer(pointer).and_then(Value::as_str);
    let is = |kind: &str| text("/requestType").is_some_and(|said| said.eq_ignore_ascii_case(kind));
    let catalog = text("/catalog/id").or(text("/catalogId"));
    match (is("adminAdd"), is("adminRemove"), catalog, text("/resource/id")) {
        (true, ..) => Act::Make(draft(Kind::Resource, version, body)),
        (_, true, Some(catalog), Some(resource)) => {
            Act::TakeOut { catalog: catalog.to_owned(), resource: resource.to_owned() }
        }
        _ => Act::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(method: &str, path: &str, body: &Value) -> Act {
        let request = Request::builder().method(method).uri(format!("https://host{path}"));
        Act::of(&request.body(Bytes::from(body.to_string())).expect("a request"))
    }

    /// Both tongues say the same.
    #[test]
    fn a_request_is_known_in_both_versions() {
        const V1: &str = "/v1.0/identityGovernance/entitlementManagement";
        const BETA: &str = "/beta/identityGovernance/entitlementManagement";
        let policy = |path: &str, body: Value| of("POST", path, &body);
        let known = policy(
            &format!("{V1}/assignmentPolicies"),
            json!({"displayName": "n", "accessPackage": {"id": "p"}}),
        );
        let marks = vec![("displayName", "n".to_owned()), ("package", "p".to_owned())];
        assert_eq!(known, Act::Make(Draft { kind: Kind::Policy, marks }));
        let same = policy(
            &format!("{BETA}/accessPackageAssignmentPolicies"),
            json!({"displayName": "n", "accessPackageId": "p"}),
        );
        assert_eq!(same, known);
        let ask = json!({"requestType": "UserAdd", "accessPackageAssignment": {"assignmentPolicyId": "y", "accessPackageId": "p"}});
        let Act::Make(asked) = of("POST", &format!("{BETA}/accessPackageAssignmentRequests"), &ask)
        else {
            panic!("it is made");
        };
        assert_eq!((asked.mark("policy"), asked.mark("package")), (Some("y"), Some("p")));
        let out = json!({"requestType": "AdminRemove", "catalogId": "c", "accessPackageResource": {"id": "r"}});
        assert_eq!(
            of("POST", &format!("{BETA}/accessPackageResourceRequests"), &out),
            Act::TakeOut { catalog: "c".to_owned(), resource: "r".to_owned() }
        );
    }

    #[test]
    fn what_is_changed_is_known_or_said_to_be_unknown() {
        const V1: &str = "/v1.0/identityGovernance/entitlementManagement";
        let none = json!({});
        let id = || "5a".to_owned();
        for (method, path, expected) in [
            ("GET", "/v1.0/users".to_owned(), Act::Read),
            ("DELETE", "/v1.0/groups/5a".to_owned(), Act::Delete(Kind::Group, id())),
            ("POST", "/v1.0/groups/5a/members/$ref".to_owned(), Act::Change(Kind::Group, id())),
            ("DELETE", "/beta/directory/deletedItems/5a".to_owned(), Act::Purge(id())),
            ("DELETE", format!("{V1}/accessPackages('5a')"), Act::Delete(Kind::Package, id())),
            ("PUT", format!("{V1}/assignmentPolicies/5a"), Act::Change(Kind::Policy, id())),
            (
                "POST",
                format!("{V1}/assignmentRequests/5a/cancel"),
                Act::Change(Kind::Request, id()),
            ),
            ("POST", format!("{V1}/resourceRequests"), Act::Unknown),
            ("PATCH", format!("{V1}/settings"), Act::Unknown),
            ("POST", "/v1.0/applications".to_owned(), Act::Unknown),
            ("DELETE", "/nonsense".to_owned(), Act::Unknown),
        ] {
            assert_eq!(of(method, &path, &none), expected, "{method} {path}");
        }
    }
}
