//! What the service refuses, in its own codes and words, each with its evidence.

use std::fmt;

use http::HeaderName;

/// How well a rule is known, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// Seen in a live log, an issue thread or a recorded exchange.
    Observed,
    /// Documented by Microsoft.
    Documented,
    /// Inferred from what a client's code copes with.
    ClientCode,
    /// Inferred from other rules.
    Inferred,
    /// The refusal is known, its code or words are not: ours are made up.
    Guess,
}

impl Evidence {
    /// The word in the `x-entitle-rule` header.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Documented => "documented",
            Self::ClientCode => "client-code",
            Self::Inferred => "inferred",
            Self::Guess => "guess",
        }
    }
}

/// A rule by which the service refuses.
#[derive(Debug)]
pub struct Rule {
    /// A name of our own.
    pub id: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// The error code, its casing as seen.
    pub code: &'static str,
    /// How well it is known.
    pub evidence: Evidence,
    /// Where it was seen.
    pub source: &'static str,
    /// Whether the backend answers, whose errors carry `"details": []`.
    pub(crate) backend: bool,
}

/// An answer that is an error.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) rule: &'static Rule,
    pub(crate) message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.rule.status, self.rule.code, self.message)
    }
}

/// Ours: which rule refused, and how well it is known.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-entitle-rule");

impl Rule {
    /// What the header says.
    pub(crate) fn told(&self) -> String {
        format!("{}; evidence={}", self.id, self.evidence.word())
    }

    /// Refuses with `message`.
    pub(crate) fn says(&'static self, message: impl Into<String>) -> Refusal {
        Refusal { rule: self, message: message.into() }
    }
}

