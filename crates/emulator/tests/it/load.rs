//! Many clients at once: no answer of the emulator's own fault, no update lost, and the same grants
//! as one client would have left.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::raw::Raw;

const CLIENTS: usize = 100;

/// Rounds of each client, unless `ENTITLE_ROUNDS` says otherwise.
fn rounds() -> usize {
    std::env::var("ENTITLE_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(4)
}

/// Every client has a connection and a catalog of its own, in which it counts; all want the same packages for the
/// same people.
struct Client {
    raw: Raw,
    number: usize,
    catalog: String,
    person: String,
    package: String,
    policy: String,
}

impl Client {
    async fn play(self, rounds: usize) -> usize {
        let catalog = format!("/v1.0/EM/catalogs/{}", self.catalog);
        let mut granted = 0;
        for round in 0..rounds {
            let text = format!("{} {round}", self.number);
            let got = self.raw.patch(&catalog, json!({"description": text})).await;
            assert_eq!(got.status, 204, "{got:?}");
            assert_eq!(self.raw.get(&catalog).await.body["description"], text.as_str());
            let name = format!("package of {text}");
            let package = json!({"displayName": name, "catalog": {"id": self.catalog}});
            let package = self.raw.post("/v1.0/EM/accessPackages", package).await;
            assert_eq!(package.status, 201, "{package:?}");
            let body = json!({"requestType": "adminAdd", "assignment": {"targetId": self.person, "assignmentPolicyId": self.policy, "accessPackageId": self.package}});
            let got = self.raw.post("/v1.0/EM/assignmentRequests", body).await;
            assert!(got.status < 500, "{got:?}");
            granted += usize::from(got.status == 201);
            let list = "/v1.0/EM/assignments?$expand=target,accessPackage&$top=50";
            assert_eq!(self.raw.get(list).await.status, 200);
        }
        granted
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_clients_lose_nothing() {
    const PEOPLE: usize = 20;
    const PACKAGES: usize = 5;
    let raw = Arc::new(Raw::tenant());
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        people.push(raw.person(&format!("person{n}")).await);
    }
    let mut packages = Vec::new();
    for n in 0..PACKAGES {
        let (group, package, _) = raw.package(&format!("package{n}"), 30).await;
        let policy = json!({"displayName": "for all", "accessPackage": {"id": package}, "allowedTargetScope": "allDirectoryUsers"});
        let policy = raw.post("/v1.0/EM/assignmentPolicies", policy).await.id();
        packages.push((group, package, policy));
    }
    let rounds = rounds();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    let router = raw.tenant.router();
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let name = format!("catalog of {number}");
        let catalog = raw.post("/v1.0/EM/catalogs", json!({"displayName": name})).await.id();
        let (_, package, policy) = packages[number % PACKAGES].clone();
        let person = people[number / PACKAGES].clone();
        let raw = raw.over_a_socket(server);
        clients.spawn(Client { raw, number, catalog, person, package, policy }.play(rounds));
    }
    let granted: usize = clients.join_all().await.into_iter().sum();
    serving.abort();
    raw.pass(600);
    // A hundred pairs of a person and a package, each wanted in every round.
    assert_eq!(granted, PEOPLE * PACKAGES);
    for (group, _, _) in &packages {
        assert_eq!(raw.members(group).await, PEOPLE);
    }
    let mut count = 0;
    let mut next = Some("/v1.0/EM/accessPackages?$top=400".to_owned());
    while let Some(path) = next {
        let page = raw.get(&path).await.body;
        count += page["value"].as_array().map_or(0, Vec::len);
        let link = page["@odata.nextLink"].as_str();
        next = link.map(|link| link.replace("https://graph.microsoft.com", ""));
    }
    assert_eq!(count, CLIENTS * rounds + PACKAGES);
    let live = raw
        .get("/v1.0/EM/assignments?$filter=state eq 'delivered'&$expand=target,accessPackage")
        .await;
    let mut pairs: Vec<String> = live.body["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row: &Value| format!("{}{}", row["target"]["objectId"], row["accessPackage"]["id"]))
        .collect();
    pairs.sort();
    pairs.dedup();
    assert_eq!(pairs.len(), PEOPLE * PACKAGES, "one live assignment per target and package");
}
