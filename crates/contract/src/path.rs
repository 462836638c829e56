use crate::Contract;
use crate::facts::{Kind, TypeRef};

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The type, and whether the path names many.
    pub type_ref: TypeRef,
}

impl Contract {
    /// What `path` leads to, given with or without its version and query: names of navigations,
    /// each to-many one followed by an id or nothing.
    ///
    /// # Errors
    /// A sentence that names the first segment which the contract does not know, and its owner.
    pub fn resolve(&self, path: &str) -> Result<Resolved, String> {
        let path = path.split('?').next().unwrap_or_default();
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let segments = match segments.split_first() {
            Some((first, rest)) if *first == self.version => rest,
            _ => &segments[..],
        };
        let (prefix, root) = self
            .roots
            .iter()
            .find(|(prefix, _)| {
                let names: Vec<&str> = prefix.split('/').collect();
                segments.len() >= names.len() && segments[..names.len()] == names[..]
            })
            .ok_or_else(|| {
                let known: Vec<_> = self.roots.keys().map(String::as_str).collect();
                format!("the contract of {} begins at {}", self.version, known.join(", "))
            })?;
        let mut at = root.clone();
        let mut key_pending = at.collection;
        for segment in &segments[prefix.split('/').count()..] {
            let (name, key) = match segment.strip_suffix(')').and_then(|s| s.split_once('(')) {
                Some((name, key)) => (name, Some(key)),
                None => (*segment, None),
            };
            if key_pending {
                key_pending = false;
                at.collection = false;
                continue;
            }
            let member = self.member(&at.name, name).filter(|member| {
                self.types.get(&member.type_ref.name).is_some_and(|t| t.kind == Kind::Entity)
            });
            let Some(member) = member else {
                return Err(format!(
                    "{} of {} declares no navigation '{name}'",
                    at.name, self.version
                ));
            };
            at = member.type_ref.clone();
            key_pending = at.collection && key.is_none();
            at.collection = key_pending;
        }
        Ok(Resolved { type_ref: at })
    }
}
