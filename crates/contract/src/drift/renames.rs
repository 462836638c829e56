use std::collections::BTreeMap;

use super::versions::{Dictionary, TypeNames};
use crate::facts::{Contract, TypeRef};
use crate::operation::Operation;

/// Types that go by another name in the head. Taken for renamed is a type that is gone where one
/// new type of the same kind, with most of its members, has taken its place wherever it was led to;
/// and one whose name differs in its case alone.
pub(crate) fn renames(base: &Contract, head: &Contract) -> Dictionary {
    let mut to_head: BTreeMap<&str, &str> = BTreeMap::new();
    let gone = |name: &str| base.types.contains_key(name) && !head.types.contains_key(name);
    let new = |name: &str| head.types.contains_key(name) && !base.types.contains_key(name);
    for from in base.types.keys().filter(|name| gone(name)) {
        if let Some(to) = head.types.keys().find(|to| new(to) && to.eq_ignore_ascii_case(from)) {
            to_head.insert(from, to);
        }
    }
    // What a renamed type leads to may be renamed as well.
    loop {
        let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (from, to) in pairs(base, head, &to_head) {
            if gone(from) && from != to && !to_head.contains_key(from) {
                places.entry(from).or_default().push(to);
            }
        }
        let mut more = false;
        for (from, to) in places {
            let first = to[0];
            let taken = to_head.values().any(|known| *known == first);
            if new(first)
                && !taken
                && to.iter().all(|other| *other == first)
                && {
                    let (from, to) = (base.types.get(from), head.types.get(first));
                    from.map(|t| t.kind) == to.map(|t| t.kind)
                }
                && resembles(base, from, head, first)
            {
                to_head.insert(from, first);
                more = true;
            }
        }
        if !more {
            break;
        }
    }
    let types = to_head.into_iter().map(|(from, to)| TypeNames {
        base: from.to_owned(),
        head: to.to_owned(),
        members: Vec::new(),
    });
    Dictionary { types: types.collect() }
}

/// What the base leads to and what the head leads to from the same place.
fn pairs<'a>(
    base: &'a Contract,
    head: &'a Contract,
    to_head: &BTreeMap<&'a str, &'a str>,
) -> Vec<(&'a str, &'a str)> {
    let name = |of: &'a TypeRef| of.name.as_str();
    let mut found = Vec::new();
    for (path, from) in &base.roots {
        found.extend(head.roots.get(path).map(|to| (name(from), name(to))));
    }
    for (owner, of_base) in &base.types {
        let counterpart = to_head.get(owner.as_str()).copied().unwrap_or(owner);
        let Some(of_head) = head.types.get(counterpart) else { continue };
        found.extend(of_base.base.as_deref().zip(of_head.base.as_deref()));
        for (member_name, member) in of_base.properties.iter().chain(&of_base.navigations) {
            let to = head.member(counterpart, member_name);
            found.extend(to.map(|to| (name(&member.type_ref), name(&to.type_ref))));
        }
    }
    for (key, from) in &base.operations {
        let (binding, _) = Operation::split_key(key);
        let renamed = to_head.get(binding.name.as_str()).copied().unwrap_or(&binding.name);
        let binding = TypeRef { name: renamed.to_owned(), collection: binding.collection };
        let key = match key.split_once('/') {
            Some((_, rest)) => format!("{binding}/{rest}"),
            None => continue,
        };
        let Some(to) = head.operations.get(&key) else { continue };
        for (parameter, from) in &from.parameters {
            let to = to.parameters.get(parameter);
            found.extend(to.map(|to| (name(&from.type_ref), name(&to.type_ref))));
        }
        let returned = from.returns.as_ref().zip(to.returns.as_ref());
        found.extend(returned.map(|(from, to)| (name(&from.type_ref), name(&to.type_ref))));
    }
    found
}

/// Whether two types have at least half of their members or words in common.
fn resembles(base: &Contract, from: &str, head: &Contract, to: &str) -> bool {
    let names = |contract: &Contract, name: &str| -> Vec<String> {
        let of = contract.types.get(name).into_iter();
        let members =
            of.clone().flat_map(|found| found.properties.keys().chain(found.navigations.keys()));
        let words = of.flat_map(|found| found.words.iter().map(|word| &word.name));
        members.chain(words).cloned().collect()
    };
    let (these, others) = (names(base, from), names(head, to));
    let shared = these.iter().filter(|name| others.contains(name)).count();
    shared * 2 >= these.len().max(others.len())
}

/// How alike two names are, in hundredths; none where they are too different to be taken for one
/// another. Alike are names of the same words, however bent and ordered:
/// `allowCustomAssignmentSchedule` and `isCustomAssignmentScheduleAllowed`. A word more that means
/// something makes another name: `requiredForAdd` is not `requiredForExtension`.
pub(crate) fn alike(from: &str, to: &str) -> Option<u32> {
    if from.eq_ignore_ascii_case(to) {
        return Some(100);
    }
    let (from, to) = (words(from), words(to));
    let among = |word: &String, others: &[String]| others.iter().any(|o| same_stem(word, o));
    let shared = from.iter().filter(|word| among(word, &to)).count();
    let meant = |word: &&String| !FILLERS.contains(&word.as_str());
    let same_words = from.iter().filter(meant).all(|word| among(word, &to))
        && to.iter().filter(meant).all(|word| among(word, &from));
    let longest = from.len().max(to.len());
    let score = u32::try_from(shared * 100 / longest.max(1)).unwrap_or_default();
    (same_words && shared >= 2).then_some(score.min(99))
}

/// Words of names that say nothing of what is named.
const FILLERS: [&str; 6] = ["is", "are", "has", "can", "of", "the"];

/// `allow`, `allows` and `allowed`; not `state` and `status`.
fn same_stem(one: &str, other: &str) -> bool {
    let shared = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let endings = [one, other].map(|word| word.chars().count() - shared);
    one == other
        || (shared >= 5 && endings.iter().all(|ending| *ending <= 3))
        || (shared == 4 && endings.contains(&0) && endings.iter().all(|ending| *ending <= 3))
}

/// The words of a name in camelCase.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for c in name.chars() {
        if c.is_uppercase() || words.is_empty() {
            words.push(String::new());
        }
        if let Some(last) = words.last_mut() {
            last.extend(c.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::alike;

    #[test]
    fn names_are_taken_for_one_another_where_their_words_are_the_same() {
        for (from, to) in [
            ("allowCustomAssignmentSchedule", "isCustomAssignmentScheduleAllowed"),
            ("displayName", "DisplayName"),
            ("allowsLateReturn", "isLateReturnAllowed"),
            ("accessPackageResourceScope", "accessPackageResourceScopes"),
        ] {
            assert!(alike(from, to).is_some(), "{from} {to}");
        }
        for (from, to) in [
            ("isApprovalRequiredForAdd", "isApprovalRequiredForExtension"),
            ("isEnabled", "isExpired"),
            ("requestState", "requestStatus"),
            ("createdDateTime", "modifiedDateTime"),
            ("startDateTime", "endDateTime"),
            ("id", "name"),
        ] {
            assert_eq!(alike(from, to), None, "{from} {to}");
        }
    }
}
