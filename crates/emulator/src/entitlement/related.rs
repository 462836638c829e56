//! Where navigations lead.

use model::Version;
use model::dialect::{Noun, noun};
use serde_json::{Value, json};

use super::resource::{NO_ID, role_id};
use super::{Assignment, By, Item};
use crate::behaviour::UNUSED_ROLE;
use crate::state::State;

/// Rows, each made when it is asked for.
pub(crate) type Rows<'a> = Box<dyn Iterator<Item = Item<'a>> + 'a>;

/// What a navigation leads to.
#[derive(Debug)]
pub(crate) enum Related {
    One(Option<Value>),
    Many(Vec<Value>),
}

impl State {
    /// What the navigation `name` of the row `row` of `noun` leads to; `None` where this emulator
    /// does not know it.
    pub(crate) fn related(
        &self,
        version: Version,
        of: &Noun,
        row: &Value,
        name: &str,
    ) -> Option<Related> {
        let id = row["id"].as_str().unwrap_or_default();
        let key = |member: &str| row[member].as_str().unwrap_or_default();
        let e = &self.entitlement;
        let one = |value: Option<Value>| Some(Related::One(value));
        let many = |rows: Vec<Value>| Some(Related::Many(rows));
        match (of.name(), name) {
            ("accessPackageCatalog", "accessPackages") => {
                many(e.packages.values().filter(|p| p.catalog_id == id).map(|p| p.row()).collect())
            }
            ("accessPackageCatalog", "resources") => {
                many(e.resources.values().filter(|r| r.catalog_id == id).map(|r| r.row()).collect())
            }
            ("accessPackageCatalog", "resourceScopes") => many(
                e.resources
                    .values()
                    .filter(|r| r.catalog_id == id)
                    .map(|r| r.scope_row())
                    .collect(),
            ),
            ("accessPackageResource", "roles") => many(self.role_rows(id)),
            ("accessPackageResource", "scopes") => {
                many(e.resources.get(id).map(|r| r.scope_row()).into_iter().collect())
            }
            ("accessPackageResource", "environment") => {
                one(self.directory.environments.get(key("$environment")).map(|e| e.row()))
            }
            ("accessPackageResourceRole" | "accessPackageResourceScope", "resource") => {
                let mut row = e.resources.get(key("$resource")).map(|r| r.row());
                // Beta sends the scopes along, empty (capture of 2020).
                if let (Version::Beta, Some(row)) = (version, &mut row) {
                    row["scopes@odata.context"] = Value::Null;
                    row["scopes"] = json!([]);
                }
                one(row)
            }
            ("accessPackageResourceRequest", "resource") => {
                one(e.resources.get(key("$resource")).map(|r| r.row()))
            }
            ("accessPackageResourceRequest" | "accessPackage", "catalog") => {
                one(e.catalogs.get(key("catalogId")).map(|c| c.row()))
            }
            ("accessPackage", "assignmentPolicies") => {
                many(e.policies.values().filter(|p| p.package_id == id).map(|p| p.row()).collect())
            }
            ("accessPackage", "resourceRoleScopes") => {
                let package = e.packages.get(id);
                many(
                    package
                        .into_iter()
                        .flat_map(|p| p.role_scopes.values())
                        .map(|s| s.row())
                        .collect(),
                )
            }
            ("accessPackageResourceRoleScope", "role") => {
                one(self.role_row(key("$resource"), key("$role")))
            }
            ("accessPackageResourceRoleScope", "scope") => {
                one(e.resources.get(key("$resource")).map(|r| r.scope_row()))
            }
            ("accessPackageAssignmentPolicy", "catalog") => {
                let package = e.packages.get(key("accessPackageId"));
                one(package.and_then(|p| e.catalogs.get(&p.catalog_id)).map(|c| c.row()))
            }
            // Not kept: it cannot be given to a policy here.
            (
                "accessPackageAssignmentPolicy",
                "customExtensionStageSettings" | "customExtensionHandlers",
            ) => many(vec![]),
            ("accessPackageAssignmentPolicy", "questions") if version == Version::V1 => {
                many(row[name].as_array().cloned().unwrap_or_default())
            }
            ("accessPackage", "incompatibleAccessPackages") => {
                let other = e.packages.get(id).into_iter().flat_map(|p| &p.incompatible_packages);
                many(other.filter_map(|id| e.packages.get(id)).map(|p| p.row()).collect())
            }
            ("accessPackage", "accessPackagesIncompatibleWith") => {
                let says = |p: &&super::Package| p.incompatible_packages.iter().any(|o| o == id);
                many(e.packages.values().filter(says).map(|p| p.row()).collect())
            }
            ("accessPackage", "incompatibleGroups") => {
                let groups = e.packages.get(id).into_iter().flat_map(|p| &p.incompatible_groups);
                let groups = groups.filter_map(|id| self.directory.groups.get(id));
                many(groups.map(|group| group.row()).collect())
            }
            ("accessPackageSubject", "connectedOrganization") => one(None),
            ("accessPackageAssignmentPolicy" | "accessPackageAssignment", "accessPackage") => {
                one(e.packages.get(key("accessPackageId")).map(|p| p.row()))
            }
            ("accessPackageAssignment", "assignmentPolicy") => {
                one(e.policies.get(key("assignmentPolicyId")).map(|p| p.row()))
            }
            ("accessPackageAssignment", "target") => {
                one(e.subjects.get(key("$subject")).map(|s| s.row()))
            }
            ("accessPackageAssignment", "accessPackageAssignmentResourceRoles") => {
                many(self.given_rows(e.assignments.get(id)).collect())
            }
            ("accessPackageAssignment", "accessPackageAssignmentRequests") => {
                many(e.requests.of(By::Assignment, id).map(|r| r.row()).collect())
            }
            ("accessPackageAssignmentRequest", "accessPackage") => {
                one(e.packages.get(key("$package")).map(|p| p.row()))
            }
            ("accessPackageAssignmentRequest", "assignment") => {
                one(e.assignments.get(key("$assignment")).map(|a| self.assignment_row(a)))
            }
            ("accessPackageAssignmentRequest", "requestor") => {
                one(e.subjects.get(key("$requestor")).map(|s| s.row()))
            }
            ("accessPackageAssignmentResourceRole", "accessPackageResourceRole") => {
                one(self.role_row(key("$resource"), key("originId")))
            }
            ("accessPackageAssignmentResourceRole", "accessPackageResourceScope") => {
                one(e.resources.get(key("$resource")).map(|r| r.scope_row()))
            }
            ("accessPackageAssignmentResourceRole", "accessPackageSubject") => {
                one(e.subjects.get(key("$subject")).map(|s| s.row()))
            }
            ("group", "members") => {
                let group = self.directory.groups.get(id);
                let members = group.into_iter().flat_map(|group| &group.members);
                many(members.filter_map(|id| self.directory.object(id)).collect())
            }
            ("group", "owners") => {
                let group = self.directory.groups.get(id);
                let owners = group.into_iter().flat_map(|group| &group.owners);
                many(owners.filter_map(|id| self.directory.object(id)).collect())
            }
            _ => None,
        }
    }

