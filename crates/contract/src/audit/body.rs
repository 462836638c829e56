use std::collections::BTreeMap;

use jsonc_parser::ast::{ObjectPropName, Value as Node};
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::ParseError;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde_json::{Map, Number, Value};

/// A JSON body as it is printed in a document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Body {
    /// What it says, as far as it can be made out; null where it cannot.
    pub(crate) value: Value,
    /// The line of each member and element in the document, by JSON pointer.
    pub(crate) lines: BTreeMap<String, usize>,
    /// What is wrong with it as JSON.
    pub(crate) fault: Option<Fault>,
}

/// Where JSON ends to be JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// In the document, from 1.
    pub(crate) line: usize,
    /// From 1.
    pub(crate) column: usize,
    /// What is wrong.
    pub(crate) what: String,
    /// Whether the rest could be made out all the same.
    pub(crate) readable: bool,
    /// Whether it is but shortened with dots, as documents do with answers.
    pub(crate) shortened: bool,
}

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

impl Body {
    /// Reads `text`, whose first line is `first` in the document.
    pub(crate) fn parse(text: &str, first: usize) -> Self {
        let lines = Lines::of(text, first);
        let strict = match read(text, &STRICT) {
            Ok(node) => return Self::of(node.as_ref(), None, text, &lines),
            Err(error) => error,
        };
        let (line, column) = lines.at(text, strict.range().start);
        let what = strict.kind().to_string();
        let fault = Fault { line, column, what, readable: true, shortened: false };
        let lenient = ParseOptions::default();
        if let Ok(Some(node)) = read(text, &lenient) {
            return Self::of(Some(&node), Some(fault), text, &lines);
        }
        // Dots become spaces: every place is where it was.
        let whole = without_dots(text).unwrap_or_default();
        match read(&whole, &lenient) {
            Ok(Some(node)) => {
                let fault = Fault { shortened: true, ..fault };
                Self::of(Some(&node), Some(fault), &whole, &lines)
            }
            _ => Self::of(None, Some(Fault { readable: false, ..fault }), text, &lines),
        }
    }

    fn of(node: Option<&Node<'_>>, fault: Option<Fault>, text: &str, lines: &Lines) -> Self {
        let mut body = Self { value: Value::Null, lines: BTreeMap::new(), fault };
        if let Some(node) = node {
            body.value = body.take(node, "", text, lines);
        }
        body
    }

    /// A bracket behind the end closes what is closed already.
    pub(crate) fn close_once_more(&mut self, line: usize) {
        self.fault.get_or_insert(Fault {
            line,
            column: 1,
            what: "a bracket closes what is closed already".to_owned(),
            readable: true,
            shortened: false,
        });
    }

    /// The line of what `pointer` names, or of what it lies in.
    pub(crate) fn line(&self, pointer: &str) -> usize {
        let mut at = pointer;
        loop {
            if let Some(line) = self.lines.get(at) {
                return *line;
            }
            match at.rfind('/') {
                Some(end) => at = &at[..end],
                None => return 1,
            }
        }
    }

    fn take(&mut self, node: &Node<'_>, pointer: &str, text: &str, lines: &Lines) -> Value {
        let (line, _) = lines.at(text, node.start());
        self.lines.entry(pointer.to_owned()).or_insert(line);
        match node {
            Node::StringLit(literal) => Value::String(literal.value.to_string()),
            Node::NumberLit(literal) => {
                literal.value.parse::<Number>().map_or(Value::Null, Value::Number)
            }
            Node::BooleanLit(literal) => Value::Bool(literal.value),
            Node::NullKeyword(_) => Value::Null,
            Node::Array(array) => {
                let elements = array.elements.iter().enumerate();
                Value::Array(
                    elements
                        .map(|(index, element)| {
                            self.take(element, &format!("{pointer}/{index}"), text, lines)
                        })
                        .collect(),
                )
            }
            Node::Object(object) => {
                let mut members = Map::new();
                for property in &object.properties {
                    let name = match &property.name {
                        ObjectPropName::String(literal) => literal.value.to_string(),
                        ObjectPropName::Word(literal) => literal.value.to_string(),
                    };
                    let pointer =
                        format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                    let (line, _) = lines.at(text, property.range.start);
                    self.lines.insert(pointer.clone(), line);
                    let value = self.take(&property.value, &pointer, text, lines);
                    members.insert(name, value);
                }
                Value::Object(members)
            }
        }
    }
}

fn read<'a>(text: &'a str, options: &ParseOptions) -> Result<Option<Node<'a>>, ParseError> {
    parse_to_ast(text, &CollectOptions::default(), options).map(|parsed| parsed.value)
}

/// The text with spaces for `...` and `…` outside of strings, if there are any.
fn without_dots(text: &str) -> Option<String> {
    let mut whole = String::with_capacity(text.len());
    let (mut quoted, mut escaped, mut found) = (false, false, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let dots = ["...", "…"].into_iter().find(|dots| !quoted && rest.starts_with(dots));
        if let Some(dots) = dots {
            found = true;
            // The comma behind them, too: there is one before already.
            let behind = &rest[dots.len()..];
            let gap = behind.len() - behind.trim_start_matches([' ', '\t']).len();
            let comma = behind[gap..].starts_with(',');
            let length = dots.len() + if comma { gap + 1 } else { 0 };
            whole.extend(std::iter::repeat_n(' ', length));
            rest = &rest[length..];
            continue;
        }
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            // Strings end with their line.
            '\n' => quoted = false,
            '"' => quoted = !quoted,
            _ => {}
        }
        whole.push(c);
        rest = &rest[c.len_utf8()..];
    }
    found.then_some(whole)
}

/// Where lines begin.
struct Lines {
    first: usize,
    starts: Vec<usize>,
}

impl Lines {
    fn of(text: &str, first: usize) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { first, starts: [0].into_iter().chain(ends).collect() }
    }

    /// The line in the document and the column, of a byte of the text.
    fn at(&self, text: &str, byte: usize) -> (usize, usize) {
        let index = self.starts.partition_point(|start| *start <= byte).saturating_sub(1);
        let before = text.get(self.starts[index]..byte).unwrap_or_default();
        (self.first + index, before.chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Body, Fault};

    #[test]
    fn what_is_nearly_json_is_read_and_its_fault_is_placed() {
        let body = Body::parse("{\n  \"a\": [1, {\"b\": null}],\n}", 10);
        assert_eq!(body.value, serde_json::json!({"a": [1, {"b": null}]}));
        assert_eq!(body.line("/a/1/b"), 11);
        assert_eq!(body.line("/a/7/x"), 11);
        let fault = body.fault.unwrap();
        assert_eq!((fault.line, fault.column, fault.readable), (11, 24, true));
        assert!(Body::parse("{\"a\": 1}", 1).fault.is_none());
        let shortened = Body::parse("{\"a\": \"...\", ...,\n \"b\": [ … ]}", 1);
        assert_eq!(shortened.value, serde_json::json!({"a": "...", "b": []}));
        assert!(shortened.fault.is_some_and(|fault| fault.shortened && fault.readable));
        assert_eq!(shortened.lines["/b"], 2);
        let torn = Body::parse("{\"a\": ", 5);
        assert!(matches!(torn.fault, Some(Fault { line: 5, readable: false, .. })));
        let deep = "[".repeat(100_000);
        assert!(Body::parse(&deep, 1).fault.is_some());
    }
}
