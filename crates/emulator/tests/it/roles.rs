//! What a user's roles allow, beside the scope of their token.

use serde_json::{Value, json};

use crate::raw::Raw;

const ROLES: [&str; 5] = [
    "Catalog owner",
    "Catalog reader",
    "Catalog creator",
    "Access package manager",
    "Access package assignment manager",
];

/// The matrix of the delegation page: what is done, and who of [`ROLES`] may in their catalog.
const MATRIX: [(&str, [bool; 5]); 11] = [
    ("see the catalog", [true, true, false, true, true]),
    ("see a package", [true, true, false, true, true]),
    ("see who has it", [true, true, false, true, true]),
    ("make a catalog", [false, false, true, false, false]),
    ("change the catalog", [true, false, false, false, false]),
    ("add a resource", [true, false, false, false, false]),
    ("make a package", [true, false, false, true, false]),
    ("change a package", [true, false, false, true, false]),
    ("give it a role", [true, false, false, true, false]),
    ("make a policy", [true, false, false, true, false]),
    ("assign", [true, false, false, true, true]),
];

struct Place {
    raw: Raw,
    catalog: String,
    package: String,
    policy: String,
    group: String,
    resource: String,
}

impl Place {
    async fn made() -> Self {
        let raw = Raw::tenant();
        let (group, package, policy) = raw.package("Sales", 30).await;
        let catalog = raw.general().await;
        let resource = raw.resource(&catalog, &group).await;
        Self { raw, catalog, package, policy, group, resource }
    }

    /// The method, path and body of what is done in the catalog.
    async fn done(&self, what: &str, who: &Raw) -> (&'static str, String, Option<Value>) {
        let Self { catalog, package, policy, group, resource, .. } = self;
        let em = |path: String| format!("/v1.0/EM/{path}");
        match what {
            "see the catalog" => ("GET", em(format!("catalogs/{catalog}")), None),
            "see a package" => ("GET", em(format!("accessPackages/{package}")), None),
            "see who has it" => {
                ("GET", em(format!("assignments?$filter=accessPackage/id eq '{package}'")), None)
            }
            "make a catalog" => ("POST", em("catalogs".into()), Some(json!({"displayName": "c"}))),
            "change the catalog" => (
                "PATCH",
                em(format!("catalogs/{catalog}")),
                Some(json!({"description": "changed"})),
            ),
            "add a resource" => {
                let own = self.raw.group("own").await;
                let reference = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/users/{}", who.user())});
                self.raw.post(&format!("/v1.0/groups/{own}/owners/$ref"), reference).await;
                let body = json!({"requestType": "adminAdd", "catalog": {"id": catalog}, "resource": {"originId": own, "originSystem": "AadGroup"}});
                ("POST", em("resourceRequests".into()), Some(body))
            }
            "make a package" => {
                let body = json!({"displayName": "p", "catalog": {"id": catalog}});
                ("POST", em("accessPackages".into()), Some(body))
            }
            "change a package" => (
                "PATCH",
                em(format!("accessPackages/{package}")),
                Some(json!({"description": "changed"})),
            ),
            "give it a role" => {
                let body = json!({"role": {"originId": format!("Owner_{group}"), "originSystem": "AadGroup", "resource": {"id": resource}}, "scope": {"originId": group, "originSystem": "AadGroup"}});
                ("POST", em(format!("accessPackages/{package}/resourceRoleScopes")), Some(body))
            }
            "make a policy" => {
                let body = json!({"displayName": "p", "accessPackage": {"id": package}});
                ("POST", em("assignmentPolicies".into()), Some(body))
            }
            _ => {
                let target = &self.raw.tenant.requestor().user;
                let body = json!({"requestType": "adminAdd", "assignment": {"targetId": target, "assignmentPolicyId": policy, "accessPackageId": package}});
                ("POST", em("assignmentRequests".into()), Some(body))
            }
        }
    }
}

