use odata::{Expand, ExpandItem, Filter, Literal, OrderBy, Path, Query};

use crate::Version;
use crate::dialect::noun::is_undeclared;
use crate::dialect::table::{Kind, Noun};
use crate::dialect::translate::recase_word;
use crate::dialect::{Inexpressible, Member};

/// Puts the canonical options of a request on `noun` into the tongue of `version`.
///
/// # Errors
/// [`Inexpressible`] names the option and the member that the version lacks.
pub fn query_to_wire(version: Version, noun: &Noun, query: &Query) -> Result<Query, Inexpressible> {
    let rename = |noun: &Noun, name: &str, option: &str| match noun.member(name) {
        Some(member) => {
            let wire = member.wire(version).or_else(|| flat_name(version, member));
            let below = member.below();
            wire.map(|wire| (wire.to_owned(), below)).ok_or_else(|| Inexpressible {
                version,
                what: format!("{option} of {}, which is not in {}", member.name(), noun.name()),
            })
        }
        None => Ok((name.to_owned(), None)),
    };
    Translator { rename, respell: |kind, word| spell(version, kind, word) }.query(noun, query)
}

/// Reads the options of a request of `version` on `noun` into canonical names.
///
/// # Errors
/// [`UnknownName`] is the first name that `version` does not have, with its option.
pub fn query_from_wire(version: Version, noun: &Noun, query: &Query) -> Result<Query, UnknownName> {
    let rename = |noun: &Noun, name: &str, option: &str| match noun.wire_member(version, name) {
        Some(member) if !is_undeclared(version, noun, member.name()) => {
            Ok((member.name().to_owned(), member.below()))
        }
        None if noun.open => Ok((name.to_owned(), None)),
        _ => Err(UnknownName {
            option: option.to_owned(),
            name: name.to_owned(),
            of: noun.wire(version).unwrap_or(noun.name()),
        }),
    };
    Translator { rename, respell: |_, word| word }.query(noun, query)
}

/// A name in a query that its version does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{option}: {of} has no '{name}'")]
pub struct UnknownName {
    /// The option, such as `$expand`.
    pub option: String,
    /// The name.
    pub name: String,
    /// The type that lacks it.
    pub of: &'static str,
}

/// `catalog/id` is `catalogId` where beta has only the flat member.
fn flat_name(version: Version, member: &Member) -> Option<&'static str> {
    match (version, member.kind) {
        (Version::Beta, Kind::Reference(_, flat)) => Some(flat),
        _ => None,
    }
}

fn spell(version: Version, kind: Kind, word: String) -> String {
    match (version, kind) {
        (Version::Beta, Kind::Spelled) => recase_word(&word, char::to_ascii_uppercase),
        _ => word,
    }
}

struct Translator<R, S> {
    rename: R,
    respell: S,
}

