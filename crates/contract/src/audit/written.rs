//! What is compared and given in an address, as it is written.

/// `path eq 'value'`, as often as it occurs.
pub(super) fn compared(query: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for (at, _) in query.match_indices(" eq '") {
        let before = &query[..at];
        let begin = before
            .rfind(|c: char| !(c.is_alphanumeric() || c == '/' || c == '_'))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let rest = &query[at + 5..];
        if let Some(end) = rest.find('\'') {
            found.push((&before[begin..], &rest[..end]));
        }
    }
    found
}
