//! A tenant that is kept in a file.

use std::path::Path;
use std::sync::Arc;

use clock::{Clock, VirtualClock};
use emulator::{Options, StateError, Tenant};
use redb::{ReadableDatabase, ReadableTable, TableDefinition, TableHandle};
use serde_json::{Value, json};

use crate::raw::Raw;

const META: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("meta");

fn open(path: &Path) -> Result<Raw, StateError> {
    let clock = Arc::new(VirtualClock::starting_at("2026-01-05T09:00:00Z".parse().unwrap()));
    let tenant = Tenant::open(&Options::default(), clock.clone(), path)?;
    Ok(Raw::of(tenant, clock))
}

/// All that can be asked for.
async fn everything(raw: &Raw) -> Vec<Value> {
    let mut all = Vec::new();
    for path in [
        "users",
        "groups",
        "servicePrincipals",
        "EM/catalogs?$expand=resources($expand=roles,scopes)",
        "EM/accessPackages?$expand=resourceRoleScopes($expand=role,scope),incompatibleGroups",
        "EM/assignmentPolicies?$expand=questions,accessPackage",
        "EM/assignmentRequests?$expand=assignment,requestor",
        "EM/assignments?$expand=target,assignmentPolicy",
        "EM/resourceRequests",
        "EM/subjects",
        "EM/settings",
        "roleManagement/directory/roleAssignments",
        "roleManagement/entitlementManagement/roleAssignments",
    ] {
        let got = raw.get(&format!("/v1.0/{path}")).await;
        assert_eq!(got.status, 200, "{path} {got:?}");
        all.push(got.body);
    }
    all
}

async fn lived_in(raw: &Raw) -> String {
    let (group, package, policy) = raw.package("Sales", 30).await;
    let (_, _, gone) = raw.package("Gone", 30).await;
    assert_eq!(raw.delete(&format!("/v1.0/EM/assignmentPolicies/{gone}")).await.status, 204);
    raw.patch("/v1.0/EM/settings", json!({"externalUserLifecycleAction": "none"})).await;
    let path = format!("/v1.0/EM/accessPackages/{package}/incompatibleGroups/$ref");
    let reference =
        json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/groups/{group}")});
    assert_eq!(raw.post(&path, reference).await.status, 204);
    let reference =
        json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/users/{}", raw.user())});
    let manager = format!("/v1.0/users/{}/manager/$ref", raw.tenant.requestor().user);
    assert_eq!(raw.put(&manager, reference).await.status, 204);
    raw.ask(&package, &policy).await;
    raw.pass(4);
    group
}

#[tokio::test]
async fn it_is_there_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let raw = open(&path).unwrap();
    let group = lived_in(&raw).await;
    let before = everything(&raw).await;
    let now = raw.clock.now();
    drop(raw);
    let raw = open(&path).unwrap();
    // Nobody goes back in time.
    assert!(raw.clock.now() >= now);
    assert_eq!(everything(&raw).await, before);
    // Ids go on where they were, and so does what was on its way.
    let id = raw.group("another").await;
    assert!(!before.iter().any(|body| body.to_string().contains(&id)));
    raw.pass(10);
    assert_eq!(raw.members(&group).await, 1);
    drop(raw);
    let raw = open(&path).unwrap();
    assert_eq!(raw.members(&group).await, 1);
    assert_eq!(raw.post("/_emulator/reset", json!({})).await.status, 204);
    assert_eq!(raw.get(&format!("/v1.0/groups/{group}")).await.status, 404);
    raw.group("after the reset").await;
    drop(raw);
    let raw = open(&path).unwrap();
    // Ids begin anew, too: the first group has that of the first.
    let groups = raw.get("/v1.0/groups").await.body;
    assert_eq!(groups["value"].as_array().map(Vec::len), Some(1));
    assert_eq!(groups["value"][0]["displayName"], "after the reset");
}

