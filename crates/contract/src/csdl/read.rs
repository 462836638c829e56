use std::collections::{BTreeMap, HashSet};

use roxmltree::{Document, Node};

use super::Metadata;
use super::names::{Names, qualified};
use crate::annotation::{self, Annotated};
use crate::facts::{Kind, Member, Source, Type, TypeRef, Word};
use crate::operation::{Operation, OperationKind, Parameter};

const EDM: &str = "http://docs.oasis-open.org/odata/ns/edm";

pub(super) fn schemas<'a, 'input>(document: &'a Document<'input>) -> Vec<Node<'a, 'input>> {
    let root = document.root_element();
    let services = root.children().filter(|node| node.tag_name().name() == "DataServices");
    services
        .flat_map(|node| node.children())
        .chain(root.children())
        .chain([root])
        .filter(|node| node.has_tag_name((EDM, "Schema")))
        .collect()
}

/// The name of the container, with which the targets of annotations begin, wherever they stand.
fn container(schemas: &[Node<'_, '_>]) -> Option<String> {
    schemas.iter().find_map(|schema| {
        let mut children = schema.children();
        let container = children.find(|node| node.tag_name().name() == "EntityContainer")?;
        let namespace = schema.attribute("Namespace").unwrap_or_default();
        Some(qualified(namespace, container.attribute("Name")?))
    })
}

/// A document while it is read.
pub(super) struct Reader {
    pub(super) metadata: Metadata,
    pub(super) names: Names,
    /// Names of types that are referred to from where nothing is kept.
    pub(super) other_references: Vec<String>,
    container: String,
    /// Alternate keys that stand apart from their types.
    alternate_keys: Vec<(String, Vec<String>)>,
    /// The first thing that cannot be meant: where, what was expected, and what was found.
    pub(super) fault: Option<(usize, &'static str, String)>,
}

impl Reader {
    pub(super) fn new(document: &Document<'_>, schemas: &[Node<'_, '_>], source: &str) -> Self {
        let mut names = Names::default();
        for included in document
            .root_element()
            .children()
            .filter(|node| node.tag_name().name() == "Reference")
            .flat_map(|reference| reference.children())
            .filter(|node| node.tag_name().name() == "Include")
        {
            names.add_aliases(&included);
        }
        for schema in schemas {
            names.add(schema);
        }
        let metadata = Metadata { sources: vec![source.to_owned()], ..Metadata::default() };
        Self {
            metadata,
            names,
            other_references: Vec::new(),
            container: container(schemas).unwrap_or_default(),
            alternate_keys: Vec::new(),
            fault: None,
        }
    }

    /// What stands apart from the types that it is told of.
    pub(super) fn settle(&mut self) {
        for (name, keys) in std::mem::take(&mut self.alternate_keys) {
            if let Some(found) = self.metadata.types.get_mut(&name) {
                found.alternate_keys.extend(keys);
            }
        }
    }

    /// The name of what a node declares; without one, or with one that is taken, it cannot be meant.
    fn declared(&mut self, node: Node<'_, '_>, name: &str, taken: bool) {
        let tag = node.tag_name().name();
        if taken {
            self.wrong(node, "each name once", format!("another {tag} '{name}'"));
        } else if name.is_empty() {
            self.wrong(node, "a Name", format!("a {tag} without"));
        }
    }

    fn wrong(&mut self, node: Node<'_, '_>, expected: &'static str, found: String) {
        self.fault.get_or_insert((node.range().start, expected, found));
    }

    pub(super) fn read_schema(&mut self, schema: Node<'_, '_>) {
        let namespace = schema.attribute("Namespace").unwrap_or_default();
        for node in schema.children().filter(Node::is_element) {
            let kind = match node.tag_name().name() {
                "EntityType" => Kind::Entity,
                "ComplexType" => Kind::Complex,
                "EnumType" if is_true(&node, "IsFlags") => Kind::Flags,
                "EnumType" => Kind::Enum,
                "EntityContainer" => {
                    self.read_container(node);
                    continue;
                }
                "Action" => {
                    self.read_operation(node, OperationKind::Action);
                    continue;
                }
                "Function" => {
                    self.read_operation(node, OperationKind::Function);
                    continue;
                }
                "Annotations" => {
                    self.read_annotations(node);
                    continue;
                }
                "TypeDefinition" => {
                    let under = node.attribute("UnderlyingType").unwrap_or_default();
                    self.other_references.push(self.names.type_ref(under).name);
                    continue;
                }
                _ => continue,
            };
            let short = node.attribute("Name").unwrap_or_default();
            let name = qualified(namespace, short);
            let read = self.read_type(&name, node, kind);
            let taken = self.metadata.types.insert(name, read).is_some();
            self.declared(node, short, taken);
        }
    }