macro_rules! rules {
    ($($name:ident: $id:literal, $status:literal $code:literal, $evidence:ident, $source:literal, $backend:literal;)*) => {
        $(pub(crate) static $name: Rule = Rule {
            id: $id,
            status: $status,
            code: $code,
            evidence: Evidence::$evidence,
            source: $source,
            backend: $backend,
        };)*

        /// Every rule by which this emulator refuses.
        pub static RULES: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    // Sign-in.
    SIGN_IN_METHOD: "sign-in-method", 400 "invalid_request", Documented, "Microsoft's list of AADSTS codes", false;
    SIGN_IN_TENANT: "sign-in-tenant", 400 "invalid_request", Documented, "Microsoft's list of AADSTS codes", false;
    SIGN_IN_PARAMETER: "sign-in-parameter", 400 "invalid_request", Documented, "Microsoft's list of AADSTS codes", false;
    SIGN_IN_GRANT: "sign-in-grant", 400 "unsupported_grant_type", Documented, "Microsoft's list of AADSTS codes", false;
    SIGN_IN_APPLICATION: "sign-in-application", 400 "unauthorized_client", Documented, "Microsoft's list of AADSTS codes", false;
    SIGN_IN_SECRET: "sign-in-secret", 401 "invalid_client", Observed, "what seven clients show of a refused secret", false;
    SIGN_IN_SECRET_MISSING: "sign-in-secret-missing", 401 "invalid_client", Documented, "Microsoft's list of AADSTS codes", false;
    SIGN_IN_SCOPE: "sign-in-scope", 400 "invalid_scope", Documented, "Microsoft's list of AADSTS codes", false;
    SIGN_IN_CREDENTIALS: "sign-in-credentials", 400 "invalid_grant", Documented, "Microsoft's list of AADSTS codes", false;
    SIGN_IN_REFRESH: "sign-in-refresh", 400 "invalid_grant", Documented, "Microsoft's list of AADSTS codes", false;

    // The gateway.
    TOKEN_EMPTY: "token-empty", 401 "InvalidAuthenticationToken", Observed, "many public logs", false;
    TOKEN_INVALID: "token-invalid", 401 "InvalidAuthenticationToken", Observed, "many public logs", false;
    TOKEN_EXPIRED: "token-expired", 401 "InvalidAuthenticationToken", Observed, "many public logs", false;
    ME_NEEDS_USER: "me-needs-user", 400 "BadRequest", Observed, "many public logs", false;
    BODY_UNREADABLE: "body-unreadable", 400 "BadRequest", Observed, "gateway answer in public logs", false;
    VERSION_UNKNOWN: "version-unknown", 400 "BadRequest", Observed, "gateway answer in public logs", false;
    SEGMENT_UNKNOWN: "segment-unknown", 400 "BadRequest", Observed, "microsoft-graph-docs-contrib issue 4133; live GET battery of 2026", false;
    OPTION_INVALID: "option-invalid", 400 "BadRequest", Observed, "microsoft-graph-docs-contrib issues 4133 and 4720", false;
    PAGE_SIZE: "page-size", 400 "Request_UnsupportedQuery", Observed, "three public clients quote it", false;
    EMULATOR_CONTROL: "emulator-control", 400 "BadRequest", Guess, "this emulator's own calls, not the service", false;
    NOT_IMPLEMENTED: "not-implemented", 501 "NotImplemented", Guess, "this emulator, not the service", false;

    // The directory.
    DIRECTORY_PROPERTY: "directory-property", 400 "Request_BadRequest", Inferred, "the directory's words for a property that it does not have", false;
    DIRECTORY_TYPE: "directory-type", 400 "Request_BadRequest", Guess, "a value of the wrong type cannot be kept; the words are not known", false;
    OBJECT_NOT_FOUND: "object-not-found", 404 "Request_ResourceNotFound", Observed, "live GET battery of 2026; two clients", false;
    PRINCIPAL_NAME_TAKEN: "principal-name-taken", 400 "Request_BadRequest", Observed, "public logs of user creation", false;
    DIRECTORY_VALUE_MISSING: "directory-value-missing", 400 "Request_BadRequest", Inferred, "the documented required properties of POST users and POST groups", false;
    ROLE_ASSIGNMENT_CONFLICT: "role-assignment-conflict", 400 "Request_BadRequest", Observed, "a public log of 2020", false;

    PRIVILEGES: "privileges", 403 "Authorization_RequestDenied", Observed, "live run of 2026, an application without a permission", false;

    // Entitlement management: who may.
    SCOPE_MISSING: "scope-missing", 403 "UnAuthorized", Observed, "live GET battery of 2026; msgraph-metadata issue 327", true;
    SCOPE_MISSING_APPLICATION: "scope-missing-application", 403 "UnAuthorized", Observed, "live run of 2026, an application without a permission", true;

    // Entitlement management: what is not there.
    ROUTE_MISS: "route-miss", 404 "", Observed, "live GET battery of 2026; PowerShell SDK issues 2329, 2493, 2505", false;
    ROUTE_MISS_WRAPPED: "route-miss-wrapped", 404 "UnknownError", Observed, "live GET battery of 2026", false;
    CATALOG_NOT_FOUND: "catalog-not-found", 404 "CatalogNotFound", Observed, "live run of 2 October 2026", true;
    PACKAGE_NOT_FOUND: "package-not-found", 404 "AccessPackageNotFound", Observed, "live run of 2 October 2026", true;
    POLICY_NOT_FOUND: "policy-not-found", 404 "PolicyNotFound", Observed, "live run of 2 October 2026", true;
    REQUEST_NOT_FOUND: "request-not-found", 404 "RequestNotFound", Observed, "live run of 6 September 2026", true;
    ASSIGNMENT_NOT_FOUND: "assignment-not-found", 404 "AssignmentNotFound", Guess, "the pattern of the other codes", true;
    RESOURCE_NOT_FOUND: "resource-not-found", 404 "ResourceNotFound", Observed, "microsoft-graph-docs issue 18874; console log of 22 October 2024", true;
    ROLE_NOT_FOUND: "role-not-found", 404 "RoleNotFound", Observed, "terraform-provider-azuread issue 1066", true;
    ROLE_DEFINITION_NOT_FOUND: "role-definition-not-found", 404 "RoleDefinitionNotFound", Guess, "the pattern of the other codes", true;
    ROLE_SCOPE_NOT_FOUND: "role-scope-not-found", 404 "ResourceRoleScopeNotFound", Guess, "the pattern of the other codes", true;
    SCOPE_NOT_FOUND: "scope-not-found", 404 "ScopeNotFound", Guess, "the pattern of the other codes", true;
    ENVIRONMENT_NOT_FOUND: "environment-not-found", 404 "ResourceEnvironmentNotFound", Guess, "the pattern of the other codes", true;

    // Entitlement management: bodies and queries.
    MODEL_INVALID: "model-invalid", 400 "InvalidModel", Observed, "microsoft-graph-docs-contrib issues 1527 and 2906; microsoft-graph-docs issue 9895", true;
    WORD_UNKNOWN: "word-unknown", 400 "ArgumentException", Observed, "console log of 22 October 2024; microsoft-graph-docs issue 6328", true;
    ARGUMENT_NULL: "argument-null", 400 "ArgumentNullException", Observed, "PowerShell SDK issue 900; microsoft-graph-docs-contrib issue 1462", true;
    FILTER_NOT_SUPPORTED: "filter-not-supported", 400 "InvalidFilter", Observed, "microsoft-graph-docs-contrib issues 8922, 5654 and 5655", true;
    FILTER_GUID: "filter-guid", 400 "InvalidFilter", Observed, "console log of 22 October 2024; Microsoft365DSC issue 4032", true;
    ORIGIN_SYSTEM_REQUIRED: "origin-system-required", 400 "InvalidFilter", Guess, "the words are seen (PowerShell SDK issues 505 and 1982), the code is not", true;

    // Entitlement management: what is refused.
    NOT_RESOURCE_OWNER: "not-resource-owner", 400 "CallerNotResourceOwner", Observed, "three live logs, 2023 and 2024", true;
    ORIGIN_NOT_FOUND: "origin-not-found", 400 "ResourceNotFoundInOriginSystem", Observed, "live runs of 2026; seven public clients", true;
    ALREADY_ONBOARDED: "already-onboarded", 400 "ResourceAlreadyOnboarded", Observed, "console log of 22 October 2024", true;
    RESOURCE_IN_USE: "resource-in-use", 400 "InvalidDeleteResourceHasEntitlements", Observed, "terraform-provider-azuread issues 1091 and 1175", true;
    DUPLICATE_PACKAGE: "duplicate-package", 409 "DuplicateAccessPackage", Observed, "terraform-provider-azuread issue 1948", true;
    PACKAGE_IN_USE: "package-in-use", 400 "InvalidDeleteAccessPackageHasAssignments", Guess, "documented to be refused; the code is not known", true;
    POLICY_IN_USE: "policy-in-use", 400 "InvalidDeletePolicyHasAssignments", Guess, "documented to be refused; the code is not known", true;
    CATALOG_IN_USE: "catalog-in-use", 400 "InvalidDeleteCatalogHasAccessPackages", Guess, "documented to be refused; the code is not known", true;
    CATALOG_BUILT_IN: "catalog-built-in", 400 "InvalidDeleteDefaultCatalog", Guess, "no record", true;
    OPEN_REQUEST: "open-request", 400 "ExistingOpenRequest", ClientCode, "a client's recovery code of 2025", true;
    EXISTING_GRANT: "existing-grant", 400 "ExistingGrant", Guess, "the portal refuses; the code is not known", true;
    NO_VALID_POLICY: "no-valid-policy", 400 "InvalidPolicy", Guess, "the words are seen (a blog of 13 May 2025), the code is not", true;
    TARGET_OUT_OF_SCOPE: "target-out-of-scope", 400 "InvalidPolicy", Guess, "the words are seen (entra-docs issue 967), the code is not", true;
    SUBJECT_NOT_FOUND: "subject-not-found", 400 "SubjectNotFound", Guess, "the pattern of the other codes", true;
    ANY_USER_POLICY: "any-user-policy", 400 "AnyUserPolicyValidationError", Observed, "live run of 2026", true;
    APPROVAL_STAGES: "approval-stages", 400 "InvalidApprovalStages", Observed, "live runs of 6 September 2026", true;
}

/// A body that does not bind. The service names no member.
pub(crate) fn invalid_model() -> Refusal {
    MODEL_INVALID.says("The model is invalid.")
}

/// A member that must not be left out.
pub(crate) fn argument_null(name: &str) -> Refusal {
    ARGUMENT_NULL.says(format!("Value cannot be null.\r\nParameter name: {name}"))
}

/// What the service has and this emulator has not.
pub(crate) fn not_implemented(what: impl fmt::Display) -> Refusal {
    NOT_IMPLEMENTED.says(format!("{what} is not implemented by this emulator."))
}

/// The words of `CatalogNotFound` and its like.
pub(crate) fn not_found(rule: &'static Rule, what: &str) -> Refusal {
    rule.says(format!("The {what} was not found."))
}

/// `Resource 'x' does not exist …`, the directory's words.
pub(crate) fn object_not_found(id: &str) -> Refusal {
    OBJECT_NOT_FOUND.says(format!(
        "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
    ))
}
