//! Paths and the names within queries.

use odata::Query;

use super::Languages;
use super::page::Published;
use super::remark::Remark;
use super::vocabulary::spelled;
use super::written::compared;
use crate::Severity;
use crate::drift::speaks_of;
use crate::path::{Resolved, Target, arguments};
use crate::unserved::unserved;

/// Where the path leads, names of the other version corrected.
pub(super) fn route(
    published: &Published,
    languages: &Languages<'_>,
    remarks: &mut Vec<Remark>,
) -> Option<Resolved> {
    let at = (published.line, published.step.as_str());
    let version = &languages.here.version;
    let behind =
        published.path.trim_start_matches('/').split_once('/').map_or("", |(_, path)| path);
    let inside = languages
        .here
        .roots
        .keys()
        .find(|root| behind == root.as_str() || behind.starts_with(&format!("{root}/")));
    let first = behind.split(['/', '(']).next().unwrap_or_default();
    let recased = languages.here.roots.keys().find(|root| {
        let begin = behind.get(..root.len()).unwrap_or_default();
        begin.eq_ignore_ascii_case(root) && !begin.is_empty()
    });
    let Some(root) = inside else {
        if let Some(root) = recased {
            let path = format!("/{version}/{root}{}", &behind[root.len()..]);
            let again = languages.here.resolve(&path).ok();
            let message = format!("'{}' is spelled otherwise", &behind[..root.len()]);
            remarks.push(Remark::new("undeclared-path", at, message, Some(path)));
            return again;
        }
        if languages.here.member("entitlementManagement", first).is_some() {
            let path = format!("/{version}/identityGovernance/entitlementManagement/{behind}");
            let again = languages.here.resolve(&path).ok();
            let message = format!("{version} has no path that begins with '{first}'");
            remarks.push(Remark::new("undeclared-path", at, message, Some(path)));
            return again;
        }
        let message = format!("{} is not held against anything here", published.path);
        remarks.push(Remark::new("outside-the-contract", at, message, None));
        return None;
    };
    let resolved = match languages.here.resolve(&published.path) {
        Ok(resolved) => resolved,
        Err(why) => {
            let corrected = corrected(languages, root, &behind[root.len()..]);
            let again = corrected.as_ref().and_then(|(path, _)| languages.here.resolve(path).ok());
            let instead = again.as_ref().and(corrected);
            let foreign = instead.as_ref().is_some_and(|(_, foreign)| *foreign);
            let rule = if foreign { "other-version-name" } else { "undeclared-path" };
            let instead = instead.map(|(path, _)| format!("/{version}/{path}"));
            let mut remark = Remark::new(rule, at, why, instead);
            // Actions were never observed, and a national cloud may lack some.
            if again.is_none() && !speaks_of(languages.here, None) {
                remark
                    .message
                    .push_str("; it is known here from a national cloud, which may lack actions");
                remark.severity = Severity::Notice;
            }
            remarks.push(remark);
            return again;
        }
    };
    if let Some(row) = unserved(version, &published.method, &published.path) {
        let message =
            format!("the service does not serve {} {}: {}", row.method, row.path, row.source);
        remarks.push(Remark::new("known-unserved", at, message, None));
    } else {
        let methods = resolved.methods(languages.here);
        if !methods.contains(&published.method.as_str()) {
            let message = format!("{} is not declared for {}", published.method, published.path);
            remarks.push(Remark::new("undeclared-method", at, message, Some(methods.join(" or "))));
        }
    }
    Some(resolved)
}

/// The path with this version's names, if that is all that is wrong with it, and whether a name of
/// the other version was among them; else they are spelled in another case.
fn corrected(languages: &Languages<'_>, root: &str, behind: &str) -> Option<(String, bool)> {
    let mut at = languages.here.roots.get(root)?.clone();
    let mut written = vec![root.to_owned()];
    let mut foreign = false;
    let mut segments = behind.split('/').filter(|segment| !segment.is_empty());
    while let Some(segment) = segments.next() {
        let (name, key) = segment.split_once('(').unwrap_or((segment, ""));
        if languages.here.operation(&at, name, &[]).is_some() {
            written.push(segment.to_owned());
            written.extend(segments.map(str::to_owned));
            break;
        }
        if at.collection {
            at.collection = false;
            written.push(segment.to_owned());
            continue;
        }
        let declared = match languages.cased(&at.name, name) {
            Some(cased) => cased,
            None => {
                foreign = true;
                languages.declared(&at.name, name)?
            }
        };
        let member = languages.here.member(&at.name, &declared)?;
        at = member.type_ref.clone();
        at.collection &= key.is_empty();
        let key = if key.is_empty() { String::new() } else { format!("({key}") };
        written.push(format!("{declared}{key}"));
    }
    Some((written.join("/"), foreign))
}