    fn read_type(&mut self, name: &str, node: Node<'_, '_>, kind: Kind) -> Type {
        let mut read = Type::of(kind, None);
        for attribute in node.attributes() {
            match (attribute.name(), attribute.value()) {
                ("BaseType", base) => read.base = Some(self.names.type_ref(base).name),
                ("OpenType", value) => read.open = value == "true",
                ("Abstract", value) => read.is_abstract = value == "true",
                _ => {}
            }
        }
        let mut words = HashSet::new();
        for child in node.children().filter(Node::is_element) {
            match child.tag_name().name() {
                tag @ ("Property" | "NavigationProperty") => {
                    let (member_name, member) = read_member(child, &self.names);
                    self.read_inline(Annotated::Member(name, member_name), child);
                    if let Some(value) = child.attribute("DefaultValue") {
                        let target = Annotated::Member(name, member_name).to_string();
                        let facts = self.metadata.annotations.entry(target).or_default();
                        facts.insert("DefaultValue".to_owned(), value.to_owned());
                    }
                    if tag == "NavigationProperty" && child.attribute("Type").is_none() {
                        self.wrong(
                            child,
                            "a Type",
                            format!("the navigation '{member_name}' without"),
                        );
                    }
                    let taken = match tag {
                        "Property" => read.properties.insert(member_name.to_owned(), member),
                        _ => read.navigations.insert(member_name.to_owned(), member),
                    };
                    let other = match tag {
                        "Property" => read.navigations.contains_key(member_name),
                        _ => read.properties.contains_key(member_name),
                    };
                    self.declared(child, member_name, taken.is_some() || other);
                }
                "Member" => {
                    let word_name = child.attribute("Name").unwrap_or_default();
                    self.declared(child, word_name, !words.insert(word_name));
                    if let Some(value) = child.attribute("Value")
                        && value.parse::<i64>().is_err()
                    {
                        let found = format!("'{value}' of '{word_name}'");
                        self.wrong(child, "a whole number as Value", found);
                    }
                    read.words.push(read_word(child, word_name, read.words.last()));
                }
                "Key" => {
                    let names = child.children().filter_map(|property| property.attribute("Name"));
                    read.key.extend(names.map(str::to_owned));
                }
                "Annotation" if annotation::is_alternate_keys(child, &self.names) => {
                    read.alternate_keys.extend(annotation::alternate_keys(child));
                }
                "Annotation" => self.annotate(Annotated::Type(name), child),
                _ => {}
            }
        }
        read
    }

    fn read_inline(&mut self, target: Annotated<'_>, node: Node<'_, '_>) {
        for child in node.children().filter(|child| annotation::may_restrict(*child)) {
            self.annotate(target, child);
        }
    }

    fn read_annotations(&mut self, node: Node<'_, '_>) {
        let restricting: Vec<_> = node
            .children()
            .filter(|child| annotation::may_restrict(*child) && child.is_element())
            .collect();
        let Some(target) = node.attribute("Target").filter(|_| !restricting.is_empty()) else {
            return;
        };
        let (first, rest) = target.split_once('/').unwrap_or((target, ""));
        let owner = self.names.type_ref(first).name;
        let target = match (owner == self.container, rest) {
            (true, "") => return,
            (true, path) => Annotated::Container(path),
            (false, "") => Annotated::Type(&owner),
            (false, member) => Annotated::Member(&owner, member),
        };
        for child in restricting {
            match (target, annotation::is_alternate_keys(child, &self.names)) {
                (Annotated::Type(name), true) => {
                    let keys = annotation::alternate_keys(child);
                    self.alternate_keys.push((name.to_owned(), keys));
                }
                _ => self.annotate(target, child),
            }
        }
    }

