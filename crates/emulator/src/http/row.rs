//! Rows filtered, ordered, paged, expanded, selected and written in a version's tongue.

use model::Version;
use model::dialect::{Noun, render};
use odata::{Expand, Query, compare_rows, encode_component, matches, select};
use serde_json::{Map, Value};

use super::call::Call;
use crate::entitlement::Related;
use crate::refusal::{OPTION_INVALID, Refusal};
use crate::state::State;

/// Rows that one answer holds at most (a page of 100 in OData/WebApi issue 2542; the directory's
/// documented default).
const PAGE: usize = 100;

/// What an answer is about.
pub(crate) struct Shape<'a> {
    pub(crate) call: &'a Call,
    pub(crate) noun: &'static Noun,
    /// The path of the collection in wire names, with keys in parentheses, for `@odata.context`.
    pub(crate) place: String,
    /// What is sent where nothing is selected.
    pub(crate) default_selection: Option<Vec<String>>,
    /// Whether the directory answers, which pages by token.
    pub(crate) by_token: bool,
}

impl Shape<'_> {
    /// A collection.
    pub(crate) fn list(
        &self,
        state: &State,
        query: &Query,
        rows: Vec<Value>,
    ) -> Result<Value, Refusal> {
        let mut rows = self.pick(state, self.noun, query, rows);
        let count = rows.len();
        let skipped = skipped(query)?;
        let page = query.top.unwrap_or(PAGE).min(PAGE * 10);
        rows = rows.into_iter().skip(skipped).collect();
        let more = rows.len() > page;
        rows.truncate(page);
        let mut answer = Map::new();
        let context = format!("{}{}", self.place, self.selection(query));
        answer.insert("@odata.context".into(), self.call.context(&context).into());
        if query.count {
            answer.insert("@odata.count".into(), count.into());
        }
        if let Some(tips) = self.tips(query, rows.first()) {
            answer.insert("@microsoft.graph.tips".into(), tips.into());
        }
        if more {
            answer.insert("@odata.nextLink".into(), self.next_link(skipped + page).into());
        }
        let rows = rows.into_iter().map(|row| self.finish(state, row, query, &self.place));
        answer.insert("value".into(), rows.collect());
        Ok(Value::Object(answer))
    }

    /// One entity.
    pub(crate) fn entity(&self, state: &State, query: &Query, row: Value) -> Value {
        let context = format!("{}{}/$entity", self.place, self.selection(query));
        let mut answer = Map::new();
        answer.insert("@odata.context".into(), self.call.context(&context).into());
        if let Value::Object(members) = self.finish(state, row, query, &self.place) {
            answer.extend(members);
        }
        Value::Object(answer)
    }

    fn pick(&self, state: &State, of: &Noun, query: &Query, rows: Vec<Value>) -> Vec<Value> {
        let paths: Vec<&odata::Path> = query
            .filter
            .iter()
            .flat_map(odata::Filter::paths)
            .chain(query.order_by.iter().map(|key| &key.path))
            .collect();
        let mut rows: Vec<(Value, Value)> = rows
            .into_iter()
            .map(|row| {
                let mut seen = row.clone();
                for path in &paths {
                    self.attach(state, of, &mut seen, &path.0);
                }
                (row, seen)
            })
            .filter(|(_, seen)| query.filter.as_ref().is_none_or(|f| matches(f, seen)))
            .collect();
        if !query.order_by.is_empty() {
            rows.sort_by(|(_, a), (_, b)| compare_rows(&query.order_by, a, b));
        }
        rows.into_iter().map(|(row, _)| row).collect()
    }

    /// Puts what a path leads through into the row, so that it can be compared.
    fn attach(&self, state: &State, of: &Noun, row: &mut Value, path: &[String]) {
        let Some((first, rest)) = path.split_first() else { return };
        let Some(below) = of.member(first).and_then(model::dialect::Member::below) else { return };
        let name = of.member(first).map(model::dialect::Member::name).unwrap_or_default();
        if row[name].is_null() {
            row[name] = match state.related(self.call.version, of, row, name) {
                Some(Related::One(Some(one))) => one,
                Some(Related::Many(many)) => Value::Array(many),
                _ => return,
            };
        }
        self.attach(state, below, &mut row[name], rest);
    }

    fn next_link(&self, skipped: usize) -> String {
        let next = match self.by_token {
            true => Query { skip_token: Some(skipped.to_string()), skip: None, ..Query::default() },
            false => Query { skip: Some(skipped), skip_token: None, ..Query::default() },
        };
        // The other options are repeated as the caller wrote them.
        let kept = self.call.query.split('&').filter(|pair| {
            let key = odata::decode_component(pair.split('=').next().unwrap_or_default());
            let key = key.trim_start_matches('$').to_lowercase();
            !pair.is_empty() && key != "skip" && key != "skiptoken"
        });
        let options: Vec<String> = kept.map(str::to_owned).chain([next.encode()]).collect();
        format!(
            "{}/{}/{}?{}",
            self.call.origin,
            self.call.version,
            self.call.segments.iter().map(|s| encode_component(s)).collect::<Vec<_>>().join("/"),
            options.join("&")
        )
    }

    /// `(id,displayName,target())` behind the place of a context.
    fn selection(&self, query: &Query) -> String {
        let version = self.call.version;
        let wire = |name: &String| {
            let member = self.noun.member(name);
            member.and_then(|member| member.wire(version)).unwrap_or(name).to_owned()
        };
        let mut names: Vec<String> = query.select.iter().map(wire).collect();
        names.extend(query.expand.items.iter().map(|item| wire(&item.name) + "()"));
        match names.is_empty() {
            true => String::new(),
            false => format!("({})", names.join(",")),
        }
    }

    /// The advice that the gateway gives on lists of v1.0 without `$select` (seen on three lists
    /// of entitlement management); it names the first two properties by the alphabet.
    fn tips(&self, query: &Query, row: Option<&Value>) -> Option<String> {
        if self.by_token || self.call.version != Version::V1 || !query.select.is_empty() {
            return None;
        }
        let row = render(Version::V1, self.noun, row?);
        let mut names: Vec<&String> = row
            .as_object()?
            .keys()
            .filter(|name| *name != "id" && !name.starts_with('$'))
            .collect();
        names.sort();
        let place: Vec<String> = self
            .call
            .segments
            .iter()
            .map(|segment| match crate::ids::is_guid(segment) {
                true => "<guid>".to_owned(),
                false => segment.clone(),
            })
            .collect();
        let place = place.join("/").replace("/<guid>", "('<guid>')");
        Some(format!(
            "Use $select to choose only the properties your app needs, as this can lead to performance improvements. For example: GET {place}?$select={},{}",
            names.first()?,
            names.get(1)?
        ))
    }

    /// Expands, selects and writes one row.
    fn finish(&self, state: &State, row: Value, query: &Query, place: &str) -> Value {
        let mut names = query.select.clone();
        if names.is_empty() {
            names.extend(self.default_selection.iter().flatten().cloned());
        }
        let row = self.expand(state, self.noun, row, &query.expand, place);
        let row = chosen(row, &names, &query.expand);
        render(self.call.version, self.noun, &row)
    }

    fn expand(
        &self,
        state: &State,
        of: &'static Noun,
        mut row: Value,
        expand: &Expand,
        place: &str,
    ) -> Value {
        let mut items: Vec<(String, Query)> =
            expand.items.iter().map(|item| (item.name.clone(), item.query.clone())).collect();
        if expand.all {
            let all = of.members.iter().filter(|member| member.below().is_some());
            items.extend(all.map(|member| (member.name().to_owned(), Query::default())));
        }
        for (name, query) in items {
            let Some(member) = of.member(&name) else { continue };
            let Some(below) = member.below() else { continue };
            let (name, Some(wire)) = (member.name(), member.wire(self.call.version)) else {
                continue;
            };
            let id = row["id"].as_str().unwrap_or_default();
            let here = format!("{place}('{id}')/{wire}");
            let nested = |mut row: Value| {
                // What came along unasked names its place within the row only.
                if let Some(Value::String(place)) = row.get_mut("scopes@odata.context") {
                    *place = self.call.context(&format!("{here}/{place}"));
                }
                let row = self.expand(state, below, row, &query.expand, &here);
                chosen(row, &query.select, &query.expand)
            };
            let (value, context) = match state.related(self.call.version, of, &row, name) {
                Some(Related::One(one)) => {
                    (one.map_or(Value::Null, nested), format!("{here}/$entity"))
                }
                Some(Related::Many(many)) => {
                    let rows = self.pick(state, below, &query, many);
                    let page = rows.into_iter().skip(query.skip.unwrap_or(0));
                    let page = page.take(query.top.unwrap_or(usize::MAX));
                    (page.map(nested).collect(), here.clone())
                }
                None => continue,
            };
            row[format!("{name}@odata.context")] = self.call.context(&context).into();
            row[name] = value;
        }
        row
    }
}

/// How many rows were answered before.
fn skipped(query: &Query) -> Result<usize, Refusal> {
    let by_token = query.skip_token.as_ref().map(|token| {
        token
            .parse()
            .map_err(|_| OPTION_INVALID.says("The query option '$skiptoken' is not valid."))
    });
    Ok(by_token.transpose()?.or(query.skip).unwrap_or(0))
}

/// The members selected and expanded, without what is for this emulator alone.
fn chosen(row: Value, names: &[String], expand: &Expand) -> Value {
    let expanded: Vec<&str> = expand.items.iter().map(|item| item.name.as_str()).collect();
    let row = match names.is_empty() {
        true => row,
        false => select(&row, names, &expanded),
    };
    match row {
        Value::Object(members) => {
            Value::Object(members.into_iter().filter(|(name, _)| !name.starts_with('$')).collect())
        }
        other => other,
    }
}