/// Names and words within `$filter`, `$expand`, `$select` and `$orderby`, and what a function is
/// given. Services of Graph's do not tell names apart by case.
pub(super) fn query(
    published: &Published,
    languages: &Languages<'_>,
    resolved: &Resolved,
    remarks: &mut Vec<Remark>,
) {
    let at = (published.line, published.step.as_str());
    let type_name = resolved.type_ref.name.as_str();
    let options = published.query.split('&').filter_map(|option| option.split_once('='));
    let encoded: Vec<String> =
        options.map(|(name, value)| format!("{name}={}", odata::encode_component(value))).collect();
    // What cannot be read may be right: not every option is known here.
    if let Ok(query) = Query::parse(&encoded.join("&")) {
        names(languages, type_name, &query, at, remarks);
    }
    for (path, value) in compared(&published.query) {
        let names: Vec<&str> = path.split('/').collect();
        let compared = names.iter().try_fold(type_name.to_owned(), |owner, name| {
            let declared = languages.cased(&owner, name)?;
            languages.here.member(&owner, &declared).map(|member| member.type_ref.name.clone())
        });
        if let Some(compared) = compared {
            spelled(languages, &compared, value, at, remarks);
        }
    }
    let Target::Operation(key) = &resolved.target else { return };
    let Some(operation) = languages.here.operations.get(key) else { return };
    for (name, value) in arguments(&published.path) {
        match operation.parameters.get(name) {
            Some(parameter) => spelled(languages, &parameter.type_ref.name, value, at, remarks),
            None => {
                let known: Vec<&str> = operation.parameters.keys().map(String::as_str).collect();
                let message =
                    format!("{key} of {} has no parameter '{name}'", languages.here.version);
                let instead = Some(known.join(", ")).filter(|known| !known.is_empty());
                remarks.push(Remark::new("undeclared-member", at, message, instead));
            }
        }
    }
}

fn names(
    languages: &Languages<'_>,
    type_name: &str,
    query: &Query,
    at: (usize, &str),
    remarks: &mut Vec<Remark>,
) {
    let mut paths: Vec<Vec<String>> = Vec::new();
    paths.extend(query.filter.iter().flat_map(|filter| filter.paths()).map(|path| path.0));
    paths.extend(query.order_by.iter().map(|order| order.path.0.clone()));
    let split = |name: &String| name.split('/').map(str::to_owned).collect::<Vec<_>>();
    paths.extend(query.select.iter().map(split));
    for path in paths {
        follow(languages, type_name, &path, at, remarks);
    }
    for item in &query.expand.items {
        let below = follow(languages, type_name, &split(&item.name), at, remarks);
        if let Some(below) = below {
            names(languages, &below, &item.query, at, remarks);
        }
    }
}

/// The type at the end of a path of names; none where one of them leads nowhere.
fn follow(
    languages: &Languages<'_>,
    type_name: &str,
    path: &[String],
    at: (usize, &str),
    remarks: &mut Vec<Remark>,
) -> Option<String> {
    let mut owner = type_name.to_owned();
    for name in path.iter().filter(|name| *name != "*" && !name.starts_with('$')) {
        let cased = languages.cased(&owner, name);
        let declared = languages.declared(&owner, cased.as_deref().unwrap_or(name));
        let no_such = || format!("{owner} of {} has no '{name}'", languages.here.version);
        match &declared {
            Some(meant) if cased.is_none() => {
                let instead = Some(meant.clone());
                remarks.push(Remark::new("other-version-name", at, no_such(), instead));
            }
            Some(_) => {}
            None => {
                let open = languages.here.lineage(&owner).any(|(_, found)| found.open);
                if !open && languages.here.types.contains_key(&owner) {
                    remarks.push(Remark::new("undeclared-member", at, no_such(), None));
                }
                return None;
            }
        }
        let declared = declared?;
        let first = declared.split('/').next().unwrap_or_default();
        owner.clone_from(&languages.here.member(&owner, first)?.type_ref.name);
    }
    Some(owner)
}
