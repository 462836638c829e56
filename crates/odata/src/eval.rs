use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::lexer::is_guid;
use crate::{Comparison, Direction, Filter, Function, Literal, OrderBy, Path, Quantifier};

/// Whether `row` passes `filter`.
///
/// Property names and texts are compared without regard to case: Graph clients in the field
/// filter on `DisplayName`, `target/objectid` and `state eq 'Delivered'`, and are served. A
/// comparison of values that have no common order is false, as is every `gt ge lt le` with null.
pub fn matches(filter: &Filter, row: &Value) -> bool {
    truth(filter, &Scope { row, variables: Vec::new() })
}

/// The value at `path` within `row`, names compared without regard to case; null where absent.
pub fn value_at<'a>(row: &'a Value, path: &[String]) -> &'a Value {
    path.iter().fold(row, |value, name| member(value, name).unwrap_or(&Value::Null))
}

/// How two rows stand to each other under an `$orderby`; nulls come first, as in OData.
pub fn compare_rows(order_by: &[OrderBy], left: &Value, right: &Value) -> Ordering {
    order_by
        .iter()
        .map(|key| {
            let ordering = rank(value_at(left, &key.path.0), value_at(right, &key.path.0));
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
    row: &'a Value,
    /// Variables of lambdas with their values, the innermost last.
    variables: Vec<(&'a str, &'a Value)>,
}

impl<'a> Scope<'a> {
    fn at(&self, path: &Path) -> &'a Value {
        let Some((first, rest)) = path.0.split_first() else { return self.row };
        match self.variables.iter().rev().find(|(variable, _)| variable == first) {
            Some((_, value)) => value_at(value, rest),
            None if first == "$it" => value_at(self.row, rest),
            None => value_at(self.row, &path.0),
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
        Filter::Compare(left, op, right) => compare(&value(left, scope), *op, &value(right, scope)),
        Filter::In(inner, literals) => {
            let inner = value(inner, scope);
            literals.iter().any(|l| compare(&inner, Comparison::Eq, &literal(l)))
        }
        Filter::Quantified(path, quantifier, body) => {
            let elements = scope.at(path).as_array().map(Vec::as_slice).unwrap_or_default();
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
            value(filter, scope) == Value::Bool(true)
        }
    }
}

fn value<'a>(filter: &'a Filter, scope: &Scope<'a>) -> Value {
    match filter {
        Filter::Literal(l) => literal(l),
        Filter::Path(path) => scope.at(path).clone(),
        Filter::Call(function, arguments) => {
            let arguments: Vec<_> = arguments.iter().map(|a| value(a, scope)).collect();
            call(*function, &arguments)
        }
        logical => Value::Bool(truth(logical, scope)),
    }
}

fn literal(literal: &Literal) -> Value {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Number(text) => text
            .parse::<i64>()
            .map(Value::from)
            .or_else(|_| text.parse::<f64>().map(Value::from))
            .unwrap_or(Value::Null),
        Literal::String(text) | Literal::Guid(text) | Literal::DateTime(text) => {
            Value::String(text.clone())
        }
    }
}

fn call(function: Function, arguments: &[Value]) -> Value {
    let texts: Option<Vec<String>> =
        arguments.iter().map(|a| a.as_str().map(str::to_lowercase)).collect();
    let Some(texts) = texts else { return Value::Null };
    match (function, texts.as_slice(), arguments) {
        (Function::StartsWith, [text, part], _) => Value::Bool(text.starts_with(part.as_str())),
        (Function::EndsWith, [text, part], _) => Value::Bool(text.ends_with(part.as_str())),
        (Function::Contains, [text, part], _) => Value::Bool(text.contains(part.as_str())),
        (Function::ToLower, [text], _) => Value::String(text.clone()),
        (Function::ToUpper, [text], _) => Value::String(text.to_uppercase()),
        (Function::Length, _, [Value::String(text)]) => Value::from(text.chars().count()),
        _ => Value::Null,
    }
}

fn compare(left: &Value, op: Comparison, right: &Value) -> bool {
    if left.is_null() || right.is_null() {
        let both = left.is_null() && right.is_null();
        return match op {
            Comparison::Eq => both,
            Comparison::Ne => !both,
            _ => false,
        };
    }
    let Some(ordering) = ordering(left, right) else { return op == Comparison::Ne };
    match op {
        Comparison::Eq => ordering.is_eq(),
        Comparison::Ne => ordering.is_ne(),
        Comparison::Gt => ordering.is_gt(),
        Comparison::Ge => ordering.is_ge(),
        Comparison::Lt => ordering.is_lt(),
        Comparison::Le => ordering.is_le(),
    }
}

fn ordering(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Bool(l), Value::Bool(r)) => Some(l.cmp(r)),
        (Value::Number(l), Value::Number(r)) => match (l.as_i64(), r.as_i64()) {
            (Some(l), Some(r)) => Some(l.cmp(&r)),
            _ => l.as_f64()?.partial_cmp(&r.as_f64()?),
        },
        (Value::String(l), Value::String(r)) => Some(texts(l, r)),
        _ => None,
    }
}

fn texts(left: &str, right: &str) -> Ordering {
    if !is_guid(left)
        && let (Some(left), Some(right)) = (instant(left), instant(right))
    {
        return left.cmp(&right);
    }
    left.to_lowercase().cmp(&right.to_lowercase())
}

fn instant(text: &str) -> Option<jiff::Timestamp> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let timestamp = text.parse().ok();
    timestamp.or_else(|| {
        let date: jiff::civil::Date = (text.len() == 10).then(|| text.parse().ok()).flatten()?;
        Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })
}

fn rank(left: &Value, right: &Value) -> Ordering {
    let kind = |value: &Value| match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) | Value::Object(_) => 4,
    };
    ordering(left, right).unwrap_or_else(|| kind(left).cmp(&kind(right)))
}
