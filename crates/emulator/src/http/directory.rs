//! Users, groups, service principals and directory roles.

use http::Method;
use jiff::Timestamp;
use model::Version;
use model::dialect::{Noun, noun};
use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Call;
use super::catalog_roles;
use super::deleted_items;
use super::permission;
use super::query::{self, Asked};
use super::row::Shape;
use crate::behaviour::STALE_RESOURCE;
use crate::directory::{BUILT_IN_ROLES, RoleDefinition, User};
use crate::entitlement::Related;
use crate::refusal::{
    DIRECTORY_TYPE, GATEWAY_MISS, ME_NEEDS_USER, METHOD_OF_DIRECTORY, Refusal, SEGMENT_UNKNOWN,
    not_implemented, object_not_found,
};
use crate::sign_in::Grants;
use crate::state::{Caller, State};

pub(crate) fn answer(
    state: &mut State,
    call: &Call,
    caller: Caller<'_>,
    grants: &Grants,
) -> Result<Answer, Refusal> {
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    let own = segments.get(1).is_some_and(|id| *id == caller.user);
    permission::directory(grants, &call.method, &segments, own)?;
    match (&call.method, segments.as_slice()) {
        (_, ["me", ..]) if state.directory.service_principals.contains_key(caller.user) => {
            Err(ME_NEEDS_USER.says("/me request is only valid with delegated authentication flow."))
        }
        (_, ["roleManagement", "entitlementManagement", below @ ..]) => {
            catalog_roles::answer(state, call, below)
        }
        (&Method::GET, ["organization"]) => organization(state, call),
        (&Method::GET, ["me"]) => one(state, call, "users", caller.user),
        (&Method::GET, [below @ .., "$count"]) => count(state, call, below, caller.now),
        (&Method::GET, [set @ ("users" | "groups" | "servicePrincipals")]) => {
            list(state, call, set, caller.now)
        }
        (&Method::GET, [set @ ("users" | "groups" | "servicePrincipals"), id]) => {
            one(state, call, set, id)
        }
        (
            &Method::GET,
            ["roleManagement", "directory", set @ ("roleDefinitions" | "roleAssignments")],
        ) => list(state, call, set, caller.now),
        (
            &Method::GET,
            ["roleManagement", "directory", set @ ("roleDefinitions" | "roleAssignments"), id],
        ) => one(state, call, set, id),
        (&Method::GET, ["groups", id, of @ ("members" | "owners")]) => related(state, call, id, of),
        (&Method::GET, ["users", id, "manager"]) => manager(state, call, id),
        (&Method::PUT, ["users", id, "manager", "$ref"]) => {
            let id = id_of(state, "users", id)?;
            let manager = id_of(state, "users", &call.referenced()?)?;
            state.directory.set_manager(&id, Some(manager.into()));
            Ok(Answer::no_content())
        }
        (&Method::DELETE, ["users", id, "manager", "$ref"]) => {
            let id = id_of(state, "users", id)?;
            state.directory.set_manager(&id, None);
            Ok(Answer::no_content())
        }
        (&Method::POST, ["groups", id, list @ ("members" | "owners"), "$ref"]) => {
            id_of(state, "groups", id)?;
            let object = call.referenced()?;
            state.directory.add_to_group(id, list, &object).map(|()| Answer::no_content())
        }
        (&Method::DELETE, ["groups", id, list @ ("members" | "owners"), object, "$ref"]) => {
            id_of(state, "groups", id)?;
            state.directory.remove_from_group(id, list, object).map(|()| Answer::no_content())
        }
        (&Method::GET, [set @ ("users" | "groups"), id, "memberOf"]) => {
            let id = id_of(state, set, id)?;
            let groups = state.directory.groups_of(&id).into_iter();
            let groups = groups.map(|row| of_version(call.version, "groups", row));
            objects(state, call, groups.collect())
        }
        (&Method::POST, ["me", action @ ("checkMemberGroups" | "getMemberGroups")]) => {
            member_groups(state, call, caller.user, action)
        }
        (
            &Method::POST,
            [
                "directoryObjects" | "users" | "groups" | "servicePrincipals",
                id,
                action @ ("checkMemberGroups" | "getMemberGroups"),
            ],
        ) => member_groups(state, call, id, action),
        (&Method::PATCH, ["users", id]) => {
            let id = id_of(state, "users", id)?;
            let body = call.canonical_body(&noun::USER)?;
            state.directory.update_user(&id, &body).map(|()| Answer::no_content())
        }
        (&Method::PATCH, ["groups", id]) => {
            id_of(state, "groups", id)?;
            let body = call.canonical_body(&noun::GROUP)?;
            state.directory.update_group(id, &body).map(|()| Answer::no_content())
        }
        (&Method::PATCH, ["servicePrincipals", id]) => {
            let body = call.canonical_body(&noun::SERVICE_PRINCIPAL)?;
            let change = body.as_object().into_iter().flatten();
            if let Some((name, _)) = change.into_iter().find(|(name, _)| *name != "accountEnabled")
            {
                return Err(not_implemented(format_args!("{name} of a service principal")));
            }
            let changed = state.directory.update_principal(id, &body, caller.now);
            changed.map(|()| Answer::no_content())
        }
        (&Method::POST, ["users"]) => {
            let body = call.canonical_body(&noun::USER)?;
            let id = state.directory.create_user(&body, &mut state.ids, caller.now)?;
            let mut row = row_of(state, "users", &id)?;
            // Not set yet in the answer that creates (2020 tutorial).
            row["createdDateTime"] = Value::Null;
            let mut shape = shape(call, "users");
            // What an account from elsewhere signs in by is shown (reference page, example 2).
            let shown = ["identities", "passwordPolicies"];
            let shown = shown
                .into_iter()
                .filter(|name| call.body.get("identities").is_some() && row.get(*name).is_some());
            shape
                .default_selection
                .iter_mut()
                .for_each(|names| names.extend(shown.clone().map(str::to_owned)));
            shape.entity(state, &Asked::default(), row).map(Answer::created)
        }
        (&Method::POST, ["groups"]) => {
            let body = call.canonical_body(&noun::GROUP)?;
            let id = state.directory.create_group(&body, caller, &mut state.ids)?;
            let row = of_version(call.version, "groups", row_of(state, "groups", &id)?);
            shape(call, "groups").entity(state, &Asked::default(), row).map(Answer::created)
        }
        (&Method::POST, ["roleManagement", "directory", "roleAssignments"]) => {
            let body = call.canonical_body(&noun::ROLE_ASSIGNMENT)?;
            let id = state.directory.assign_role(&body)?;
            let row = row_of(state, "roleAssignments", &id)?;
            shape(call, "roleAssignments")
                .entity(state, &Asked::default(), row)
                .map(Answer::created)
        }
        (&Method::DELETE, ["users", id]) => {
            let id = id_of(state, "users", id)?;
            deleted(state.directory.delete_user(&id, caller.now), &id)
        }
        (_, ["directory", "deletedItems", below @ ..]) => {
            deleted_items::answer(state, call, caller, below)
        }
        (&Method::DELETE, ["groups", id]) => {
            let gone = state.directory.delete_group(id).ok_or_else(|| object_not_found(id))?;
            if !state.rules.apply(&STALE_RESOURCE) {
                state.forget_origin(&gone.id);
            }
            state.lag.bury(gone, caller.now);
            Ok(Answer::no_content())
        }
        (&Method::DELETE, ["roleManagement", "directory", "roleAssignments", id]) => {
            deleted(state.directory.role_assignments.remove(id).is_some(), id)
        }
        (method, place)
            if methods(place).is_some_and(|known| !known.contains(&method.as_str())) =>
        {
            let words = "Specified HTTP method is not allowed for the request target.";
            Err(METHOD_OF_DIRECTORY.says(words))
        }
        (_, [first, ..]) if HAD_THERE.contains(first) => Err(call.not_implemented()),
        (_, ["appCatalogs"]) => {
            Err(GATEWAY_MISS.says("Requested API is not supported. Please check the path."))
        }
        (_, [first, ..]) => {
            Err(SEGMENT_UNKNOWN.says(format!("Resource not found for the segment '{first}'.")))
        }
        (_, []) => Err(SEGMENT_UNKNOWN.says("Resource not found for the segment ''.")),
    }
}

