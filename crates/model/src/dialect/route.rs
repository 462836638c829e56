use crate::Version;
use crate::dialect::noun::ENTITLEMENT_MANAGEMENT;
use crate::dialect::{Inexpressible, Noun};

/// One step of a path below `identityGovernance/entitlementManagement`, in canonical names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// An entity set or a navigation.
    Name(&'static str),
    /// Anything else: an id, or the name of an action.
    Other(String),
}

/// Reads the segments behind `entitlementManagement` of a URL of `version`. Ids may stand as
/// segments or in parentheses: `catalogs/ID` and `catalogs('ID')`.
pub fn route(version: Version, segments: &[String]) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut noun: &Noun = &ENTITLEMENT_MANAGEMENT;
    for segment in segments {
        let (name, key) = match segment.strip_suffix(')').and_then(|s| s.split_once('(')) {
            Some((name, key)) => (name, Some(key.trim_matches('\'').to_owned())),
            None => (segment.as_str(), None),
        };
        match noun.wire_member(version, name) {
            Some(member) => {
                steps.push(Step::Name(member.name()));
                noun = member.below().unwrap_or(noun);
                steps.extend(key.map(Step::Other));
            }
            None => steps.push(Step::Other(segment.clone())),
        }
    }
    steps
}

/// Puts canonical segments below `entitlementManagement` into the tongue of `version`.
///
/// # Errors
/// [`Inexpressible`] where the version lacks the set or navigation.
pub fn segments_to_wire(version: Version, segments: &[&str]) -> Result<Vec<String>, Inexpressible> {
    let mut noun: &Noun = &ENTITLEMENT_MANAGEMENT;
    let mut written = Vec::new();
    for segment in segments {
        let Some(member) = noun.member(segment) else {
            written.push((*segment).to_owned());
            continue;
        };
        let wire = member.wire(version).ok_or_else(|| Inexpressible {
            version,
            what: format!("the path segment {segment} of {}", noun.name()),
        })?;
        written.push(wire.to_owned());
        noun = member.below().unwrap_or(noun);
    }
    Ok(written)
}
