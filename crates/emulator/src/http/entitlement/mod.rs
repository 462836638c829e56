//! Entitlement management's operations.

mod action;
mod approval;
mod authority;
mod function;
mod reference;

use http::Method;
use model::dialect::{Noun, Step, noun, route, segments_to_wire};
use serde_json::{Value, json};

use super::answer::Answer;
use super::call::{self, Call};
use super::permission;
use super::query::{self, Asked};
use super::row::Shape;
use crate::behaviour::{CREATION_TIMES, REQUEST_CREATED, REQUEST_TIMES, ROLE_SCOPE_DELETED};
use crate::entitlement::{Item, Need, Related};
use crate::refusal::{
    ENVIRONMENT_NOT_FOUND, METHOD_OF_BACKEND, NO_LICENSE, RESOURCE_NOT_FOUND,
    RESOURCE_ROLE_NOT_FOUND, ROUTE_MISS, ROUTE_MISS_WRAPPED, Refusal, SEGMENT_UNKNOWN, not_found,
};
use crate::sign_in::Grants;
use crate::state::{Caller, State};
use crate::time;

const ROOT: &str = "identityGovernance/entitlementManagement";

pub(crate) fn answer(
    state: &mut State,
    call: &Call,
    caller: Caller<'_>,
    grants: &Grants,
    segments: &[String],
) -> Result<Answer, Refusal> {
    let steps = route(call.version, segments);
    let place: Vec<&str> = steps
        .iter()
        .map(|step| match step {
            Step::Name(name) => name,
            // An action by its qualified name, and as one of the metadata's versions writes it.
            Step::Other(other) if other == "microsoft.graph.cancel" || other == "Cancel" => {
                "cancel"
            }
            Step::Other(other) => other.as_str(),
        })
        .collect();
    let named = |index: usize| matches!(steps.get(index), Some(Step::Name(_)));
    let served = Served { state, call, caller };
    permission::of_applications_alone(grants, &call.method, &place)?;
    if place.first() == Some(&"connectedOrganizations") {
        served.licensed()?;
    }
    // Names stand first, third and fifth, ids between them; actions and functions among them.
    let known = |i: usize| named(i) || action::NAMES.contains(&place[i]) || place[i] == "$ref";
    if let Some(index) = [0, 2].into_iter().find(|&i| i < steps.len() && !known(i)) {
        return Err(served.unserved(&segments[index]));
    }
    if place.get(1).is_some_and(|id| UNSERVED.contains(id)) {
        return Err(served.not_implemented());
    }
    // Where there is no way, nobody is asked what they may (live GET battery of 2026).
    served.routed(&place)?;
    permission::entitlement(grants, &call.method, &place, || served.by_role(&place))?;
    served.licensed()?;
    served.allowed(grants, &place)?;
    match (&call.method, place.as_slice()) {
        (_, ["accessPackageAssignmentApprovals", below @ ..]) => served.approvals(below),
        (_, ["settings"]) => served.settings(),
        (_, [.., "$count"]) => Err(served.not_implemented()),
        (&Method::GET, [set]) => served.list(set),
        (&Method::GET, [set, function]) if function.contains('(') => served.function(set, function),
        (&Method::GET, [set, id]) => {
            if *set == "assignmentRequests" {
                served.state.look_at(id, caller.now);
            }
            served.one(set, id)
        }
        (&Method::GET, [set, id, navigation]) => served.list_below(set, id, navigation),
        (&Method::POST, [set]) => served.create(set),
        (&Method::POST, ["accessPackages", id, "resourceRoleScopes"]) => {
            served.create_role_scope(id)
        }
        (&Method::DELETE, ["accessPackages", id, "resourceRoleScopes", scope]) => {
            served.state.remove_role_scope(id, scope)?;
            Ok(match served.state.rules.apply(&ROLE_SCOPE_DELETED) {
                true => Answer::empty(),
                false => Answer::no_content(),
            })
        }
        (_, ["accessPackages", id, navigation, below @ .., "$ref"]) => {
            served.reference(id, navigation, below.first().copied())
        }
        (&Method::POST, [set, id, action]) => served.act(set, id, action),
        (&Method::POST, ["catalogs", catalog, "resources", resource, "refresh"]) => {
            served.refresh(catalog, resource)
        }
        (&Method::DELETE, [set, id]) => served.delete(set, id),
        (&Method::PATCH, [set @ ("catalogs" | "accessPackages" | "subjects"), id]) => {
            served.update(set, id)
        }
        (&Method::PUT, ["assignmentPolicies", id]) => served.replace_policy(id),
        _ => Err(served.unsupported(&place)),
    }
}

