//! What the service refuses, in its own codes and words, each with its evidence.

use std::fmt;

use http::HeaderName;

/// How well a rule is known, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// A transcript of the service, or a body of it that somebody quotes.
    Recorded,
    /// Documented by Microsoft.
    Documented,
    /// Told by users, or coped with by a client's code.
    Reported,
    /// Inferred from other rules, or made up: that it is refused is likely, how is not known.
    Assumed,
}

impl Grade {
    /// The word in the `x-entitle-rule` header.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Documented => "documented",
            Self::Reported => "reported",
            Self::Assumed => "assumed",
        }
    }
}

/// A rule by which the service refuses.
#[derive(Debug)]
pub struct Rule {
    /// A name of our own.
    pub id: &'static str,
    /// The status of the answer; 0 where the rule refuses nothing.
    pub status: u16,
    /// The error code, its casing as seen; empty where the rule refuses nothing.
    pub code: &'static str,
    /// The rule, in a sentence.
    pub sentence: &'static str,
    /// How well it is known.
    pub grade: Grade,
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
        format!("{}; grade={}", self.id, self.grade.word())
    }

    /// Refuses with `message`.
    pub(crate) fn says(&'static self, message: impl Into<String>) -> Refusal {
        Refusal { rule: self, message: message.into() }
    }
}

