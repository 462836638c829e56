//! Stable other names for what is a tenant's own, so that a recording can be shown.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;
use uuid::Uuid;

use crate::neutral::{PERSONAL, is_about};
use crate::origin::guids;

/// Puts pseudonyms in the place of what is a tenant's own: ids (also two in one, and base64url of
/// them), names of domains, addresses of mail and sign-in, and what people are called. The same
/// original has the same pseudonym everywhere, so that what belonged together still does; nobody can
/// work an original out without the secret.
#[derive(Debug)]
pub struct Pseudonyms {
    namespace: Uuid,
    /// Texts of the tenant with what stands for them, longest first.
    texts: Vec<(String, String)>,
    /// Ids of people who were there before.
    people: Vec<String>,
    /// Originals that were replaced.
    seen: Mutex<BTreeMap<String, String>>,
}

/// The domain that stands for the tenant's.
pub const DOMAIN: &str = "contoso.onmicrosoft.com";
/// How the security identifiers of a directory's objects begin.
const SECURITY_IDENTIFIER: &str = "S-1-12-1-";
/// What of a user themselves says nothing of who they are; beta tells dozens of members.
const IMPERSONAL: [&str; 5] =
    ["id", "userType", "creationType", "createdDateTime", "deletedDateTime"];
/// What a person is called.
const PERSON: &str = "Requestor1";

impl Pseudonyms {
    /// `secret` is a number that nobody knows; `texts` are the tenant's own, with what stands for each;
    /// `people` are ids of those who were there before.
    pub fn new(secret: u64, texts: &[(String, String)], people: &[String]) -> Self {
        let mut texts = texts.to_vec();
        texts.retain(|(original, _)| !original.is_empty());
        texts.sort_by_key(|(original, _)| std::cmp::Reverse(original.len()));
        Self {
            namespace: Uuid::new_v5(&Uuid::NAMESPACE_OID, &secret.to_be_bytes()),
            texts,
            people: people.to_vec(),
            seen: Mutex::default(),
        }
    }

