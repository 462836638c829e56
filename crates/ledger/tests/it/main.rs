//! A guard before the emulator, in process: what it lets pass, what it finds again, what is swept.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod book;
mod guard;
mod sweep;

use std::sync::Arc;

use client::{Client, Error, Verdicts};
use clock::{SharedClock, VirtualClock};
use emulator::{Options, Tenant};
use http::Method;
use ledger::{Guard, Ledger, Limits, Sweep};
use model::Version;
use serde_json::{Value, json};
use transport::{Bearer, InProcess, Retry, SecretString, SharedTransport};

const GRAPH: &str = "https://graph.microsoft.com";
const RUN: &str = "entitle0a1b2c";
const EM: &str = "identityGovernance/entitlementManagement";

/// A tenant, and somebody who reaches it through a guard.
struct World {
    tenant: Tenant,
    clock: SharedClock,
    ledger: Ledger,
}

impl World {
    fn new() -> Self {
        let start = "2026-01-05T09:14:33Z".parse().unwrap();
        let clock: SharedClock = Arc::new(VirtualClock::starting_at(start));
        let tenant = Tenant::new(&Options::default(), clock.clone());
        Self { tenant, clock, ledger: Ledger::in_memory() }
    }

    /// The administrator's way to the tenant, without a guard.
    fn bare(&self) -> SharedTransport {
        let token = SecretString::from(self.tenant.administrator().token.clone());
        let bearer = Bearer::new(token, InProcess::new(self.tenant.router()));
        let verdicts = Verdicts::new(self.clock.clone());
        let judge = move |request: &_, outcome: &_| verdicts.judge(request, outcome);
        Arc::new(Retry::new(bearer, judge, self.clock.clone()))
    }

    fn guarded(&self, limits: Limits) -> SharedTransport {
        let looking = (self.bare(), GRAPH.to_owned());
        let (ledger, clock) = (self.ledger.clone(), self.clock.clone());
        Arc::new(Guard::new(self.bare(), &looking, ledger, RUN, limits, Arc::default(), clock))
    }

    /// Somebody else, whom nobody guards.
    fn somebody(&self) -> Caller {
        Caller(Client::new(self.bare(), Version::V1))
    }

    fn run(&self) -> Caller {
        self.run_within(Limits { privileged: true, ..Limits::default() })
    }

    fn run_within(&self, limits: Limits) -> Caller {
        Caller(Client::new(self.guarded(limits), Version::V1))
    }

    fn sweep(&self) -> Sweep {
        let guarded = self.guarded(Limits::default());
        Sweep::new(guarded, self.bare(), GRAPH, self.ledger.clone(), self.clock.clone())
    }

    fn faults(&self, faults: &Value) {
        self.tenant.set_faults(faults.to_string().as_bytes()).unwrap();
    }
}

/// Raw calls on v1.0.
struct Caller(Client);

impl Caller {
    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Error> {
        self.0.raw(method, path, body).send().await
    }

    async fn get(&self, path: &str) -> Result<Value, Error> {
        self.send(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value, Error> {
        self.send(Method::POST, path, Some(body)).await
    }

    async fn delete(&self, path: &str) -> Result<Value, Error> {
        self.send(Method::DELETE, path, None).await
    }

    /// Makes something; its id.
    async fn made(&self, path: &str, body: Value) -> String {
        let made = self.post(path, body).await.unwrap();
        made["id"].as_str().unwrap().to_owned()
    }

    async fn group(&self, name: &str) -> String {
        self.made("groups", group(name)).await
    }

    async fn user(&self, name: &str) -> String {
        self.made("users", user(name)).await
    }

    async fn general(&self) -> String {
        let filter = format!("{EM}/catalogs?$filter=displayName%20eq%20'General'");
        let found = self.get(&filter).await.unwrap();
        found["value"][0]["id"].as_str().unwrap().to_owned()
    }

    async fn package(&self, name: &str) -> String {
        let catalog = self.general().await;
        let body = json!({"displayName": format!("{RUN} {name}"), "catalog": {"id": catalog}});
        self.made(&format!("{EM}/accessPackages"), body).await
    }

    async fn policy(&self, package: &str) -> String {
        self.made(&format!("{EM}/assignmentPolicies"), policy(package)).await
    }

    /// Somebody gets the package.
    async fn assigned(&self, package: &str, policy: &str, target: &str) -> String {
        self.made(&format!("{EM}/assignmentRequests"), assignment(package, policy, target)).await
    }
}

fn group(name: &str) -> Value {
    json!({"displayName": format!("{RUN} {name}"), "mailNickname": format!("{RUN}{name}"), "mailEnabled": false, "securityEnabled": true})
}

fn user(name: &str) -> Value {
    json!({
        "accountEnabled": true, "displayName": format!("{RUN}{name}"), "mailNickname": format!("{RUN}{name}"),
        "userPrincipalName": format!("{RUN}{name}@contoso.onmicrosoft.com"),
        "passwordProfile": {"password": "Pw-never-written-down"},
    })
}

fn policy(package: &str) -> Value {
    json!({"displayName": "for all", "accessPackage": {"id": package}, "allowedTargetScope": "allDirectoryUsers"})
}

fn assignment(package: &str, policy: &str, target: &str) -> Value {
    json!({"requestType": "adminAdd", "assignment": {"targetId": target, "assignmentPolicyId": policy, "accessPackageId": package}})
}