/// The methods of a resource, where they are all known (metadata and reference pages).
fn methods(place: &[&str]) -> Option<&'static [&'static str]> {
    Some(match place {
        [
            "catalogs" | "accessPackages" | "assignmentPolicies" | "assignmentRequests"
            | "resourceRequests",
        ]
        | ["accessPackages", _, "resourceRoleScopes"] => &["GET", "POST"],
        ["assignments" | "subjects" | "resources" | "resourceEnvironments"]
        | ["accessPackageAssignmentResourceRoles", ..]
        | ["assignments" | "resourceEnvironments", _]
        | ["catalogs", _, "resourceRoles" | "resources" | "resourceScopes"] => &["GET"],
        ["catalogs" | "accessPackages", _] => &["GET", "PATCH", "DELETE"],
        ["assignmentPolicies", _] => &["GET", "PUT", "DELETE"],
        ["assignmentRequests", _] => &["GET", "DELETE"],
        ["subjects", _] | ["settings"] => &["GET", "PATCH"],
        ["assignmentRequests", _, "cancel" | "reprocess" | "resume"]
        | ["accessPackages", _, "getApplicablePolicyRequirements" | "moveToCatalog"] => &["POST"],
        _ => return None,
    })
}

/// Sets, navigations and actions that the service has and this emulator does not, yet.
const UNSERVED: [&str; 6] = [
    "connectedOrganizations",
    "customWorkflowExtensions",
    "accessPackageCustomWorkflowExtensions",
    "customAccessPackageWorkflowExtensions",
    "uploadSessions",
    "questions",
];

/// Lists that the metadata declares and the service does not serve (live GET battery of 2026).
const BARE_LISTS: [&str; 3] =
    ["accessPackageSuggestions", "availableAccessPackages", "controlConfigurations"];

struct Served<'a> {
    state: &'a mut State,
    call: &'a Call,
    caller: Caller<'a>,
}

