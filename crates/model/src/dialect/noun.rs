//! The table: a row for every member of every noun in use.
//!
//! Names are those of the v1.0 metadata of 2026-08 and of the national-cloud beta metadata of 2026
//! completed by the members of today's global beta; pairings are marked with their evidence.

use crate::Version;
use crate::dialect::reshape;
use crate::dialect::table::{
    Evidence::{Documented, Inferred, Metadata},
    Kind, Member, Noun, beta_only, name, noun, same, v1_only,
};

/// The container: its members are the entity sets.
pub static ENTITLEMENT_MANAGEMENT: Noun = noun(
    "entitlementManagement",
    &[
        same("accessPackages").list(&PACKAGE),
        name("catalogs", "accessPackageCatalogs", Documented).list(&CATALOG),
        name("assignmentPolicies", "accessPackageAssignmentPolicies", Documented).list(&POLICY),
        name("assignmentRequests", "accessPackageAssignmentRequests", Documented).list(&REQUEST),
        // Beta has v1.0's name as well since 2024, and calls its own the one that will go.
        beta_only("assignmentRequests").list(&REQUEST),
        name("assignments", "accessPackageAssignments", Documented).list(&ASSIGNMENT),
        name("resourceRequests", "accessPackageResourceRequests", Documented)
            .list(&RESOURCE_REQUEST),
        name("resourceEnvironments", "accessPackageResourceEnvironments", Documented)
            .list(&ENVIRONMENT),
        name("resources", "accessPackageResources", Metadata).list(&RESOURCE),
        name("resourceRoleScopes", "accessPackageResourceRoleScopes", Metadata).list(&ROLE_SCOPE),
        same("subjects").list(&SUBJECT),
        beta_only("accessPackageAssignmentResourceRoles").list(&ASSIGNMENT_RESOURCE_ROLE),
        same("accessPackageAssignmentApprovals").list(&APPROVAL),
        same("settings").nest(&SETTINGS),
    ],
);

/// accessPackageCatalog
pub static CATALOG: Noun = noun(
    "accessPackageCatalog",
    &[
        same("id"),
        same("displayName"),
        same("description"),
        same("catalogType").spelled(),
        name("state", "catalogStatus", Documented).spelled(),
        same("isExternallyVisible"),
        beta_only("uniqueName"),
        beta_only("privilegeLevel"),
        beta_only("createdBy"),
        same("createdDateTime"),
        beta_only("modifiedBy"),
        same("modifiedDateTime"),
        same("accessPackages").list(&PACKAGE),
        name("resources", "accessPackageResources", Documented).list(&RESOURCE),
        name("resourceRoles", "accessPackageResourceRoles", Documented).list(&ROLE),
        name("resourceScopes", "accessPackageResourceScopes", Metadata).list(&SCOPE),
        name("customWorkflowExtensions", "accessPackageCustomWorkflowExtensions", Documented),
    ],
);

/// accessPackageResource
pub static RESOURCE: Noun = noun(
    "accessPackageResource",
    &[
        same("id"),
        same("displayName"),
        same("description"),
        beta_only("url"),
        same("resourceType").word(),
        same("originId"),
        same("originSystem").word(),
        beta_only("isPendingOnboarding"),
        beta_only("addedBy"),
        name("createdDateTime", "addedOn", Documented),
        v1_only("modifiedDateTime"),
        same("attributes").list(&ATTRIBUTE),
        name("environment", "accessPackageResourceEnvironment", Metadata).nest(&ENVIRONMENT),
        name("roles", "accessPackageResourceRoles", Metadata).list(&ROLE),
        name("scopes", "accessPackageResourceScopes", Metadata).list(&SCOPE),
    ],
);

/// accessPackageResourceAttribute
pub static ATTRIBUTE: Noun = noun(
    "accessPackageResourceAttribute",
    &[
        name("name", "attributeName", Metadata),
        same("isEditable"),
        same("isPersistedOnAssignmentRemoval"),
        name("source", "attributeSource", Metadata).nest(&ATTRIBUTE_SOURCE),
        name("destination", "attributeDestination", Metadata).nest(&ATTRIBUTE_DESTINATION),
    ],
);

