//! Completing a metadata document by what was observed of a service that publishes none.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::csdl::{CsdlError, Metadata};
use crate::facts::{Kind, Member, Source, Type, TypeRef, Word};

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Observed {
    Type { base: Option<String>, properties: BTreeMap<String, String> },
    Enum { members: Vec<String> },
}

impl Metadata {
    /// Adds the types and members of `text` that this metadata lacks; removes nothing. `text` is a
    /// JSON object of types: `{"kind":"type","base":…,"properties":{name: type}}` or
    /// `{"kind":"enum","members":[…]}`, as read off a typed client of the service, so envelopes
    /// (`*CollectionResponse`) and annotations are passed over.
    ///
    /// # Errors
    /// [`CsdlError`] where `text` is not that.
    pub fn complete_with_observed(
        &mut self,
        text: &str,
        file: &str,
        source: &str,
    ) -> Result<(), CsdlError> {
        let observed: BTreeMap<String, Observed> =
            serde_json::from_str(text).map_err(|error| CsdlError {
                file: file.to_owned(),
                place: format!(", line {}, column {}", error.line(), error.column()),
                expected: "an object of observed types".into(),
                found: error.to_string(),
            })?;
        self.sources.push(source.to_owned());
        let envelope = |name: &str| name.ends_with("CollectionResponse");
        // Types first: whether a member is a navigation depends on the kind of its type.
        let mut added = Vec::new();
        for (name, fact) in observed.iter().filter(|(name, _)| !envelope(name)) {
            let made = match fact {
                Observed::Enum { .. } => Type::of(Kind::Enum, None),
                Observed::Type { base, .. } => Type::of(Kind::Complex, base.clone()),
            };
            if !self.types.contains_key(name) {
                added.push(name.clone());
                self.types.insert(name.clone(), made);
            }
        }
        self.bases_end(file)?;
        for name in added {
            if self.is_entity(&name)
                && let Some(found) = self.types.get_mut(&name)
            {
                found.kind = Kind::Entity;
            }
        }
        for (name, fact) in observed.into_iter().filter(|(name, _)| !envelope(name)) {
            self.observed.insert(name.clone());
            match fact {
                Observed::Type { properties, .. } => self.add_members(&name, properties),
                Observed::Enum { members } => self.add_words(&name, members),
            }
        }
        Ok(())
    }

    /// Takes from `other` the types that this metadata refers to and has not; only whole types,
    /// marked as what they are ([`Source::OtherVersion`]).
    pub fn complete_missing_types_from(&mut self, other: &Self) {
        self.sources.extend(other.sources.iter().cloned());
        loop {
            let mut lacking: Vec<String> = Vec::new();
            for found in self.types.values() {
                let members = found.properties.values().chain(found.navigations.values());
                let names = members.map(|m| &m.type_ref.name).chain(found.base.iter());
                lacking.extend(
                    names
                        .filter(|name| {
                            !self.types.contains_key(*name) && other.types.contains_key(*name)
                        })
                        .cloned(),
                );
            }
            if lacking.is_empty() {
                return;
            }
            for name in lacking {
                if let Some(found) = other.types.get(&name) {
                    let mut found = found.clone();
                    for member in
                        found.properties.values_mut().chain(found.navigations.values_mut())
                    {
                        member.source = Source::OtherVersion;
                    }
                    self.types.insert(name, found);
                }
            }
        }
    }

    fn is_entity(&self, name: &str) -> bool {
        let mut next = Some(name);
        while let Some(name) = next {
            if name == "entity" {
                return true;
            }
            next = self.types.get(name).and_then(|found| found.base.as_deref());
        }
        false
    }

    fn add_members(&mut self, type_name: &str, properties: BTreeMap<String, String>) {
        let known: Vec<String> = self.inherited_names(type_name);
        for (name, text) in properties {
            if name.starts_with('@') || known.contains(&name) {
                continue;
            }
            let type_ref = observed_type(&text);
            let navigation = self.types.get(&type_ref.name).is_some_and(|t| t.kind == Kind::Entity);
            let member =
                Member { type_ref, nullable: true, contained: false, source: Source::Observed };
            let Some(owner) = self.types.get_mut(type_name) else { continue };
            match navigation {
                true => owner.navigations.insert(name, member),
                false => owner.properties.insert(name, member),
            };
        }
    }

    fn inherited_names(&self, type_name: &str) -> Vec<String> {
        let mut names = Vec::new();
        let mut next = self.types.get(type_name);
        while let Some(found) = next {
            names.extend(found.properties.keys().chain(found.navigations.keys()).cloned());
            next = found.base.as_ref().and_then(|base| self.types.get(base));
        }
        names
    }

    fn add_words(&mut self, type_name: &str, words: Vec<String>) {
        let Some(owner) = self.types.get_mut(type_name) else { return };
        for word in words {
            if owner.word(&word).is_none() {
                owner.words.push(Word { name: word, value: None });
            }
        }
    }
}

/// Words of a generated client for simple types.
fn observed_type(text: &str) -> TypeRef {
    let Ok(mut read) = text.parse::<TypeRef>();
    match read.name.as_str() {
        "str" => "Edm.String".clone_into(&mut read.name),
        "uUID" => "Edm.Guid".clone_into(&mut read.name),
        _ => {}
    }
    read
}
