//! Annotations that restrict what may be done, as flat facts.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use roxmltree::Node;

use crate::csdl::Names;

/// What an annotation speaks of.
#[derive(Clone, Copy)]
pub(crate) enum Annotated<'a> {
    /// A type.
    Type(&'a str),
    /// A member of a type, or a path of members.
    Member(&'a str, &'a str),
    /// What the container holds, or a path behind it.
    Container(&'a str),
}

impl Display for Annotated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(name) => f.write_str(name),
            Self::Member(owner, member) => write!(f, "{owner}/{member}"),
            Self::Container(path) => write!(f, "/{path}"),
        }
    }
}

const CAPABILITIES: &str = "Org.OData.Capabilities.V1.";
const CORE: &str = "Org.OData.Core.V1.";

/// Terms of the core vocabulary that say what a client may do or may count on.
const OF_CORE: [&str; 5] =
    ["Computed", "Immutable", "Permissions", "Revisions", "RequiresExplicitBinding"];

/// Annotations nest a few levels; what nests deeper says nothing here.
const DEEPEST: usize = 32;

/// What capabilities say beside restrictions: descriptions, and headers that documents describe.
const TOLD: [&str; 4] = ["Description", "LongDescription", "CustomHeaders", "CustomQueryOptions"];

/// Whether a node is an annotation that can say more than a description; most are descriptions.
pub(crate) fn may_restrict(node: Node<'_, '_>) -> bool {
    node.tag_name().name() == "Annotation"
        && node.attribute("Term").is_some_and(|term| !term.ends_with("Description"))
}

/// The facts of an annotation, by term and property; none where it restricts nothing.
pub(crate) fn restrictions(node: Node<'_, '_>, names: &Names) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    let Some(term) = node.attribute("Term") else { return facts };
    let term = names.term(term);
    let short = match (term.strip_prefix(CAPABILITIES), term.strip_prefix(CORE)) {
        (Some(short), _) => short,
        (None, Some(short)) if OF_CORE.contains(&short) => short,
        _ => return facts,
    };
    let mut values = BTreeMap::new();
    match short {
        "Revisions" => {
            let revisions = records(node).map(revision).collect();
            values.insert(short.to_owned(), revisions);
        }
        _ => flatten(node, short, 0, &mut values),
    }
    if values.is_empty() && !node.has_children() {
        // A tagging term that says nothing more says yes.
        values.insert(short.to_owned(), vec!["true".to_owned()]);
    }
    facts.extend(values.into_iter().map(|(term, mut values)| {
        // The order of a list means nothing.
        values.sort();
        values.dedup();
        (term, values.join(", "))
    }));
    facts
}

/// `Deprecated 2023-03-01, removal 2023-12-31`.
fn revision(record: Node<'_, '_>) -> String {
    let mut values = BTreeMap::new();
    flatten(record, "", 0, &mut values);
    let told = |name: &str| values.get(name).and_then(|v| v.first()).cloned().unwrap_or_default();
    let removal = match told("/RemovalDate") {
        date if date.is_empty() => date,
        date => format!(", removal {date}"),
    };
    format!("{} {}{removal}", told("/Kind"), told("/Date")).trim().to_owned()
}

fn records<'a, 'input>(node: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    let within = node.children().flat_map(|child| child.children());
    node.children().chain(within).filter(|child| child.tag_name().name() == "Record")
}

fn flatten(
    node: Node<'_, '_>,
    path: &str,
    depth: usize,
    values: &mut BTreeMap<String, Vec<String>>,
) {
    if depth > DEEPEST {
        return;
    }
    for attribute in node.attributes() {
        match attribute.name() {
            "Term" | "Property" | "Qualifier" | "Type" => {}
            kind => tell(kind, attribute.value(), path, values),
        }
    }
    for child in node.children().filter(Node::is_element) {
        match child.tag_name().name() {
            "PropertyValue" => {
                let property = child.attribute("Property").unwrap_or_default();
                if !TOLD.contains(&property) {
                    flatten(child, &format!("{path}/{property}"), depth + 1, values);
                }
            }
            // What is told of one navigation is no matter of another.
            "Record" => match navigation(child) {
                Some(name) => flatten(child, &format!("{path}/{name}"), depth + 1, values),
                None => flatten(child, path, depth + 1, values),
            },
            "Collection" => flatten(child, path, depth + 1, values),
            kind => tell(kind, child.text().unwrap_or_default().trim(), path, values),
        }
    }
}

/// A value; words of enums without the enum, several of which may stand in one.
fn tell(kind: &str, text: &str, path: &str, values: &mut BTreeMap<String, Vec<String>>) {
    let known = values.entry(path.to_owned()).or_default();
    match kind {
        "EnumMember" => {
            let words = text.split_whitespace();
            known.extend(words.map(|word| word.rsplit('/').next().unwrap_or(word).to_owned()));
        }
        _ => known.push(text.to_owned()),
    }
}

/// The navigation that a record of restrictions speaks of.
fn navigation<'a>(record: Node<'a, '_>) -> Option<&'a str> {
    let property = record
        .children()
        .find(|child| child.attribute("Property") == Some("NavigationProperty"))?;
    property.attribute("NavigationPropertyPath").or_else(|| property.attribute("PropertyPath"))
}

/// Whether an annotation lists alternate keys.
pub(crate) fn is_alternate_keys(node: Node<'_, '_>, names: &Names) -> bool {
    let term = node.attribute("Term").map(|term| names.term(term));
    term.is_some_and(|term| term == "Org.OData.Core.V1.AlternateKeys")
}

/// The alternate keys, each its properties with commas between, in any order; with the name that
/// stands in addresses where that is another.
pub(crate) fn alternate_keys(node: Node<'_, '_>) -> Vec<String> {
    let one = |reference: Node<'_, '_>| {
        let mut values = BTreeMap::new();
        flatten(reference, "", 0, &mut values);
        let told = |name: &str| values.get(name).and_then(|values| values.first()).cloned();
        let name = told("/Name")?;
        Some(match told("/Alias").filter(|alias| *alias != name) {
            Some(alias) => format!("{alias}: {name}"),
            None => name,
        })
    };
    let key = |record: Node<'_, '_>| {
        let properties =
            record.children().filter(|child| child.attribute("Property") == Some("Key"));
        let mut names: Vec<String> = properties.flat_map(records).filter_map(one).collect();
        names.sort();
        names.join(", ")
    };
    records(node).map(key).filter(|key| !key.is_empty()).collect()
}
