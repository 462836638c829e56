//! Every cell of Microsoft's permission map: which permission, held alone, opens which operation.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::raw::Raw;
use crate::sign_in::{DEFAULT, by_password, by_secret, holder, token};

/// Operation, scopes of users, permissions of applications: facts of `permissions.json` of
/// microsoft-graph-devx-content, one row a line, with the `$ref` that it leaves out.
const MAP: &str = include_str!("permission-map.txt");

/// What is tried alone on every operation.
const TRIED: [&str; 7] = [
    "EntitlementManagement.Read.All",
    "EntitlementManagement.ReadWrite.All",
    "EntitlementMgmt-SubjectAccess.ReadWrite",
    "RoleManagement.Read.All",
    "RoleManagement.Read.Directory",
    "RoleManagement.ReadWrite.Directory",
    "User.Read",
];

/// Rules that say that a permission is not there.
const DENIES: [&str; 3] = ["scope-missing", "scope-missing-application", "privileges"];

/// Operations that this emulator does not have yet, by the segment that says so.
const UNSERVED: [&str; 8] = [
    "accessPackageCustomWorkflowExtensions",
    "accessPackageSuggestions",
    "accessOrchestratorRequests",
    "availableAccessPackages",
    "connectedOrganizations",
    "customAccessPackageWorkflowExtensions",
    "externalOriginResourceConnectors",
    "/resume",
];

struct Row<'a> {
    method: &'a str,
    path: String,
    accepted: [Vec<&'a str>; 2],
}

fn row(line: &str) -> Row<'_> {
    let words: Vec<&str> = line.split(' ').collect();
    let [method, path, "delegated", users, "application", applications] = words[..] else {
        panic!("{line}")
    };
    let path = path
        .replace("{id}", "00000000-0000-0000-0000-000000000001")
        .replace("on={value}", "on='target'")
        .replace("{value}", "'00000000-0000-0000-0000-000000000001'");
    Row { method, path, accepted: [users, applications].map(|list| list.split(',').collect()) }
}

/// Whether the call came past the permissions; nothing where the emulator has no such operation.
async fn passes(caller: &Raw, row: &Row<'_>) -> Option<bool> {
    let body = (row.method != "GET" && row.method != "DELETE").then(|| json!({}));
    let mut got = caller.send(row.method, &format!("/v1.0{}", row.path), body.clone()).await;
    if got.status == 400 && got.headers["x-entitle-rule"].to_str().unwrap().contains("segment") {
        got = caller.send(row.method, &format!("/beta{}", row.path), body).await;
    }
    if got.status == 501 {
        return None;
    }
    let rule = got.headers.get("x-entitle-rule").map_or("", |rule| rule.to_str().unwrap());
    Some(!DENIES.contains(&rule.split(';').next().unwrap_or_default()))
}

#[tokio::test]
async fn every_cell_is_as_the_map_has_it() {
    let raw = Raw::tenant();
    let mut callers: BTreeMap<(usize, &str), Raw> = BTreeMap::new();
    for permission in TRIED {
        let user = holder(&raw, &token(&raw, &by_password(&raw.tenant, permission)).await);
        let registered = raw.tenant.register(permission, &[permission]);
        let application = holder(&raw, &token(&raw, &by_secret(&registered, DEFAULT)).await);
        callers.insert((0, permission), user);
        callers.insert((1, permission), application);
    }
    let (mut cells, mut wrong, mut unserved) = (0, Vec::new(), BTreeSet::new());
    for line in MAP.lines() {
        let row = row(line);
        if let Some(segment) = UNSERVED.iter().find(|segment| row.path.contains(**segment)) {
            unserved.insert(*segment);
            continue;
        }
        for ((kind, permission), caller) in &callers {
            let Some(passes) = passes(caller, &row).await else {
                wrong.push(format!("{line}: 501"));
                break;
            };
            let expected = row.accepted[*kind].contains(permission);
            cells += 1;
            if passes != expected {
                let who = ["a user", "an application"][*kind];
                wrong.push(format!(
                    "{} {}: {who} with {permission} alone: expected {expected}",
                    row.method, row.path
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {cells} cells:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cells > 1000, "{cells} cells");
    assert_eq!(unserved.len(), UNSERVED.len(), "one of these is served by now");
}
