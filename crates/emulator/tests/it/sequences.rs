//! Random sequences of operations, against a model of a few lines that knows nothing but grants.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::raw::{Got, Raw};

const PEOPLE: usize = 3;
const PACKAGES: usize = 2;
/// What both policies give.
const LASTS_DAYS: i64 = 30;
/// How long the second package's approver may take.
const WAITS_DAYS: i64 = 7;
const DAY: i64 = 24 * 3600;
/// Between two operations: more than any delivery takes.
const SETTLES: i64 = 600;

#[derive(Debug, Clone, Copy)]
enum Operation {
    AdminAdd(usize, usize),
    UserAdd(usize, usize),
    AdminRemove(usize, usize),
    UserRemove(usize, usize),
    Decide(usize, usize, bool),
    Cancel(usize, usize),
    /// The second package gives, or no longer gives, the second group.
    Give,
    Take,
    Days(i64),
}

fn operation() -> impl Strategy<Value = Operation> {
    let both = || (0..PEOPLE, 0..PACKAGES);
    prop_oneof![
        3 => both().prop_map(|(who, what)| Operation::AdminAdd(who, what)),
        4 => both().prop_map(|(who, what)| Operation::UserAdd(who, what)),
        2 => both().prop_map(|(who, what)| Operation::AdminRemove(who, what)),
        2 => both().prop_map(|(who, what)| Operation::UserRemove(who, what)),
        4 => (0..PEOPLE, any::<bool>()).prop_map(|(who, yes)| Operation::Decide(who, 1, yes)),
        1 => both().prop_map(|(who, what)| Operation::Cancel(who, what)),
        1 => Just(Operation::Give),
        1 => Just(Operation::Take),
        2 => (1_i64..20).prop_map(Operation::Days),
    ]
}

/// Who holds and who waits for what, until which second.
#[derive(Debug, Default)]
struct Model {
    now: i64,
    granted: BTreeMap<(usize, usize), i64>,
    waiting: BTreeMap<(usize, usize), i64>,
    gives_both: bool,
}

impl Model {
    fn is_free(&self, key: (usize, usize)) -> bool {
        !self.granted.contains_key(&key) && !self.waiting.contains_key(&key)
    }

    /// Whether the service takes the operation; what it changes is changed.
    fn play(&mut self, operation: Operation) -> bool {
        let until = self.now + LASTS_DAYS * DAY;
        match operation {
            Operation::AdminAdd(who, what) => {
                let free = self.is_free((who, what));
                if free {
                    self.granted.insert((who, what), until);
                }
                free
            }
            Operation::UserAdd(who, what) => {
                let free = self.is_free((who, what));
                if free && what == 1 {
                    self.waiting.insert((who, what), self.now + WAITS_DAYS * DAY);
                } else if free {
                    self.granted.insert((who, what), until);
                }
                free
            }
            Operation::AdminRemove(who, what) | Operation::UserRemove(who, what) => {
                self.granted.remove(&(who, what)).is_some()
            }
            Operation::Decide(who, what, yes) => {
                let waited = self.waiting.remove(&(who, what)).is_some();
                if waited && yes {
                    self.granted.insert((who, what), until);
                }
                waited
            }
            Operation::Cancel(who, what) => self.waiting.remove(&(who, what)).is_some(),
            // What the package gives already is given once (a second POST answers with the first).
            Operation::Give => {
                self.gives_both = true;
                true
            }
            Operation::Take => std::mem::replace(&mut self.gives_both, false),
            Operation::Days(days) => {
                self.now += days * DAY;
                true
            }
        }
    }

    fn settle(&mut self) {
        self.now += SETTLES;
        self.granted.retain(|_, until| *until > self.now);
        self.waiting.retain(|_, until| *until > self.now);
    }

    fn members(&self, group: usize) -> BTreeSet<usize> {
        let gives = |package: usize| group == 0 || (package == 1 && self.gives_both);
        self.granted.keys().filter(|(_, what)| gives(*what)).map(|(who, _)| *who).collect()
    }
}

struct Played {
    raw: Raw,
    people: Vec<Raw>,
    approver: Raw,
    groups: Vec<String>,
    packages: Vec<String>,
    policies: Vec<String>,
    second_role: Value,
}

