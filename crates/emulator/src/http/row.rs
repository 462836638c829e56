//! Rows filtered, ordered, paged, expanded, selected and written in a version's tongue.

use std::cell::OnceCell;

use model::Version;
use model::dialect::{Member, Noun, noun, query_from_wire, render};
use odata::{Datum, Expand, Path, Query, Record, compare_rows, encode_component, matches, select};
use serde_json::{Map, Value};

use super::call::Call;
use super::query::{Asked, is_backend};
use crate::behaviour::TIPS;
use crate::entitlement::{ALL_EXISTING_ORGANIZATIONS, Item, Related};
use crate::refusal::{OPTION_INVALID, Refusal, not_implemented};
use crate::state::State;

/// Rows that one answer holds where nothing is asked (a page of 100 in OData/WebApi issue 2542; the
/// directory's documented default).
const PAGE: usize = 100;

/// What an answer is about.
pub(crate) struct Shape<'a> {
    pub(crate) call: &'a Call,
    pub(crate) noun: &'static Noun,
    /// The path of the collection in wire names, with keys in parentheses, for `@odata.context`.
    pub(crate) place: String,
    /// What is sent where nothing is selected.
    pub(crate) default_selection: Option<Vec<String>>,
}

impl Shape<'_> {
    /// A collection. Rows are made where a filter needs them whole, and where they are sent.
    pub(crate) fn list<'a, R: Into<Item<'a>> + 'a>(
        &'a self,
        state: &'a State,
        asked: &'a Asked,
        rows: impl IntoIterator<Item = R, IntoIter: 'a>,
    ) -> Result<Value, Refusal> {
        let Asked { wire, canonical } = asked;
        self.check_expand(state, self.noun, &wire.expand)?;
        let skipped = skipped(wire)?;
        let page = wire.top.unwrap_or(PAGE);
        let rows = rows.into_iter().map(Into::into);
        let (mut kept, mut count) = (Vec::new(), 0);
        for item in self.pick(state, self.noun, canonical, rows) {
            if count >= skipped && kept.len() <= page {
                kept.push(item);
            }
            count += 1;
            if kept.len() > page && !wire.count {
                break;
            }
        }
        // A page of nothing leads nowhere.
        let more = page > 0 && kept.len() > page;
        kept.truncate(page);
        let kept: Vec<Value> = kept.iter().map(|item| item.row(state)).collect();
        let mut answer = Map::new();
        let context = format!("{}{}", self.place, selection(wire));
        answer.insert("@odata.context".into(), self.call.context(&context).into());
        if wire.count && skipped == 0 {
            answer.insert("@odata.count".into(), count.into());
        }
        let tips = self.tips(wire, kept.first());
        if let Some(tips) = tips.filter(|_| state.rules.apply(&TIPS)) {
            answer.insert("@microsoft.graph.tips".into(), tips.into());
        }
        if more {
            answer.insert("@odata.nextLink".into(), self.next_link(skipped + page).into());
        }
        let rows = kept.into_iter().map(|row| self.finish(state, row, wire));
        answer.insert("value".into(), rows.collect());
        Ok(Value::Object(answer))
    }

    /// One entity.
    pub(crate) fn entity(
        &self,
        state: &State,
        asked: &Asked,
        row: Value,
    ) -> Result<Value, Refusal> {
        self.check_expand(state, self.noun, &asked.wire.expand)?;
        let context = format!("{}{}/$entity", self.place, selection(&asked.wire));
        let mut answer = match self.finish(state, row, &asked.wire) {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        answer.shift_insert(0, "@odata.context".into(), self.call.context(&context).into());
        Ok(Value::Object(answer))
    }

    /// Refuses what cannot be expanded, there or here.
    fn check_expand(
        &self,
        state: &State,
        of: &'static Noun,
        expand: &Expand,
    ) -> Result<(), Refusal> {
        for item in &expand.items {
            let Some(member) = of.wire_member(self.call.version, &item.name) else { continue };
            let below = member.below();
            let leads = state.related(self.call.version, of, &Value::Null, member.name()).is_some();
            match (leads, below) {
                (true, Some(below)) => self.check_expand(state, below, &item.query.expand)?,
                (true, None) => {}
                (false, Some(_)) => {
                    return Err(not_implemented(format_args!("$expand={}", item.name)));
                }
                (false, None) => {
                    return Err(OPTION_INVALID.says(format!(
                        "Parsing OData Select and Expand failed: Property '{}' on type 'microsoft.graph.{}' is not a navigation property or complex property.",
                        item.name,
                        of.name()
                    )));
                }
            }
        }
        Ok(())
    }

    /// Rows that pass the filter, in order: each as it is asked for, unless they must be sorted.
    fn pick<'a>(
        &'a self,
        state: &'a State,
        of: &'a Noun,
        query: &'a Query,
        rows: impl Iterator<Item = Item<'a>> + 'a,
    ) -> Box<dyn Iterator<Item = Item<'a>> + 'a> {
        let seen = rows.map(move |item| Seen {
            shape: self,
            state,
            of,
            query,
            item,
            made: OnceCell::new(),
        });
        let passing =
            seen.filter(|row| query.filter.as_ref().is_none_or(|filter| matches(filter, row)));
        if query.order_by.is_empty() {
            return Box::new(passing.map(|row| row.item));
        }
        let mut rows: Vec<_> = passing.collect();
        rows.sort_by(|a, b| compare_rows(&query.order_by, a, b));
        Box::new(rows.into_iter().map(|row| row.item))
    }

    /// Puts what a path leads through into the row, so that it can be compared.
    fn attach(&self, state: &State, of: &Noun, row: &mut Value, path: &[String]) {
        let Some((first, rest)) = path.split_first() else { return };
        let Some(member) = of.member(first) else { return };
        let Some(below) = member.below() else { return };
        if let Value::Array(elements) = row {
            for element in elements {
                self.attach(state, of, element, path);
            }
            return;
        }
        if !row.is_object() {
            return;
        }
        let name = member.name();
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
        let next = match is_backend(self.noun) {
            true => Query { skip: Some(skipped), ..Query::default() },
            // The directory pages by token.
            false => Query { skip_token: Some(skipped.to_string()), ..Query::default() },
        };
        // The other options are repeated as the caller wrote them.
        let kept = self.call.query.split('&').filter(|pair| {
            let key = odata::decode_component(pair.split('=').next().unwrap_or_default());
            let key = key.trim_start_matches('$').to_lowercase();
            !pair.is_empty() && key != "skip" && key != "skiptoken"
        });
        let options: Vec<String> = kept.map(str::to_owned).chain([next.encode()]).collect();
        let path: Vec<String> = self.call.segments.iter().map(|s| encode_component(s)).collect();
        let Call { origin, version, .. } = self.call;
        format!("{origin}/{version}/{}?{}", path.join("/"), options.join("&"))
    }

    /// The advice that the gateway gives on lists of v1.0 without `$select` (seen on three lists
    /// of entitlement management); it names the first two properties by the alphabet.
    fn tips(&self, query: &Query, row: Option<&Value>) -> Option<String> {
        if !is_backend(self.noun) || self.call.version != Version::V1 || !query.select.is_empty() {
            return None;
        }
        let row = render(Version::V1, self.noun, row?.clone());
        let mut names: Vec<&String> = row
            .as_object()?
            .keys()
            .filter(|name| *name != "id" && !name.starts_with('$'))
            .collect();
        names.sort();
        let place: Vec<&str> = self
            .call
            .segments
            .iter()
            .map(|segment| match crate::ids::is_guid(segment) {
                true => "<guid>",
                false => segment,
            })
            .collect();
        let place = place.join("/").replace("/<guid>", "('<guid>')");
        Some(format!(
            "Use $select to choose only the properties your app needs, as this can lead to performance improvements. For example: GET {place}?$select={},{}",
            names.first()?,
            names.get(1)?
        ))
    }

    /// Writes one row: its own members, what is expanded, and of these what is selected.
    fn finish(&self, state: &State, row: Value, query: &Query) -> Value {
        let mut names = query.select.clone();
        // Of a mixed list, users alone are cut short.
        let kind = row.get("@odata.type");
        if names.is_empty() && kind.is_none_or(|kind| kind == "#microsoft.graph.user") {
            names.extend(self.default_selection.iter().flatten().cloned());
        }
        let written = self.write(state, self.noun, row, &query.expand, &self.place);
        chosen(written, &names, &query.expand)
    }

    fn write(
        &self,
        state: &State,
        of: &'static Noun,
        row: Value,
        expand: &Expand,
        place: &str,
    ) -> Value {
        let expanded = self.expanded(of, expand);
        // What leads further starts from the row as it was.
        let from = if expanded.is_empty() { Value::Null } else { row.clone() };
        let mut written = render(self.call.version, of, row);
        let Value::Object(members) = &mut written else { return written };
        members.retain(|name, _| !name.starts_with('$'));
        if self.call.version == Version::V1 && of.name() == noun::POLICY.name() {
            // A navigation in v1.0, a property in beta.
            members.shift_remove("questions");
            // What the enum of v1.0 has not is written so (Microsoft's page on evolvable enums).
            if members.get("allowedTargetScope").is_some_and(|s| s == ALL_EXISTING_ORGANIZATIONS) {
                members["allowedTargetScope"] = "unknownFutureValue".into();
            }
        }
        let id = from["id"].as_str().unwrap_or_default();
        // What came along unasked names its place within the row only.
        for (name, value) in members.iter_mut().filter(|(name, _)| name.ends_with("@odata.context"))
        {
            let within = name.trim_end_matches("@odata.context");
            *value = self.call.context(&format!("{place}/{within}")).into();
        }
        for (member, query) in expanded {
            let Some(wire) = member.wire(self.call.version) else { continue };
            let here = format!("{place}('{id}')/{wire}");
            let (value, context) = match state.related(self.call.version, of, &from, member.name())
            {
                Some(Related::One(one)) => {
                    let one =
                        one.map_or(Value::Null, |one| self.below(state, member, one, query, &here));
                    (one, format!("{here}/$entity"))
                }
                Some(Related::Many(many)) => {
                    (self.many_below(state, member, many, query, &here), here)
                }
                None => continue,
            };
            members.insert(format!("{wire}@odata.context"), self.call.context(&context).into());
            members.insert(wire.to_owned(), value);
        }
        written
    }

    /// The navigations that are asked for, with the options below them.
    fn expanded<'q>(
        &self,
        of: &'static Noun,
        expand: &'q Expand,
    ) -> Vec<(&'static Member, &'q Query)> {
        static NOTHING: std::sync::LazyLock<Query> = std::sync::LazyLock::new(Query::default);
        let named = expand
            .items
            .iter()
            .filter_map(|item| Some((of.wire_member(self.call.version, &item.name)?, &item.query)));
        let all = of.members.iter().filter(|member| expand.all && member.below().is_some());
        named.chain(all.map(|member| (member, &*NOTHING))).collect()
    }

    fn below(
        &self,
        state: &State,
        member: &Member,
        row: Value,
        query: &Query,
        place: &str,
    ) -> Value {
        match member.below() {
            Some(below) => {
                let written = self.write(state, below, row, &query.expand, place);
                chosen(written, &query.select, &query.expand)
            }
            None => row,
        }
    }

    fn many_below(
        &self,
        state: &State,
        member: &Member,
        rows: Vec<Value>,
        query: &Query,
        place: &str,
    ) -> Value {
        let rows = match member.below() {
            Some(below) => {
                // The names were checked with the query they stand in.
                let canonical =
                    query_from_wire(self.call.version, below, query).unwrap_or_default();
                let rows = rows.into_iter().map(Item::Row);
                let picked = self.pick(state, below, &canonical, rows);
                picked.map(|item| item.row(state)).collect()
            }
            None => rows,
        };
        let page =
            rows.into_iter().skip(query.skip.unwrap_or(0)).take(query.top.unwrap_or(usize::MAX));
        page.map(|row| self.below(state, member, row, query, place)).collect()
    }
}

