//! A tenant and raw calls on it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use clock::{Clock, VirtualClock};
use emulator::{Identity, Options, Tenant};
use http::Request;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tower::ServiceExt;
use transport::{Live, Transport};

pub(crate) struct Raw {
    pub(crate) tenant: Tenant,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) who: Identity,
    /// A connection of its own to a server of the tenant; calls are within the process without one.
    line: Option<(Live, SocketAddr)>,
}

/// Names a rule that is switched off in every tenant of a run.
pub(crate) const SWITCHED_OFF: &str = "ENTITLE_RULE_OFF";

#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) headers: http::HeaderMap,
}

impl Got {
    /// `400 InvalidModel`
    pub(crate) fn refusal(&self) -> String {
        format!("{} {}", self.status, self.body["error"]["code"].as_str().unwrap_or("no code"))
    }

    pub(crate) fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_else(|| panic!("no id in {self:?}")).to_owned()
    }
}

/// Names a file that takes a line for every rule that a test sees fire: its name, and the rule's.
pub(crate) const SEEN: &str = "ENTITLE_RULES_SEEN";

fn seen(headers: &http::HeaderMap) {
    let Some(file) = std::env::var_os(SEEN) else { return };
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    let rules = headers.get_all("x-entitle-rule").iter();
    let rules = rules.filter_map(|told| told.to_str().ok()?.split(';').next());
    let lines: Vec<String> = rules.map(|rule| format!("{test} {rule}\n")).collect();
    let file = std::fs::OpenOptions::new().append(true).create(true).open(file);
    std::io::Write::write_all(&mut file.unwrap(), lines.concat().as_bytes()).unwrap();
}

impl Raw {
    pub(crate) fn tenant() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn of(tenant: Tenant, clock: Arc<VirtualClock>) -> Self {
        let who = tenant.administrator().clone();
        Self { tenant, clock, who, line: None }
    }

    pub(crate) fn with(options: Options) -> Self {
        let start = "2026-01-05T09:14:33.2042281Z".parse().unwrap();
        let clock = Arc::new(VirtualClock::starting_at(start));
        let mut options = options;
        options.rules_off.extend(std::env::var(SWITCHED_OFF));
        let tenant = Tenant::new(&options, clock.clone());
        Self::of(tenant, clock)
    }

    pub(crate) fn acting_as(&self, who: &Identity) -> Self {
        Self {
            tenant: self.tenant.clone(),
            clock: self.clock.clone(),
            who: who.clone(),
            line: None,
        }
    }

    /// The same caller, over a socket.
    pub(crate) fn over_a_socket(&self, server: SocketAddr) -> Self {
        let line = Some((Live::on_this_machine().unwrap(), server));
        Self { line, ..self.acting_as(&self.who) }
    }

    pub(crate) fn requestor(&self) -> Self {
        self.acting_as(&self.tenant.requestor().clone())
    }