#[tokio::test]
async fn a_role_allows_what_the_delegation_page_says() {
    for (column, role) in ROLES.into_iter().enumerate() {
        for (what, may) in MATRIX {
            for everywhere in [false, true] {
                let place = Place::made().await;
                // To make a catalog is no catalog's.
                let scope = match everywhere || role == "Catalog creator" {
                    true => "/",
                    false => &place.catalog,
                };
                let who = place.raw.holder_of(role, scope).await;
                let (method, path, body) = place.done(what, &who).await;
                let got = who.send(method, &path, body).await;
                match may[column] {
                    true => assert!(got.status < 300, "{role}: {what}: {got:?}"),
                    false => {
                        assert_eq!(got.refusal(), "403 UnAuthorized", "{role}: {what}");
                        assert_eq!(got.headers["x-entitle-rule"], "role-missing; grade=recorded");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn a_role_in_one_catalog_is_none_in_another() {
    let place = Place::made().await;
    let other = place.raw.post("/v1.0/EM/catalogs", json!({"displayName": "Other"})).await.id();
    let who = place.raw.holder_of("Catalog owner", &other).await;
    for (what, _) in MATRIX {
        if what == "make a catalog" {
            continue;
        }
        let (method, path, body) = place.done(what, &who).await;
        let got = who.send(method, &path, body).await;
        assert_eq!(got.refusal(), "403 UnAuthorized", "{what}");
    }
    // Lists show what one may see.
    let seen = who.get("/v1.0/EM/catalogs").await.body;
    assert_eq!(seen["value"].as_array().map(Vec::len), Some(1));
    assert_eq!(seen["value"][0]["id"], other.as_str());
    assert_eq!(who.get("/v1.0/EM/accessPackages").await.body["value"], json!([]));
    // Those of a package must be asked for by the package.
    assert_eq!(who.get("/v1.0/EM/assignments").await.refusal(), "403 UnAuthorized");
    assert_eq!(who.get("/v1.0/EM/assignmentPolicies").await.refusal(), "403 UnAuthorized");
}

#[tokio::test]
async fn whoever_has_no_role_has_what_is_their_own() {
    let raw = Raw::tenant();
    let (_, package, policy) = raw.package("Sales", 30).await;
    let requestor = raw.requestor();
    for path in ["catalogs", "accessPackages", "assignments", "settings"] {
        assert_eq!(requestor.get(&format!("/v1.0/EM/{path}")).await.refusal(), "403 UnAuthorized");
    }
    let request = raw.ask(&package, &policy).await.id();
    let mine = "/v1.0/EM/assignmentRequests/filterByCurrentUser(on='target')";
    assert_eq!(requestor.first(mine).await, request);
    let cancel = format!("/v1.0/EM/assignmentRequests/{request}/cancel");
    let other = raw.person("other").await;
    let other = raw.acting_as(&raw.tenant.sign_in(&other).unwrap());
    assert_eq!(other.send("POST", &cancel, None).await.refusal(), "403 UnAuthorized");
    assert_eq!(requestor.send("POST", &cancel, None).await.status, 200);
}

#[tokio::test]
async fn a_directory_role_governs_and_a_creator_owns() {
    let raw = Raw::tenant();
    let governor = raw.person("governor").await;
    let body = json!({"roleDefinitionId": "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e", "principalId": governor, "directoryScopeId": "/"});
    let path = "/v1.0/roleManagement/directory/roleAssignments";
    assert_eq!(raw.post(path, body).await.status, 201);
    let governor = raw.acting_as(&raw.tenant.sign_in(&governor).unwrap());
    assert_eq!(governor.get("/v1.0/EM/assignments").await.status, 200);
    let creator = raw.holder_of("Catalog creator", "/").await;
    let own = creator.post("/v1.0/EM/catalogs", json!({"displayName": "own"})).await.id();
    let path = format!("/v1.0/EM/catalogs/{own}");
    assert_eq!(creator.patch(&path, json!({"description": "mine"})).await.status, 204);
    let general = format!("/v1.0/EM/catalogs/{}", raw.general().await);
    assert_eq!(creator.get(&general).await.refusal(), "403 UnAuthorized");
}
