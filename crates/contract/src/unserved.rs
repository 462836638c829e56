//! Paths that the metadata promises and the service is known not to serve.

/// One of them.
#[derive(Debug)]
pub struct Unserved {
    /// The version.
    pub version: &'static str,
    /// The method.
    pub method: &'static str,
    /// The path behind `…/entitlementManagement/`; `{id}` stands for any one segment.
    pub path: &'static str,
    /// How it is known.
    pub source: &'static str,
}

const fn row(
    version: &'static str,
    method: &'static str,
    path: &'static str,
    source: &'static str,
) -> Unserved {
    Unserved { version, method, path, source }
}

const TENANT: &str = "answers of a tenant, July 2026: 404 'No HTTP resource was found'";
const NO_DELETE: &str = "msgraph-sdk-powershell#2493: 404; an assignment is removed by a request";
const BY_ANALOGY: &str = "by analogy with beta, msgraph-sdk-powershell#2493";
const RESOURCE: &str = "msgraph-sdk-powershell#2329: 404; a resource is removed by a request";
const POLICIES: &str = "msgraph-sdk-powershell#2505, #3293, msgraph-metadata#338: 404";
const REQUEST: &str = "no client asks for one resource request by its id; they filter the list";
const SCOPE: &str = "no client asks for one role scope by its id; they expand the access package";

/// The known ones.
pub static UNSERVED: [Unserved; 23] = [
    row("v1.0", "GET", "accessPackageSuggestions", TENANT),
    row("v1.0", "GET", "availableAccessPackages", TENANT),
    row("v1.0", "GET", "controlConfigurations", TENANT),
    row("v1.0", "GET", "resourceRoleScopes", TENANT),
    row("beta", "DELETE", "accessPackageAssignments/{id}", NO_DELETE),
    row("v1.0", "DELETE", "assignments/{id}", BY_ANALOGY),
    row("v1.0", "DELETE", "catalogs/{id}/resources/{id}", RESOURCE),
    row("beta", "DELETE", "accessPackageCatalogs/{id}/accessPackageResources/{id}", RESOURCE),
    row("v1.0", "GET", "accessPackages/{id}/assignmentPolicies", POLICIES),
    row("v1.0", "POST", "accessPackages/{id}/assignmentPolicies", POLICIES),
    row("beta", "GET", "accessPackages/{id}/accessPackageAssignmentPolicies", POLICIES),
    row("beta", "POST", "accessPackages/{id}/accessPackageAssignmentPolicies", POLICIES),
    row("v1.0", "GET", "catalogs/{id}/accessPackages/{id}/assignmentPolicies", POLICIES),
    row("v1.0", "POST", "catalogs/{id}/accessPackages/{id}/assignmentPolicies", POLICIES),
    row(
        "beta",
        "GET",
        "accessPackageCatalogs/{id}/accessPackages/{id}/accessPackageAssignmentPolicies",
        POLICIES,
    ),
    row(
        "beta",
        "POST",
        "accessPackageCatalogs/{id}/accessPackages/{id}/accessPackageAssignmentPolicies",
        POLICIES,
    ),
    row("v1.0", "GET", "resourceRequests/{id}", REQUEST),
    row("beta", "GET", "accessPackageResourceRequests/{id}", REQUEST),
    row("v1.0", "GET", "resourceRoleScopes/{id}", SCOPE),
    row("beta", "GET", "accessPackageResourceRoleScopes/{id}", SCOPE),
    row("v1.0", "GET", "accessPackages/{id}/resourceRoleScopes/{id}", SCOPE),
    row("beta", "GET", "accessPackages/{id}/accessPackageResourceRoleScopes/{id}", SCOPE),
    row("beta", "GET", "accessPackageResourceRoleScopes", "as on v1.0, by analogy"),
];

/// The row that speaks of this request, if one does.
pub(crate) fn unserved(version: &str, method: &str, path: &str) -> Option<&'static Unserved> {
    let path = path.split('?').next().unwrap_or_default();
    let (_, behind) = path.split_once("/identityGovernance/entitlementManagement/")?;
    let segments: Vec<&str> = behind.split('/').filter(|segment| !segment.is_empty()).collect();
    let matches = |template: &str| {
        let names: Vec<&str> = template.split('/').collect();
        names.len() == segments.len()
            && names.iter().zip(&segments).all(|(name, segment)| {
                // What is called by name is no id.
                if *name == "{id}" {
                    !segment.starts_with('$') && !segment.ends_with(')')
                } else {
                    name == segment
                }
            })
    };
    let told =
        |row: &&Unserved| row.version == version && row.method == method && matches(row.path);
    UNSERVED.iter().find(told)
}
