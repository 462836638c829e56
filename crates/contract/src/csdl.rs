use std::collections::{BTreeMap, HashMap};

use roxmltree::{Document, Node};
use thiserror::Error;

use crate::facts::{Kind, Member, Source, Type, TypeRef, extends_itself};

/// All that a metadata document says of types, by short name, and of the container.
#[derive(Debug, Clone, Default)]
pub struct Metadata {
    pub(crate) types: BTreeMap<String, Type>,
    /// Entity sets and singletons.
    pub(crate) container: BTreeMap<String, TypeRef>,
    pub(crate) sources: Vec<String>,
}

/// A document that is no CSDL.
#[derive(Debug, Error)]
#[error("{file}{place}: expected {expected}, found {found}")]
pub struct CsdlError {
    /// The file.
    pub file: String,
    /// `, line L, column C` where it is known.
    pub place: String,
    /// What would have been right.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

/// A larger document is refused before it is read: Microsoft's largest has 4 MB.
const LARGEST: usize = 64 * 1024 * 1024;

/// What refers to types, and by which attribute.
const REFERENCES: [(&str, &str); 9] = [
    ("EntityType", "BaseType"),
    ("ComplexType", "BaseType"),
    ("Property", "Type"),
    ("NavigationProperty", "Type"),
    ("Parameter", "Type"),
    ("ReturnType", "Type"),
    ("TypeDefinition", "UnderlyingType"),
    ("EntitySet", "EntityType"),
    ("Singleton", "Type"),
];

/// The namespace whose types go by their bare names; types of others are kept apart by it.
const MAIN_NAMESPACE: &str = "microsoft.graph";

impl Metadata {
    /// Reads a CSDL XML document. `file` names it in errors, `source` in the contract.
    ///
    /// # Errors
    /// [`CsdlError`] with the place.
    pub fn parse(text: &str, file: &str, source: &str) -> Result<Self, CsdlError> {
        if text.len() > LARGEST {
            return Err(CsdlError {
                file: file.to_owned(),
                place: String::new(),
                expected: format!("a document of at most {} MB", LARGEST / 1024 / 1024),
                found: format!("one of {} MB", text.len() / 1024 / 1024),
            });
        }
        let document = Document::parse(text).map_err(|error| {
            let at = error.pos();
            CsdlError {
                file: file.to_owned(),
                place: format!(", line {}, column {}", at.row, at.col),
                expected: "XML".into(),
                found: error.to_string(),
            }
        })?;
        let schemas: Vec<_> = document
            .descendants()
            .filter(|node| node.has_tag_name(("http://docs.oasis-open.org/odata/ns/edm", "Schema")))
            .collect();
        if schemas.is_empty() {
            let root = document.root_element();
            return Err(CsdlError {
                file: file.to_owned(),
                place: ", line 1".into(),
                expected: "an edmx:Edmx document with a Schema of OData 4".into(),
                found: format!("a document of <{}> without one", root.tag_name().name()),
            });
        }
        let mut names = Names::default();
        for schema in &schemas {
            names.add(schema);
        }
        let mut metadata = Self { sources: vec![source.to_owned()], ..Self::default() };
        for schema in &schemas {
            metadata.read_schema(*schema, &names);
        }
        metadata.references_lead_somewhere(&document, &schemas, &names, file)?;
        metadata.bases_end(file)?;
        Ok(metadata)
    }

    /// Refuses references to types that the document does not declare.
    fn references_lead_somewhere(
        &self,
        document: &Document<'_>,
        schemas: &[Node<'_, '_>],
        names: &Names,
        file: &str,
    ) -> Result<(), CsdlError> {
        for node in schemas.iter().flat_map(Node::descendants).filter(Node::is_element) {
            let tag = node.tag_name().name();
            for (_, attribute) in REFERENCES.iter().filter(|(owner, _)| *owner == tag) {
                let Some(text) = node.attribute(*attribute) else { continue };
                let name = names.type_ref(text).name;
                if name.starts_with("Edm.") || self.types.contains_key(&name) {
                    continue;
                }
                let at = document.text_pos_at(node.range().start);
                return Err(CsdlError {
                    file: file.to_owned(),
                    place: format!(", line {}, column {}", at.row, at.col),
                    expected: format!("a {attribute} that the document declares"),
                    found: format!("'{text}'"),
                });
            }
        }
        Ok(())
    }

