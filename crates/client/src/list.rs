use std::sync::Arc;

use futures_util::stream::{self, Stream, TryStreamExt};
use http::Method;
use model::{Entity, Version};
use odata::{Expand, Field, Filter, OrderBy, Path, Query};
use serde::Deserialize;
use serde_json::Value;

use crate::call::{Call, decode, decode_entity, list_target, on_base};
use crate::error::{Error, ErrorKind};
use crate::{Client, Place};

/// A list not yet asked for.
#[derive(Debug, Clone)]
#[must_use = "a list does nothing until it is sent"]
pub struct List<R> {
    client: Client,
    place: Place,
    query: Query,
    of: std::marker::PhantomData<fn() -> R>,
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<R> {
    /// The entities.
    pub items: Vec<R>,
    /// Where the next page is.
    pub next: Option<String>,
}

#[derive(Deserialize)]
struct Envelope {
    value: Vec<Value>,
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
}

impl<R: Entity + 'static> List<R> {
    pub(crate) fn new(client: &Client, place: Place) -> Self {
        let (client, query) = (client.clone(), Query::default());
        Self { client, place, query, of: std::marker::PhantomData }
    }

    /// Only those that pass; a second filter narrows the first.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.query.filter = Some(match self.query.filter.take() {
            Some(known) => known.and(filter),
            None => filter,
        });
        self
    }

    /// With what the navigations lead to; a second call expands more.
    pub fn expand<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.query.expand.items.extend(Expand::of(names).items);
        self
    }

    /// Only these properties, and the id.
    pub fn select<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.query.select = ["id"].into_iter().chain(names).map(str::to_owned).collect();
        self
    }

    /// Smallest first.
    pub fn order_by(mut self, field: Field) -> Self {
        let path = Path::new(field.path());
        self.query.order_by.push(OrderBy { path, direction: odata::Direction::Ascending });
        self
    }

    /// Largest first.
    pub fn order_by_descending(mut self, field: Field) -> Self {
        let path = Path::new(field.path());
        self.query.order_by.push(OrderBy { path, direction: odata::Direction::Descending });
        self
    }

    /// So many at most in a page.
    pub fn top(mut self, count: usize) -> Self {
        self.query.top = Some(count);
        self
    }

    /// The first page.
    pub fn page(&self) -> Call<Page<R>> {
        let target = list_target::<R>(&self.client, &self.place, &self.query);
        Call::new(&self.client, Method::GET, target, None, Arc::new(read_page))
    }

    /// The entities of the first page.
    pub fn items(&self) -> Call<Vec<R>> {
        self.page().then(|_, page| Ok(page.items))
    }

    /// The one entity that passes; none or several is an error.
    pub fn one(&self) -> Call<R> {
        self.page().then(|what, page| {
            let more = if page.next.is_some() { " and another page" } else { "" };
            let found = page.items.len();
            match (page.items.into_iter().next(), found, more) {
                (Some(one), 1, "") => Ok(one),
                _ => {
                    let message = format!(
                        "expected exactly one {}, found {found}{more}; is the filter right, are there leftovers?",
                        R::NOUN.name()
                    );
                    Err(Error::new(ErrorKind::Count, what, message))
                }
            }
        })
    }

    /// The first entity that passes, if any does.
    pub fn first(&self) -> Call<Option<R>> {
        self.page().then(|_, page| Ok(page.items.into_iter().next()))
    }

    /// All entities, page by page as they are needed.
    pub fn stream(&self) -> impl Stream<Item = Result<R, Error>> + use<R> {
        let pages = stream::try_unfold(Some(self.page()), |call| async move {
            let Some(call) = call else { return Ok(None) };
            let page = call.send().await?;
            let next = page.next.map(|link| next_page(&call, &link)).transpose()?;
            Ok::<_, Error>(Some((stream::iter(page.items.into_iter().map(Ok)), next)))
        });
        pages.try_flatten()
    }
}

fn read_page<R: Entity>(call: &Call<Page<R>>, value: Value) -> Result<Page<R>, Error> {
    let (what, version) = (|| call.describe(), call.version());
    let envelope: Envelope = decode(&what, value)?;
    let items = envelope.value.iter().enumerate();
    let items = items.map(|(index, item)| item_of(version, &what, item, index));
    Ok(Page { items: items.collect::<Result<_, _>>()?, next: envelope.next })
}

fn item_of<R: Entity>(
    version: Version,
    what: &dyn Fn() -> String,
    item: &Value,
    index: usize,
) -> Result<R, Error> {
    decode_entity(version, what, item, &|| format!("/value/{index}"))
}

/// A link is followed only on the host that was called: the token goes nowhere else.
fn next_page<R: Entity + 'static>(
    call: &Call<Page<R>>,
    link: &str,
) -> Result<Call<Page<R>>, Error> {
    let client = call.client();
    let path = on_base(client, link).ok_or_else(|| {
        let message = format!("the next page is not on {}; it is not followed", client.base);
        Error::new(ErrorKind::Unreadable, &call.describe(), message)
    })?;
    Ok(Call::new(client, Method::GET, Ok(path), None, Arc::new(read_page)))
}