    /// A text with pseudonyms.
    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (original, pseudonym) in &self.texts {
            text = text.replace(original, pseudonym);
        }
        if text.starts_with(SECURITY_IDENTIFIER) {
            // An object's id in other words.
            return format!("{SECURITY_IDENTIFIER}1-2-3-4");
        }
        let text = self.mails(&self.ids(&text));
        self.encoded(&text)
    }

    /// A body with pseudonyms. What people are called who were there before is replaced by the
    /// member's name, whatever it says.
    pub fn body(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(elements) => elements.into_iter().map(|e| self.body(e)).collect(),
            Value::Object(members) => {
                let somebody = is_about(&self.people, &members);
                let id = members.get("id").and_then(Value::as_str);
                let themselves = id.is_some_and(|id| self.people.iter().any(|known| known == id));
                let members = members.into_iter().map(|(name, value)| {
                    let known = IMPERSONAL.contains(&name.as_str()) || name.contains('@');
                    let theirs =
                        (themselves && !known) || (somebody && PERSONAL.contains(&name.as_str()));
                    let value = match value {
                        Value::String(text) if theirs && !text.is_empty() => {
                            Value::String(self.person(&text))
                        }
                        Value::Array(_) if theirs => Value::Array(Vec::new()),
                        Value::Object(_) if theirs => Value::Null,
                        value => self.body(value),
                    };
                    (self.text(&name), value)
                });
                Value::Object(members.collect())
            }
            other => other,
        }
    }

    /// What people are called is replaced wherever it stands alone.
    fn person(&self, text: &str) -> String {
        let pseudonym = match text.contains('@') {
            true => return self.text(text),
            false => PERSON.to_owned(),
        };
        self.note(text, &pseudonym);
        pseudonym
    }

    fn ids(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (start, end) in guids(text) {
            out.push_str(&text[at..start]);
            out.push_str(&self.id(&text[start..end]));
            at = end;
        }
        out.push_str(&text[at..]);
        out
    }

    fn id(&self, original: &str) -> String {
        let Ok(id) = Uuid::try_parse(original) else { return original.to_owned() };
        if id.is_nil() {
            return original.to_owned();
        }
        let pseudonym = self.pseudonym(id).to_string();
        self.note(&original.to_lowercase(), &pseudonym);
        pseudonym
    }

    /// A version 4 id, as the tenant's are.
    fn pseudonym(&self, original: Uuid) -> Uuid {
        let hashed = Uuid::new_v5(&self.namespace, original.as_bytes());
        uuid::Builder::from_random_bytes(hashed.into_bytes()).into_uuid()
    }

    /// Words that are ids in base64url, as those of role assignments are.
    fn encoded(&self, text: &str) -> String {
        let is_part = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(is_part) {
            out.push_str(&rest[..start]);
            rest = &rest[start..];
            let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            out.push_str(&self.decoded(word).unwrap_or_else(|| word.to_owned()));
            rest = after;
        }
        out + rest
    }

    /// A word with the pseudonyms of the known ids that it encodes; `None` where it encodes none.
    fn decoded(&self, word: &str) -> Option<String> {
        // An id is 16 bytes, which are 22 letters; a mark may follow.
        if word.len() < 22 || word.len() > 200 {
            return None;
        }
        let (word, mark) = match word.rfind("-1").filter(|at| *at + 2 == word.len()) {
            Some(at) if BASE64_URL_SAFE_NO_PAD.decode(word).is_err() => word.split_at(at),
            _ => (word, ""),
        };
        let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(word).ok()?;
        let known = self.known();
        let mut found = false;
        for original in known.keys().filter_map(|known| Uuid::try_parse(known).ok()) {
            let pseudonym = self.pseudonym(original);
            let forms = [
                (*original.as_bytes(), *pseudonym.as_bytes()),
                (original.to_bytes_le(), pseudonym.to_bytes_le()),
            ];
            for (from, to) in forms {
                while let Some(at) = bytes.windows(16).position(|window| window == from) {
                    bytes[at..at + 16].copy_from_slice(&to);
                    found = true;
                }
            }
        }
        found.then(|| {
            let pseudonym = format!("{}{mark}", BASE64_URL_SAFE_NO_PAD.encode(&bytes));
            self.note(&format!("{word}{mark}"), &pseudonym);
            pseudonym
        })
    }

    /// Addresses of mail and sign-in.
    fn mails(&self, text: &str) -> String {
        let is_part = |c: char| c.is_ascii_alphanumeric() || "._%+-#".contains(c);
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('@') {
            let name = rest[..at].rfind(|c| !is_part(c)).map_or(0, |before| before + 1);
            let after = &rest[at + 1..];
            let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || ".-".contains(c)));
            let host = &after[..end.unwrap_or(after.len())];
            let is_mail = name < at && host.contains('.') && !host.ends_with('.');
            out.push_str(&rest[..name]);
            let original = &rest[name..at + 1 + host.len()];
            // `@odata.type` is none, and what is the run's own already says so.
            match is_mail && !host.starts_with("odata.") && !original.starts_with("entitle") {
                true => out.push_str(&self.mail(original)),
                false => out.push_str(original),
            }
            rest = &rest[at + 1 + host.len()..];
        }
        out + rest
    }

    fn mail(&self, original: &str) -> String {
        let hashed = Uuid::new_v5(&self.namespace, original.to_lowercase().as_bytes()).simple();
        let pseudonym = format!("user-{}@{DOMAIN}", &hashed.to_string()[..8]);
        self.note(original, &pseudonym);
        pseudonym
    }

    fn note(&self, original: &str, pseudonym: &str) {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(original.to_owned(), pseudonym.to_owned());
    }

    fn known(&self) -> BTreeMap<String, String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Originals and secrets that stand in a text all the same, plainly or encoded; each by what it is,
    /// not by what it says. `secrets` have names.
    pub fn leaks(&self, text: &str, secrets: &[(String, String)]) -> Vec<String> {
        let lower = text.to_lowercase();
        let mut leaks = Vec::new();
        let mut look = |what: &str, original: &str| {
            // A word of three letters stands anywhere.
            if original.len() < 6 {
                return;
            }
            let encoded = encoded(original);
            let encoded = encoded.iter().any(|form| match form.chars().any(char::is_uppercase) {
                true => text.contains(form.as_str()),
                false => lower.contains(form.as_str()),
            });
            let plain = original.to_lowercase();
            let percent = plain.replace('@', "%40");
            if encoded || stands_alone(&lower, &plain) || stands_alone(&lower, &percent) {
                leaks.push(what.to_owned());
            }
        };
        for (name, secret) in secrets {
            look(name, secret);
        }
        for (original, pseudonym) in &self.texts {
            if original != pseudonym {
                look("a name of the tenant's", original);
            }
        }
        for (original, pseudonym) in self.known() {
            if original != pseudonym {
                look("an original of a pseudonym", &original);
            }
        }
        leaks.dedup();
        leaks
    }
}

/// Whether a text stands in another, and not as the end of a longer word: a run's own
/// `entitle0a1b2cRequestor1@…` is not `Requestor1@…`.
fn stands_alone(text: &str, original: &str) -> bool {
    text.match_indices(original).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|before| before.is_ascii_alphanumeric())
    })
}

/// A text as it may stand somewhere, encoded.
fn encoded(original: &str) -> Vec<String> {
    let bytes = original.as_bytes();
    let mut forms = vec![
        BASE64_STANDARD.encode(bytes),
        BASE64_STANDARD_NO_PAD.encode(bytes),
        BASE64_URL_SAFE_NO_PAD.encode(bytes),
        bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(hex).collect(),
    ];
    if let Ok(id) = Uuid::try_parse(original) {
        forms.push(id.simple().to_string());
        for bytes in [*id.as_bytes(), id.to_bytes_le()] {
            forms.push(BASE64_URL_SAFE_NO_PAD.encode(bytes));
            forms.push(BASE64_STANDARD_NO_PAD.encode(bytes));
        }
    }
    forms
}