    fn annotate(&mut self, target: Annotated<'_>, node: Node<'_, '_>) {
        let facts = annotation::restrictions(node, &self.names);
        if facts.is_empty() {
            return;
        }
        let known = self.metadata.annotations.entry(target.to_string()).or_default();
        for (term, value) in facts {
            match known.get_mut(&term) {
                // Said twice, under qualifiers that nobody resolves.
                Some(said) if !said.split(", ").any(|one| one == value) => {
                    *said = format!("{said}, {value}");
                }
                Some(_) => {}
                None => {
                    known.insert(term, value);
                }
            }
        }
    }

    fn read_operation(&mut self, node: Node<'_, '_>, kind: OperationKind) {
        let mut operation = Operation { kind, parameters: BTreeMap::new(), returns: None };
        let mut binding = None;
        let mut names = Vec::new();
        let bound = is_true(&node, "IsBound");
        for child in node.children().filter(Node::is_element) {
            let tag = child.tag_name().name();
            if !matches!(tag, "Parameter" | "ReturnType") {
                continue;
            }
            let (name, Member { type_ref, nullable, contained, source }) =
                read_member(child, &self.names);
            self.other_references.push(type_ref.name.clone());
            match tag {
                "ReturnType" => {
                    operation.returns = Some(Member { type_ref, nullable, contained, source });
                }
                _ if bound && binding.is_none() => binding = Some(type_ref),
                _ => {
                    let optional = child.children().any(|annotation| {
                        annotation.attribute("Term").is_some_and(|term| {
                            self.names.term(term) == "Org.OData.Core.V1.OptionalParameter"
                        })
                    });
                    self.declared(child, name, operation.parameters.contains_key(name));
                    names.push(name);
                    let parameter = Parameter { type_ref, nullable, optional };
                    operation.parameters.insert(name.to_owned(), parameter);
                }
            }
        }
        let name = node.attribute("Name").unwrap_or_default();
        self.declared(node, name, false);
        if let Some(binding) = binding {
            let key = Operation::key(&binding, name, kind, &names);
            self.metadata.operations.push((binding.name, key, operation));
        }
    }

    fn read_container(&mut self, container: Node<'_, '_>) {
        for node in container.children().filter(Node::is_element) {
            let (attribute, collection) = match node.tag_name().name() {
                "EntitySet" => ("EntityType", true),
                "Singleton" => ("Type", false),
                _ => continue,
            };
            if let (Some(name), Some(of)) = (node.attribute("Name"), node.attribute(attribute)) {
                let target = TypeRef { name: self.names.type_ref(of).name, collection };
                self.metadata.container.insert(name.to_owned(), target);
                self.read_inline(Annotated::Container(name), node);
            }
        }
    }
}

fn is_true(node: &Node<'_, '_>, attribute: &str) -> bool {
    node.attribute(attribute) == Some("true")
}

/// A property, navigation, parameter or return type, which are described alike; its name is empty
/// where it has none.
fn read_member<'a>(node: Node<'a, '_>, names: &Names) -> (&'a str, Member) {
    let (mut name, mut type_text) = ("", "Edm.String");
    let (mut nullable, mut contained) = (true, false);
    for attribute in node.attributes() {
        match (attribute.name(), attribute.value()) {
            ("Name", value) => name = value,
            ("Type", value) => type_text = value,
            ("Nullable", value) => nullable = value != "false",
            ("ContainsTarget", value) => contained = value == "true",
            _ => {}
        }
    }
    let type_ref = names.type_ref(type_text);
    (name, Member { type_ref, nullable, contained, source: Source::Csdl })
}

/// A word of an enum. One without a number has the one behind its neighbour's.
fn read_word(node: Node<'_, '_>, name: &str, before: Option<&Word>) -> Word {
    let given = node.attribute("Value").and_then(|value| value.parse().ok());
    let next = || match before {
        None => Some(0),
        Some(word) => word.value.and_then(|value| value.checked_add(1)),
    };
    Word { name: name.to_owned(), value: given.or_else(next) }
}
