use odata::{Expand, ExpandItem, Filter, Literal, OrderBy, Path, Query};

use crate::Version;
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
/// [`Inexpressible`] names the first name that `version` does not have, with its option.
pub fn query_from_wire(
    version: Version,
    noun: &Noun,
    query: &Query,
) -> Result<Query, Inexpressible> {
    let rename = |noun: &Noun, name: &str, option: &str| match noun.wire_member(version, name) {
        Some(member) => Ok((member.name().to_owned(), member.below())),
        None if noun.open => Ok((name.to_owned(), None)),
        None => Err(Inexpressible {
            version,
            what: format!("{option} of {name}, which is not in {}", noun.name()),
        }),
    };
    Translator { rename, respell: |_, word| word }.query(noun, query)
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

impl<R, S> Translator<R, S>
where
    R: Fn(&Noun, &str, &str) -> Result<(String, Option<&'static Noun>), Inexpressible>,
    S: Fn(Kind, String) -> String,
{
    fn query(&self, noun: &Noun, query: &Query) -> Result<Query, Inexpressible> {
        let filter = query.filter.clone().map(|filter| self.filter(noun, filter)).transpose()?;
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

    fn expand(&self, noun: &Noun, expand: &Expand) -> Result<Expand, Inexpressible> {
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

    fn path(&self, noun: &Noun, path: &Path, option: &str) -> Result<Path, Inexpressible> {
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

    fn filter(&self, noun: &Noun, filter: Filter) -> Result<Filter, Inexpressible> {
        let respelled = respell(noun, filter, &self.respell);
        respelled.map_paths(&mut |path| self.path(noun, &path, "$filter"))
    }
}

/// Words compared with a member whose spelling differs between the versions.
fn respell(noun: &Noun, filter: Filter, spell: &impl Fn(Kind, String) -> String) -> Filter {
    match filter {
        Filter::Compare(left, op, right) => match (*left, *right) {
            (Filter::Path(path), Filter::Literal(Literal::String(word))) => {
                let kind = kind_at(noun, &path);
                let word = Filter::Literal(Literal::String(spell(kind, word)));
                Filter::Compare(Box::new(Filter::Path(path)), op, Box::new(word))
            }
            (left, right) => Filter::Compare(Box::new(left), op, Box::new(right)),
        },
        Filter::And(left, right) => respell(noun, *left, spell).and(respell(noun, *right, spell)),
        Filter::Or(left, right) => respell(noun, *left, spell).or(respell(noun, *right, spell)),
        Filter::Not(inner) => Filter::Not(Box::new(respell(noun, *inner, spell))),
        other => other,
    }
}

fn kind_at(noun: &Noun, path: &Path) -> Kind {
    let mut at = Some(noun);
    let mut kind = Kind::Plain;
    for segment in &path.0 {
        let Some(member) = at.and_then(|noun| noun.member(segment)) else { return Kind::Plain };
        kind = member.kind;
        at = member.below();
    }
    kind
}