impl Played {
    async fn new() -> Self {
        let raw = Raw::tenant();
        let mut people = Vec::new();
        for n in 0..PEOPLE {
            let id = raw.person(&format!("person{n}")).await;
            people.push(raw.acting_as(&raw.tenant.sign_in(&id).unwrap()));
        }
        let approver = raw.person("approver").await;
        let (first, one, _) = raw.package("One", 30).await;
        let (_, two, _) = raw.package_for(&first, "Two", 30).await;
        let second = raw.group("Second").await;
        let general = raw.general().await;
        let body = json!({"requestType": "adminAdd", "catalog": {"id": general}, "resource": {"originId": second, "originSystem": "AadGroup"}});
        assert_eq!(raw.post("/v1.0/EM/resourceRequests", body).await.status, 201);
        let resource = raw.resource(&general, &second).await;
        let second_role = json!({"role": {"originId": format!("Member_{second}"), "originSystem": "AadGroup", "resource": {"id": resource}}, "scope": {"originId": second, "originSystem": "AadGroup"}});
        let mut policies = Vec::new();
        for (package, asks) in [(&one, false), (&two, true)] {
            let stages = json!([{
                "durationBeforeAutomaticDenial": format!("P{WAITS_DAYS}D"),
                "primaryApprovers": [{"@odata.type": "#microsoft.graph.singleUser", "userId": approver}],
            }]);
            let policy = json!({
                "displayName": "for all", "accessPackage": {"id": package},
                "allowedTargetScope": "allDirectoryUsers",
                "expiration": {"type": "afterDuration", "duration": format!("P{LASTS_DAYS}D")},
                "requestorSettings": {"enableTargetsToSelfAddAccess": true, "enableTargetsToSelfRemoveAccess": true},
                "requestApprovalSettings": {"isApprovalRequiredForAdd": asks, "stages": if asks { stages } else { json!([]) }},
            });
            policies.push(raw.post("/v1.0/EM/assignmentPolicies", policy).await.id());
        }
        let approver = raw.acting_as(&raw.tenant.sign_in(&approver).unwrap());
        let (groups, packages) = (vec![first, second], vec![one, two]);
        Self { raw, people, approver, groups, packages, policies, second_role }
    }

    async fn all(&self, set: &str) -> Vec<Value> {
        let got = self.raw.get(&format!("/v1.0/EM/{set}")).await;
        assert_eq!(got.status, 200, "{got:?}");
        got.body["value"].as_array().unwrap().clone()
    }

    /// The row of a set that is of a person and a package.
    async fn of(&self, set: &str, state: &str, who: usize, what: usize) -> Option<String> {
        let (person, package) = (self.people[who].user(), &self.packages[what]);
        let (target, of) = match set {
            "assignments" => ("target", "accessPackage"),
            _ => ("requestor", "accessPackage"),
        };
        let rows =
            self.all(&format!("{set}?$expand={target},{of}&$filter=state eq '{state}'")).await;
        let found = rows
            .iter()
            .find(|row| row[target]["objectId"] == person && row[of]["id"] == package.as_str());
        found.map(|row| row["id"].as_str().unwrap().to_owned())
    }

    async fn request(&self, by: &Raw, body: Value) -> Got {
        by.post("/v1.0/EM/assignmentRequests", body).await
    }