/// The methods of a resource, where they are all known (metadata and reference pages).
fn methods(place: &[&str]) -> Option<&'static [&'static str]> {
    Some(match place {
        ["users" | "groups" | "servicePrincipals"] => &["GET", "POST"],
        ["users" | "groups" | "servicePrincipals", _] => &["GET", "PATCH", "DELETE"],
        _ => return None,
    })
}

/// First segments that the service has, whatever this emulator has of them.
const HAD_THERE: [&str; 20] = [
    "users",
    "groups",
    "servicePrincipals",
    "roleManagement",
    "me",
    "applications",
    "auditLogs",
    "devices",
    "directory",
    "directoryObjects",
    "directoryRoles",
    "directoryRoleTemplates",
    "domains",
    "identity",
    "identityGovernance",
    "invitations",
    "organization",
    "policies",
    "sites",
    "subscribedSkus",
];

fn noun_of(set: &str) -> &'static Noun {
    match set {
        "users" => &noun::USER,
        "groups" => &noun::GROUP,
        "servicePrincipals" => &noun::SERVICE_PRINCIPAL,
        "roleDefinitions" => &noun::ROLE_DEFINITION,
        _ => &noun::ROLE_ASSIGNMENT,
    }
}

fn shape<'a>(call: &'a Call, set: &str) -> Shape<'a> {
    let place = match set {
        "roleDefinitions" | "roleAssignments" => format!("roleManagement/directory/{set}"),
        set => set.to_owned(),
    };
    let default_selection =
        (set == "users").then(|| User::default_selection(call.version)).flatten();
    Shape { call, noun: noun_of(set), place, default_selection }
}

