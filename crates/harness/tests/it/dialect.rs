//! The Rosetta stone held against Microsoft's own metadata.

use contract::{Contract, Kind};
use model::Version;
use model::dialect::{self, Noun, noun};
use model::lifecycle;

/// Names that the table has and the metadata does not, with the reason.
fn excused(version: Version, noun: &Noun, member: &str) -> bool {
    noun::is_undeclared(version, noun, member)
}

#[test]
fn every_name_of_the_table_is_in_the_contract_of_its_version() {
    let mut missing = Vec::new();
    for version in Version::ALL {
        let contract = Contract::builtin(version.segment()).unwrap();
        for noun in noun::ALL {
            let Some(name) = noun.wire(version) else { continue };
            if !contract.types.contains_key(name) {
                missing.push(format!("{version}: type {name}"));
                continue;
            }
            for member in noun.members {
                let Some(wire) = member.wire(version) else { continue };
                if contract.member(name, wire).is_none() && !excused(version, noun, wire) {
                    missing.push(format!("{version}: {name}.{wire}"));
                }
            }
        }
    }
    assert_eq!(missing, [""; 0]);
}

#[test]
fn a_member_that_only_one_version_has_in_the_table_is_not_in_the_other_contract() {
    // What the table calls beta-only or v1.0-only really is, except where one name means something
    // else by its owner.
    let mut found = Vec::new();
    for noun in noun::ALL.into_iter().filter(|noun| !noun.open) {
        for member in noun.members {
            for version in Version::ALL {
                let (None, Some(name)) = (member.wire(version), noun.wire(version)) else {
                    continue;
                };
                let contract = Contract::builtin(version.segment()).unwrap();
                if contract.member(name, member.name()).is_some()
                    && noun.wire_member(version, member.name()).is_none()
                {
                    found.push(format!("{version}: {name}.{}", member.name()));
                }
            }
        }
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_member_is_a_list_in_the_table_where_it_is_one_in_the_metadata() {
    let mut wrong = Vec::new();
    for version in Version::ALL {
        let contract = Contract::builtin(version.segment()).unwrap();
        for noun in noun::ALL {
            let Some(name) = noun.wire(version) else { continue };
            for member in noun.members.iter().filter(|member| member.below().is_some()) {
                let fact = member.wire(version).and_then(|wire| contract.member(name, wire));
                if fact.is_some_and(|fact| fact.type_ref.collection != member.many) {
                    wrong.push(format!("{version}: {name}.{}", member.name()));
                }
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn the_states_of_lifecycles_are_the_words_of_v1s_enums() {
    let contract = Contract::builtin("v1.0").unwrap();
    for (lifecycle, enumeration) in [
        (&lifecycle::ASSIGNMENT_REQUEST, "accessPackageRequestState"),
        (&lifecycle::RESOURCE_REQUEST, "accessPackageRequestState"),
        (&lifecycle::ASSIGNMENT, "accessPackageAssignmentState"),
    ] {
        let words = &contract.types[enumeration];
        assert_eq!(words.kind, Kind::Enum);
        for state in lifecycle.states {
            assert!(words.word(state.name).is_some(), "{}", state.name);
        }
    }
}

#[test]
fn words_are_strings_in_beta_and_enums_in_v1() {
    let (v1, beta) = (Contract::builtin("v1.0").unwrap(), Contract::builtin("beta").unwrap());
    for noun in noun::ALL {
        for member in noun.members.iter().filter(|m| matches!(m.kind, dialect::Kind::Spelled)) {
            let of = |contract: &Contract, version| {
                let found =
                    contract.member(noun.wire(version).unwrap(), member.wire(version).unwrap());
                found.unwrap().type_ref.name.clone()
            };
            assert_eq!(v1.types[&of(v1, Version::V1)].kind, Kind::Enum, "{}", member.name());
            assert_eq!(of(beta, Version::Beta), "Edm.String", "{}", member.name());
        }
    }
}
