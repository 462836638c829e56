//! What a call needs beside a scope, and in which catalog.

use http::Method;
use serde_json::Value;

use super::Served;
use crate::entitlement::Need;
use crate::http::query;
use crate::refusal::{ROLE_MISSING, Refusal};
use crate::sign_in::Grants;

impl Served<'_> {
    /// Refuses a user whose roles do not allow the call. An application with the permission needs
    /// no role; what is somebody's own needs none either.
    pub(super) fn allowed(&self, grants: &Grants, place: &[&str]) -> Result<(), Refusal> {
        let caller = self.caller.user;
        if grants.is_application() || self.is_own(place) || self.state.governs(caller) {
            return Ok(());
        }
        let Some((need, catalog)) = self.need(place) else { return Ok(()) };
        let lists_what_is_seen = self.call.method == Method::GET
            && matches!(place, ["catalogs" | "accessPackages"])
            && self.state.sees_anything(caller);
        match lists_what_is_seen || self.state.may(caller, need, catalog.as_deref()) {
            true => Ok(()),
            false => Err(ROLE_MISSING
                .says("User is not authorized to perform the operation. Reason: Unauthorized")),
        }
    }

    /// Whether a role within entitlement management allows the call.
    pub(super) fn by_role(&self, place: &[&str]) -> bool {
        let need = self.need(place);
        need.is_some_and(|(need, catalog)| {
            self.state.may(self.caller.user, need, catalog.as_deref())
        })
    }

    /// Whether the call is about what is the caller's own, whoever they are.
    fn is_own(&self, place: &[&str]) -> bool {
        match place {
            ["accessPackageAssignmentApprovals", ..] | [.., "getApplicablePolicyRequirements"] => {
                true
            }
            [_, function] if function.starts_with("filterByCurrentUser") => true,
            ["assignmentRequests"] if self.call.method == Method::POST => {
                let kind = self.call.body["requestType"].as_str().unwrap_or_default();
                kind.to_lowercase().starts_with("user")
            }
            ["assignmentRequests", id, "cancel"] => {
                let request = self.state.entitlement.requests.get(id);
                request.is_some_and(|r| r.created_by.as_deref() == Some(self.caller.user))
            }
            _ => false,
        }
    }

    /// What the call needs, and the catalog that it is about; nothing where whatever it names is
    /// not there, which is said in its own words.
    fn need(&self, place: &[&str]) -> Option<(Need, Option<String>)> {
        let e = &self.state.entitlement;
        let reads = self.call.method == Method::GET;
        let of_package =
            |id: &str| e.packages.get(id).map(|package| package.catalog_id.to_string());
        let of_policy = |id: &str| of_package(&e.policies.get(id)?.package_id);
        let of_assignment = |id: &str| Some(e.assignments.get(id)?.catalog_id.to_string());
        let or = |need: Need| if reads { Need::View } else { need };
        let asked = |name: &str, id: &str| {
            let body = &self.call.body;
            let named = body[name].as_str().or_else(|| body[id]["id"].as_str());
            named.map(str::to_lowercase)
        };
        Some(match place {
            ["catalogs"] if !reads => (Need::Create, None),
            ["catalogs", id, ..] => (or(Need::Own), Some((*id).to_owned())),
            ["accessPackages"] if !reads => {
                (Need::Manage, asked("catalogId", self.name("catalog", "accessPackageCatalog")))
            }
            ["accessPackages", id, "moveToCatalog"] => (Need::Own, Some(of_package(id)?)),
            ["accessPackages", id, ..] => (or(Need::Manage), Some(of_package(id)?)),
            ["assignmentPolicies"] if !reads => {
                let package = asked("accessPackageId", "accessPackage");
                (Need::Manage, package.and_then(|id| of_package(&id)))
            }
            ["assignmentPolicies", id, ..] => (or(Need::Manage), Some(of_policy(id)?)),
            ["resourceRequests"] if !reads => {
                (Need::Own, asked("catalogId", self.name("catalog", "accessPackageCatalog")))
            }
            ["assignmentRequests"] if !reads => (Need::Assign, self.asked_about()),
            ["assignmentRequests", id, ..] => {
                let package = e.requests.get(id)?.package_id.clone();
                (or(Need::Assign), of_package(&package))
            }
            ["assignments", id, ..] if !id.contains('(') => {
                (or(Need::Assign), Some(of_assignment(id)?))
            }
            // Lists that catalog-scoped callers must narrow to a package (reference pages).
            [set @ ("assignments" | "assignmentRequests")] => {
                let package = self.filtered_package(set);
                (Need::View, package.and_then(|id| of_package(&id)))
            }
            ["settings" | "connectedOrganizations", ..] => (Need::Govern, None),
            _ => (or(Need::Govern), None),
        })
    }

    /// The catalog that the body of an assignment request is about.
    fn asked_about(&self) -> Option<String> {
        let e = &self.state.entitlement;
        let wanted = ["assignment", "accessPackageAssignment"];
        let wanted = wanted.map(|name| &self.call.body[name]);
        let wanted = wanted.into_iter().find(|wanted| wanted.is_object())?;
        let text = |value: &Value| value.as_str().map(str::to_lowercase);
        let package = text(&wanted["accessPackageId"])
            .or_else(|| text(&wanted["accessPackage"]["id"]))
            .or_else(|| Some(e.assignments.get(&text(&wanted["id"])?)?.package_id.to_string()))?;
        Some(e.packages.get(&package)?.catalog_id.to_string())
    }

    /// The package that the filter of a list names.
    fn filtered_package(&self, set: &str) -> Option<String> {
        let (noun, _) = self.state.rows(set)?;
        let query = query::read(self.call.version, noun, &self.call.query).ok()?;
        let id = query::literal_for(&query.canonical, "accessPackage/id")?;
        Some(id.to_lowercase())
    }

    /// A member's name in the version of the call.
    fn name(&self, v1: &'static str, beta: &'static str) -> &'static str {
        match self.call.version {
            model::Version::V1 => v1,
            model::Version::Beta => beta,
        }
    }
}
