//! Open questions about the service, asked of a tenant as small experiments that clean up behind
//! themselves. The answers are texts that two runs can be compared by: no ids, no times of day.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;

use bytes::Bytes;
use clock::SharedClock;
use futures_util::FutureExt;
use http::{Method, Request};
use jiff::{SignedDuration, Timestamp};
use odata::encode_component;
use serde_json::{Value, json};
use transport::SharedTransport;

use crate::backend::LiveTenant;
use crate::performance::Interrupt;

/// Questions with their answers, by name.
pub type Answers = BTreeMap<String, String>;

/// Why the experiments ended early.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the experiments need {needs}, and were answered {answer}")]
pub struct Unprobed {
    /// What was asked for.
    pub needs: String,
    /// What was answered.
    pub answer: String,
}

const EM: &str = "identityGovernance/entitlementManagement";
/// An id that nothing has.
const NOBODY: &str = "00000000-0000-4000-8000-00000000dead";
/// How long something is waited for, and how often it is looked for.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);
const BETWEEN: SignedDuration = SignedDuration::from_secs(1);

/// Collections, and options that each may take or not.
const COLLECTIONS: [&str; 6] = [
    "catalogs",
    "accessPackages",
    "assignmentPolicies",
    "assignmentRequests",
    "assignments",
    "resourceRequests",
];
const OPTIONS: [&str; 14] = [
    "$top=1",
    "$skip=1",
    "$count=true",
    "$orderby=displayName",
    "$search=%22x%22",
    "$filter=displayName eq 'x'",
    "$filter=startswith(displayName,'x')",
    "$filter=contains(displayName,'x')",
    "$filter=state eq 'delivered'",
    "$filter=createdDateTime ge 2020-01-01T00:00:00Z",
    "$filter=accessPackage/id eq '00000000-0000-4000-8000-00000000dead'",
    "$filter=catalog/id eq '00000000-0000-4000-8000-00000000dead'",
    "$expand=accessPackage",
    "$expand=catalog",
];

/// Paths that the metadata has and the service is said not to serve.
const ADVERTISED: [&str; 6] = [
    "accessPackages/{package}/assignmentPolicies",
    "accessPackages/{package}/resourceRoleScopes",
    "catalogs/{catalog}/accessPackages",
    "resourceRoleScopes",
    "availableAccessPackages",
    "accessPackageSuggestions",
];

/// Asks everything, and times what takes time so often. What is made is taken away, also where an experiment cannot go on.
///
/// # Errors
/// [`Unprobed`] where the tenant does not let the experiments' own group or package be made.
pub async fn probe(
    tenant: &LiveTenant,
    samples: u32,
    interrupt: &Interrupt,
) -> (Result<Answers, Unprobed>, Vec<String>) {
    let entrance = tenant.entrance();
    let laboratory = Laboratory {
        graph: tenant.graph.clone(),
        transport: entrance.administrator.clone(),
        clock: tenant.clock.clone(),
        run: entrance.run.clone(),
        target: tenant.given.get("requestor").cloned(),
        domain: tenant.given.get("domain").cloned(),
        samples,
    };
    let stopped = |answer: &str| {
        Err(Unprobed { needs: "to come to their end".to_owned(), answer: answer.to_owned() })
    };
    let answers = tokio::select! {
        answers = AssertUnwindSafe(laboratory.all()).catch_unwind() => {
            answers.unwrap_or_else(|_| stopped("with a panic"))
        }
        () = interrupt.raised() => stopped("with an interruption"),
    };
    let left = entrance.sweep.run(Some(&entrance.run)).await.into_iter();
    let left = left.map(|(entry, why)| format!("{}: {why}", entry.called())).collect();
    (answers, left)
}

/// What was answered.
struct Said {
    status: u16,
    body: Value,
}

impl Said {
    /// `201`, `400 InvalidFilter`
    fn short(&self) -> String {
        match self.body.pointer("/error/code").and_then(Value::as_str) {
            Some("") => format!("{} without a code", self.status),
            Some(code) => format!("{} {code}", self.status),
            None => self.status.to_string(),
        }
    }

    fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_default().to_owned()
    }
}