/// A row as a filter sees it: what it tells of itself, or made with all that its paths lead through.
struct Seen<'a> {
    shape: &'a Shape<'a>,
    state: &'a State,
    of: &'a Noun,
    query: &'a Query,
    item: Item<'a>,
    made: OnceCell<Value>,
}

impl Record for Seen<'_> {
    fn datum(&self, path: &[String]) -> Datum<'_> {
        if let Some(told) = self.item.told(self.state, path) {
            return told;
        }
        let made = self.made.get_or_init(|| {
            let mut row = self.item.row(self.state);
            for path in paths(self.query) {
                self.shape.attach(self.state, self.of, &mut row, &path.0);
            }
            row
        });
        made.datum(path)
    }
}

/// Every path that a query compares or sorts by.
fn paths(query: &Query) -> Vec<Path> {
    let filtered = query.filter.iter().flat_map(odata::Filter::paths);
    filtered.chain(query.order_by.iter().map(|key| key.path.clone())).collect()
}

/// `(id,displayName,target())` behind the place of a context.
fn selection(query: &Query) -> String {
    let mut names = query.select.clone();
    let expanded = query.expand.items.iter();
    names.extend(expanded.map(|item| {
        let below = selection(&item.query);
        let below = if below.is_empty() { "()" } else { below.as_str() };
        format!("{}{below}", item.name)
    }));
    match names.is_empty() {
        true => String::new(),
        false => format!("({})", names.join(",")),
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

/// The members selected and expanded.
fn chosen(row: Value, names: &[String], expand: &Expand) -> Value {
    if names.is_empty() {
        return row;
    }
    let expanded: Vec<&str> = expand.items.iter().map(|item| item.name.as_str()).collect();
    select(&row, names, &expanded)
}
