//! What an id says where it stands.

use super::Languages;
use super::members::Seen;
use crate::facts::Kind;

/// What a member that holds an id says of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It is the id of the entity whose member it is.
    Identity(String),
    /// It is the id of another thing, of a type where that can be told.
    Reference(Option<String>),
}

/// What members of complex values point to that have no navigation.
const POINTERS: [(&str, &str); 4] = [
    ("userId", "user"),
    ("groupId", "group"),
    ("servicePrincipalId", "servicePrincipal"),
    ("connectedOrganizationId", "connectedOrganization"),
];

pub(super) fn role(languages: &Languages<'_>, seen: &Seen<'_>) -> Option<Role> {
    let contract = languages.here;
    let kind = contract.types.get(&seen.owner).map(|found| found.kind);
    if let Some(navigation) = seen.name.strip_suffix("@odata.bind") {
        let declared = languages.declared(&seen.owner, navigation);
        let target = declared.and_then(|name| contract.member(&seen.owner, &name));
        return Some(Role::Reference(target.map(|member| member.type_ref.name.clone())));
    }
    match seen.name {
        "id" if kind == Some(Kind::Entity) => Some(Role::Identity(seen.owner.clone())),
        "id" => Some(Role::Reference(Some("directoryObject".to_owned()))),
        "originId" | "objectId" | "@odata.id" => Some(Role::Reference(None)),
        name => {
            // A flat reference of the other version.
            let nested = seen.declared.as_ref().and_then(|declared| declared.strip_suffix("/id"));
            let target = nested.and_then(|navigation| contract.member(&seen.owner, navigation));
            let target = target.or_else(|| {
                let stem = name.strip_suffix("Id")?.to_ascii_lowercase();
                contract.lineage(&seen.owner).find_map(|(_, found)| {
                    let mut navigations = found.navigations.iter();
                    navigations
                        .find(|(name, _)| name.to_ascii_lowercase().ends_with(&stem))
                        .map(|(_, member)| member)
                })
            });
            let pointed = || {
                let known = POINTERS.iter().find(|(member, _)| *member == name);
                known.filter(|_| kind == Some(Kind::Complex)).map(|(_, of)| (*of).to_owned())
            };
            let of = target.map(|member| member.type_ref.name.clone()).or_else(pointed)?;
            Some(Role::Reference(Some(of)))
        }
    }
}
