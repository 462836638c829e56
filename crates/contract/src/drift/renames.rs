use std::collections::BTreeMap;

use crate::facts::{Contract, TypeRef};
use crate::operation::Operation;

/// Types that go by another name in the head. Taken for renamed is a type that is gone where one
/// new type has taken its place in every member that led to it.
#[derive(Debug, Default)]
pub(crate) struct Renames<'a> {
    to_head: BTreeMap<&'a str, &'a str>,
}

impl<'a> Renames<'a> {
    pub(crate) fn of(base: &'a Contract, head: &'a Contract) -> Self {
        let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (owner, found) in &base.types {
            let members = found.properties.iter().chain(&found.navigations);
            for (name, member) in members {
                let from = member.type_ref.name.as_str();
                if !base.types.contains_key(from) || head.types.contains_key(from) {
                    continue;
                }
                if let Some(other) = head.member(owner, name) {
                    places.entry(from).or_default().push(&other.type_ref.name);
                }
            }
        }
        let mut to_head = BTreeMap::new();
        for (from, to) in places {
            let Some(&first) = to.first() else { continue };
            let new = head.types.contains_key(first) && !base.types.contains_key(first);
            let kinds_match =
                base.types.get(from).map(|t| t.kind) == head.types.get(first).map(|t| t.kind);
            if new && kinds_match && to.iter().all(|other| *other == first) {
                to_head.insert(from, first);
            }
        }
        for from in base.types.keys().filter(|from| !head.types.contains_key(*from)) {
            let recased = head
                .types
                .keys()
                .find(|to| to.eq_ignore_ascii_case(from) && !base.types.contains_key(*to));
            if let Some(to) = recased {
                to_head.entry(from.as_str()).or_insert(to);
            }
        }
        Self { to_head }
    }

    /// The head's name of a type of the base.
    pub(crate) fn head<'n>(&self, name: &'n str) -> &'n str
    where
        'a: 'n,
    {
        self.to_head.get(name).copied().unwrap_or(name)
    }

    /// The base's name of a type of the head; none where another type has that name now.
    pub(crate) fn base<'n>(&self, name: &'n str) -> Option<&'n str>
    where
        'a: 'n,
    {
        match self.to_head.iter().find(|(_, to)| **to == name) {
            Some((from, _)) => Some(from),
            None if self.to_head.contains_key(name) => None,
            None => Some(name),
        }
    }

    /// The key of an operation of the base, with the head's name of what it is bound to.
    pub(crate) fn operation(&self, key: &str) -> String {
        let (binding, _) = Operation::split_key(key);
        let renamed = TypeRef { name: self.head(&binding.name).to_owned(), ..binding };
        match key.split_once('/') {
            Some((_, rest)) => format!("{renamed}/{rest}"),
            None => key.to_owned(),
        }
    }
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
