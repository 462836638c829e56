use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value;

use crate::lexer::is_guid;
use crate::{Comparison, Literal};

/// A value of a row, as far as it is compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum<'a> {
    /// Null, or not there.
    Null,
    /// A truth.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// A text, an id, a word or a time.
    Text(Cow<'a, str>),
    /// A list or an object.
    Json(&'a Value),
}

/// Something whose values a filter can ask for, without being made into JSON first.
pub trait Record {
    /// The value at `path`, names compared without regard to case; [`Datum::Null`] where absent.
    fn datum(&self, path: &[String]) -> Datum<'_>;
}

impl Record for Value {
    fn datum(&self, path: &[String]) -> Datum<'_> {
        crate::value_at(self, path).into()
    }
}

impl<'a> From<&'a Value> for Datum<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Number(number) => match number.as_i64() {
                Some(whole) => Self::Integer(whole),
                None => number.as_f64().map_or(Self::Null, Self::Float),
            },
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Array(_) | Value::Object(_) => Self::Json(value),
        }
    }
}

impl<'a> From<&'a str> for Datum<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a Literal> for Datum<'a> {
    fn from(literal: &'a Literal) -> Self {
        match literal {
            Literal::Null => Self::Null,
            Literal::Bool(value) => Self::Bool(*value),
            Literal::Number(text) => {
                let whole = text.parse().map(Self::Integer);
                whole.or_else(|_| text.parse().map(Self::Float)).unwrap_or(Self::Null)
            }
            Literal::String(text) | Literal::Guid(text) | Literal::DateTime(text) => {
                Self::from(text.as_str())
            }
        }
    }
}

impl Datum<'_> {
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether a comparison holds. Of values that have no common order only `ne` does, and of null
    /// none but `eq` and `ne`.
    pub(crate) fn compares(&self, op: Comparison, right: &Self) -> bool {
        if matches!((self, right), (Self::Null, Self::Null)) {
            return op == Comparison::Eq;
        }
        let Some(ordering) = self.ordering(right) else { return op == Comparison::Ne };
        match op {
            Comparison::Eq => ordering.is_eq(),
            Comparison::Ne => ordering.is_ne(),
            Comparison::Gt => ordering.is_gt(),
            Comparison::Ge => ordering.is_ge(),
            Comparison::Lt => ordering.is_lt(),
            Comparison::Le => ordering.is_le(),
        }
    }

    fn ordering(&self, right: &Self) -> Option<Ordering> {
        match (self, right) {
            (Self::Bool(l), Self::Bool(r)) => Some(l.cmp(r)),
            (Self::Integer(l), Self::Integer(r)) => Some(l.cmp(r)),
            (Self::Integer(_) | Self::Float(_), Self::Integer(_) | Self::Float(_)) => {
                self.float()?.partial_cmp(&right.float()?)
            }
            (Self::Text(l), Self::Text(r)) => Some(texts(l, r)),
            _ => None,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "an integer beside a float is compared as one")]
    fn float(&self) -> Option<f64> {
        match self {
            Self::Integer(whole) => Some(*whole as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// A place among values of any kind: nulls first, as in OData.
    pub(crate) fn rank(&self, right: &Self) -> Ordering {
        let kind = |datum: &Self| match datum {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Integer(_) | Self::Float(_) => 2,
            Self::Text(_) => 3,
            Self::Json(_) => 4,
        };
        self.ordering(right).unwrap_or_else(|| kind(self).cmp(&kind(right)))
    }
}

/// Times are compared as times, all else without regard to case.
fn texts(left: &str, right: &str) -> Ordering {
    if let (Some(left), Some(right)) = (instant(left), instant(right)) {
        return left.cmp(&right);
    }
    if left.is_ascii() && right.is_ascii() {
        let lower = |byte: u8| byte.to_ascii_lowercase();
        return left.bytes().map(lower).cmp(right.bytes().map(lower));
    }
    left.to_lowercase().cmp(&right.to_lowercase())
}

fn instant(text: &str) -> Option<jiff::Timestamp> {
    // A year and a dash; a guid has its first dash later.
    let bytes = text.as_bytes();
    if bytes.len() < 10 || !bytes[0].is_ascii_digit() || bytes[4] != b'-' || is_guid(text) {
        return None;
    }
    let timestamp = text.parse().ok();
    timestamp.or_else(|| {
        let date: jiff::civil::Date = (text.len() == 10).then(|| text.parse().ok()).flatten()?;
        Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })
}