/// accessPackageResourceAttributeQuestion, the one source that documents show.
pub static ATTRIBUTE_SOURCE: Noun =
    noun("accessPackageResourceAttributeQuestion", &[same("question").nest(&QUESTION)]);

/// accessPackageUserDirectoryAttributeStore, the one destination that documents show.
pub static ATTRIBUTE_DESTINATION: Noun = noun("accessPackageUserDirectoryAttributeStore", &[]);

/// accessPackageTextInputQuestion: an entity with plain text in v1.0, a complex value with
/// localized content in beta.
pub static QUESTION: Noun = Noun {
    reshape: Some(reshape::QUESTION),
    ..noun(
        "accessPackageTextInputQuestion",
        &[
            same("id"),
            same("isRequired"),
            same("sequence"),
            same("isSingleLineQuestion"),
            same("text"),
            v1_only("localizations"),
            same("isAnswerEditable"),
            same("regexPattern"),
        ],
    )
};

/// The kinds of accessPackageQuestion.
pub static QUESTIONS: [&Noun; 2] = [&QUESTION, &CHOICE_QUESTION];

/// accessPackageMultipleChoiceQuestion
pub static CHOICE_QUESTION: Noun = Noun {
    reshape: Some(reshape::QUESTION),
    ..noun(
        "accessPackageMultipleChoiceQuestion",
        &[
            same("id"),
            same("isRequired"),
            same("sequence"),
            name("isMultipleSelectionAllowed", "allowsMultipleSelection", Metadata),
            same("choices").list(&CHOICE),
            same("text"),
            v1_only("localizations"),
            same("isAnswerEditable"),
        ],
    )
};

/// accessPackageAnswerChoice
pub static CHOICE: Noun = Noun {
    reshape: Some(reshape::CHOICE),
    ..noun(
        "accessPackageAnswerChoice",
        &[
            same("actualValue"),
            v1_only("text"),
            v1_only("localizations"),
            beta_only("displayValue"),
        ],
    )
};

/// accessPackageResourceEnvironment
pub static ENVIRONMENT: Noun = noun(
    "accessPackageResourceEnvironment",
    &[
        same("id"),
        same("displayName"),
        same("description"),
        same("connectionInfo"),
        same("isDefaultEnvironment"),
        same("originId"),
        same("originSystem").word(),
        beta_only("createdBy"),
        same("createdDateTime"),
        beta_only("modifiedBy"),
        same("modifiedDateTime"),
        name("resources", "accessPackageResources", Metadata).list(&RESOURCE),
    ],
);

/// accessPackageResourceRequest
pub static RESOURCE_REQUEST: Noun = noun(
    "accessPackageResourceRequest",
    &[
        same("id"),
        same("requestType").spelled(),
        name("state", "requestState", Documented).spelled(),
        beta_only("requestStatus").word(),
        v1_only("createdDateTime"),
        Member {
            v1: Some("catalog"),
            beta: None,
            kind: Kind::Reference(&CATALOG, "catalogId"),
            many: false,
            evidence: Documented,
        },
        beta_only("catalogId"),
        beta_only("executeImmediately"),
        beta_only("isValidationOnly"),
        beta_only("expirationDateTime"),
        beta_only("justification"),
        beta_only("requestor").nest(&SUBJECT),
        name("resource", "accessPackageResource", Documented).nest(&RESOURCE),
    ],
);

/// accessPackageResourceRole
pub static ROLE: Noun = noun(
    "accessPackageResourceRole",
    &[
        same("id"),
        same("displayName"),
        same("description"),
        same("originSystem").word(),
        same("originId"),
        same("type"),
        name("resource", "accessPackageResource", Documented).nest(&RESOURCE),
    ],
);

/// accessPackageResourceScope
pub static SCOPE: Noun = noun(
    "accessPackageResourceScope",
    &[
        same("id"),
        same("displayName"),
        same("description"),
        same("originId"),
        same("originSystem").word(),
        same("isRootScope"),
        beta_only("roleOriginId"),
        beta_only("url"),
        name("resource", "accessPackageResource", Metadata).nest(&RESOURCE),
    ],
);

/// accessPackageResourceRoleScope
pub static ROLE_SCOPE: Noun = noun(
    "accessPackageResourceRoleScope",
    &[
        same("id"),
        beta_only("createdBy"),
        same("createdDateTime"),
        beta_only("modifiedBy"),
        beta_only("modifiedDateTime"),
        name("role", "accessPackageResourceRole", Documented).nest(&ROLE),
        name("scope", "accessPackageResourceScope", Documented).nest(&SCOPE),
    ],
);