/// Objects of any kind.
fn shape_of_objects(call: &Call) -> Shape<'_> {
    Shape {
        call,
        noun: &noun::DIRECTORY_OBJECT,
        place: "directoryObjects".to_owned(),
        default_selection: User::default_selection(call.version),
    }
}

fn rows(state: &State, set: &str, now: Timestamp) -> Vec<Value> {
    let d = &state.directory;
    match set {
        "users" => d.users.values().map(|user| user.row()).collect(),
        "groups" => {
            let listed = d.groups.values().filter(|group| state.lag.is_listed(group, now));
            listed.chain(state.lag.lingering(now)).map(|group| group.row()).collect()
        }
        "servicePrincipals" => d.service_principals.values().map(|p| p.row()).collect(),
        "roleDefinitions" => BUILT_IN_ROLES.iter().map(|role| role.row()).collect(),
        _ => d.role_assignments.values().map(|assignment| assignment.row()).collect(),
    }
}

fn row_of(state: &State, set: &str, id: &str) -> Result<Value, Refusal> {
    let d = &state.directory;
    let row = match set {
        "users" => user(state, id).map(|user| user.row()),
        "groups" => d.groups.get(id).map(|group| group.row()),
        "servicePrincipals" => d.service_principals.get(id).map(|p| p.row()),
        "roleDefinitions" => RoleDefinition::of(id).map(|role| role.row()),
        _ => d.role_assignments.get(id).map(|assignment| assignment.row()),
    };
    row.ok_or_else(|| object_not_found(id))
}

fn user<'a>(state: &'a State, named: &str) -> Option<&'a User> {
    state.directory.users.get(named).or_else(|| by_name(state, named))
}

/// The id of a user or a group that is named by it, or by what stands for it.
fn id_of(state: &State, set: &str, named: &str) -> Result<String, Refusal> {
    let id = match set {
        "users" => user(state, named).map(|user| &user.id),
        _ => state.directory.groups.get(named).map(|group| &group.id),
    };
    id.map(ToString::to_string).ok_or_else(|| object_not_found(named))
}

/// Properties of groups that only beta's answers have (reference pages of both versions).
const BETA_GROUP: [&str; 2] = ["createdByAppId", "infoCatalogs"];

fn of_version(version: Version, set: &str, mut row: Value) -> Value {
    if let (Version::V1, "groups", Value::Object(members)) = (version, set, &mut row) {
        members.retain(|name, _| !BETA_GROUP.contains(&name.as_str()));
    }
    row
}

/// A user's sign-in name stands where the id does, too.
fn by_name<'a>(state: &'a State, name: &str) -> Option<&'a User> {
    state.directory.users.values().find(|user| user.principal_name.eq_ignore_ascii_case(name))
}

fn list(state: &State, call: &Call, set: &str, now: Timestamp) -> Result<Answer, Refusal> {
    let query = query::read(call.version, noun_of(set), &call.query)?;
    let rows = rows(state, set, now).into_iter().map(|row| of_version(call.version, set, row));
    Ok(Answer::ok(shape(call, set).list(state, &query, rows)?))
}

fn one(state: &State, call: &Call, set: &str, id: &str) -> Result<Answer, Refusal> {
    let query = query::read(call.version, noun_of(set), &call.query)?;
    let row = of_version(call.version, set, row_of(state, set, id)?);
    shape(call, set).entity(state, &query, row).map(Answer::ok)
}