    /// The roles of a resource.
    pub(crate) fn role_rows(&self, resource_id: &str) -> Vec<Value> {
        let Some(resource) = self.entitlement.resources.get(resource_id) else { return vec![] };
        let roles = resource.roles(&self.directory).into_iter();
        roles
            .map(|role| match self.rules.apply(&UNUSED_ROLE) {
                true => resource.role_row(&role, NO_ID),
                false => resource.role_row(&role, &role_id(&resource.id, &role.origin_id)),
            })
            .collect()
    }

    fn role_row(&self, resource_id: &str, origin: &str) -> Option<Value> {
        self.role_rows(resource_id).into_iter().find(|role| role["originId"] == origin)
    }

    /// Every role that these assignments gave.
    fn given_rows<'a>(
        &'a self,
        assignments: impl IntoIterator<Item = &'a Assignment>,
    ) -> impl Iterator<Item = Value> {
        let given =
            assignments.into_iter().flat_map(|a| a.given.iter().map(move |given| (a, given)));
        given.map(|(a, given)| {
            let resource = self.entitlement.resources.get(&given.resource_id);
            json!({
                "id": given.id,
                "originId": given.role_origin_id,
                "originSystem": resource.map(|resource| resource.origin_system),
                "status": "Fulfilled",
                "$resource": given.resource_id,
                "$subject": a.subject_id,
            })
        })
    }

    /// The type of an entity set and its rows, none of which is made before it is asked for; `None`
    /// for a set that this emulator does not keep.
    pub(crate) fn rows(&self, set: &str) -> Option<(&'static Noun, Rows<'_>)> {
        let e = &self.entitlement;
        Some(match set {
            "catalogs" => (&noun::CATALOG, made(e.catalogs.values().map(|c| c.row()))),
            "accessPackages" => (&noun::PACKAGE, made(e.packages.values().map(|p| p.row()))),
            "assignmentPolicies" => (&noun::POLICY, made(e.policies.values().map(|p| p.row()))),
            "assignmentRequests" => {
                (&noun::REQUEST, Box::new(e.requests.values().map(Item::Request)))
            }
            "assignments" => {
                (&noun::ASSIGNMENT, Box::new(e.assignments.values().map(Item::Assignment)))
            }
            "resourceRequests" => {
                (&noun::RESOURCE_REQUEST, made(e.resource_requests.values().map(|r| r.row())))
            }
            "resources" => (&noun::RESOURCE, made(e.resources.values().map(|r| r.row()))),
            "resourceEnvironments" => {
                (&noun::ENVIRONMENT, made(self.directory.environments.values().map(|e| e.row())))
            }
            "subjects" => (&noun::SUBJECT, made(e.subjects.values().map(|s| s.row()))),
            "accessPackageAssignmentResourceRoles" => {
                let rows = self.given_rows(e.assignments.values());
                (&noun::ASSIGNMENT_RESOURCE_ROLE, made(rows))
            }
            _ => return None,
        })
    }

    /// The rows of a set among which are all that a filter lets pass, where `equals` tells what the
    /// filter demands of a path.
    pub(crate) fn candidates<'a>(
        &'a self,
        set: &str,
        equals: impl Fn(&str) -> Option<String>,
    ) -> Option<(&'static Noun, Rows<'a>)> {
        let e = &self.entitlement;
        let ways = [
            ("assignmentPolicy/id", By::Policy),
            ("assignmentPolicyId", By::Policy),
            ("target/objectId", By::Object),
            ("targetId", By::Object),
            ("accessPackage/id", By::Package),
            ("accessPackageId", By::Package),
        ];
        let found =
            ways.into_iter().find_map(|(path, by)| Some((by, equals(path)?.to_lowercase())));
        match (set, found) {
            ("assignments", Some((By::Object, id))) => {
                let subject = e.subjects.of(By::Object, &id).next().map(|subject| &*subject.id);
                let rows = e.assignments.of(By::Subject, subject.unwrap_or_default());
                Some((&noun::ASSIGNMENT, Box::new(rows.map(Item::Assignment))))
            }
            ("assignments", Some((by, id))) => {
                Some((&noun::ASSIGNMENT, Box::new(e.assignments.of(by, &id).map(Item::Assignment))))
            }
            ("assignmentRequests", Some((by @ By::Package, id))) => {
                Some((&noun::REQUEST, Box::new(e.requests.of(by, &id).map(Item::Request))))
            }
            _ => self.rows(set),
        }
    }
}

fn made<'a>(rows: impl Iterator<Item = Value> + 'a) -> Rows<'a> {
    Box::new(rows.map(Item::Row))
}