    /// Whether the service took it; what names nothing is not sent.
    async fn play(&self, operation: Operation) -> Option<Got> {
        let add = |kind: &str, who: usize, what: usize| json!({"requestType": kind, "assignment": {"targetId": self.people[who].user(), "assignmentPolicyId": self.policies[what], "accessPackageId": self.packages[what]}});
        match operation {
            Operation::AdminAdd(who, what) => {
                Some(self.request(&self.raw, add("adminAdd", who, what)).await)
            }
            Operation::UserAdd(who, what) => {
                Some(self.request(&self.people[who], add("userAdd", who, what)).await)
            }
            Operation::AdminRemove(who, what) | Operation::UserRemove(who, what) => {
                let id = self.of("assignments", "delivered", who, what).await?;
                let (by, kind) = match operation {
                    Operation::AdminRemove(..) => (&self.raw, "adminRemove"),
                    _ => (&self.people[who], "userRemove"),
                };
                Some(self.request(by, json!({"requestType": kind, "assignment": {"id": id}})).await)
            }
            Operation::Decide(who, what, yes) => {
                let id = self.of("assignmentRequests", "pendingApproval", who, what).await?;
                let path = format!("/v1.0/EM/accessPackageAssignmentApprovals/{id}/stages");
                let stage = self.approver.first(&path).await;
                let word = if yes { "Approve" } else { "Deny" };
                let body = json!({"reviewResult": word, "justification": "j"});
                Some(self.approver.patch(&format!("{path}/{stage}"), body).await)
            }
            Operation::Cancel(who, what) => {
                let id = self.of("assignmentRequests", "pendingApproval", who, what).await?;
                let path = format!("/v1.0/EM/assignmentRequests/{id}/cancel");
                Some(self.people[who].send("POST", &path, None).await)
            }
            Operation::Give => {
                let path =
                    format!("/v1.0/EM/accessPackages/{}/resourceRoleScopes", self.packages[1]);
                Some(self.raw.post(&path, self.second_role.clone()).await)
            }
            Operation::Take => {
                let package = format!("/v1.0/EM/accessPackages/{}", self.packages[1]);
                let query = "$expand=resourceRoleScopes($expand=role,scope)";
                let scopes = self.raw.get(&format!("{package}?{query}")).await.body;
                let scopes = scopes["resourceRoleScopes"].as_array().cloned().unwrap_or_default();
                let second = self.groups[1].as_str();
                let scope = scopes.iter().find(|scope| scope["scope"]["originId"] == second)?;
                let id = scope["id"].as_str().unwrap();
                Some(self.raw.delete(&format!("{package}/resourceRoleScopes/{id}")).await)
            }
            Operation::Days(days) => {
                self.raw.pass(days * DAY);
                None
            }
        }
    }

    async fn agrees(&self, model: &Model) {
        for (index, group) in self.groups.iter().enumerate() {
            let got = self.raw.get(&format!("/v1.0/groups/{group}/members")).await.body;
            let members = got["value"].as_array().unwrap().iter();
            let members: BTreeSet<usize> = members
                .map(|m| self.people.iter().position(|p| m["id"] == p.user()).unwrap())
                .collect();
            assert_eq!(members, model.members(index), "members of group {index}");
        }
        let query = "assignments?$expand=target,accessPackage,assignmentPolicy";
        let mut held = Vec::new();
        for row in self.all(query).await {
            let who = self.people.iter().position(|p| row["target"]["objectId"] == p.user());
            let what = self.packages.iter().position(|p| row["accessPackage"]["id"] == p.as_str());
            let (Some(who), Some(what)) = (who, what) else { panic!("dangles: {row}") };
            assert_eq!(row["assignmentPolicy"]["id"], self.policies[what].as_str(), "{row}");
            if row["state"] != "delivered" {
                continue;
            }
            held.push((who, what));
            let time = |value: &Value| value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
            let schedule = &row["schedule"];
            let ends = time(&schedule["expiration"]["endDateTime"]);
            let lasts = ends.duration_since(time(&schedule["startDateTime"])).as_secs();
            assert!(lasts <= LASTS_DAYS * DAY, "beyond its policy: {row}");
        }
        held.sort_unstable();
        let expected: Vec<_> = model.granted.keys().copied().collect();
        assert_eq!(held, expected, "live assignments");
        let pending = self.all("assignmentRequests?$filter=state eq 'pendingApproval'").await;
        assert_eq!(pending.len(), model.waiting.len(), "requests that wait");
    }
}

async fn played(operations: Vec<Operation>) {
    let played = Played::new().await;
    let mut model = Model::default();
    for operation in operations {
        let got = played.play(operation).await;
        let taken = got.as_ref().is_some_and(|got| got.status < 300);
        let expected = model.play(operation);
        let told = got.as_ref().map(Got::refusal);
        assert!(
            taken == expected || matches!(operation, Operation::Days(_)),
            "{operation:?}: {told:?}"
        );
        assert!(got.is_none_or(|got| got.status < 500), "{told:?}");
        played.raw.pass(SETTLES);
        model.settle();
        played.agrees(&model).await;
    }
}

/// Forty-eight sequences, unless `ENTITLE_SEQUENCES` says otherwise.
fn config() -> ProptestConfig {
    let given = std::env::var("ENTITLE_SEQUENCES").ok().and_then(|text| text.parse().ok());
    let cases = given.unwrap_or(48);
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn membership_stands_exactly_where_a_grant_does(
        operations in prop::collection::vec(operation(), 1..40)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(played(operations));
    }
}