macro_rules! rules {
    ($($name:ident: $id:literal, $status:literal $code:literal, $sentence:literal, $grade:ident, $source:literal, $backend:literal;)*) => {
        $(pub(crate) static $name: Rule = Rule {
            id: $id,
            status: $status,
            code: $code,
            sentence: $sentence,
            grade: Grade::$grade,
            source: $source,
            backend: $backend,
        };)*

        /// Every rule by which this emulator refuses.
        pub static RULES: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    // Sign-in.
    SIGN_IN_METHOD: "sign-in-method", 400 "invalid_request", "The token endpoint takes POST, the documents beside it GET.", Documented, "Microsoft's list of AADSTS codes", false;
    SIGN_IN_TENANT: "sign-in-tenant", 400 "invalid_request", "A sign-in names a tenant that is here; an application that acts for itself names exactly one.", Documented, "Microsoft's list of AADSTS codes", false;
    SIGN_IN_PARAMETER: "sign-in-parameter", 400 "invalid_request", "A request for a token has every parameter that its grant needs.", Documented, "Microsoft's list of AADSTS codes", false;
    SIGN_IN_GRANT: "sign-in-grant", 400 "unsupported_grant_type", "A grant is one that the endpoint serves.", Documented, "Microsoft's list of AADSTS codes", false;
    SIGN_IN_APPLICATION: "sign-in-application", 400 "unauthorized_client", "A client is registered in the tenant.", Documented, "Microsoft's list of AADSTS codes", false;
    SIGN_IN_SECRET: "sign-in-secret", 401 "invalid_client", "A wrong secret is refused with 401.", Reported, "what seven clients show of a refused secret", false;
    SIGN_IN_SECRET_MISSING: "sign-in-secret-missing", 401 "invalid_client", "An application that acts for itself sends its secret.", Documented, "Microsoft's list of AADSTS codes", false;
    SIGN_IN_ASSERTION: "sign-in-assertion", 401 "invalid_client", "A client assertion is signed by the application's certificate, for it, for here and for now.", Documented, "Microsoft's list of AADSTS codes", false;
    SIGN_IN_PENDING: "sign-in-pending", 400 "authorization_pending", "A client asks for its token until the user has answered for its code.", Documented, "Microsoft's page on the device code flow", false;
    SIGN_IN_CODE: "sign-in-code", 400 "bad_verification_code", "A device code is one that was given to the same client, holds, and opens once.", Documented, "Microsoft's page on the device code flow", false;
    SIGN_IN_SCOPE: "sign-in-scope", 400 "invalid_scope", "An application that acts for itself asks for .default of a resource.", Documented, "Microsoft's list of AADSTS codes", false;
    SIGN_IN_CREDENTIALS: "sign-in-credentials", 400 "invalid_grant", "A user signs in with their own name and password.", Documented, "Microsoft's list of AADSTS codes", false;
    SIGN_IN_REFRESH: "sign-in-refresh", 400 "invalid_grant", "A refresh token is one that was given to the same client and holds.", Documented, "Microsoft's list of AADSTS codes", false;

    // The gateway.
    TOKEN_EMPTY: "token-empty", 401 "InvalidAuthenticationToken", "A call without a token is answered by 401.", Reported, "many public logs", false;
    TOKEN_INVALID: "token-invalid", 401 "InvalidAuthenticationToken", "A token that this tenant did not sign is answered by 401.", Reported, "many public logs", false;
    TOKEN_EXPIRED: "token-expired", 401 "InvalidAuthenticationToken", "A token whose time is over is answered by 401.", Reported, "many public logs", false;
    TOKEN_AUDIENCE: "token-audience", 401 "InvalidAuthenticationToken", "A token for the Graph of one cloud is none in another.", Documented, "concepts/deployments.md of the documentation; the words are those of public logs", false;
    ME_NEEDS_USER: "me-needs-user", 400 "BadRequest", "An application that acts for itself has no /me.", Reported, "many public logs", false;
    BODY_TOO_LARGE: "body-too-large", 413 "RequestEntityTooLarge", "A body has at most 4 MB.", Documented, "the documented limit of a request; the code is not known", false;
    METHOD_OF_BACKEND: "method-of-backend", 405 "", "The backend names the method that a resource of it does not support.", Assumed, "the words of the framework that its route misses are of", false;
    METHOD_OF_DIRECTORY: "method-of-directory", 405 "Request_BadRequest", "The directory refuses a method that a resource of it does not support.", Reported, "many public logs", false;
    BODY_UNREADABLE: "body-unreadable", 400 "BadRequest", "A body is JSON, and says so where it says what it is.", Reported, "gateway answer in public logs", false;
    VERSION_UNKNOWN: "version-unknown", 400 "BadRequest", "The first segment is v1.0 or beta.", Reported, "gateway answer in public logs", false;
    SEGMENT_UNKNOWN: "segment-unknown", 400 "BadRequest", "The gateway refuses a segment that the metadata does not have.", Reported, "microsoft-graph-docs-contrib issue 4133; live GET battery of 2026", false;
    OPTION_INVALID: "option-invalid", 400 "BadRequest", "A query option can be read, and names what the type has.", Reported, "microsoft-graph-docs-contrib issues 4133 and 4720", false;
    PAGE_SIZE: "page-size", 400 "Request_UnsupportedQuery", "$top of a directory collection is between 1 and 999.", Reported, "three public clients quote it", false;
    EMULATOR_TOKEN: "emulator-token", 403 "Forbidden", "The emulator is controlled from its own machine, with its administrator's token.", Assumed, "this emulator's own calls, not the service", false;
    EMULATOR_CONTROL: "emulator-control", 400 "BadRequest", "The emulator is controlled by calls that it has.", Assumed, "this emulator's own calls, not the service", false;
    STATE_NOT_KEPT: "state-not-kept", 507 "InsufficientStorage", "What cannot be written to the state file is not acknowledged.", Assumed, "this emulator's own file, not the service", false;
    NOT_IMPLEMENTED: "not-implemented", 501 "NotImplemented", "What the service has and the emulator has not is answered by 501.", Assumed, "this emulator, not the service", false;

    // The directory.
    DIRECTORY_PROPERTY: "directory-property", 400 "Request_BadRequest", "The directory refuses a property that the type does not have.", Assumed, "the directory's words for a property that it does not have", false;
    DIRECTORY_TYPE: "directory-type", 400 "Request_BadRequest", "The directory refuses a value of another type.", Assumed, "a value of the wrong type cannot be kept; the words are not known", false;
    OBJECT_NOT_FOUND: "object-not-found", 404 "Request_ResourceNotFound", "An object that is not in the directory is answered by 404.", Reported, "live GET battery of 2026; two clients", false;
    PRINCIPAL_NAME_TAKEN: "principal-name-taken", 400 "Request_BadRequest", "A sign-in name is unique in the tenant.", Reported, "public logs of user creation", false;
    DIRECTORY_VALUE_MISSING: "directory-value-missing", 400 "Request_BadRequest", "A new object has its required properties, and an update does not empty them.", Assumed, "the documented required properties of POST users and POST groups", false;
    REFERENCE_EXISTS: "reference-exists", 400 "Request_BadRequest", "An object is on a group's list once.", Documented, "reference pages of POST members and owners; a client's constant has the words", false;
    LAST_OWNER: "last-owner", 400 "Request_BadRequest", "The last owner of a group stays.", Reported, "documented to be refused; the words are those of many public logs", false;
    ROLE_ASSIGNMENT_CONFLICT: "role-assignment-conflict", 400 "Request_BadRequest", "The same role is given to the same principal once.", Reported, "a public log of 2020", false;

    PRIVILEGES: "privileges", 403 "Authorization_RequestDenied", "The directory refuses a token without a permission for the call.", Recorded, "live run of 2026, an application without a permission", false;

    // Entitlement management: who may.
    SCOPE_MISSING: "scope-missing", 403 "UnAuthorized", "Entitlement management asks a user for a scope before it looks for anything.", Recorded, "live GET battery of 2026; msgraph-metadata issue 327", true;
    SCOPE_MISSING_APPLICATION: "scope-missing-application", 403 "UnAuthorized", "Entitlement management refuses an application without a permission in other words than a user.", Recorded, "live run of 2026, an application without a permission", true;

    ROLE_MISSING: "role-missing", 403 "UnAuthorized", "With the scope, a user still needs a role that allows the call, in the catalog that it is about.", Recorded, "PowerShell SDK issues 881 and 1482; terraform-provider-azuread issue 1069", true;
    NO_LICENSE: "no-license", 403 "NoLicense", "A tenant without the licence is refused: connected organizations before the scope is looked at, all else behind it.", Recorded, "two live records of unlicensed tenants", true;
    IDENTITY_DISABLED: "identity-disabled", 401 "Authorization_IdentityDisabled", "An application that is disabled is refused: by the directory at once, by entitlement management some two minutes later.", Recorded, "live run of 2026: still answered after 55 s, refused after 158 s", false;
    GATEWAY_MISS: "gateway-miss", 404 "NotFound", "A segment that the metadata has and no service answers is refused by the gateway.", Recorded, "live GET battery of 2026", false;
    APPLICATIONS_ONLY: "applications-only", 403 "", "The bare list of approvals is for applications alone.", Recorded, "live GET battery of 2026", true;

    // Entitlement management: what is not there.
    ROUTE_MISS: "route-miss", 404 "", "Some paths of the metadata lead nowhere in the backend.", Recorded, "live GET battery of 2026; PowerShell SDK issues 2329, 2493, 2505", false;
    ROUTE_MISS_WRAPPED: "route-miss-wrapped", 404 "UnknownError", "The bare list of resource role scopes leads nowhere, and says so within a string.", Recorded, "live GET battery of 2026", false;
    CATALOG_NOT_FOUND: "catalog-not-found", 404 "CatalogNotFound", "A catalog that is not there is answered by 404 with a code of its own.", Recorded, "live run of 2 October 2026", true;
    PACKAGE_NOT_FOUND: "package-not-found", 404 "AccessPackageNotFound", "An access package that is not there is answered by 404 with a code of its own.", Recorded, "live run of 2 October 2026", true;
    POLICY_NOT_FOUND: "policy-not-found", 404 "PolicyNotFound", "An assignment policy that is not there is answered by 404 with a code of its own.", Recorded, "live run of 2 October 2026", true;
    REQUEST_NOT_FOUND: "request-not-found", 404 "RequestNotFound", "An assignment request that is not there is answered by 404 with a code of its own.", Recorded, "live run of 6 September 2026", true;
    ASSIGNMENT_NOT_FOUND: "assignment-not-found", 404 "AssignmentNotFound", "An assignment that is not there is answered by 404.", Assumed, "the pattern of the other codes", true;
    RESOURCE_NOT_FOUND: "resource-not-found", 404 "ResourceNotFound", "A resource that is not in the catalog is answered by 404.", Recorded, "microsoft-graph-docs issue 18874; console log of 22 October 2024", true;
    ROLE_NOT_FOUND: "role-not-found", 404 "RoleNotFound", "A role that the resource does not have is answered by 404.", Recorded, "terraform-provider-azuread issue 1066", true;
    APPROVAL_NOT_FOUND: "approval-not-found", 404 "ApprovalNotFound", "An approval, or a stage, that is not there is answered by 404.", Documented, "reference page of PATCH approval stages; the code is not known", true;
    SUBJECT_MISSING: "subject-missing", 404 "SubjectNotFound", "A subject that is not there is answered by 404.", Assumed, "the pattern of the other codes", true;
    RESOURCE_ROLE_NOT_FOUND: "resource-role-not-found", 404 "AccessPackageAssignmentResourceRoleNotFound", "A role that an assignment gave, and that is not there, is answered by 404.", Assumed, "the pattern of the other codes", true;
    FUNCTION_ARGUMENT: "function-argument", 400 "BadRequest", "A function is called with the arguments that it has.", Assumed, "documented arguments; the words are not known", true;
    REFERENCE_INVALID: "reference-invalid", 400 "BadRequest", "A reference names an object by its address.", Assumed, "documented form; the words are not known", true;
    REFERENCE_MISSING: "reference-missing", 404 "ResourceNotFound", "A reference that is removed is there.", Assumed, "the pattern of the other codes", true;
    MOVE_RESOURCES: "move-resources", 400 "ResourceNotFound", "A package moves to a catalog that has its resources.", Assumed, "documented to be refused; the code is not known", true;
    ROLE_DEFINITION_NOT_FOUND: "role-definition-not-found", 404 "RoleDefinitionNotFound", "A role of entitlement management that does not exist is answered by 404.", Assumed, "the pattern of the other codes", true;
    ROLE_SCOPE_NOT_FOUND: "role-scope-not-found", 404 "ResourceRoleScopeNotFound", "A resource role scope that is not in the package is answered by 404.", Assumed, "the pattern of the other codes", true;
    SCOPE_NOT_FOUND: "scope-not-found", 404 "ScopeNotFound", "A scope that is not the resource's is answered by 404.", Assumed, "the pattern of the other codes", true;
    ENVIRONMENT_NOT_FOUND: "environment-not-found", 404 "ResourceEnvironmentNotFound", "A resource environment that is not there is answered by 404.", Assumed, "the pattern of the other codes", true;

    // Entitlement management: bodies and queries.
    MODEL_INVALID: "model-invalid", 400 "InvalidModel", "A body that does not bind is refused, and no member is named.", Recorded, "microsoft-graph-docs-contrib issues 1527 and 2906; microsoft-graph-docs issue 9895", true;
    WORD_UNKNOWN: "word-unknown", 400 "ArgumentException", "A word that the enum does not have is refused before anything else is looked at.", Recorded, "console log of 22 October 2024; microsoft-graph-docs issue 6328", true;
    ARGUMENT_NULL: "argument-null", 400 "ArgumentNullException", "A navigation that must be given is named where it is missing.", Reported, "PowerShell SDK issue 900; microsoft-graph-docs-contrib issue 1462", true;
    FILTER_NOT_SUPPORTED: "filter-not-supported", 400 "InvalidFilter", "A collection takes filters on some properties only.", Recorded, "microsoft-graph-docs-contrib issues 8922, 5654 and 5655", true;
    FILTER_GUID: "filter-guid", 400 "InvalidFilter", "An id in a filter is a guid.", Recorded, "console log of 22 October 2024; Microsoft365DSC issue 4032", true;
    ORIGIN_SYSTEM_REQUIRED: "origin-system-required", 400 "InvalidFilter", "Some lists demand a filter on the origin system.", Assumed, "the words are seen (PowerShell SDK issues 505 and 1982), the code is not", true;

    // Entitlement management: what is refused.
    NOT_RESOURCE_OWNER: "not-resource-owner", 400 "CallerNotResourceOwner", "A resource is added by its owner, by a role or by a permission that may change it.", Recorded, "three live logs, 2023 and 2024", true;
    NOT_RESOURCE_OWNER_FORBIDDEN: "not-resource-owner-forbidden", 403 "CallerNotResourceOwner", "Where owner-status is switched off, whoever may not offer a resource is refused with 403.", Documented, "the current tutorial", true;
    ORIGIN_NOT_FOUND: "origin-not-found", 400 "ResourceNotFoundInOriginSystem", "A resource exists in its origin system.", Recorded, "live runs of 2026; seven public clients", true;
    ALREADY_ONBOARDED: "already-onboarded", 400 "ResourceAlreadyOnboarded", "A resource is in a catalog once.", Recorded, "console log of 22 October 2024", true;
    RESOURCE_IN_USE: "resource-in-use", 400 "InvalidDeleteResourceHasEntitlements", "A resource that a package grants stays in its catalog.", Recorded, "terraform-provider-azuread issues 1091 and 1175", true;
    DUPLICATE_PACKAGE: "duplicate-package", 409 "DuplicateAccessPackage", "The name of a package is unique in its catalog.", Recorded, "terraform-provider-azuread issue 1948", true;
    PACKAGE_IN_USE: "package-in-use", 400 "InvalidDeleteAccessPackageHasAssignments", "A package that somebody has, or has asked for, cannot be deleted.", Assumed, "documented to be refused; the code is not known", true;
    POLICY_IN_USE: "policy-in-use", 400 "InvalidDeletePolicyHasAssignments", "A policy by which somebody has access, or has asked for it, cannot be deleted.", Assumed, "documented to be refused; the code is not known", true;
    CATALOG_IN_USE: "catalog-in-use", 400 "InvalidDeleteCatalogHasAccessPackages", "A catalog with packages cannot be deleted.", Assumed, "documented to be refused; the code is not known", true;
    CATALOG_BUILT_IN: "catalog-built-in", 400 "InvalidDeleteDefaultCatalog", "The catalog General cannot be deleted.", Assumed, "no record", true;
    OPEN_REQUEST: "open-request", 400 "ExistingOpenRequest", "A target has one open request for a package.", Reported, "a client's recovery code of 2025", true;
    EXISTING_GRANT: "existing-grant", 400 "ExistingGrant", "Whoever has a package cannot ask for it again.", Assumed, "the portal refuses; the code is not known", true;
    NO_VALID_POLICY: "no-valid-policy", 400 "InvalidPolicy", "A request names a policy by which its target may ask.", Assumed, "the words are seen (a blog of 13 May 2025), the code is not", true;
    TARGET_OUT_OF_SCOPE: "target-out-of-scope", 400 "InvalidPolicy", "The target of a direct assignment is covered by the policy.", Assumed, "the words are seen (entra-docs issue 967), the code is not", true;
    INCOMPATIBLE: "incompatible", 400 "IncompatibleAccessPackage", "Nobody is given a package beside something that it is incompatible with.", Assumed, "documented to be refused; the code is not known", true;
    JUSTIFICATION_MISSING: "justification-missing", 400 "InvalidRequest", "A request says why, where the policy asks for it.", Assumed, "documented to be refused; the code is not known", true;
    ANSWER_MISSING: "answer-missing", 400 "InvalidRequest", "A request answers the questions that the policy demands.", Assumed, "documented to be refused; the code is not known", true;
    SCHEDULE_OUTSIDE_POLICY: "schedule-outside-policy", 400 "InvalidRequest", "A schedule of one's own is within the policy's, which must allow it.", Assumed, "the policy's property is documented; the refusal is not known", true;
    REQUEST_NOT_CANCELLABLE: "request-not-cancellable", 400 "RequestNotCancellable", "A request can be canceled while nothing of it is carried out.", Assumed, "the states are documented; the code is not known", true;
    REQUEST_NOT_REPROCESSABLE: "request-not-reprocessable", 400 "RequestNotReprocessable", "A request is reprocessed where its delivery failed, within 14 days.", Assumed, "the states are documented; the code is not known", true;
    REQUEST_NOT_DELETABLE: "request-not-deletable", 400 "RequestNotDeletable", "A request is deleted when it is over.", Assumed, "the states are documented; the code is not known", true;
    APPROVAL_FORBIDDEN: "approval-forbidden", 403 "UnAuthorized", "An approval is seen and decided by its approvers, and nobody decides about their own request.", Documented, "reference pages of approvals; the words are those of other refusals", true;
    APPROVAL_DECIDED: "approval-decided", 409 "RequestApprovalDecided", "A stage is decided once.", Documented, "reference page of PATCH approval stages; the code is not known", true;
    SUBJECT_NOT_FOUND: "subject-not-found", 400 "SubjectNotFound", "A target or a principal is in the directory.", Assumed, "the pattern of the other codes", true;
    ANY_USER_POLICY: "any-user-policy", 400 "AnyUserPolicyValidationError", "A policy for everybody outside demands an approval.", Recorded, "live run of 2026", true;
    APPROVAL_STAGES: "approval-stages", 400 "InvalidApprovalStages", "A policy that demands an approval has stages.", Recorded, "live runs of 6 September 2026", true;
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

/// The words for a role that somebody has already.
pub(crate) fn role_assignment_conflict() -> Refusal {
    ROLE_ASSIGNMENT_CONFLICT.says(
        "A conflicting object with one or more of the specified property values is present in the directory.",
    )
}

/// `Resource 'x' does not exist …`, the directory's words.
pub(crate) fn object_not_found(id: &str) -> Refusal {
    OBJECT_NOT_FOUND.says(format!(
        "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
    ))
}