fn hex(digit: u8) -> char {
    char::from_digit(u32::from(digit), 16).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "33f2f5f3-8d60-4b8c-9fb6-2f1e7a7d5b11";
    const OTHER: &str = "8c0a2f0e-7d9f-4c8f-a9d5-0b6c2a2f9f10";

    fn pseudonyms() -> Pseudonyms {
        let texts = [("fabrikam.example".to_owned(), DOMAIN.to_owned())];
        Pseudonyms::new(7, &texts, &[ID.to_owned()])
    }

    #[test]
    fn what_belonged_together_still_does() {
        let names = pseudonyms();
        let (one, other) = (names.text(ID), names.text(OTHER));
        assert!(one != ID && one != other && Uuid::try_parse(&one).is_ok());
        assert_eq!(names.text(&ID.to_uppercase()), one);
        assert_eq!(
            names.text(&format!("/x/{ID}_{OTHER}?$filter=id eq '{ID}'")),
            format!("/x/{one}_{other}?$filter=id eq '{one}'")
        );
        assert_eq!(names.text(&Uuid::nil().to_string()), Uuid::nil().to_string());
        // Another secret, other names.
        assert_ne!(Pseudonyms::new(8, &[], &[]).text(ID), one);
        // As a directory has the ids of role assignments: a principal within base64url.
        let bytes = [
            &Uuid::try_parse(OTHER).unwrap().to_bytes_le()[..],
            &Uuid::try_parse(ID).unwrap().to_bytes_le(),
        ]
        .concat();
        let word = format!("{}-1", BASE64_URL_SAFE_NO_PAD.encode(&bytes));
        let told = names.text(&format!("roleAssignments/{word}"));
        let bytes = [
            &Uuid::try_parse(&other).unwrap().to_bytes_le()[..],
            &Uuid::try_parse(&one).unwrap().to_bytes_le(),
        ]
        .concat();
        assert_eq!(told, format!("roleAssignments/{}-1", BASE64_URL_SAFE_NO_PAD.encode(&bytes)));
    }

    #[test]
    fn people_and_domains_are_others() {
        let names = pseudonyms();
        let body = names.body(json!({
            "id": ID, "displayName": "Alex", "givenName": null, "businessPhones": ["+49"],
            "userPrincipalName": "alex@fabrikam.example", "@odata.type": "#microsoft.graph.user",
            "createdBy": "kim.lee@other.example", "department": "Payroll", "employeeId": "E-4711-77",
            "securityIdentifier": "S-1-12-1-871560691-1267502432-504215199-291208570",
        }));
        let target = names.body(json!({"objectId": ID, "displayName": "Alex", "state": "x"}));
        assert_eq!(body["displayName"], PERSON);
        assert_eq!((&body["givenName"], &body["businessPhones"]), (&Value::Null, &json!([])));
        assert_eq!(
            target,
            json!({"objectId": names.text(ID), "displayName": PERSON, "state": "x"})
        );
        assert_eq!(body["@odata.type"], "#microsoft.graph.user");
        let text = format!("{body}{target}");
        for original in [
            "Alex",
            "alex",
            "fabrikam",
            "kim",
            "other.example",
            "+49",
            "Payroll",
            "4711",
            "871560691",
            ID,
        ] {
            assert!(!text.contains(original), "{original} in {text}");
        }
        // The run's own names say whose they are.
        assert_eq!(
            names.text("entitle0a1b2cAdmin1@fabrikam.example"),
            format!("entitle0a1b2cAdmin1@{DOMAIN}")
        );
    }

    #[test]
    fn one_hit_is_enough() {
        let names = pseudonyms();
        names.text(&format!("{ID} alex@fabrikam.example"));
        let secrets = [("AZURE_CLIENT_SECRET".to_owned(), "s3cret~value".to_owned())];
        assert_eq!(names.leaks("nothing of it", &secrets), [""; 0]);
        let id = Uuid::try_parse(ID).unwrap();
        for leak in [
            "s3cret~value".to_owned(),
            BASE64_STANDARD.encode("s3cret~value"),
            ID.to_uppercase(),
            id.simple().to_string(),
            BASE64_URL_SAFE_NO_PAD.encode(id.to_bytes_le()),
            "at Fabrikam.example".to_owned(),
            "alex%40contoso.onmicrosoft.com".to_owned(),
        ] {
            let leaks = names.leaks(&format!("<{leak}>"), &secrets);
            assert_eq!(leaks.len(), 1, "{leak}: {leaks:?}");
            assert!(!leaks[0].contains("s3cret"));
        }
    }
}