/// What a translator makes of a name: its other name, and the noun below it.
trait Rename<E>: Fn(&Noun, &str, &str) -> Result<(String, Option<&'static Noun>), E> {}

impl<E, F> Rename<E> for F where
    F: Fn(&Noun, &str, &str) -> Result<(String, Option<&'static Noun>), E>
{
}

impl<R, S> Translator<R, S>
where
    S: Fn(Kind, String) -> String,
{
    fn query<E>(&self, noun: &Noun, query: &Query) -> Result<Query, E>
    where
        R: Rename<E>,
    {
        let scope = Scope { noun, variables: Vec::new() };
        let filter = query.filter.clone().map(|filter| self.filter(&scope, filter)).transpose()?;
        let select = query.select.iter().map(|name| match name.as_str() {
            "*" => Ok("*".to_owned()),
            name => self.path(noun, &Path::new(name), "$select").map(|path| path.to_string()),
        });
        let order_by = query.order_by.iter().map(|key| {
            Ok(OrderBy { path: self.path(noun, &key.path, "$orderby")?, direction: key.direction })
        });
        Ok(Query {
            filter,
            select: select.collect::<Result<_, _>>()?,
            expand: self.expand(noun, &query.expand)?,
            order_by: order_by.collect::<Result<_, _>>()?,
            ..query.clone()
        })
    }

    fn expand<E>(&self, noun: &Noun, expand: &Expand) -> Result<Expand, E>
    where
        R: Rename<E>,
    {
        let items = expand.items.iter().map(|item| {
            let (name, below) = (self.rename)(noun, &item.name, "$expand")?;
            let query = match below {
                Some(below) => self.query(below, &item.query)?,
                None => item.query.clone(),
            };
            Ok(ExpandItem { name, query })
        });
        Ok(Expand { all: expand.all, items: items.collect::<Result<_, _>>()? })
    }

    fn path<E>(&self, noun: &Noun, path: &Path, option: &str) -> Result<Path, E>
    where
        R: Rename<E>,
    {
        let mut at = Some(noun);
        let mut segments = Vec::new();
        for segment in &path.0 {
            let Some(noun) = at else {
                segments.push(segment.clone());
                continue;
            };
            let (name, below) = (self.rename)(noun, segment, option)?;
            let flattened = below.is_some() && noun.flattened(&name).is_some();
            segments.push(name);
            at = below;
            if flattened {
                // `catalog/id` has become `catalogId`: the rest of the path is in the name.
                break;
            }
        }
        Ok(Path(segments))
    }

    fn filter<E>(&self, scope: &Scope<'_>, filter: Filter) -> Result<Filter, E>
    where
        R: Rename<E>,
    {
        let boxed = |inner: Filter| self.filter(scope, inner).map(Box::new);
        Ok(match filter {
            Filter::Literal(_) => filter,
            Filter::Path(path) => Filter::Path(self.scoped(scope, &path)?),
            Filter::Compare(left, op, right) => {
                let (left, right) = self.respelled(scope, *left, *right);
                Filter::Compare(boxed(left)?, op, boxed(right)?)
            }
            Filter::In(value, literals) => {
                let kind = scope.kind_of(&value);
                let literals = literals.into_iter().map(|literal| self.spelled(kind, literal));
                Filter::In(boxed(*value)?, literals.collect())
            }
            Filter::And(left, right) => Filter::And(boxed(*left)?, boxed(*right)?),
            Filter::Or(left, right) => Filter::Or(boxed(*left)?, boxed(*right)?),
            Filter::Not(inner) => Filter::Not(boxed(*inner)?),
            Filter::Call(function, arguments) => Filter::Call(
                function,
                arguments.into_iter().map(|a| self.filter(scope, a)).collect::<Result<_, _>>()?,
            ),
            Filter::Quantified(path, quantifier, body) => {
                let below = self.below(scope, &path);
                let body = body
                    .map(|(variable, body)| {
                        let inner = scope.within(&variable, below);
                        let body = self.filter(&inner, *body)?;
                        Ok((variable, Box::new(body)))
                    })
                    .transpose()?;
                Filter::Quantified(self.scoped(scope, &path)?, quantifier, body)
            }
        })
    }

    /// The noun of what a path leads to, where it is known.
    fn below<E>(&self, scope: &Scope<'_>, path: &Path) -> Option<&'static Noun>
    where
        R: Rename<E>,
    {
        let rename = |noun: &Noun, name: &String| (self.rename)(noun, name, "$filter").ok()?.1;
        let (start, rest) = match scope.of_variable(path) {
            Some((_, noun, rest)) => (noun, rest),
            None => {
                let (first, rest) = path.0.split_first()?;
                (rename(scope.noun, first), rest)
            }
        };
        rest.iter().try_fold(start?, rename)
    }

    /// A path, which in a lambda may start with the lambda's variable.
    fn scoped<E>(&self, scope: &Scope<'_>, path: &Path) -> Result<Path, E>
    where
        R: Rename<E>,
    {
        match scope.of_variable(path) {
            None => self.path(scope.noun, path, "$filter"),
            Some((first, None, rest)) => Ok(Path([std::slice::from_ref(first), rest].concat())),
            Some((first, Some(noun), rest)) => {
                let rest = self.path(noun, &Path(rest.to_vec()), "$filter")?;
                Ok(Path([vec![first.clone()], rest.0].concat()))
            }
        }
    }

    /// Words compared with a member whose spelling differs between the versions.
    fn respelled(&self, scope: &Scope<'_>, left: Filter, right: Filter) -> (Filter, Filter) {
        match (left, right) {
            (left, Filter::Literal(literal)) => {
                let literal = self.spelled(scope.kind_of(&left), literal);
                (left, Filter::Literal(literal))
            }
            (Filter::Literal(literal), right) => {
                let literal = self.spelled(scope.kind_of(&right), literal);
                (Filter::Literal(literal), right)
            }
            both => both,
        }
    }

    fn spelled(&self, kind: Kind, literal: Literal) -> Literal {
        match literal {
            Literal::String(word) => Literal::String((self.respell)(kind, word)),
            other => other,
        }
    }
}

/// What names of a filter belong to.
#[derive(Clone)]
struct Scope<'a> {
    noun: &'a Noun,
    /// Variables of lambdas, the innermost last, and the noun of the elements where it is known.
    variables: Vec<(&'a str, Option<&'static Noun>)>,
}

impl<'a> Scope<'a> {
    fn within(&self, variable: &'a str, noun: Option<&'static Noun>) -> Self {
        let mut inner = self.clone();
        inner.variables.push((variable, noun));
        inner
    }

    fn of_variable<'p>(
        &self,
        path: &'p Path,
    ) -> Option<(&'p String, Option<&'static Noun>, &'p [String])> {
        let (first, rest) = path.0.split_first()?;
        let (_, noun) = self.variables.iter().rev().find(|(variable, _)| variable == first)?;
        Some((first, *noun, rest))
    }

    fn kind_of(&self, filter: &Filter) -> Kind {
        let Filter::Path(path) = filter else { return Kind::Plain };
        match self.of_variable(path) {
            Some((_, Some(noun), rest)) => kind_at(noun, rest),
            Some((_, None, _)) => Kind::Plain,
            None => kind_at(self.noun, &path.0),
        }
    }
}

fn kind_at(noun: &Noun, path: &[String]) -> Kind {
    let mut at = Some(noun);
    let mut kind = Kind::Plain;
    for segment in path {
        let Some(member) = at.and_then(|noun| noun.member(segment)) else { return Kind::Plain };
        kind = member.kind;
        at = member.below();
    }
    kind
}
