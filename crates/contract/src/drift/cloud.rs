use std::fmt::{self, Display};
use std::str::FromStr;

use super::difference::{Difference, Keys};
use crate::facts::{Contract, Source};

/// A deployment of Microsoft Graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cloud {
    /// Everybody's.
    Global,
    /// US Government L4.
    UsGov,
    /// US Government L5, Department of Defense.
    UsGovDod,
    /// China, operated by 21Vianet.
    China,
    /// US national clouds that are not on the network.
    UsNat,
    /// Likewise.
    UsSec,
}

/// Clouds, by the name they are given here and by what their documents are called.
const NAMES: [(Cloud, &str, &[&str]); 6] = [
    (Cloud::China, "china", &["china", "mooncake", "gallatin", "21vianet"]),
    (Cloud::UsSec, "ussec", &["ussec"]),
    (Cloud::UsNat, "usnat", &["usnat"]),
    (Cloud::UsGovDod, "usgovdod", &["usgovdod"]),
    (Cloud::UsGov, "usgov", &["usgov", "fairfax", "arlington"]),
    (Cloud::Global, "global", &["global", "prod"]),
];

/// The hosts of the clouds' services.
const HOSTS: [(Cloud, &str); 3] = [
    (Cloud::UsGovDod, "dod-graph.microsoft.us"),
    (Cloud::UsGov, "graph.microsoft.us"),
    (Cloud::China, "microsoftgraph.chinacloudapi.cn"),
];

impl Cloud {
    /// The cloud that the host of an address or the name of a file speaks of: the global one where
    /// they speak of none.
    pub fn told_by(label: &str) -> Self {
        let label = label.to_ascii_lowercase();
        let host = label.split_once("://").map(|(_, rest)| rest.split(['/', ':']).next());
        if let Some(host) = host.flatten() {
            let known = HOSTS.iter().find(|(_, name)| *name == host);
            if let Some((cloud, _)) = known {
                return *cloud;
            }
        }
        // A folder's name says nothing of the document.
        let file = label.rsplit(['/', '\\']).next().unwrap_or_default();
        let words: Vec<&str> = file.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        let told = |(_, _, called): &&(Self, &str, &[&str])| {
            called.iter().any(|name| words.contains(name))
        };
        NAMES.iter().find(told).map_or(Self::Global, |(cloud, ..)| *cloud)
    }
}

impl Display for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = NAMES.iter().find(|(cloud, ..)| cloud == self);
        f.pad(named.map_or("global", |(_, name, _)| name))
    }
}

impl FromStr for Cloud {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = NAMES.iter().find(|(_, name, _)| *name == text);
        known.map(|(cloud, ..)| *cloud).ok_or_else(|| {
            let names: Vec<&str> = NAMES.iter().map(|(_, name, _)| *name).collect();
            format!("expected a cloud, one of {}, found '{text}'", names.join(", "))
        })
    }
}

/// Whether `global` can say what the global service has of a type: it comes from metadata of the
/// global service, or the type was observed there.
pub(crate) fn speaks_of(global: &Contract, type_name: Option<&str>) -> bool {
    let first = global.sources.first().map(|source| Cloud::told_by(source));
    let observed = type_name.is_some_and(|name| global.observed.contains(name));
    first.is_none_or(|cloud| cloud == Cloud::Global) || observed
}

/// Whether the global service says what the base said of this.
pub(crate) fn still_global(difference: &Difference<'_>, global: &Contract) -> bool {
    match *difference {
        Difference::Root { path, base, .. } => base.is_some() && global.roots.get(path) == base,
        Difference::Type { name, base: Some(base), head, ref keys } => {
            global.types.get(name).is_some_and(|found| {
                let same = (found.kind, &found.base, found.open, found.is_abstract)
                    == (base.kind, &base.base, base.open, base.is_abstract);
                let keys = keys.0 == keys.1 || keys.0 == Keys::of(global, name);
                head.is_none() || (same && keys)
            })
        }
        Difference::Member { owner, name, base: Some(base), head, renamed, .. } => {
            global.member(owner, name).is_some_and(|found| {
                let same = found.type_ref == base.member.type_ref
                    && (found.source == Source::Observed
                        || (found.nullable, found.contained)
                            == (base.member.nullable, base.member.contained));
                head.is_none() || renamed.is_some() || (same && found.source != Source::Observed)
            })
        }
        Difference::Word { owner, name, base: Some(base), head, .. } => {
            let found = global.types.get(owner).and_then(|found| found.word(name));
            found.is_some_and(|found| head.is_none() || found == base)
        }
        Difference::Operation { key, base: Some(base), head, .. } => {
            let found = global.operations.get(key);
            found.is_some_and(|found| head.is_none() || found == base)
        }
        Difference::Parameter { operation, name, base: Some(base), .. } => {
            let found = global.operations.get(operation);
            found.and_then(|found| found.parameters.get(name)) == Some(base)
        }
        Difference::Annotation { target, term, base, .. } => {
            let found = global.annotations.get(target).and_then(|facts| facts.get(term));
            found.map(String::as_str) == base
                && global.types.contains_key(target.split('/').next().unwrap_or_default())
        }
        // What the global service does not have either is the head's own.
        Difference::Member { owner, name, base: None, .. } => {
            speaks_of(global, Some(owner))
                && global.types.contains_key(owner)
                && global.member(owner, name).is_none()
        }
        Difference::Word { owner, name, base: None, .. } => {
            let found = global.types.get(owner).filter(|_| speaks_of(global, Some(owner)));
            found.is_some_and(|found| found.word(name).is_none())
        }
        Difference::Parameter { operation, name, base: None, .. } => {
            let found = global.operations.get(operation).filter(|_| speaks_of(global, None));
            found.is_some_and(|found| !found.parameters.contains_key(name))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Cloud;

    #[test]
    fn clouds_are_told_by_names_and_addresses() {
        for (label, cloud) in [
            ("v1.0-2026-08.csdl", Cloud::Global),
            ("schemas/v1.0-Prod.csdl", Cloud::Global),
            ("usgov/v1.0.csdl", Cloud::Global),
            ("v1.0-china-2026-08.csdl", Cloud::China),
            ("beta-Mooncake.csdl", Cloud::China),
            ("beta-ussec-2026.csdl", Cloud::UsSec),
            ("v1.0-Fairfax.csdl", Cloud::UsGov),
            ("v1.0-us-east.csdl", Cloud::Global),
            ("my-dod-notes.csdl", Cloud::Global),
            ("http://127.0.0.1:8765/gov/us/v1.0.csdl", Cloud::Global),
            ("https://graph.microsoft.com/beta/$metadata", Cloud::Global),
            ("https://graph.microsoft.us/v1.0/$metadata", Cloud::UsGov),
            ("https://dod-graph.microsoft.us/v1.0/$metadata", Cloud::UsGovDod),
            ("https://microsoftgraph.chinacloudapi.cn/v1.0/$metadata", Cloud::China),
        ] {
            assert_eq!(Cloud::told_by(label), cloud, "{label}");
        }
        assert_eq!("usgov".parse::<Cloud>().unwrap().to_string(), "usgov");
        assert!("mars".parse::<Cloud>().unwrap_err().contains("china, ussec"));
    }
}
