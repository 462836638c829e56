//! What the service does beyond plain reads and writes, in answers that are no errors: each rule can
//! be switched off, and then the plainer, or the less well evidenced, of two forms is answered.

use crate::refusal::{Grade, Rule};

macro_rules! behaviours {
    ($($name:ident: $id:literal, $sentence:literal, $grade:ident, $source:literal;)*) => {
        $(pub(crate) static $name: Rule = Rule {
            id: $id,
            status: 0,
            code: "",
            sentence: $sentence,
            grade: Grade::$grade,
            source: $source,
            backend: true,
        };)*

        /// Every rule by which an answer that is no error has its form.
        pub static BEHAVIOURS: &[&Rule] = &[$(&$name),*];
    };
}

behaviours! {
    TIPS: "tips", "A list of entitlement management on v1.0 without $select begins with the gateway's advice.", Recorded, "three lists of the current tutorial; a capture of 2023";
    LOCATION: "location", "A POST to entitlement management answers with the address of the backend's collection, also where it is refused.", Recorded, "console log of 22 October 2024; PowerShell SDK issues 2493 and 2505";
    ROLE_SCOPE_DELETED: "role-scope-deleted", "A role scope that is taken out of a package is answered by 200; switched off, by the documented 204.", Recorded, "two live runs of 2026; a client's tests";
    CANCELED: "canceled", "A canceled request is answered by 200; switched off, by the 204 of the page of 2021.", Documented, "reference page of cancel, corrected since";
    REQUEST_CREATED: "request-created", "A new assignment request is answered by 201; switched off, by the 200 that one client demands.", Documented, "every reference example; a client's tests accept 200 alone";
    CATALOG_ROLE_CREATED: "catalog-role-created", "A new role of entitlement management is answered by 201; switched off, by the 200 that one client demands.", Documented, "reference example; a client's tests accept 200 alone";
    REQUEST_TIMES: "request-times", "The answer that creates an assignment request has no times yet; switched off, it has the time of its creation.", Recorded, "both tutorials; three live runs";
    CREATION_TIMES: "creation-times", "The answer that creates has times of seven fractional digits; switched off, of milliseconds as on reads.", Recorded, "both tutorials; captures of 2020 to 2023";
    POLICY_TOUCHED: "policy-touched", "A policy is marked as changed a moment after it was made, even in the answer that makes it.", Recorded, "15.6 ms in a capture of 2020, 80 ms in one of 2024";
    TARGET_ID: "target-id", "An assignment's targetId is the user's object id; switched off, the subject's id, as in 2020.", Recorded, "live runs of 2021 and 2022; a capture of 2020 has the other";
    UNUSED_ROLE: "unused-role", "A resource's role has an id of zeros until a package first uses it; switched off, one of its own.", Recorded, "live run of 2021; a capture of 2020";
    ADMIN_ADD_UNASKED: "admin-add-unasked", "Whom an administrator assigns, nobody is asked about, whatever the policy demands.", Recorded, "three records of adminAdd on a policy with approval";
    PACKAGE_WITH_POLICIES: "package-with-policies", "A package is deleted with its policies; switched off, it is refused while it has any.", Recorded, "two live runs; a client's issue of a policy that was gone with its package";
    STALE_RESOURCE: "stale-resource", "A group that is deleted stays in the catalogs it was added to; switched off, it goes.", Reported, "maester tests MT.1106 and MT.1107 look for such";
    ERROR_DETAILS: "error-details", "An error of the backend has an empty list of details; switched off, none, as until 2023.", Recorded, "records of 2023 to 2026; absent in those of 2022";
    INVITED: "invited", "Whom an administrator assigns by an address that nobody here has is invited as a guest at once; switched off, that is not implemented.", Assumed, "reference page, example of a user not yet in the directory; when they are invited is not known";
    OWNER_STATUS: "owner-status", "Whoever may not offer a resource is refused with 400; switched off, with the tutorial's 403.", Recorded, "three live logs, 2023 and 2024; the tutorial says 403";
}
