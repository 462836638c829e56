use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::{Datum, Direction, Filter, Function, OrderBy, Path, Quantifier, Record};

/// Whether `row` passes `filter`.
///
/// Property names and texts are compared without regard to case: Graph clients in the field
/// filter on `DisplayName`, `target/objectid` and `state eq 'Delivered'`, and are served. A
/// comparison of values that have no common order is false, as is every `gt ge lt le` with null.
pub fn matches(filter: &Filter, row: &dyn Record) -> bool {
    truth(filter, &Scope { row, variables: Vec::new() })
}

/// The value at `path` within `row`, names compared without regard to case; null where absent.
pub fn value_at<'a>(row: &'a Value, path: &[String]) -> &'a Value {
    path.iter().fold(row, |value, name| member(value, name).unwrap_or(&Value::Null))
}

/// How two rows stand to each other under an `$orderby`; nulls come first, as in OData.
pub fn compare_rows(order_by: &[OrderBy], left: &dyn Record, right: &dyn Record) -> Ordering {
    order_by
        .iter()
        .map(|key| {
            let ordering = left.datum(&key.path.0).rank(&right.datum(&key.path.0));
            match key.direction {
                Direction::Ascending => ordering,
                Direction::Descending => ordering.reverse(),
            }
        })
        .find(|ordering| ordering.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// `row` with only the members named in `names`, annotations (`@odata.type` and the like) and the
/// members in `always` kept.
pub fn select(row: &Value, names: &[String], always: &[&str]) -> Value {
    let Value::Object(members) = row else { return row.clone() };
    let kept = members.iter().filter(|(key, _)| {
        key.contains('@')
            || always.iter().any(|name| name.eq_ignore_ascii_case(key))
            || names.iter().any(|name| name == "*" || name.eq_ignore_ascii_case(key))
    });
    Value::Object(kept.map(|(k, v)| (k.clone(), v.clone())).collect::<Map<_, _>>())
}

struct Scope<'a> {
    row: &'a dyn Record,
    /// Variables of lambdas with their values, the innermost last.
    variables: Vec<(&'a str, &'a Value)>,
}

impl<'a> Scope<'a> {
    fn at(&self, path: &Path) -> Datum<'a> {
        let Some((first, rest)) = path.0.split_first() else { return Datum::Null };
        match self.variables.iter().rev().find(|(variable, _)| variable == first) {
            Some((_, value)) => value_at(value, rest).into(),
            None if first == "$it" => self.row.datum(rest),
            None => self.row.datum(&path.0),
        }
    }

    fn within(&self, variable: &'a str, value: &'a Value) -> Self {
        let own = std::iter::once((variable, value));
        Self { row: self.row, variables: self.variables.iter().copied().chain(own).collect() }
    }
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let members = value.as_object()?;
    let same_case = members.get(name);
    same_case.or_else(|| members.iter().find(|(k, _)| k.eq_ignore_ascii_case(name)).map(|m| m.1))
}

fn truth<'a>(filter: &'a Filter, scope: &Scope<'a>) -> bool {
    match filter {
        Filter::And(left, right) => truth(left, scope) && truth(right, scope),
        Filter::Or(left, right) => truth(left, scope) || truth(right, scope),
        Filter::Not(inner) => !truth(inner, scope),
        Filter::Compare(left, op, right) => value(left, scope).compares(*op, &value(right, scope)),
        Filter::In(inner, literals) => {
            let inner = value(inner, scope);
            literals.iter().any(|l| inner.compares(crate::Comparison::Eq, &l.into()))
        }
        Filter::Quantified(path, quantifier, body) => {
            let elements = match scope.at(path) {
                Datum::Json(Value::Array(elements)) => elements.as_slice(),
                _ => &[],
            };
            let test = |element| match body {
                None => true,
                Some((variable, body)) => truth(body, &scope.within(variable, element)),
            };
            match quantifier {
                Quantifier::Any => elements.iter().any(test),
                Quantifier::All => elements.iter().all(test),
            }
        }
        Filter::Literal(_) | Filter::Path(_) | Filter::Call(..) => {
            value(filter, scope) == Datum::Bool(true)
        }
    }
}

fn value<'a>(filter: &'a Filter, scope: &Scope<'a>) -> Datum<'a> {
    match filter {
        Filter::Literal(literal) => literal.into(),
        Filter::Path(path) => scope.at(path),
        Filter::Call(function, arguments) => {
            let arguments: Vec<_> = arguments.iter().map(|a| value(a, scope)).collect();
            call(*function, &arguments).unwrap_or(Datum::Null)
        }
        logical => Datum::Bool(truth(logical, scope)),
    }
}

/// Nothing where an argument is no text.
fn call<'a>(function: Function, arguments: &[Datum<'a>]) -> Option<Datum<'a>> {
    let text = arguments.first()?.text()?;
    let part = || arguments.get(1)?.text();
    Some(match function {
        Function::StartsWith => Datum::Bool(lower(text).starts_with(&*lower(part()?))),
        Function::EndsWith => Datum::Bool(lower(text).ends_with(&*lower(part()?))),
        Function::Contains => Datum::Bool(lower(text).contains(&*lower(part()?))),
        Function::ToLower => Datum::Text(Cow::Owned(text.to_lowercase())),
        Function::ToUpper => Datum::Text(Cow::Owned(text.to_uppercase())),
        Function::Length => Datum::Integer(i64::try_from(text.chars().count()).ok()?),
    })
}

/// In lower case; most texts are it already.
fn lower(text: &str) -> Cow<'_, str> {
    match text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.to_lowercase()),
    }
}