impl Served<'_> {
    /// Refuses what the metadata promises and the service does not serve.
    fn routed(&self, place: &[&str]) -> Result<(), Refusal> {
        match (&self.call.method, place) {
            // Live GET battery of 2026.
            (&Method::GET, ["resourceRoleScopes"]) => Err(self.route_miss_wrapped()),
            // Neither can be read by id: clients list and search (two clients' comments).
            (&Method::GET, ["resourceRequests" | "resourceRoleScopes", _])
            // PowerShell SDK issues 2505 and 3293.
            | (&Method::GET | &Method::POST, ["accessPackages", _, "assignmentPolicies"])
            // PowerShell SDK issues 2493 and 3328; an assignment is made by a request alone.
            | (&Method::POST, ["assignments"])
            | (&Method::DELETE | &Method::PATCH, ["assignments", _])
            | (&Method::DELETE, ["catalogs", _, "resources", _]) => Err(self.route_miss()),
            _ => Ok(()),
        }
    }

    fn licensed(&self) -> Result<(), Refusal> {
        let words = "User is not authorized to perform the operation. Reason:";
        match self.state.licensed {
            true => Ok(()),
            false => {
                Err(NO_LICENSE.says(format!("{words} Tenant does not meet license requirement!")))
            }
        }
    }

    fn list(&self, set: &str) -> Result<Answer, Refusal> {
        let Some((noun, _)) = self.state.rows(set) else { return Err(self.not_implemented()) };
        let query = query::read(self.call.version, noun, &self.call.query)?;
        let demands_origin_system = match set {
            "resourceEnvironments" => true,
            "resources" => self.call.version == model::Version::Beta,
            _ => false,
        };
        if demands_origin_system {
            query::demanded(&query.canonical, &["originSystem"])?;
        }
        let equals = |path: &str| query::literal_for(&query.canonical, path).map(str::to_owned);
        let rows = self.state.candidates(set, equals);
        let (_, rows) = rows.ok_or_else(|| self.not_implemented())?;
        // Whoever has a role in some catalogs sees what is in those.
        let sees = |item: &Item<'_>| {
            let Item::Row(row) = item else { return true };
            let catalog = if set == "catalogs" { &row["id"] } else { &row["catalogId"] };
            self.state.may(self.caller.user, Need::View, catalog.as_str())
        };
        let narrowed = matches!(set, "catalogs" | "accessPackages")
            && self.state.directory.users.contains_key(self.caller.user)
            && !self.state.governs(self.caller.user);
        let rows = rows.filter(|item| !narrowed || sees(item));
        Ok(Answer::ok(self.shape(noun, &[set]).list(self.state, &query, rows)?))
    }

    /// Rows that were made for the call, as it asks for them.
    fn listed(
        &self,
        noun: &'static Noun,
        place: &[&str],
        rows: Vec<Value>,
    ) -> Result<Answer, Refusal> {
        let query = query::read(self.call.version, noun, &self.call.query)?;
        Ok(Answer::ok(self.shape(noun, place).list(self.state, &query, rows)?))
    }

    fn one(&self, set: &str, id: &str) -> Result<Answer, Refusal> {
        let state = &*self.state;
        let (noun, _) = state.rows(set).ok_or_else(|| self.not_implemented())?;
        let query = query::read(self.call.version, noun, &self.call.query)?;
        let row = match set {
            "catalogs" => state.catalog(id)?.row(),
            "accessPackages" => state.package(id)?.row(),
            "assignmentPolicies" => state.policy(id)?.row(),
            "assignmentRequests" => state.request(id)?.row(),
            "assignments" => state.assignment_row(state.assignment(id)?),
            "resourceEnvironments" => {
                let found = state.directory.environments.get(id).map(|e| e.row());
                found.ok_or_else(|| not_found(&ENVIRONMENT_NOT_FOUND, "resource environment"))?
            }
            "subjects" => state.subject(id)?.row(),
            "accessPackageAssignmentResourceRoles" => {
                let (_, mut rows) = state.rows(set).ok_or_else(|| self.not_implemented())?;
                let found = rows.find_map(|item| {
                    let row = item.row(state);
                    (row["id"] == id).then_some(row)
                });
                found.ok_or_else(|| {
                    not_found(&RESOURCE_ROLE_NOT_FOUND, "assignment resource role")
                })?
            }
            _ => return Err(self.not_implemented()),
        };
        self.shape(noun, &[set]).entity(state, &query, row).map(Answer::ok)
    }

    fn list_below(&self, set: &str, id: &str, navigation: &str) -> Result<Answer, Refusal> {
        let place = [set, id, navigation];
        match (set, navigation) {
            ("catalogs", "resourceRoles") => self.list_roles(id),
            ("catalogs", "resources" | "resourceScopes" | "accessPackages")
            | (
                "accessPackages",
                "resourceRoleScopes"
                | "incompatibleAccessPackages"
                | "accessPackagesIncompatibleWith"
                | "incompatibleGroups",
            ) => {
                let of = if set == "catalogs" { &noun::CATALOG } else { &noun::PACKAGE };
                let below = of.member(navigation).and_then(model::dialect::Member::below);
                let below = below.ok_or_else(|| self.not_implemented())?;
                let query = query::read(self.call.version, below, &self.call.query)?;
                let row = match set {
                    "catalogs" => self.state.catalog(id)?.row(),
                    _ => self.state.package(id)?.row(),
                };
                let rows = self.state.related(self.call.version, of, &row, navigation);
                let Some(Related::Many(rows)) = rows else { return Err(self.not_implemented()) };
                Ok(Answer::ok(self.shape(below, &place).list(self.state, &query, rows)?))
            }
            _ => Err(self.not_implemented()),
        }
    }

    /// Roles of one resource: its origin system and its id must be in the filter (PowerShell SDK
    /// issue 505), and a resource that is not there is an error, not an empty list.
    fn list_roles(&self, catalog: &str) -> Result<Answer, Refusal> {
        let query = query::read(self.call.version, &noun::ROLE, &self.call.query)?;
        self.state.catalog(catalog)?;
        query::demanded(&query.canonical, &["originSystem", "resource/id"])?;
        let wanted = query::literal_for(&query.canonical, "resource/id").unwrap_or_default();
        let wanted = &wanted.to_lowercase();
        if self.state.resource(wanted)?.catalog_id != catalog {
            return Err(not_found(&RESOURCE_NOT_FOUND, "resource"));
        }
        let rows = self.state.role_rows(wanted);
        let shape = self.shape(&noun::ROLE, &["catalogs", catalog, "resourceRoles"]);
        Ok(Answer::ok(shape.list(self.state, &query, rows)?))
    }

    /// Options of a query are not looked at (documented not to be supported; a client sends one).
    fn settings(self) -> Result<Answer, Refusal> {
        match self.call.method {
            Method::GET => {
                let row = self.state.entitlement.settings.row();
                let shape = self.shape(&noun::SETTINGS, &["settings"]);
                shape.entity(self.state, &Asked::default(), row).map(|mut row| {
                    // One of its kind is no entity of a set.
                    row["@odata.context"] = self.call.context(&self.place(&["settings"])).into();
                    Answer::ok(row)
                })
            }
            Method::PATCH => {
                let body = self.call.canonical_body(&noun::SETTINGS)?;
                self.state.update_settings(&body).map(|()| Answer::no_content())
            }
            _ => Err(self.unsupported(&["settings"])),
        }
    }

    fn create(self, set: &str) -> Result<Answer, Refusal> {
        let Some((noun, _)) = self.state.rows(set) else { return Err(self.unsupported(&[set])) };
        let (state, caller) = (&mut *self.state, self.caller);
        let now = Value::String(written(state, caller.now));
        let row = match set {
            "catalogs" => {
                let body = self.call.canonical_body(noun)?;
                let id = state.create_catalog(&body, caller)?;
                dated(state.catalog(&id)?.row(), &now, &now)
            }
            "accessPackages" => {
                let body = self.call.canonical_body(noun)?;
                let id = state.create_package(&body, caller)?;
                dated(state.package(&id)?.row(), &now, &now)
            }
            "assignmentPolicies" => {
                let body = self.call.canonical_body(noun)?;
                let id = state.create_policy(&body, caller)?;
                let policy = state.policy(&id)?;
                let modified = Value::String(written(state, policy.modified.at));
                dated(policy.row(), &now, &modified)
            }
            "resourceRequests" => {
                let body = self.call.canonical_body(noun)?;
                let id = state.request_resource(&body, caller)?;
                let made = state.entitlement.resource_requests.get(&id).map(|made| made.row());
                dated(made.unwrap_or_default(), &now, &Value::Null)
            }
            "assignmentRequests" => {
                let body = self.call.assignment_request_body()?;
                let id = state.create_request(&body, caller)?;
                let row = state.request(&id)?.row();
                match state.rules.apply(&REQUEST_TIMES) {
                    true => dated(row, &Value::Null, &Value::Null),
                    false => row,
                }
            }
            _ => return Err(self.unsupported(&[set])),
        };
        let shape = self.shape(noun, &[set]);
        let answer = shape.entity(self.state, &Asked::default(), row)?;
        let created = set != "assignmentRequests" || self.state.rules.apply(&REQUEST_CREATED);
        Ok(if created { Answer::created(answer) } else { Answer::ok(answer) })
    }

    fn create_role_scope(self, package: &str) -> Result<Answer, Refusal> {
        let body = self.call.canonical_body(&noun::ROLE_SCOPE)?;
        let id = self.state.add_role_scope(package, &body, self.caller)?;
        let scope = self.state.package(package)?.role_scopes.get(&id).map(|scope| scope.row());
        let now = Value::String(written(self.state, self.caller.now));
        let row = dated(scope.unwrap_or_default(), &now, &now);
        let shape =
            self.shape(&noun::ROLE_SCOPE, &["accessPackages", package, "resourceRoleScopes"]);
        shape.entity(self.state, &Asked::default(), row).map(Answer::created)
    }

    /// 204 (a client of both versions; the documents say so too).
    fn update(self, set: &str, id: &str) -> Result<Answer, Refusal> {
        let (state, caller) = (self.state, self.caller);
        match set {
            "catalogs" => {
                state.catalog(id)?;
                state.update_catalog(id, &self.call.canonical_body(&noun::CATALOG)?, caller)?;
            }
            "subjects" => {
                let id = state.subject(id)?.id.clone();
                state.update_subject(&id, &self.call.canonical_body(&noun::SUBJECT)?)?;
            }
            _ => {
                state.package(id)?;
                state.update_package(id, &self.call.canonical_body(&noun::PACKAGE)?, caller)?;
            }
        }
        Ok(Answer::no_content())
    }

    /// 200 and the policy (a client of both versions).
    fn replace_policy(self, id: &str) -> Result<Answer, Refusal> {
        self.state.policy(id)?;
        let body = self.call.canonical_body(&noun::POLICY)?;
        self.state.replace_policy(id, &body, self.caller)?;
        let row = self.state.policy(id)?.row();
        let shape = self.shape(&noun::POLICY, &["assignmentPolicies"]);
        shape.entity(self.state, &Asked::default(), row).map(Answer::ok)
    }

    fn delete(self, set: &str, id: &str) -> Result<Answer, Refusal> {
        match set {
            "catalogs" => self.state.delete_catalog(id)?,
            "accessPackages" => self.state.delete_package(id)?,
            "assignmentPolicies" => self.state.delete_policy(id)?,
            "assignmentRequests" => self.state.delete_request(id)?,
            _ => return Err(self.unsupported(&[set, id])),
        }
        Ok(Answer::no_content())
    }

    fn shape(&self, noun: &'static Noun, place: &[&str]) -> Shape<'_> {
        Shape { call: self.call, noun, place: self.place(place), default_selection: None }
    }

    /// A place in the version's names with keys in parentheses, for `@odata.context`.
    fn place(&self, place: &[&str]) -> String {
        let wire = segments_to_wire(self.call.version, place).unwrap_or_default();
        let place = match wire.as_slice() {
            [set] => set.clone(),
            [set, id, navigation] => format!("{set}('{id}')/{navigation}"),
            other => other.join("/"),
        };
        format!("{ROOT}/{place}")
    }

    /// A name without a table: not implemented here, not served there, or the gateway's to refuse.
    fn unserved(&self, segment: &str) -> Refusal {
        if UNSERVED.contains(&segment) {
            return self.not_implemented();
        }
        if BARE_LISTS.contains(&segment) {
            let bare = self.call.segments.last().is_some_and(|last| last == segment);
            return match bare {
                true => self.route_miss(),
                false => self.not_implemented(),
            };
        }
        SEGMENT_UNKNOWN.says(format!("Resource not found for the segment '{segment}'."))
    }

    fn no_route(&self) -> String {
        let uri = call::backend_uri(&self.call.segments).unwrap_or_default();
        format!("No HTTP resource was found that matches the request URI '{uri}'.")
    }

    fn route_miss(&self) -> Refusal {
        ROUTE_MISS.says(self.no_route())
    }

    fn route_miss_wrapped(&self) -> Refusal {
        ROUTE_MISS_WRAPPED.says(json!({ "message": self.no_route() }).to_string())
    }

    /// A method that the resource does not have, or one that this emulator does not.
    fn unsupported(&self, place: &[&str]) -> Refusal {
        let method = &self.call.method;
        match methods(place) {
            Some(known) if !known.contains(&method.as_str()) => METHOD_OF_BACKEND
                .says(format!("The requested resource does not support http method '{method}'.")),
            _ => self.not_implemented(),
        }
    }

    fn not_implemented(&self) -> Refusal {
        self.call.not_implemented()
    }
}

/// A time in the answer that creates.
fn written(state: &State, at: jiff::Timestamp) -> String {
    match state.rules.apply(&CREATION_TIMES) {
        true => time::created(at),
        false => time::read(at),
    }
}

/// A row with the times of the answer that creates; members it does not have stay away.
fn dated(mut row: Value, created: &Value, modified: &Value) -> Value {
    for (name, time) in [("createdDateTime", created), ("modifiedDateTime", modified)] {
        if let Some(value) = row.get_mut(name) {
            *value = time.clone();
        }
    }
    row
}