    /// Refuses types that extend themselves.
    pub(crate) fn bases_end(&self, file: &str) -> Result<(), CsdlError> {
        match extends_itself(&self.types) {
            None => Ok(()),
            Some(name) => Err(CsdlError {
                file: file.to_owned(),
                place: String::new(),
                expected: "types whose bases end".into(),
                found: format!("{name}, which extends itself"),
            }),
        }
    }

    fn read_schema(&mut self, schema: Node<'_, '_>, names: &Names) {
        let namespace = schema.attribute("Namespace").unwrap_or_default();
        for node in schema.children().filter(Node::is_element) {
            let name = node.attribute("Name").unwrap_or_default();
            let kind = match node.tag_name().name() {
                "EntityType" => Kind::Entity,
                "ComplexType" => Kind::Complex,
                "EnumType" if is_true(&node, "IsFlags") => Kind::Flags,
                "EnumType" => Kind::Enum,
                "EntityContainer" => {
                    self.read_container(node, names);
                    continue;
                }
                _ => continue,
            };
            self.types.insert(qualified(namespace, name), read_type(node, kind, names));
        }
    }

    fn read_container(&mut self, container: Node<'_, '_>, names: &Names) {
        for node in container.children().filter(Node::is_element) {
            let (attribute, collection) = match node.tag_name().name() {
                "EntitySet" => ("EntityType", true),
                "Singleton" => ("Type", false),
                _ => continue,
            };
            if let (Some(name), Some(of)) = (node.attribute("Name"), node.attribute(attribute)) {
                let name_of_type = names.type_ref(of).name;
                self.container.insert(name.to_owned(), TypeRef { name: name_of_type, collection });
            }
        }
    }
}

/// Namespaces by alias, and what type definitions stand for.
#[derive(Default)]
struct Names {
    namespaces: HashMap<String, String>,
    definitions: HashMap<String, String>,
}

impl Names {
    fn add(&mut self, schema: &Node<'_, '_>) {
        let namespace = schema.attribute("Namespace").unwrap_or_default();
        for name in [schema.attribute("Alias"), Some(namespace)].into_iter().flatten() {
            self.namespaces.insert(name.to_owned(), namespace.to_owned());
        }
        for node in schema.children().filter(|node| node.tag_name().name() == "TypeDefinition") {
            if let (Some(name), Some(of)) =
                (node.attribute("Name"), node.attribute("UnderlyingType"))
            {
                self.definitions.insert(qualified(namespace, name), of.to_owned());
            }
        }
    }

    fn type_ref(&self, text: &str) -> TypeRef {
        let within = text.strip_prefix("Collection(").and_then(|rest| rest.strip_suffix(')'));
        let full = within.unwrap_or(text);
        let name = match full.rsplit_once('.') {
            Some(("Edm", _)) | None => full.to_owned(),
            Some((prefix, short)) => {
                let namespace = self.namespaces.get(prefix).map_or(prefix, String::as_str);
                let name = qualified(namespace, short);
                // A definition is another name of a simple type.
                self.definitions.get(&name).cloned().unwrap_or(name)
            }
        };
        TypeRef { name, collection: within.is_some() }
    }
}

fn qualified(namespace: &str, name: &str) -> String {
    match namespace {
        MAIN_NAMESPACE => name.to_owned(),
        other => format!("{other}.{name}"),
    }
}

fn is_true(node: &Node<'_, '_>, attribute: &str) -> bool {
    node.attribute(attribute) == Some("true")
}

fn read_type(node: Node<'_, '_>, kind: Kind, names: &Names) -> Type {
    let mut read = Type {
        kind,
        base: node.attribute("BaseType").map(|base| names.type_ref(base).name),
        open: is_true(&node, "OpenType"),
        is_abstract: is_true(&node, "Abstract"),
        words: Vec::new(),
        properties: BTreeMap::new(),
        navigations: BTreeMap::new(),
    };
    for child in node.children().filter(Node::is_element) {
        let Some(name) = child.attribute("Name") else { continue };
        let member = || Member {
            type_ref: names.type_ref(child.attribute("Type").unwrap_or("Edm.String")),
            nullable: child.attribute("Nullable") != Some("false"),
            contained: is_true(&child, "ContainsTarget"),
            source: Source::Csdl,
        };
        match child.tag_name().name() {
            "Property" => {
                read.properties.insert(name.to_owned(), member());
            }
            "NavigationProperty" => {
                read.navigations.insert(name.to_owned(), member());
            }
            "Member" => read.words.push(name.to_owned()),
            _ => {}
        }
    }
    read
}