/// accessPackage
pub static PACKAGE: Noun = noun(
    "accessPackage",
    &[
        same("id"),
        name("catalog", "accessPackageCatalog", Documented).reference(&CATALOG, "catalogId"),
        beta_only("catalogId"),
        same("displayName"),
        same("description"),
        same("isHidden"),
        beta_only("isRoleScopesVisible"),
        beta_only("createdBy"),
        same("createdDateTime"),
        beta_only("modifiedBy"),
        same("modifiedDateTime"),
        name("assignmentPolicies", "accessPackageAssignmentPolicies", Metadata).list(&POLICY),
        name("resourceRoleScopes", "accessPackageResourceRoleScopes", Documented).list(&ROLE_SCOPE),
        beta_only("uniqueName"),
        same("incompatibleAccessPackages").list(&PACKAGE),
        same("accessPackagesIncompatibleWith").list(&PACKAGE),
        same("incompatibleGroups").list(&GROUP),
    ],
);

/// accessPackageAssignmentPolicy; expiration, targets and approval have another shape in beta.
pub static POLICY: Noun = Noun {
    reshape: Some(reshape::POLICY),
    ..noun(
        "accessPackageAssignmentPolicy",
        &[
            same("id"),
            same("accessPackage").reference(&PACKAGE, "accessPackageId"),
            beta_only("accessPackageId"),
            same("displayName"),
            same("description"),
            v1_only("allowedTargetScope").word(),
            v1_only("specificAllowedTargets").by_type(&SUBJECT_SETS),
            v1_only("expiration").nest(&EXPIRATION),
            beta_only("canExtend"),
            beta_only("durationInDays"),
            beta_only("expirationDateTime"),
            beta_only("createdBy"),
            same("createdDateTime"),
            beta_only("modifiedBy"),
            same("modifiedDateTime"),
            name("reviewSettings", "accessReviewSettings", Documented).nest(&REVIEW_SETTINGS),
            same("requestorSettings").nest(&REQUESTOR_SETTINGS),
            same("requestApprovalSettings").nest(&APPROVAL_SETTINGS),
            v1_only("automaticRequestSettings"),
            name("notificationSettings", "accessPackageNotificationSettings", Metadata),
            beta_only("verifiableCredentialSettings"),
            beta_only("customExtensionHandlers"),
            same("questions").by_type(&QUESTIONS),
            same("customExtensionStageSettings"),
            name("catalog", "accessPackageCatalog", Metadata).nest(&CATALOG),
        ],
    )
};

/// accessPackageAssignmentRequestorSettings in v1.0, requestorSettings in beta.
pub static REQUESTOR_SETTINGS: Noun = Noun {
    beta: "requestorSettings",
    ..noun(
        "accessPackageAssignmentRequestorSettings",
        &[
            name("enableTargetsToSelfAddAccess", "acceptRequests", Inferred),
            v1_only("enableTargetsToSelfUpdateAccess"),
            v1_only("enableTargetsToSelfRemoveAccess"),
            v1_only("allowCustomAssignmentSchedule"),
            v1_only("enableOnBehalfRequestorsToAddAccess"),
            v1_only("enableOnBehalfRequestorsToUpdateAccess"),
            v1_only("enableOnBehalfRequestorsToRemoveAccess"),
            v1_only("onBehalfRequestors"),
            beta_only("scopeType").paired(&TARGET_SCOPES),
            beta_only("allowedRequestors").by_type(&SUBJECT_SETS),
        ],
    )
};

/// v1.0 `allowedTargetScope`, beta `requestorSettings.scopeType`; inferred from the meaning of the
/// words, nowhere stated.
pub(crate) static TARGET_SCOPES: [(&str, &str); 7] = [
    ("notSpecified", "NoSubjects"),
    ("specificDirectoryUsers", "SpecificDirectorySubjects"),
    ("specificConnectedOrganizationUsers", "SpecificConnectedOrganizationSubjects"),
    ("allConfiguredConnectedOrganizationUsers", "AllConfiguredConnectedOrganizationSubjects"),
    ("allMemberUsers", "AllExistingDirectoryMemberUsers"),
    ("allDirectoryUsers", "AllExistingDirectorySubjects"),
    ("allExternalUsers", "AllExternalSubjects"),
];

