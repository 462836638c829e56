mod names;
mod read;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use roxmltree::{Document, Node};
use thiserror::Error;

use self::read::{Reader, schemas};
use crate::facts::{Type, TypeRef, extends_itself};
use crate::operation::Operation;

pub(crate) use self::names::Names;

/// All that a metadata document says of types, by short name, of operations, of the container, and
/// of what may be done with them.
#[derive(Debug, Clone, Default)]
pub struct Metadata {
    pub(crate) types: BTreeMap<String, Type>,
    /// Entity sets and singletons.
    pub(crate) container: BTreeMap<String, TypeRef>,
    /// Bound actions and functions, with the name of the type that each is bound to.
    pub(crate) operations: Vec<(String, String, Operation)>,
    pub(crate) annotations: BTreeMap<String, BTreeMap<String, String>>,
    /// Types that were observed as a whole.
    pub(crate) observed: BTreeSet<String>,
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
pub const LARGEST: usize = 64 * 1024 * 1024;

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
            let at = match error {
                // What is not closed is told of where the document ends.
                roxmltree::Error::UnclosedRootNode => end(text),
                _ => (error.pos().row as usize, error.pos().col as usize),
            };
            CsdlError {
                file: file.to_owned(),
                place: format!(", line {}, column {}", at.0, at.1),
                expected: "XML".into(),
                found: error.to_string(),
            }
        })?;
        let schemas = schemas(&document);
        if schemas.is_empty() {
            let root = document.root_element();
            return Err(CsdlError {
                file: file.to_owned(),
                place: ", line 1".into(),
                expected: "an edmx:Edmx document with a Schema of OData 4".into(),
                found: format!("a document of <{}> without one", root.tag_name().name()),
            });
        }
        let mut reader = Reader::new(&document, &schemas, source);
        for schema in &schemas {
            reader.read_schema(*schema);
        }
        reader.settle();
        let Reader { metadata, names, other_references, fault, .. } = reader;
        if let Some((byte, expected, found)) = fault {
            let at = document.text_pos_at(byte);
            let place = format!(", line {}, column {}", at.row, at.col);
            return Err(CsdlError {
                file: file.to_owned(),
                place,
                expected: expected.to_owned(),
                found,
            });
        }
        if metadata.dangles(&other_references) {
            return Err(dangling(&document, &schemas, &metadata, &names, file));
        }
        metadata.bases_end(file)?;
        Ok(metadata)
    }

    /// Whether anything refers to a type that the document does not declare. The place is looked
    /// for only where it does.
    fn dangles(&self, other_references: &[String]) -> bool {
        let known: HashSet<&str> = self.types.keys().map(String::as_str).collect();
        let unknown = |name: &String| !(is_simple(name) || known.contains(name.as_str()));
        let of_members = |found: &Type| {
            found.base.iter().any(unknown)
                || found.properties.values().any(|member| unknown(&member.type_ref.name))
                || found.navigations.values().any(|member| unknown(&member.type_ref.name))
        };
        self.types.values().any(of_members)
            || self.container.values().any(|target| unknown(&target.name))
            || other_references.iter().any(unknown)
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
}

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

/// The first reference to a type that the document does not declare.
fn dangling(
    document: &Document<'_>,
    schemas: &[Node<'_, '_>],
    metadata: &Metadata,
    names: &Names,
    file: &str,
) -> CsdlError {
    for node in schemas.iter().flat_map(Node::descendants).filter(Node::is_element) {
        let tag = node.tag_name().name();
        for (_, attribute) in REFERENCES.iter().filter(|(owner, _)| *owner == tag) {
            let Some(text) = node.attribute(*attribute) else { continue };
            let name = names.type_ref(text).name;
            if is_simple(&name) || metadata.types.contains_key(&name) {
                continue;
            }
            let at = document.text_pos_at(node.range().start);
            return CsdlError {
                file: file.to_owned(),
                place: format!(", line {}, column {}", at.row, at.col),
                expected: format!("a {attribute} that the document declares"),
                found: format!("'{text}'"),
            };
        }
    }
    CsdlError {
        file: file.to_owned(),
        place: String::new(),
        expected: "types that the document declares".into(),
        found: "a reference to another".into(),
    }
}

/// Simple types of OData.
const SIMPLE: [&str; 18] = [
    "String",
    "Boolean",
    "Guid",
    "DateTimeOffset",
    "Date",
    "TimeOfDay",
    "Duration",
    "Binary",
    "Stream",
    "Byte",
    "SByte",
    "Int16",
    "Int32",
    "Int64",
    "Single",
    "Double",
    "Decimal",
    "Untyped",
];

fn is_simple(name: &str) -> bool {
    let Some(short) = name.strip_prefix("Edm.") else { return false };
    // Of abstract, geometric and modelling types there are many, and nothing is said here.
    let other = ["Geo", "PrimitiveType", "ComplexType", "EntityType", "AnyPropertyPath"];
    SIMPLE.contains(&short)
        || other.iter().any(|begin| short.starts_with(begin))
        || short.ends_with("Path")
}

/// The last line and column of a text.
fn end(text: &str) -> (usize, usize) {
    let last = text.lines().last().unwrap_or_default();
    (text.lines().count().max(1), last.chars().count() + 1)
}