/// The tenant itself: its name and its domains (reference page of organization).
fn organization(state: &State, call: &Call) -> Result<Answer, Refusal> {
    let domain = &state.directory.domain;
    let name = domain.split('.').next().unwrap_or_default();
    let initial = name.chars().next().map(|first| first.to_uppercase().to_string());
    let row = json!({
        "id": state.directory.tenant_id,
        "displayName": format!("{}{}", initial.unwrap_or_default(), name.get(1..).unwrap_or_default()),
        "verifiedDomains": [{
            "capabilities": "Email, OfficeCommunicationsOnline",
            "isDefault": true,
            "isInitial": true,
            "name": domain,
            "type": "Managed",
        }],
    });
    let shape = Shape { place: "organization".to_owned(), ..shape_of_objects(call) };
    let query = query::read(call.version, &noun::DIRECTORY_OBJECT, &call.query)?;
    Ok(Answer::ok(shape.list(state, &query, [row])?))
}

fn manager(state: &State, call: &Call, id: &str) -> Result<Answer, Refusal> {
    let id = id_of(state, "users", id)?;
    let manager = state.directory.users.get(id.as_str()).and_then(|user| user.manager.clone());
    let manager = manager.and_then(|manager| state.directory.object(&manager));
    let row = manager.ok_or_else(|| object_not_found("manager"))?;
    let query = query::read(call.version, &noun::DIRECTORY_OBJECT, &call.query)?;
    shape_of_objects(call).entity(state, &query, row).map(Answer::ok)
}

/// How many a list has, or how many of it are of one type.
fn count(state: &State, call: &Call, of: &[&str], now: Timestamp) -> Result<Answer, Refusal> {
    let listed = match of {
        [set @ ("users" | "groups" | "servicePrincipals")] => list(state, call, set, now)?,
        ["groups", id, list @ ("members" | "owners")] => related(state, call, id, list)?,
        ["groups", id, list @ ("members" | "owners"), kind]
            if kind.starts_with("microsoft.graph.") =>
        {
            let listed = related(state, call, id, list)?;
            let kind = format!("#{kind}");
            let rows = listed.body.as_ref().and_then(|body| body["value"].as_array());
            let rows = rows.into_iter().flatten().filter(|row| row["@odata.type"] == kind);
            return Ok(Answer::count(rows.count()));
        }
        _ => return Err(not_implemented("$count")),
    };
    let rows = listed.body.as_ref().and_then(|body| body["value"].as_array());
    Ok(Answer::count(rows.map_or(0, Vec::len)))
}

fn related(state: &State, call: &Call, group: &str, of: &str) -> Result<Answer, Refusal> {
    let row = row_of(state, "groups", group)?;
    let found = state.related(call.version, &noun::GROUP, &row, of);
    let Some(Related::Many(rows)) = found else { return Err(object_not_found(group)) };
    objects(state, call, rows)
}

/// The ids of an object's groups, through other groups too; or of those that are asked about.
fn member_groups(state: &State, call: &Call, id: &str, action: &str) -> Result<Answer, Refusal> {
    let id = id_of(state, "users", id).unwrap_or_else(|_| id.to_owned());
    state.directory.object(&id).ok_or_else(|| object_not_found(&id))?;
    let mut found = state.directory.all_groups_of(&id);
    if action == "checkMemberGroups" {
        let asked = call.body["groupIds"].as_array().filter(|ids| ids.len() <= CHECKED_AT_ONCE);
        let asked = asked.ok_or_else(|| {
            DIRECTORY_TYPE.says(format!("Expected 'groupIds' with at most {CHECKED_AT_ONCE} ids."))
        })?;
        let is_asked = |group: &str| {
            asked.iter().any(|id| id.as_str().is_some_and(|id| id.eq_ignore_ascii_case(group)))
        };
        found.retain(|group| is_asked(group));
    }
    let groups: Vec<&str> = found.iter().map(|group| &**group).collect();
    let context = call.context("Collection(Edm.String)");
    Ok(Answer::ok(json!({"@odata.context": context, "value": groups})))
}

/// Groups that `checkMemberGroups` takes at once (documented).
const CHECKED_AT_ONCE: usize = 20;

/// A list of objects of several kinds.
fn objects(state: &State, call: &Call, rows: Vec<Value>) -> Result<Answer, Refusal> {
    let query = query::read(call.version, &noun::DIRECTORY_OBJECT, &call.query)?;
    Ok(Answer::ok(shape_of_objects(call).list(state, &query, rows)?))
}

fn deleted(there: bool, id: &str) -> Result<Answer, Refusal> {
    match there {
        true => Ok(Answer::no_content()),
        false => Err(object_not_found(id)),
    }
}