#[cfg(unix)]
#[test]
fn it_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    drop(open(&path).unwrap());
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_is_no_state_file_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    for bytes in [&b"not a state file"[..], &[0; 8192]] {
        std::fs::write(&path, bytes).unwrap();
        let error = open(&path).err().unwrap().to_string();
        assert!(error.contains("state") && error.contains("name another"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
    let error = open(&folder.path().join("nowhere/state")).err().unwrap().to_string();
    assert!(error.contains("cannot be opened"), "{error}");
    // In use.
    let path = folder.path().join("used");
    let one = open(&path).unwrap();
    let error = open(&path).err().unwrap().to_string();
    assert!(error.contains("in use"), "{error}");
    drop(one);
    // Torn in the middle.
    let torn = std::fs::read(&path).unwrap();
    std::fs::write(&path, &torn[..torn.len() / 2]).unwrap();
    assert!(open(&path).is_err());
}

#[test]
fn a_later_format_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    drop(open(&path).unwrap());
    let database = redb::Database::open(&path).unwrap();
    let meta = database.begin_read().unwrap().open_table(META).unwrap();
    let meta = meta.get("tenant").unwrap().unwrap().value().to_vec();
    let mut meta: Value = serde_json::from_slice(&meta).unwrap();
    assert_eq!(meta["format"], 1);
    meta["format"] = json!(2);
    let write = database.begin_write().unwrap();
    write.open_table(META).unwrap().insert("tenant", meta.to_string().as_bytes()).unwrap();
    write.commit().unwrap();
    drop(database);
    let error = open(&path).err().unwrap().to_string();
    assert!(error.contains("is in format 2, expected at most 1"), "{error}");
}

/// A file in format 1, as this program wrote it: name of a table, a place in it, the row. It stays
/// as it is when the format grows.
const FORMAT_1: &str = include_str!("state-format-1.txt");

fn rows(path: &Path) -> String {
    let database = redb::Database::open(path).unwrap();
    let read = database.begin_read().unwrap();
    let mut names: Vec<String> =
        read.list_tables().unwrap().map(|table| table.name().to_owned()).collect();
    names.sort();
    let mut lines = String::new();
    let mut line = |name: &str, key: &str, row: &[u8]| {
        lines.extend([name, " ", key, " ", std::str::from_utf8(row).unwrap(), "\n"]);
    };
    for name in &names {
        if name == "meta" {
            let meta = read.open_table(META).unwrap();
            line(name, "tenant", meta.get("tenant").unwrap().unwrap().value());
            continue;
        }
        let table: TableDefinition<'_, u64, &[u8]> = TableDefinition::new(name);
        for entry in read.open_table(table).unwrap().iter().unwrap() {
            let (key, row) = entry.unwrap();
            line(name, &key.value().to_string(), row.value());
        }
    }
    lines
}

/// `ENTITLE_STATE_FIXTURE` names a file to which a state of this program's format is written.
#[tokio::test]
async fn a_state_of_format_1_is_read() {
    let folder = tempfile::tempdir().unwrap();
    if let Some(fixture) = std::env::var_os("ENTITLE_STATE_FIXTURE") {
        let path = folder.path().join("new");
        let raw = open(&path).unwrap();
        lived_in(&raw).await;
        drop(raw);
        std::fs::write(fixture, rows(&path)).unwrap();
    }
    let path = folder.path().join("old");
    let database = redb::Database::create(&path).unwrap();
    let write = database.begin_write().unwrap();
    for line in FORMAT_1.lines() {
        let (name, rest) = line.split_once(' ').unwrap();
        let (key, row) = rest.split_once(' ').unwrap();
        if name == "meta" {
            write.open_table(META).unwrap().insert(key, row.as_bytes()).unwrap();
            continue;
        }
        let table: TableDefinition<'_, u64, &[u8]> = TableDefinition::new(name);
        let mut table = write.open_table(table).unwrap();
        table.insert(key.parse::<u64>().unwrap(), row.as_bytes()).unwrap();
    }
    write.commit().unwrap();
    drop(database);
    let raw = open(&path).unwrap();
    let group = raw.first("/v1.0/groups?$filter=displayName eq 'Sales'").await;
    everything(&raw).await;
    assert_eq!(raw.members(&group).await, 0);
    raw.pass(10);
    assert_eq!(raw.members(&group).await, 1, "what was on its way goes on");
    let policy = raw.get("/v1.0/EM/assignmentPolicies").await.body;
    assert_eq!(policy["value"][0]["expiration"]["duration"], "P30D", "{policy}");
}
