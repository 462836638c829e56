use std::borrow::Cow;
use std::collections::HashMap;

use roxmltree::Node;

use crate::facts::TypeRef;

/// The namespace whose types go by their bare names; types of others are kept apart by it.
const MAIN_NAMESPACE: &str = "microsoft.graph";

/// Namespaces by alias, and what type definitions stand for.
#[derive(Default)]
pub(crate) struct Names {
    /// By alias and by themselves; few, so that a look at each is the fastest.
    namespaces: Vec<(String, String)>,
    definitions: HashMap<String, String>,
}

impl Names {
    pub(super) fn add_aliases(&mut self, node: &Node<'_, '_>) {
        let namespace = node.attribute("Namespace").unwrap_or_default();
        for name in [node.attribute("Alias"), Some(namespace)].into_iter().flatten() {
            self.namespaces.push((name.to_owned(), namespace.to_owned()));
        }
    }

    pub(super) fn add(&mut self, schema: &Node<'_, '_>) {
        self.add_aliases(schema);
        let namespace = schema.attribute("Namespace").unwrap_or_default();
        for node in schema.children().filter(|node| node.tag_name().name() == "TypeDefinition") {
            if let (Some(name), Some(of)) =
                (node.attribute("Name"), node.attribute("UnderlyingType"))
            {
                self.definitions.insert(qualified(namespace, name), of.to_owned());
            }
        }
    }

    fn namespace<'a>(&'a self, prefix: &'a str) -> &'a str {
        let known = self.namespaces.iter().find(|(name, _)| name == prefix);
        known.map_or(prefix, |(_, namespace)| namespace.as_str())
    }

    /// A type as it is referred to: aliases resolved, definitions followed.
    pub(crate) fn type_ref(&self, text: &str) -> TypeRef {
        let within = text.strip_prefix("Collection(").and_then(|rest| rest.strip_suffix(')'));
        let full = within.unwrap_or(text);
        let name = match full.rsplit_once('.') {
            Some(("Edm", _)) | None => full.to_owned(),
            Some((prefix, short)) => {
                let namespace = self.namespace(prefix);
                let name = qualified(namespace, short);
                // A definition is another name of a simple type.
                match self.definitions.is_empty() {
                    true => name,
                    false => self.definitions.get(&name).cloned().unwrap_or(name),
                }
            }
        };
        TypeRef { name, collection: within.is_some() }
    }

    /// A vocabulary term with its namespace in full.
    pub(crate) fn term<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match text.rsplit_once('.') {
            Some((prefix, short)) => match self.namespace(prefix) {
                namespace if namespace != prefix => format!("{namespace}.{short}").into(),
                _ => text.into(),
            },
            None => text.into(),
        }
    }
}

pub(super) fn qualified(namespace: &str, name: &str) -> String {
    match namespace {
        MAIN_NAMESPACE => name.to_owned(),
        other => format!("{other}.{name}"),
    }
}