/// What the experiments cannot do without.
fn needed(needs: &str, said: Said) -> Result<Said, Unprobed> {
    match said.status {
        200..300 => Ok(said),
        _ => Err(Unprobed { needs: needs.to_owned(), answer: said.short() }),
    }
}

struct Laboratory {
    graph: String,
    transport: SharedTransport,
    clock: SharedClock,
    run: String,
    /// The sign-in name of whoever gets access; a user of the run's own without one.
    target: Option<String>,
    /// The domain of a user of the run's own.
    domain: Option<String>,
    /// How often what takes time is timed.
    samples: u32,
}

/// What the experiments are made with.
struct Bench {
    catalog: String,
    group: String,
    resource: String,
    package: String,
    policy: String,
    target: String,
}

impl Laboratory {
    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Said {
        let url = format!("{}/v1.0/{}", self.graph, path.replace(' ', "%20"));
        let request = Request::builder()
            .method(method)
            .uri(url)
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .body(body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string())));
        let outcome = match request {
            Ok(request) => self.transport.exchange(request).await.map_err(drop),
            Err(_) => Err(()),
        };
        match outcome {
            Ok(answer) => Said {
                status: answer.status().as_u16(),
                body: serde_json::from_slice(answer.body()).unwrap_or_default(),
            },
            // Its words hold addresses and ids, which answers do not.
            Err(()) => Said { status: 0, body: json!({"error": {"code": "no answer"}}) },
        }
    }

    async fn get(&self, path: &str) -> Said {
        self.ask(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Said {
        self.ask(Method::POST, path, Some(body)).await
    }

    async fn delete(&self, path: &str) -> Said {
        self.ask(Method::DELETE, path, None).await
    }

    /// Seconds until `reached`, and no longer than one has patience.
    async fn until(&self, reached: impl AsyncFn() -> bool) -> i64 {
        let began = self.clock.now();
        while !reached().await && self.clock.now().duration_since(began) <= PATIENCE {
            self.clock.wait(BETWEEN).await;
        }
        seconds(began, self.clock.now())
    }

    async fn all(&self) -> Result<Answers, Unprobed> {
        let mut answers = Answers::new();
        let mut tell = |question: &str, answer: String| {
            answers.insert(question.to_owned(), answer);
        };
        self.reading(&mut tell).await;
        let bench = self.bench(&mut tell).await?;
        self.making(&bench, &mut tell).await;
        self.asking(&bench, &mut tell).await;
        self.taking_time(&bench, &mut tell).await;
        self.deleting(&bench, &mut tell).await;
        Ok(answers)
    }

    /// What takes nothing to ask.
    async fn reading(&self, tell: &mut impl FnMut(&str, String)) {
        // A catalog is in every tenant; of an empty list nothing is told.
        let said = self.get(&format!("{EM}/catalogs")).await;
        let tips = said.body.get("@microsoft.graph.tips").is_some();
        tell("advice of the gateway in a list", if tips { "given" } else { "none" }.to_owned());
        for set in COLLECTIONS {
            for option in OPTIONS {
                let said = self.get(&format!("{EM}/{set}?{option}")).await;
                tell(&format!("option {set} {option}"), said.short());
            }
            let said = self.get(&format!("{EM}/{set}")).await;
            let count = said.body["value"].as_array().map_or(0, Vec::len);
            let page = match said.body["@odata.nextLink"].is_string() {
                true => format!("{count}, and another page"),
                false => "all on one page".to_owned(),
            };
            tell(&format!("page {set}"), page);
            for (what, id) in [("unknown", NOBODY), ("malformed", "nonsense")] {
                let said = self.get(&format!("{EM}/{set}/{id}")).await;
                tell(&format!("{what} id {set}"), said.short());
            }
        }
    }

    async fn bench(&self, tell: &mut impl FnMut(&str, String)) -> Result<Bench, Unprobed> {
        let filter = format!("{EM}/catalogs?$filter=displayName eq 'General'");
        let general = needed("the catalog General", self.get(&filter).await)?;
        let catalog = general.body["value"][0]["id"].as_str().unwrap_or_default().to_owned();
        let group = self.post("groups", self.group("probed")).await;
        let group = needed("a group of their own", group)?.id();
        let named = format!("groups?$filter=displayName eq '{} probed'", self.run);
        self.until(async || !is_empty(&self.get(&named).await)).await;
        let began = self.clock.now();
        let added = self.add(&catalog, &group).await;
        needed("the group in a catalog", added)?;
        tell(
            "time until a new group can be added",
            format!("{} s", seconds(began, self.clock.now())),
        );
        let path = format!("{EM}/catalogs/{catalog}/resources?$filter=originId eq '{group}'");
        let there = self.until(async || !is_empty(&self.get(&path).await)).await;
        tell("time until an added resource is listed", format!("{there} s"));
        let resource =
            self.get(&path).await.body["value"][0]["id"].as_str().unwrap_or_default().to_owned();
        let body =
            json!({"displayName": format!("{} probed", self.run), "catalog": {"id": catalog}});
        let package = self.post(&format!("{EM}/accessPackages"), body).await;
        let digits = package.body["createdDateTime"].as_str().and_then(|at| at.split('.').nth(1));
        tell(
            "digits of a new package's time",
            digits.map_or(0, |rest| rest.len().saturating_sub(1)).to_string(),
        );
        let package = needed("a package of their own", package)?.id();
        let body = self.policy_of(&package);
        let policy = self.post(&format!("{EM}/assignmentPolicies"), body).await;
        let policy = needed("a policy of their own", policy)?.id();
        let target = self.target().await?;
        Ok(Bench { catalog, group, resource, package, policy, target })
    }

    async fn target(&self) -> Result<String, Unprobed> {
        if let Some(name) = &self.target {
            let said = self.get(&format!("users/{}", encode_component(name))).await;
            return Ok(needed("the user named by ENTITLE_REQUESTOR", said)?.id());
        }
        let domain = self.domain.as_deref().unwrap_or_default();
        let name = format!("{}probed", self.run);
        let password = format!("Pw-{}", uuid::Uuid::new_v4());
        let body = json!({
            "accountEnabled": true, "displayName": name, "mailNickname": name,
            "userPrincipalName": format!("{name}@{domain}"),
            "passwordProfile": {"password": password},
        });
        Ok(needed("a user to give access to", self.post("users", body).await)?.id())
    }

    fn group(&self, name: &str) -> Value {
        json!({
            "displayName": format!("{} {name}", self.run), "mailNickname": format!("{}{name}", self.run),
            "mailEnabled": false, "securityEnabled": true,
        })
    }

    fn policy_of(&self, package: &str) -> Value {
        json!({
            "displayName": format!("{} probed", self.run), "description": "to be probed",
            "accessPackage": {"id": package}, "allowedTargetScope": "allDirectoryUsers",
            "expiration": {"type": "afterDuration", "duration": "P5D"},
        })
    }

    async fn add(&self, catalog: &str, group: &str) -> Said {
        let body = json!({
            "requestType": "adminAdd", "catalog": {"id": catalog},
            "resource": {"originId": group, "originSystem": "AadGroup"},
        });
        self.post(&format!("{EM}/resourceRequests"), body).await
    }

    /// Things made twice, and a policy that is put without what it had.
    async fn making(&self, bench: &Bench, tell: &mut impl FnMut(&str, String)) {
        let Bench { catalog, group, resource, package, policy, .. } = bench;
        for path in ADVERTISED {
            let asked = path.replace("{package}", package).replace("{catalog}", catalog);
            tell(&format!("served {path}"), self.get(&format!("{EM}/{asked}")).await.short());
        }
        tell("a resource added twice", self.add(catalog, group).await.short());
        let twin =
            json!({"displayName": format!("{} probed", self.run), "catalog": {"id": catalog}});
        let said = self.post(&format!("{EM}/accessPackages"), twin).await;
        tell("a package named twice", said.short());
        let scopes = format!("{EM}/accessPackages/{package}/resourceRoleScopes");
        let role = json!({
            "role": {"originId": format!("Member_{group}"), "originSystem": "AadGroup", "resource": {"id": resource}},
            "scope": {"originId": group, "originSystem": "AadGroup"},
        });
        let given = self.post(&scopes, role.clone()).await;
        tell("a role in a package", given.short());
        tell("a role in a package twice", self.post(&scopes, role).await.short());
        let path = format!("{EM}/assignmentPolicies/{policy}");
        let before = self.get(&path).await.body;
        let bare = json!({
            "displayName": format!("{} probed", self.run), "description": "",
            "accessPackage": {"id": package}, "allowedTargetScope": "allDirectoryUsers",
        });
        tell(
            "a policy put without what it had",
            self.ask(Method::PUT, &path, Some(bare)).await.short(),
        );
        let after = self.get(&path).await.body;
        let members = before.as_object().into_iter().flatten();
        let lost = members.filter(|(name, value)| {
            *name != "modifiedDateTime" && !name.contains('@') && after.get(*name) != Some(*value)
        });
        let lost: Vec<&str> = lost.map(|(name, _)| name.as_str()).collect();
        tell("what a put policy loses", lost.join(", "));
        let body = self.policy_of(package);
        self.ask(Method::PUT, &path, Some(body)).await;
        let said = self.ask(Method::PATCH, &path, Some(json!({"description": "patched"}))).await;
        tell("a policy patched", said.short());
    }

    /// Requests: twice, in use, and how long they take.
    async fn asking(&self, bench: &Bench, tell: &mut impl FnMut(&str, String)) {
        let Bench { package, policy, target, .. } = bench;
        let requests = format!("{EM}/assignmentRequests");
        let ask = json!({
            "requestType": "adminAdd",
            "assignment": {"targetId": target, "assignmentPolicyId": policy, "accessPackageId": package},
        });
        let made = self.post(&requests, ask.clone()).await;
        tell("a request", made.short());
        tell("a second open request", self.post(&requests, ask.clone()).await.short());
        if made.id().is_empty() {
            // The rest is about it.
            return;
        }
        let request = format!("{requests}/{}", made.id());
        tell("a request on its way deleted", self.delete(&request).await.short());
        let delivered = async || self.get(&request).await.body["state"] == "delivered";
        self.until(delivered).await;
        tell("a request for what is held", self.post(&requests, ask).await.short());
        let held = format!("{EM}/assignments?$filter=assignmentPolicy/id eq '{policy}'");
        let held = self.get(&held).await.body["value"][0]["id"].take();
        let same = held.as_str().is_some_and(|held| request.ends_with(held));
        tell("a request and its assignment share an id", same.to_string());
        let of = |what: &str, id: &str| format!("{EM}/{what}/{id}");
        tell(
            "a policy in use deleted",
            self.delete(&of("assignmentPolicies", policy)).await.short(),
        );
        tell("a package in use deleted", self.delete(&of("accessPackages", package)).await.short());
        let end = json!({"requestType": "adminRemove", "assignment": {"id": held}});
        let ended = self.post(&requests, end.clone()).await;
        tell("a removal", ended.short());
        tell("a second removal", self.post(&requests, end.clone()).await.short());
        if ended.id().is_empty() {
            return;
        }
        let ended = format!("{requests}/{}", ended.id());
        let over = async || self.get(&ended).await.body["state"] == "delivered";
        self.until(over).await;
        tell("a removal of what is gone", self.post(&requests, end).await.short());
        tell("a delivered request deleted", self.delete(&request).await.short());
    }

    /// What goes with what, and how it answers.
    async fn deleting(&self, bench: &Bench, tell: &mut impl FnMut(&str, String)) {
        let Bench { catalog, group, package, policy, .. } = bench;
        let path = format!("{EM}/accessPackages/{package}?$expand=resourceRoleScopes");
        let scope = self.get(&path).await.body["resourceRoleScopes"][0]["id"].take();
        let scope = scope.as_str().unwrap_or(NOBODY);
        let path = format!("{EM}/accessPackages/{package}/resourceRoleScopes/{scope}");
        tell("a role taken out of a package", self.delete(&path).await.short());
        let policy = format!("{EM}/assignmentPolicies/{policy}");
        tell("a policy deleted", self.delete(&policy).await.short());
        tell("a deleted policy read", self.get(&policy).await.short());
        let package = format!("{EM}/accessPackages/{package}");
        tell("a package deleted", self.delete(&package).await.short());
        tell("a deleted package read", self.get(&package).await.short());
        tell("a group deleted", self.delete(&format!("groups/{group}")).await.short());
        let resource = format!("{EM}/catalogs/{catalog}/resources?$filter=originId eq '{group}'");
        let stays = !is_empty(&self.get(&resource).await);
        let stays = if stays { "its resource stays" } else { "its resource goes" };
        tell("what a deleted group leaves in a catalog", stays.to_owned());
    }

    /// How long things take, several times.
    async fn taking_time(&self, bench: &Bench, tell: &mut impl FnMut(&str, String)) {
        let Bench { package, policy, target, .. } = bench;
        let requests = format!("{EM}/assignmentRequests");
        let (mut listed, mut unlisted) = (Vec::new(), Vec::new());
        let (mut delivered, mut removed) = (Vec::new(), Vec::new());
        for sample in 0..self.samples {
            let name = format!("sample{sample}");
            let group = self.post("groups", self.group(&name)).await.id();
            let named = format!("groups?$filter=displayName eq '{} {name}'", self.run);
            listed.push(self.until(async || !is_empty(&self.get(&named).await)).await);
            self.delete(&format!("groups/{group}")).await;
            unlisted.push(self.until(async || is_empty(&self.get(&named).await)).await);
            let ask = json!({
                "requestType": "adminAdd",
                "assignment": {"targetId": target, "assignmentPolicyId": policy, "accessPackageId": package},
            });
            let is_over = async |request: &str| {
                // What was refused is not waited for.
                request.is_empty()
                    || self.get(&format!("{requests}/{request}")).await.body["state"] == "delivered"
            };
            let request = self.post(&requests, ask).await.id();
            delivered.push(self.until(async || is_over(&request).await).await);
            let live = format!(
                "{EM}/assignments?$filter=assignmentPolicy/id eq '{policy}' and state eq 'delivered'"
            );
            let held = self.get(&live).await.body["value"][0]["id"].take();
            let end = json!({"requestType": "adminRemove", "assignment": {"id": held}});
            let removal = self.post(&requests, end).await.id();
            removed.push(self.until(async || is_over(&removal).await).await);
        }
        for (what, samples) in [
            ("a new group is listed", listed),
            ("a deleted group is not listed", unlisted),
            ("a request is delivered", delivered),
            ("a removal is delivered", removed),
        ] {
            tell(&format!("time until {what}"), spread(samples));
        }
    }
}

/// Upper ends of a histogram's classes, in seconds.
const CLASSES: [i64; 8] = [1, 3, 10, 30, 60, 120, 300, 600];

/// `10 s at least, 47 s in the middle, 52 s at most (up to 10 s: 1, up to 60 s: 2)`
fn spread(mut samples: Vec<i64>) -> String {
    samples.sort_unstable();
    let (Some(least), Some(most)) = (samples.first(), samples.last()) else {
        return "not asked".to_owned();
    };
    let middle = samples[samples.len() / 2];
    let mut classes = Vec::new();
    let mut below = 0;
    for end in CLASSES {
        let up_to = samples.partition_point(|sample| *sample <= end);
        if up_to > below {
            classes.push(format!("up to {end} s: {}", up_to - below));
        }
        below = up_to;
    }
    if samples.len() > below {
        classes.push(format!("longer: {}", samples.len() - below));
    }
    let classes = classes.join(", ");
    format!("{least} s at least, {middle} s in the middle, {most} s at most ({classes})")
}

fn is_empty(said: &Said) -> bool {
    said.body["value"].as_array().is_none_or(Vec::is_empty)
}

fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs()
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn each_sample_is_in_one_class() {
        let told = "0 s at least, 11 s in the middle, 900 s at most (up to 1 s: 2, up to 30 s: 2, longer: 1)";
        assert_eq!(spread(vec![900, 0, 11, 12, 1]), told);
        assert_eq!(
            spread(vec![10]),
            "10 s at least, 10 s in the middle, 10 s at most (up to 10 s: 1)"
        );
        assert_eq!(spread(Vec::new()), "not asked");
    }
}