/// accessPackageAssignmentApprovalSettings in v1.0, approvalSettings in beta.
pub static APPROVAL_SETTINGS: Noun = Noun {
    beta: "approvalSettings",
    ..noun(
        "accessPackageAssignmentApprovalSettings",
        &[
            name("isApprovalRequiredForAdd", "isApprovalRequired", Documented),
            name("isApprovalRequiredForUpdate", "isApprovalRequiredForExtension", Documented),
            same("isRequestorJustificationRequired"),
            beta_only("approvalMode").word(),
            name("stages", "approvalStages", Metadata).list(&APPROVAL_STAGE),
        ],
    )
};

/// accessPackageApprovalStage in v1.0, approvalStage in beta.
pub static APPROVAL_STAGE: Noun = Noun {
    beta: "approvalStage",
    reshape: Some(reshape::APPROVAL_STAGE),
    ..noun(
        "accessPackageApprovalStage",
        &[
            v1_only("durationBeforeAutomaticDenial"),
            beta_only("approvalStageTimeOutInDays"),
            same("isApproverJustificationRequired"),
            same("isEscalationEnabled"),
            v1_only("durationBeforeEscalation"),
            beta_only("escalationTimeInMinutes"),
            same("primaryApprovers").by_type(&SUBJECT_SETS),
            v1_only("fallbackPrimaryApprovers").by_type(&SUBJECT_SETS),
            same("escalationApprovers").by_type(&SUBJECT_SETS),
            v1_only("fallbackEscalationApprovers").by_type(&SUBJECT_SETS),
            same("approverInformationVisibility"),
        ],
    )
};

/// accessPackageAssignmentReviewSettings in v1.0, assignmentReviewSettings in beta.
pub static REVIEW_SETTINGS: Noun = Noun {
    beta: "assignmentReviewSettings",
    reshape: Some(reshape::REVIEW),
    ..noun(
        "accessPackageAssignmentReviewSettings",
        &[
            same("isEnabled"),
            name("expirationBehavior", "accessReviewTimeoutBehavior", Metadata),
            name("isRecommendationEnabled", "isAccessRecommendationEnabled", Metadata),
            name("isReviewerJustificationRequired", "isApprovalJustificationRequired", Metadata),
            v1_only("isSelfReview"),
            v1_only("schedule"),
            v1_only("primaryReviewers").by_type(&SUBJECT_SETS),
            v1_only("fallbackReviewers").by_type(&SUBJECT_SETS),
            beta_only("recurrenceType"),
            beta_only("reviewerType"),
            beta_only("startDateTime"),
            beta_only("durationInDays"),
            beta_only("reviewers").by_type(&SUBJECT_SETS),
        ],
    )
};

/// The kinds of subjectSet (beta: userSet).
pub static SUBJECT_SETS: [&Noun; 3] = [&SINGLE_USER, &GROUP_MEMBERS, &ORGANIZATION_MEMBERS];

/// singleUser
pub static SINGLE_USER: Noun = noun(
    "singleUser",
    &[beta_only("isBackup"), name("userId", "id", Metadata), same("description")],
);

/// groupMembers
pub static GROUP_MEMBERS: Noun = noun(
    "groupMembers",
    &[beta_only("isBackup"), name("groupId", "id", Metadata), same("description")],
);

/// connectedOrganizationMembers
pub static ORGANIZATION_MEMBERS: Noun = noun(
    "connectedOrganizationMembers",
    &[beta_only("isBackup"), name("connectedOrganizationId", "id", Metadata), same("description")],
);

/// accessPackageAssignmentRequest
pub static REQUEST: Noun = noun(
    "accessPackageAssignmentRequest",
    &[
        same("id"),
        same("requestType").spelled(),
        name("state", "requestState", Documented).spelled(),
        name("status", "requestStatus", Documented).word(),
        same("createdDateTime"),
        name("completedDateTime", "completedDate", Documented),
        beta_only("isValidationOnly"),
        beta_only("expirationDateTime"),
        same("justification"),
        same("schedule").nest(&SCHEDULE),
        same("answers").by_type(&[&ANSWER]),
        same("customExtensionCalloutInstances"),
        beta_only("customExtensionHandlerInstances"),
        beta_only("verifiedCredentialsData"),
        beta_only("parameters"),
        beta_only("history"),
        same("accessPackage").nest(&PACKAGE),
        name("assignment", "accessPackageAssignment", Documented).nest(&ASSIGNMENT),
        same("requestor").nest(&SUBJECT),
    ],
);

