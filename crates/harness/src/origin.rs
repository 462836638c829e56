//! Where ids come from.

use std::collections::HashMap;

use serde_json::Value;

/// The id of what does not exist yet, the same everywhere.
const NIL: &str = "00000000-0000-0000-0000-000000000000";

/// Every id seen, by value, with the place where it was first seen.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    places: HashMap<String, String>,
}

/// An id that came from nowhere.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Foreign {
    /// The id.
    pub(crate) id: String,
    /// Where it stands: a JSON pointer, `the path` or `the query`.
    pub(crate) at: String,
}

impl Origins {
    /// Learns every id of an answer to step `number`.
    pub(crate) fn learn(&mut self, number: usize, body: &Value) {
        self.walk(number, body, "");
    }

    fn walk(&mut self, number: usize, value: &Value, at: &str) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    self.walk(number, value, &format!("{at}/{name}"));
                }
            }
            Value::Array(elements) => {
                for (index, value) in elements.iter().enumerate() {
                    self.walk(number, value, &format!("{at}/{index}"));
                }
            }
            Value::String(text) => {
                let found = guids(text);
                for (index, &(start, end)) in found.iter().enumerate() {
                    let nth = if index == 0 { String::new() } else { format!("#{}", index + 1) };
                    self.see(&text[start..end], || format!("<{number}{at}{nth}>"));
                }
                // Some ids have another form: a directory role assignment's, an environment's address.
                let address = at.ends_with("/originId") && text.contains("://");
                if found.is_empty() && (at.ends_with("/id") || address) {
                    self.see(text, || format!("<{number}{at}>"));
                }
            }
            _ => {}
        }
    }

    fn see(&mut self, id: &str, place: impl FnOnce() -> String) {
        if id != NIL && !self.places.contains_key(id) {
            self.places.insert(id.to_owned(), place());
        }
    }

    /// The text with every known id replaced by the place it came from.
    pub(crate) fn name(&self, text: &str) -> String {
        if let Some(place) = self.places.get(text) {
            return place.clone();
        }
        let mut named = String::new();
        let mut at = 0;
        for (start, end) in guids(text) {
            let id = &text[start..end];
            named.push_str(&text[at..start]);
            named.push_str(self.places.get(id).map_or(id, String::as_str));
            at = end;
        }
        named.push_str(&text[at..]);
        named
    }

    /// The first id of a request that no answer produced.
    pub(crate) fn foreign(&self, path: &str, query: &str, body: &Value) -> Option<Foreign> {
        let at = |id: &str, at: &str| Foreign { id: id.to_owned(), at: at.to_owned() };
        // Names of collections and navigations are letters; what has a digit or a sign is an id.
        let segments = path.split('/').skip(2).filter(|segment| {
            !segment.is_empty() && !segment.chars().all(|c| c.is_ascii_alphabetic())
        });
        for segment in segments {
            let ids = guids(segment);
            let made_of_known =
                !ids.is_empty() && ids.iter().all(|&(s, e)| self.knows(&segment[s..e]));
            if !self.places.contains_key(segment) && !made_of_known {
                return Some(at(segment, "the path"));
            }
        }
        if let Some(id) = self.unknown_in(query) {
            return Some(at(id, "the query"));
        }
        self.foreign_in(body, "")
    }

    fn foreign_in(&self, value: &Value, at: &str) -> Option<Foreign> {
        match value {
            Value::Object(members) => {
                members.iter().find_map(|(name, v)| self.foreign_in(v, &format!("{at}/{name}")))
            }
            Value::Array(elements) => elements
                .iter()
                .enumerate()
                .find_map(|(index, v)| self.foreign_in(v, &format!("{at}/{index}"))),
            Value::String(text) => {
                let id = self.unknown_in(text)?;
                Some(Foreign { id: id.to_owned(), at: at.to_owned() })
            }
            _ => None,
        }
    }

    fn unknown_in<'a>(&self, text: &'a str) -> Option<&'a str> {
        let mut ids = guids(text).into_iter().map(|(start, end)| &text[start..end]);
        ids.find(|id| !self.knows(id))
    }

    fn knows(&self, id: &str) -> bool {
        id == NIL || self.places.contains_key(id)
    }
}

/// Where guids stand in a text.
pub(crate) fn guids(text: &str) -> Vec<(usize, usize)> {
    const LENGTH: usize = 36;
    let bytes = text.as_bytes();
    let is_guid = |at: usize| {
        bytes[at..at + LENGTH].iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at + LENGTH <= bytes.len() {
        if is_guid(at) {
            found.push((at, at + LENGTH));
            at += LENGTH;
        } else {
            at += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const A: &str = "26ac0c0a-08bc-4a7b-a313-839f58044ba5";
    const B: &str = "de9315c1-272b-4905-924b-cc112ca180c7";

    #[test]
    fn ids_are_named_by_the_place_where_they_were_first_seen() {
        let mut origins = Origins::default();
        origins.learn(3, &json!({"value": [{"id": A, "originId": format!("Member_{A}")}]}));
        origins.learn(9, &json!({"id": format!("{A}_{B}")}));
        assert_eq!(origins.name(A), "<3/value/0/id>");
        assert_eq!(origins.name(&format!("Member_{A}")), "Member_<3/value/0/id>");
        assert_eq!(origins.name(B), "<9/id#2>");
        assert_eq!(origins.name(NIL), NIL);
    }

    #[test]
    fn an_id_from_nowhere_is_found_wherever_it_stands() {
        let mut origins = Origins::default();
        origins.learn(1, &json!({"id": A}));
        origins.learn(1, &json!({"id": "lAPpYvVpN0KRkAEhdxReEKUGIHljHWNNgcfsCAgYFIY-1"}));
        let none = origins.foreign(
            &format!("/v1.0/groups/{A}/members"),
            "$top=5",
            &json!({"a": [A, NIL]}),
        );
        assert_eq!(none, None);
        let known = "/v1.0/roleManagement/directory/roleAssignments/lAPpYvVpN0KRkAEhdxReEKUGIHljHWNNgcfsCAgYFIY-1";
        assert_eq!(origins.foreign(known, "", &Value::Null), None);
        let at = |path: &str, query: &str, body: Value| {
            origins.foreign(path, query, &body).map(|f| f.at)
        };
        assert_eq!(at(&format!("/v1.0/groups/{B}"), "", Value::Null).as_deref(), Some("the path"));
        assert_eq!(at("/v1.0/groups/not-a-guid-7", "", Value::Null).as_deref(), Some("the path"));
        assert_eq!(
            at("/v1.0/groups", &format!("$filter=id eq '{B}'"), Value::Null).as_deref(),
            Some("the query")
        );
        assert_eq!(
            at("/v1.0/groups", "", json!({"a": [{"b": format!("Member_{B}")}]})).as_deref(),
            Some("/a/0/b")
        );
    }
}
