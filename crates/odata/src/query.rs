use std::fmt::{self, Display};

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::{Filter, OrderBy, ParseError};

/// What a query option's value must have escaped. Graph wants `%20` for a blank, never `+`.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Escapes text so that it can stand as the value of a query option.
pub fn encode_component(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// Undoes the escapes of a path segment or an option's name; what is no UTF-8 becomes U+FFFD.
pub fn decode_component(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The OData options of a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// `$filter`
    pub filter: Option<Filter>,
    /// `$select`: property names.
    pub select: Vec<String>,
    /// `$expand`
    pub expand: Expand,
    /// `$orderby`
    pub order_by: Vec<OrderBy>,
    /// `$top`
    pub top: Option<usize>,
    /// `$skip`
    pub skip: Option<usize>,
    /// `$count`
    pub count: bool,
    /// `$search`, as written.
    pub search: Option<String>,
    /// `$skiptoken`, opaque.
    pub skip_token: Option<String>,
}

/// The navigations to expand.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expand {
    /// `*`: every navigation.
    pub all: bool,
    /// The navigations named.
    pub items: Vec<ExpandItem>,
}

/// One navigation to expand, with the options that apply below it.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpandItem {
    /// The navigation's name.
    pub name: String,
    /// Options in parentheses behind it.
    pub query: Query,
}

impl Expand {
    /// Nothing to expand.
    pub fn is_empty(&self) -> bool {
        !self.all && self.items.is_empty()
    }

    /// Navigations by name, without options.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let items = names
            .into_iter()
            .map(|name| ExpandItem { name: name.to_owned(), query: Query::default() })
            .collect();
        Self { all: false, items }
    }

    /// The options asked for under the navigation `name`, whatever its letters' case.
    pub fn get(&self, name: &str) -> Option<&Query> {
        self.items.iter().find(|i| i.name.eq_ignore_ascii_case(name)).map(|i| &i.query)
    }

    /// Reads the value of an `$expand`, such as `target,accessPackage($select=id)`.
    ///
    /// # Errors
    /// [`ParseError`] with the place in `text`.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Self::nested(text, 0)
    }

    fn nested(text: &str, depth: usize) -> Result<Self, ParseError> {
        if depth > DEEPEST {
            return Err(expand_error("at most 16 levels of $expand", "another", 1));
        }
        let mut expand = Self::default();
        for (part, position) in split(text, ',', "$expand")? {
            let trimmed = part.trim();
            if trimmed == "*" {
                expand.all = true;
                continue;
            }
            expand.items.push(Self::item(trimmed, position, depth)?);
        }
        Ok(expand)
    }

    fn item(text: &str, position: usize, depth: usize) -> Result<ExpandItem, ParseError> {
        let (name, options) = match text.split_once('(') {
            None => (text, None),
            Some((name, rest)) => match rest.strip_suffix(')') {
                Some(options) => (name, Some(options)),
                None => return Err(expand_error("')' at the end of the options", text, position)),
            },
        };
        let name = name.trim();
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == ')') {
            return Err(expand_error("the name of a navigation", text, position));
        }
        let mut query = Query::default();
        for (option, _) in split(options.unwrap_or_default(), ';', "$expand")? {
            if option.trim().is_empty() {
                continue;
            }
            let (key, value) = option
                .split_once('=')
                .ok_or_else(|| expand_error("$option=value", option, position))?;
            if !query.set(key.trim(), value, depth + 1)? {
                return Err(no_such_option(key.trim(), value));
            }
        }
        Ok(ExpandItem { name: name.to_owned(), query })
    }
}

fn expand_error(expected: &str, found: &str, position: usize) -> ParseError {
    ParseError {
        option: "$expand".into(),
        expected: expected.into(),
        found: format!("'{found}'"),
        position,
    }
}

/// Splits at `separator` outside parentheses and quotes; gives each part with its place.
fn split<'a>(
    text: &'a str,
    separator: char,
    option: &str,
) -> Result<Vec<(&'a str, usize)>, ParseError> {
    let mut parts = Vec::new();
    let (mut depth, mut quoted, mut start) = (0_usize, false, 0);
    for (index, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => {
                depth = depth.checked_sub(1).ok_or_else(|| ParseError {
                    option: option.into(),
                    expected: "as many '(' as ')'".into(),
                    found: "a ')' too many".into(),
                    position: index + 1,
                })?;
            }
            c if c == separator && depth == 0 && !quoted => {
                parts.push((&text[start..index], start + 1));
                start = index + c.len_utf8();
            }
            _ => {}
        }
    }
    if depth > 0 || quoted {
        return Err(ParseError {
            option: option.into(),
            expected: if quoted { "a closing quote" } else { "a closing ')'" }.into(),
            found: "the end of the text".into(),
            position: text.len() + 1,
        });
    }
    parts.push((&text[start..], start + 1));
    Ok(parts)
}