/// accessPackageAnswerString
pub static ANSWER: Noun = noun(
    "accessPackageAnswerString",
    &[same("value"), same("displayValue"), same("answeredQuestion").by_type(&QUESTIONS)],
);

/// entitlementManagementSettings; the days of beta are a duration in v1.0.
pub static SETTINGS: Noun = Noun {
    reshape: Some(reshape::SETTINGS),
    ..noun(
        "entitlementManagementSettings",
        &[
            same("id"),
            same("externalUserLifecycleAction").spelled(),
            v1_only("durationUntilExternalUserDeletedAfterBlocked"),
            beta_only("daysUntilExternalUserDeletedAfterBlocked"),
        ],
    )
};

/// approval; its id is that of the request it is about.
pub static APPROVAL: Noun =
    noun("approval", &[same("id"), name("stages", "steps", Documented).list(&APPROVAL_STEP)]);

/// approvalStage in v1.0, approvalStep in beta.
pub static APPROVAL_STEP: Noun = Noun {
    beta: "approvalStep",
    ..noun(
        "approvalStage",
        &[
            same("id"),
            same("displayName"),
            same("reviewedDateTime"),
            same("reviewResult").word(),
            same("status").word(),
            same("assignedToMe"),
            same("justification"),
            same("reviewedBy"),
        ],
    )
};

/// accessPackageAssignment. The three id members are undeclared in v1.0, yet are the documented
/// form of its request bodies (`POST assignmentRequests`, example 1).
pub static ASSIGNMENT: Noun = noun(
    "accessPackageAssignment",
    &[
        same("id"),
        beta_only("catalogId"),
        same("accessPackageId"),
        same("assignmentPolicyId"),
        same("targetId"),
        name("status", "assignmentStatus", Documented).word(),
        name("state", "assignmentState", Documented).spelled(),
        beta_only("isExtended"),
        same("expiredDateTime"),
        same("schedule").nest(&SCHEDULE),
        same("customExtensionCalloutInstances"),
        same("accessPackage").nest(&PACKAGE),
        name("assignmentPolicy", "accessPackageAssignmentPolicy", Inferred).nest(&POLICY),
        same("target").nest(&SUBJECT),
        beta_only("accessPackageAssignmentRequests").list(&REQUEST),
        beta_only("accessPackageAssignmentResourceRoles").list(&ASSIGNMENT_RESOURCE_ROLE),
    ],
);

/// Members that v1.0 takes in requests though its metadata does not declare them: `(type, member)`.
/// The ids of an assignment stand on the page of `POST assignmentRequests`, a resource's type on
/// that of `POST resourceRoleScopes` and in the tutorial.
pub static UNDECLARED_IN_V1: [(&str, &str); 4] = [
    ("accessPackageAssignment", "accessPackageId"),
    ("accessPackageAssignment", "assignmentPolicyId"),
    ("accessPackageAssignment", "targetId"),
    ("accessPackageResource", "resourceType"),
];

/// Whether `version` takes a member without declaring it.
pub fn is_undeclared(version: Version, noun: &Noun, member: &str) -> bool {
    version == Version::V1 && UNDECLARED_IN_V1.contains(&(noun.name(), member))
}

/// entitlementManagementSchedule in v1.0, requestSchedule in beta.
pub static SCHEDULE: Noun = Noun {
    beta: "requestSchedule",
    ..noun(
        "entitlementManagementSchedule",
        &[same("startDateTime"), same("recurrence"), same("expiration").nest(&EXPIRATION)],
    )
};

/// expirationPattern: its `type` is a real enum in both versions.
pub static EXPIRATION: Noun =
    noun("expirationPattern", &[same("endDateTime"), same("duration"), same("type")]);

