//! The history of Microsoft's own metadata.

use contract::drift::{Severity, compare};
use contract::{Contract, Document};

use super::told;

/// What the history of the metadata says, where it is at hand.
#[test]
fn the_history_of_the_metadata_is_judged_as_it_was() {
    let Some(folder) = std::env::var_os("ENTITLE_METADATA") else {
        println!("skipped: ENTITLE_METADATA names no folder with the metadata documents");
        return;
    };
    let read = |name: &str| {
        let text = std::fs::read_to_string(std::path::Path::new(&folder).join(name)).unwrap();
        Document::parse(&text, name, name).unwrap()
    };
    let central = |base: &str, head: &str, version: &str, global: Option<&Contract>| {
        let (base, head) = (read(base), read(head));
        let (base, head) = Document::contracts((base, version), (head, version)).unwrap();
        let mut changes = compare(&base, &head, global);
        changes.retain(|change| change.central && change.rule.severity > Severity::Additive);
        told(&changes)
    };
    assert_eq!(
        central("v1.0-2022-06.csdl", "v1.0-2026-08.csdl", "v1.0", None),
        [
            "required-property-added accessPackageApprovalStage.approverInformationVisibility: is approverInformationVisibility, not null",
            "required-property-added accessPackageSubject.subjectLifecycle: is accessPackageSubjectLifecycle, not null",
            "enum-member-inserted allowedTargetScope.allDirectoryAgentIdentities: a new word, before unknownFutureValue",
        ]
    );
    let beta = Contract::builtin("beta").unwrap();
    let found = central("beta-2021-07.csdl", "beta-ussec-2026.csdl", "beta", Some(beta));
    let expected = [
        "member-renamed accessPackageAssignmentRequestRequirements.allowCustomAssignmentSchedule: is now probably isCustomAssignmentScheduleAllowed",
        "property-removed accessPackageAssignmentRequestRequirements.isApprovalRequiredForAdd: was Edm.Boolean",
        "property-removed accessPackageAssignmentRequestRequirements.isApprovalRequiredForUpdate: was Edm.Boolean",
        "property-removed request.createdBy: was identitySet; what the global service says is not known here",
    ];
    assert_eq!(found[..4], expected);
    assert!(
        found.contains(&"absent-in-cloud requestorManager.managerLevel: was Edm.Int32".to_owned())
    );
    let v1 = Contract::builtin("v1.0").unwrap();
    let found = central("v1.0-2026-08.csdl", "v1.0-china-2026-08.csdl", "v1.0", Some(v1));
    assert!(found.iter().all(|change| change.contains("-in-cloud ")), "{found:#?}");
    assert!(found.contains(
        &"absent-in-cloud accessPackageAssignmentRequest.justification: was Edm.String".to_owned()
    ));
    assert_eq!(central("v1.0-2026-08.csdl", "v1.0-2026-08.csdl", "v1.0", None), [""; 0]);
}
