//! Paths and the names within queries.

use odata::Query;

use super::Languages;
use super::page::Published;
use super::remark::Remark;
use crate::Severity;
use crate::drift::speaks_of;
use crate::path::Resolved;
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
    let Some(root) = inside else {
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
        if languages.here.operation(&at, name).is_some() {
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

/// Names within `$filter`, `$expand`, `$select` and `$orderby`. Services of Graph's do not tell them
/// apart by case.
pub(super) fn query(
    published: &Published,
    languages: &Languages<'_>,
    resolved: &Resolved,
    remarks: &mut Vec<Remark>,
) {
    let options = published.query.split('&').filter_map(|option| option.split_once('='));
    let encoded: Vec<String> =
        options.map(|(name, value)| format!("{name}={}", odata::encode_component(value))).collect();
    let at = (published.line, published.step.as_str());
    // What cannot be read may be right: not every option is known here.
    let Ok(query) = Query::parse(&encoded.join("&")) else { return };
    let mut paths: Vec<Vec<String>> = Vec::new();
    paths.extend(query.filter.iter().flat_map(|filter| filter.paths()).map(|path| path.0));
    paths.extend(query.order_by.iter().map(|order| order.path.0.clone()));
    let names = query.select.iter().chain(query.expand.items.iter().map(|item| &item.name));
    paths.extend(names.map(|name| name.split('/').map(str::to_owned).collect()));
    for path in paths {
        let mut owner = resolved.type_ref.name.clone();
        for name in &path {
            let cased = languages.cased(&owner, name);
            let declared = languages.declared(&owner, cased.as_deref().unwrap_or(name));
            match &declared {
                Some(meant) if cased.is_none() => {
                    let message = format!("{owner} of {} has no '{name}'", languages.here.version);
                    let instead = Some(meant.clone());
                    remarks.push(Remark::new("other-version-name", at, message, instead));
                }
                Some(_) => {}
                None => {
                    if !languages.here.lineage(&owner).any(|(_, found)| found.open) {
                        let message =
                            format!("{owner} of {} has no '{name}'", languages.here.version);
                        remarks.push(Remark::new("undeclared-member", at, message, None));
                    }
                    break;
                }
            }
            let next = declared.and_then(|name| {
                languages.here.member(&owner, name.split('/').next().unwrap_or_default())
            });
            match next {
                Some(member) => owner.clone_from(&member.type_ref.name),
                None => break,
            }
        }
    }
}