/// accessPackageAssignmentResourceRole, which v1.0 does not have.
pub static ASSIGNMENT_RESOURCE_ROLE: Noun = Noun {
    v1: None,
    ..noun(
        "accessPackageAssignmentResourceRole",
        &[
            beta_only("id"),
            beta_only("originId"),
            beta_only("originSystem"),
            beta_only("status").word(),
            beta_only("accessPackageResourceRole").nest(&ROLE),
            beta_only("accessPackageResourceScope").nest(&SCOPE),
            beta_only("accessPackageSubject").nest(&SUBJECT),
        ],
    )
};

/// accessPackageSubject
pub static SUBJECT: Noun = noun(
    "accessPackageSubject",
    &[
        same("id"),
        same("objectId"),
        same("displayName"),
        same("principalName"),
        same("email"),
        same("onPremisesSecurityIdentifier"),
        beta_only("altSecId"),
        name("subjectType", "type", Documented).spelled(),
        same("subjectLifecycle"),
        beta_only("cleanupScheduledDateTime"),
        beta_only("connectedOrganizationId"),
        same("connectedOrganization"),
    ],
);

/// user: an open type; the members in use are named alike in both versions.
pub static USER: Noun = Noun {
    open: true,
    ..noun("user", &[same("id"), same("passwordProfile").nest(&PASSWORD_PROFILE)])
};

/// passwordProfile
pub static PASSWORD_PROFILE: Noun = noun(
    "passwordProfile",
    &[
        same("password"),
        same("forceChangePasswordNextSignIn"),
        same("forceChangePasswordNextSignInWithMfa"),
    ],
);

/// group: an open type; the members in use are named alike in both versions.
pub static GROUP: Noun =
    Noun { open: true, ..noun("group", &[same("id"), same("members").list(&DIRECTORY_OBJECT)]) };

/// servicePrincipal: an open type.
pub static SERVICE_PRINCIPAL: Noun = Noun { open: true, ..noun("servicePrincipal", &[same("id")]) };

/// directoryObject: an open type.
pub static DIRECTORY_OBJECT: Noun = Noun { open: true, ..noun("directoryObject", &[same("id")]) };

/// unifiedRoleDefinition
pub static ROLE_DEFINITION: Noun = noun(
    "unifiedRoleDefinition",
    &[
        same("id"),
        same("description"),
        same("displayName"),
        same("isBuiltIn"),
        same("isEnabled"),
        same("resourceScopes"),
        same("templateId"),
        same("version"),
        same("rolePermissions"),
        same("inheritsPermissionsFrom"),
    ],
);

/// unifiedRoleAssignment
pub static ROLE_ASSIGNMENT: Noun = noun(
    "unifiedRoleAssignment",
    &[
        same("id"),
        same("principalId"),
        beta_only("resourceScope"),
        same("directoryScopeId"),
        same("appScopeId"),
        same("condition"),
        same("principalOrganizationId"),
        same("roleDefinitionId"),
    ],
);

/// Every noun, for the laws that hold for all of them.
pub static ALL: [&Noun; 39] = [
    &ENTITLEMENT_MANAGEMENT,
    &CATALOG,
    &RESOURCE,
    &ATTRIBUTE,
    &ATTRIBUTE_SOURCE,
    &ATTRIBUTE_DESTINATION,
    &QUESTION,
    &CHOICE_QUESTION,
    &CHOICE,
    &ENVIRONMENT,
    &RESOURCE_REQUEST,
    &ROLE,
    &SCOPE,
    &ROLE_SCOPE,
    &PACKAGE,
    &POLICY,
    &REQUESTOR_SETTINGS,
    &APPROVAL_SETTINGS,
    &APPROVAL_STAGE,
    &REVIEW_SETTINGS,
    &SINGLE_USER,
    &GROUP_MEMBERS,
    &ORGANIZATION_MEMBERS,
    &REQUEST,
    &ANSWER,
    &SETTINGS,
    &APPROVAL,
    &APPROVAL_STEP,
    &ASSIGNMENT,
    &PASSWORD_PROFILE,
    &SCHEDULE,
    &EXPIRATION,
    &ASSIGNMENT_RESOURCE_ROLE,
    &SUBJECT,
    &USER,
    &GROUP,
    &SERVICE_PRINCIPAL,
    &ROLE_DEFINITION,
    &ROLE_ASSIGNMENT,
];