    pub(crate) fn user(&self) -> &str {
        &self.who.user
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds)).unwrap();
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Got {
        let path = path.replace("EM", "identityGovernance/entitlementManagement");
        let request = Request::builder()
            .method(method)
            .uri(format!("https://graph.microsoft.com{}", path.replace(' ', "%20")))
            .header("authorization", format!("Bearer {}", self.who.token))
            .header("content-type", "application/json")
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
            .unwrap();
        self.raw(request).await
    }

    pub(crate) async fn raw(&self, request: Request<Body>) -> Got {
        let (parts, bytes) = match &self.line {
            None => {
                let response = self.tenant.router().oneshot(request).await.unwrap();
                let (parts, body) = response.into_parts();
                (parts, to_bytes(body, usize::MAX).await.unwrap())
            }
            Some((line, server)) => {
                let (mut parts, body) = request.into_parts();
                let path = parts.uri.path_and_query().unwrap();
                parts.uri = format!("http://{server}{path}").parse().unwrap();
                let body = to_bytes(body, usize::MAX).await.unwrap();
                line.exchange(Request::from_parts(parts, body)).await.unwrap().into_parts()
            }
        };
        seen(&parts.headers);
        let body = match bytes.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&bytes).unwrap(),
        };
        Got { status: parts.status.as_u16(), body, headers: parts.headers }
    }

    pub(crate) async fn get(&self, path: &str) -> Got {
        self.send("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Got {
        self.send("POST", path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Got {
        self.send("PATCH", path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Got {
        self.send("PUT", path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Got {
        self.send("DELETE", path, None).await
    }

    /// The id of the first entity of a list.
    pub(crate) async fn first(&self, path: &str) -> String {
        let got = self.get(path).await;
        got.body["value"][0]["id"].as_str().unwrap_or_else(|| panic!("{path}: {got:?}")).to_owned()
    }

    pub(crate) async fn general(&self) -> String {
        self.first("/v1.0/EM/catalogs?$filter=displayName eq 'General'").await
    }

    /// The id of a group as a catalog's resource.
    pub(crate) async fn resource(&self, catalog: &str, group: &str) -> String {
        let filter = format!("$filter=originId eq '{group}'");
        self.first(&format!("/v1.0/EM/catalogs/{catalog}/resources?{filter}")).await
    }

    pub(crate) async fn group(&self, name: &str) -> String {
        let body = json!({"displayName": name, "description": name, "mailEnabled": false, "mailNickname": name, "securityEnabled": true});
        self.post("/v1.0/groups", body).await.id()
    }

    pub(crate) async fn person(&self, name: &str) -> String {
        let body = json!({"accountEnabled": true, "displayName": name, "mailNickname": name, "userPrincipalName": format!("{name}@contoso.onmicrosoft.com"), "passwordProfile": {"password": "x"}});
        self.post("/v1.0/users", body).await.id()
    }

    /// Somebody with one role within entitlement management, in one catalog or (`/`) in all.
    pub(crate) async fn holder_of(&self, role: &str, catalog: &str) -> Self {
        let name = format!("holder-{}", self.get("/v1.0/users/$count").await.body);
        let id = self.person(&name).await;
        let definitions =
            self.get("/beta/roleManagement/entitlementManagement/roleDefinitions").await;
        let definitions = definitions.body["value"].as_array().unwrap().clone();
        let definition =
            definitions.iter().find(|d| d["displayName"] == role).unwrap()["id"].clone();
        let scope = match catalog {
            "/" => "/".to_owned(),
            id => format!("/AccessPackageCatalog/{id}"),
        };
        let body = json!({"principalId": id, "roleDefinitionId": definition, "appScopeId": scope});
        let path = "/beta/roleManagement/entitlementManagement/roleAssignments";
        assert_eq!(self.post(path, body).await.status, 201);
        self.acting_as(&self.tenant.sign_in(&id).unwrap())
    }

    /// A package that gives membership of a new group, and its policy of `days` for the requestor:
    /// `(group, package, policy)`.
    pub(crate) async fn package(&self, name: &str, days: u32) -> (String, String, String) {
        let group = self.group(name).await;
        self.package_for(&group, name, days).await
    }

    pub(crate) async fn package_for(
        &self,
        group: &str,
        name: &str,
        days: u32,
    ) -> (String, String, String) {
        let general = self.general().await;
        let resource = json!({"requestType": "adminAdd", "catalog": {"id": general}, "resource": {"originId": group, "originSystem": "AadGroup"}});
        self.post("/v1.0/EM/resourceRequests", resource).await;
        let resource = self.resource(&general, group).await;
        let package = json!({"displayName": name, "catalog": {"id": general}});
        let package = self.post("/v1.0/EM/accessPackages", package).await.id();
        let role = json!({"role": {"originId": format!("Member_{group}"), "originSystem": "AadGroup", "resource": {"id": resource}}, "scope": {"originId": group, "originSystem": "AadGroup"}});
        let got =
            self.post(&format!("/v1.0/EM/accessPackages/{package}/resourceRoleScopes"), role).await;
        assert_eq!(got.status, 201, "{got:?}");
        let policy = json!({
            "displayName": "for the requestor", "accessPackage": {"id": package},
            "allowedTargetScope": "specificDirectoryUsers",
            "specificAllowedTargets": [{"@odata.type": "#microsoft.graph.singleUser", "userId": self.tenant.requestor().user}],
            "expiration": {"type": "afterDuration", "duration": format!("P{days}D")},
            "requestorSettings": {"enableTargetsToSelfAddAccess": true},
        });
        let policy = self.post("/v1.0/EM/assignmentPolicies", policy).await.id();
        (group.to_owned(), package, policy)
    }

    /// The requestor asks for a package.
    pub(crate) async fn ask(&self, package: &str, policy: &str) -> Got {
        let target = self.tenant.requestor().user.clone();
        let body = json!({"requestType": "userAdd", "assignment": {"targetId": target, "assignmentPolicyId": policy, "accessPackageId": package}});
        self.requestor().post("/v1.0/EM/assignmentRequests", body).await
    }

    pub(crate) async fn members(&self, group: &str) -> usize {
        let got = self.get(&format!("/v1.0/groups/{group}/members")).await;
        got.body["value"].as_array().map_or(0, Vec::len)
    }
}
