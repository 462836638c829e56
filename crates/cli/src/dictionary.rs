//! The dialect table of `model`, as the table of names by which `contract` compares versions.

use contract::drift::{Dictionary, MemberNames, TypeNames};
use model::Version;
use model::dialect::{Kind, noun};

/// What `from` calls things and what `to` calls them.
pub(crate) fn dictionary(from: Version, to: Version) -> Dictionary {
    let types = noun::ALL.iter().filter_map(|noun| {
        let (base, head) = (noun.wire(from)?, noun.wire(to)?);
        let mut members = Vec::new();
        for member in noun.members {
            if let (Some(base), Some(head)) = (member.wire(from), member.wire(to)) {
                members.push(MemberNames { base: base.to_owned(), head: head.to_owned() });
            }
            // beta flattens some references to an id beside the navigation.
            if let (Kind::Reference(_, flat), Some(name)) = (member.kind, member.v1) {
                let (nested, flat) = (format!("{name}/id"), flat.to_owned());
                members.push(match to {
                    Version::V1 => MemberNames { base: flat, head: nested },
                    Version::Beta => MemberNames { base: nested, head: flat },
                });
            }
        }
        Some(TypeNames { base: base.to_owned(), head: head.to_owned(), members })
    });
    Dictionary { types: types.collect() }
}
