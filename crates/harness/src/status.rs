//! Which status an operation answers with.

use model::dialect::{Step, route};

/// An operation about whose status the evidence disagrees.
#[derive(Debug)]
pub struct Alternative {
    /// The method.
    pub method: &'static str,
    /// The last name of the path, in v1.0's tongue.
    pub name: &'static str,
    /// Statuses that are right, best evidenced first.
    pub statuses: &'static [u16],
    /// Who says what.
    pub source: &'static str,
}

/// Operations about whose status the evidence disagrees.
pub static ALTERNATIVES: [Alternative; 2] = [
    Alternative {
        method: "POST",
        name: "assignmentRequests",
        statuses: &[200, 201],
        source: "201 on every reference page; 200 is all that one client's live tests accept (hamilton)",
    },
    Alternative {
        method: "DELETE",
        name: "resourceRoleScopes",
        statuses: &[200, 204],
        source: "204 on the reference page; 200 in two live runs of 2026",
    },
];

/// The statuses that are right for a success of `method` on `path`.
pub(crate) fn expected(method: &str, path: &str) -> Vec<u16> {
    let last = last_name(path);
    let known = ALTERNATIVES.iter().find(|a| a.method == method && Some(a.name) == last);
    match (known, method) {
        (Some(known), _) => known.statuses.to_vec(),
        (None, "POST") => vec![201],
        (None, "DELETE" | "PATCH") => vec![204],
        (None, _) => vec![200],
    }
}

/// The last name of a path of entitlement management, before an id or behind it.
fn last_name(path: &str) -> Option<&'static str> {
    let segments: Vec<String> = path.split('/').skip(1).map(str::to_owned).collect();
    let [version, _, root, below @ ..] = segments.as_slice() else { return None };
    let steps = match root.as_str() {
        "entitlementManagement" => route(version.parse().ok()?, below),
        _ => return None,
    };
    steps.into_iter().rev().find_map(|step| match step {
        Step::Name(name) => Some(name),
        Step::Other(_) => None,
    })
}

/// The statuses as a golden file names them: `200|201`.
pub(crate) fn named(method: &str, path: &str, found: u16) -> String {
    let expected = expected(method, path);
    match expected.contains(&found) {
        true => expected.iter().map(u16::to_string).collect::<Vec<_>>().join("|"),
        false => found.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_that_evidence_disagrees_about_has_alternatives() {
        let requests =
            "/beta/identityGovernance/entitlementManagement/accessPackageAssignmentRequests";
        assert_eq!(named("POST", requests, 201), "200|201");
        assert_eq!(named("POST", requests, 202), "202");
        assert_eq!(
            named(
                "DELETE",
                "/v1.0/identityGovernance/entitlementManagement/accessPackages/5a/resourceRoleScopes/a_b",
                200
            ),
            "200|204"
        );
        assert_eq!(named("DELETE", "/v1.0/x/accessPackages/5a", 204), "204");
    }
}