impl Query {
    /// Reads a query string as a client sends it: encoded with `%20` or `+`, with `$` or `%24`
    /// before the option names, in any order. Options without a `$` that are not OData's are
    /// passed over, as Graph does.
    ///
    /// # Errors
    /// [`ParseError`] naming the option and the place.
    pub fn parse(encoded: &str) -> Result<Self, ParseError> {
        let mut query = Self::default();
        for pair in encoded.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let key = decode(key, "the name of an option")?;
            let value = decode(value, &key)?;
            if !query.set(&key, &value, 0)? && key.starts_with('$') {
                return Err(no_such_option(&key, &value));
            }
        }
        Ok(query)
    }

    /// Whether there is an option of that name.
    fn set(&mut self, key: &str, value: &str, depth: usize) -> Result<bool, ParseError> {
        let bad = |expected: &str| ParseError {
            option: key.to_owned(),
            expected: expected.to_owned(),
            found: format!("'{value}'"),
            position: 1,
        };
        match key.trim_start_matches('$').to_ascii_lowercase().as_str() {
            "filter" => self.filter = Some(value.parse()?),
            "select" => self.select = names(value).ok_or_else(|| bad("property names"))?,
            "expand" => self.expand = Expand::nested(value, depth)?,
            "orderby" => self.order_by = OrderBy::parse_list(value)?,
            "top" => self.top = Some(value.parse().map_err(|_| bad("a whole number"))?),
            "skip" => self.skip = Some(value.parse().map_err(|_| bad("a whole number"))?),
            "count" => match value {
                "true" => self.count = true,
                "false" => self.count = false,
                _ => return Err(bad("true or false")),
            },
            "search" => self.search = Some(value.to_owned()),
            "skiptoken" => self.skip_token = Some(value.to_owned()),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether no option is set.
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }

    /// The options as `(name, text)` in the order they are written, not yet encoded.
    pub fn options(&self) -> Vec<(&'static str, String)> {
        let mut options = Vec::new();
        if let Some(filter) = &self.filter {
            options.push(("$filter", filter.to_string()));
        }
        if !self.select.is_empty() {
            options.push(("$select", self.select.join(",")));
        }
        if !self.expand.is_empty() {
            options.push(("$expand", self.expand.to_string()));
        }
        if !self.order_by.is_empty() {
            let keys: Vec<_> = self.order_by.iter().map(ToString::to_string).collect();
            options.push(("$orderby", keys.join(",")));
        }
        options.extend(self.top.map(|top| ("$top", top.to_string())));
        options.extend(self.skip.map(|skip| ("$skip", skip.to_string())));
        if self.count {
            options.push(("$count", "true".to_owned()));
        }
        options.extend(self.search.clone().map(|search| ("$search", search)));
        options.extend(self.skip_token.clone().map(|token| ("$skiptoken", token)));
        options
    }

    /// The query string for a URL, encoded, without `?`; empty where no option is set.
    pub fn encode(&self) -> String {
        let pairs: Vec<_> = self
            .options()
            .into_iter()
            .map(|(name, value)| format!("{name}={}", encode_component(&value)))
            .collect();
        pairs.join("&")
    }
}

/// Levels of `$expand` that are read, so that a hostile text cannot exhaust the stack.
const DEEPEST: usize = 16;

fn no_such_option(key: &str, value: &str) -> ParseError {
    ParseError {
        option: key.to_owned(),
        expected:
            "one of $filter, $select, $expand, $orderby, $top, $skip, $count, $search, $skiptoken"
                .to_owned(),
        found: format!("'{value}'"),
        position: 1,
    }
}

fn names(value: &str) -> Option<Vec<String>> {
    let names: Vec<String> = value.split(',').map(|name| name.trim().to_owned()).collect();
    let fine = names.iter().all(|n| !n.is_empty() && !n.contains(char::is_whitespace));
    fine.then_some(names)
}

fn decode(text: &str, option: &str) -> Result<String, ParseError> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().map(String::from);
    decoded.map_err(|_| ParseError {
        option: option.to_owned(),
        expected: "percent-encoded UTF-8".into(),
        found: format!("'{text}'"),
        position: 1,
    })
}

impl Display for Expand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = if self.all { vec!["*".into()] } else { vec![] };
        parts.extend(self.items.iter().map(|item| {
            let options: Vec<_> = item
                .query
                .options()
                .into_iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            match options.as_slice() {
                [] => item.name.clone(),
                _ => format!("{}({})", item.name, options.join(";")),
            }
        }));
        f.write_str(&parts.join(","))
    }
}

impl Display for Query {
    /// The options as people read them, decoded.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs: Vec<_> =
            self.options().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        f.write_str(&pairs.join("&"))
    }
}
