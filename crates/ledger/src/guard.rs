use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use client::Client;
use clock::SharedClock;
use http::{HeaderValue, Request, Response, StatusCode};
use jiff::SignedDuration;
use model::Version;
use serde_json::{Value, json};
use transport::{
    Attempts, BoxFuture, Outcome, READ_BACK, SharedTransport, Transport, TransportError, describe,
};

use crate::act::{Act, Draft, place};
use crate::find::{EM, Finder, Still};
use crate::{Entry, Kind, Ledger, LedgerError};

/// What a run may do to a tenant.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Nothing is written.
    pub read_only: bool,
    /// Directory roles may be given to users that the run made.
    pub privileged: bool,
    /// Writes at most.
    pub writes: u64,
    /// Objects made at most.
    pub objects: usize,
}

impl Default for Limits {
    /// Four hundred writes and two hundred objects: more than any scenario needs.
    fn default() -> Self {
        Self { read_only: false, privileged: false, writes: 400, objects: 200 }
    }
}

/// Stands before a tenant: writes down what is made before it is made, lets nothing be changed or
/// deleted that the ledger does not say was made here and that does not still match, and looks
/// whether it was made where the answer to its making was lost.
pub struct Guard {
    inner: SharedTransport,
    finder: Finder,
    ledger: Ledger,
    run: String,
    limits: Limits,
    writes: Arc<AtomicU64>,
    clock: SharedClock,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard")
            .field("run", &self.run)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Waits before another look for what may have been made, in seconds: lists lag behind.
const LOOKS: [i64; 5] = [0, 2, 4, 8, 16];
/// How often a request is sent at most whose answers get lost.
const SENDS: usize = 5;

impl Guard {
    /// Requests of the run whose names begin with `run` go to `inner`. What is looked for is looked
    /// for through `looking`, whose calls go to `base`; runs that share `writes` share their budget.
    pub fn new(
        inner: SharedTransport,
        looking: &(SharedTransport, String),
        ledger: Ledger,
        run: &str,
        limits: Limits,
        writes: Arc<AtomicU64>,
        clock: SharedClock,
    ) -> Self {
        let (looking, base) = looking;
        let finder = Finder::new(Client::new(looking.clone(), Version::V1).at(base));
        let run = run.to_owned();
        Self { inner, finder, ledger, run, limits, writes, clock }
    }

    async fn send(&self, request: Request<Bytes>) -> Outcome {
        let act = Act::of(&request);
        if act == Act::Read {
            return self.inner.exchange(request).await;
        }
        let no = |why: String| {
            Err(TransportError::Refused(format!("{}: {why}; nothing was sent", describe(&request))))
        };
        if self.limits.read_only {
            return no("expected reads alone (--read-only), found a write".to_owned());
        }
        if self.writes.fetch_add(1, Ordering::Relaxed) >= self.limits.writes {
            return no(format!(
                "expected {} writes at most, found one more; raise --max-writes if that is right",
                self.limits.writes
            ));
        }
        match act {
            Act::Read => unreachable!("answered above"),
            Act::Make(draft) => match self.may_make(&draft).await {
                Ok(()) => self.make(request, &draft).await,
                Err(why) => no(why),
            },
            Act::TakeOut { catalog, resource } => {
                match self.brought_in(&catalog, &resource).await {
                    Ok(entry) => self.take_out(request, &entry, &resource).await,
                    Err(why) => no(why),
                }
            }
            Act::Delete(kind, id) => match self.own(kind, &id).await {
                Ok(entry) => self.delete(request, &entry, &id).await,
                Err(why) => no(why),
            },
            Act::Purge(id) => {
                let own =
                    |kind| self.ledger.made(kind, &id).or_else(|| self.ledger.deleted(kind, &id));
                match own(Kind::User).or_else(|| own(Kind::Group)) {
                    Some(_) => self.inner.exchange(request).await,
                    None => no(stranger("deleted object", &id)),
                }
            }
            Act::Change(kind, id) => match self.own(kind, &id).await {
                Ok(_) => self.inner.exchange(request).await,
                Err(why) => no(why),
            },
            Act::Unknown => no("expected a write whose object is known, found another".to_owned()),
        }
    }

    /// Whether something may be made: within the limits, and on nothing that is not the run's own.
    async fn may_make(&self, draft: &Draft) -> Result<(), String> {
        if self.ledger.intended(&self.run) >= self.limits.objects {
            return Err(format!(
                "expected {} objects at most, found one more; raise --max-objects if that is right",
                self.limits.objects
            ));
        }
        if draft.kind == Kind::DirectoryRole {
            if !self.limits.privileged {
                return Err("expected no directory role to be given, found one; --allow-privileged allows it for users that the run makes".to_owned());
            }
            let principal = draft.mark("principal").unwrap_or_default();
            return self.own(Kind::User, principal).await.map(drop);
        }
        if draft.kind == Kind::Resource {
            return self.is_not_there_yet(draft).await;
        }
        let (package, assignment) = (draft.mark("package"), draft.mark("assignment"));
        if draft.kind == Kind::Request && package.is_none() && assignment.is_none() {
            return Err("expected a request for a package or an assignment that it names, found one that names none".to_owned());
        }
        if let Some(package) = package {
            self.own(Kind::Package, package).await?;
        }
        match assignment {
            Some(assignment) => self.own_assignment(assignment).await,
            None => Ok(()),
        }
    }

    /// What a catalog has before the run adds it is somebody else's, and would be taken out with what
    /// the run added.
    async fn is_not_there_yet(&self, draft: &Draft) -> Result<(), String> {
        let (catalog, origin) = (draft.mark("catalog"), draft.mark("origin"));
        let (Some(catalog), Some(origin)) = (catalog, origin) else { return Ok(()) };
        let own = self.ledger.open_entries(None).into_iter().any(|entry| {
            entry.kind == Kind::Resource
                && entry.mark("catalog") == catalog
                && entry.mark("origin") == origin
                && entry.deleted.is_empty()
        });
        match self.finder.resource(catalog, origin).await {
            Ok(Some(_)) if !own => Err(format!(
                "expected a resource that the catalog does not have, found {origin} in it; take it out, or name another"
            )),
            Ok(_) => Ok(()),
            Err(error) => Err(format!("expected to read the catalog first: {error}")),
        }
    }

    /// The entry of what was made here and still is what it was.
    async fn own(&self, kind: Kind, id: &str) -> Result<Entry, String> {
        let known = self.ledger.made(kind, id).or_else(|| self.ledger.deleted(kind, id));
        let entry = known.ok_or_else(|| stranger(kind.name(), id))?;
        self.is_unchanged(&entry, id).await?;
        if kind == Kind::RoleScope {
            // It has no name of its own: it is what its package is.
            let package = entry.mark("package");
            let parent = self.ledger.made(Kind::Package, package);
            let parent = parent.or_else(|| self.ledger.deleted(Kind::Package, package));
            let parent = parent.ok_or_else(|| stranger(Kind::Package.name(), package))?;
            self.is_unchanged(&parent, package).await?;
        }
        Ok(entry)
    }

    async fn is_unchanged(&self, entry: &Entry, id: &str) -> Result<(), String> {
        match self.finder.still(entry, id).await {
            Ok(Still::Same | Still::Gone) => Ok(()),
            Ok(Still::Changed(member)) => Err(format!(
                "expected the {} as it was made, found another {member}; somebody has changed it, so it is theirs",
                entry.called()
            )),
            Err(error) => Err(format!("expected to read the {} first: {error}", entry.called())),
        }
    }

    /// Whether an assignment is of a policy that was made here.
    async fn own_assignment(&self, id: &str) -> Result<(), String> {
        let path = format!("{EM}/assignments/{id}?$expand=assignmentPolicy");
        match self.finder.one(&path).await {
            Ok(Some(found)) => {
                let policy = found["assignmentPolicy"]["id"].as_str().unwrap_or_default();
                match self.ledger.made(Kind::Policy, policy) {
                    Some(_) => self.own(Kind::Policy, policy).await.map(drop),
                    None => Err(stranger("assignment", id)),
                }
            }
            // What is not there is nobody's.
            Ok(None) => Ok(()),
            Err(error) => Err(format!("expected to read the assignment {id} first: {error}")),
        }
    }

    /// The entry that brought a resource into a catalog.
    async fn brought_in(&self, catalog: &str, resource: &str) -> Result<Entry, String> {
        let entries = self.ledger.open_entries(None).into_iter();
        let mut entries = entries
            .filter(|entry| entry.kind == Kind::Resource && entry.mark("catalog") == catalog);
        loop {
            let entry = entries.next().ok_or_else(|| stranger("resource", resource))?;
            match self.finder.resource(catalog, entry.mark("origin")).await {
                Ok(Some(found)) if found["id"] == resource => return Ok(entry),
                Ok(_) => {}
                Err(error) => {
                    return Err(format!("expected to read the {} first: {error}", entry.called()));
                }
            }
        }
    }

    async fn make(&self, request: Request<Bytes>, draft: &Draft) -> Outcome {
        let number = kept(self.ledger.intend(&self.run, draft, self.clock.now()))?;
        for sends in 1.. {
            let outcome = self.inner.exchange(request.clone()).await;
            let refused = match fate(&outcome) {
                Fate::Done(body) => {
                    // What has no id is known by its marks.
                    let id = body["id"].as_str().unwrap_or_default();
                    kept(self.ledger.was_made(number, id))?;
                    return outcome;
                }
                // Sent once and refused, it was not carried out.
                Fate::Refused if sends == 1 && attempts(&outcome) == 1 => {
                    kept(self.ledger.was_refused(number))?;
                    return outcome;
                }
                // Sent more than once, it may be refused because it was carried out before.
                Fate::Refused => true,
                Fate::Unknown => false,
            };
            tracing::debug!(method = %request.method(), "whether it was made is not known");
            match self.look(number, &request).await {
                Looked::Found(id, body) => {
                    kept(self.ledger.was_made(number, &id))?;
                    return Ok(answer(StatusCode::CREATED, &body));
                }
                // It is there: it is not sent again, though nobody can say what was answered.
                Looked::Unreadable(id) => {
                    kept(self.ledger.was_made(number, &id))?;
                    return outcome;
                }
                Looked::Absent if refused && sends == 1 => {
                    kept(self.ledger.was_refused(number))?;
                    return outcome;
                }
                Looked::Absent if sends < SENDS => kept(self.ledger.sent_again(number))?,
                // Nobody knows: the entry stays open, and the sweep looks again.
                Looked::Absent | Looked::Unknown => return outcome,
            }
        }
        unreachable!("the loop returns after its last send")
    }

    /// What was made by a request whose answer was lost.
    async fn look(&self, number: usize, request: &Request<Bytes>) -> Looked {
        let entries = self.ledger.open_entries(Some(&self.run));
        let Some(entry) = entries.into_iter().find(|entry| entry.number == number) else {
            return Looked::Unknown;
        };
        let (mut seen, mut unreadable) = (false, None);
        for wait in LOOKS {
            self.clock.wait(SignedDuration::from_secs(wait)).await;
            let Ok(found) = self.finder.candidates(&entry).await else { continue };
            seen = true;
            let known = |id: &str| self.ledger.made(entry.kind, id).is_some();
            let Some(id) = found.into_iter().find(|id| !known(id)) else { continue };
            match self.read_back(&entry, &id, request).await {
                Some(body) => {
                    let id = body["id"].as_str().unwrap_or(&id).to_owned();
                    return Looked::Found(id, body);
                }
                None => unreadable = Some(id),
            }
        }
        match (unreadable, seen) {
            (Some(id), _) => Looked::Unreadable(id),
            (None, true) => Looked::Absent,
            (None, false) => Looked::Unknown,
        }
    }

    /// An object in the version of the request that made it.
    async fn read_back(&self, entry: &Entry, id: &str, request: &Request<Bytes>) -> Option<Value> {
        let (version, path) = path_of(request)?;
        let get = async |path: String| self.finder.on(version, &path).await.ok();
        match entry.kind {
            Kind::Resource => Some(self.request_for(entry, request, "adminAdd").await),
            Kind::RoleScope => {
                let (package, set) = path.rsplit_once('/')?;
                let mut package = get(format!("{package}?$expand={set}")).await?;
                let Value::Array(given) = package[set].take() else { return None };
                given.into_iter().find(|given| given["id"] == id)
            }
            _ => get(format!("{path}/{id}")).await,
        }
    }

    /// Requests for resources have no address of their own: the last one of the kind is it, and where no
    /// list has it, what was sent with the state in which such requests are answered.
    async fn request_for(&self, entry: &Entry, request: &Request<Bytes>, kind: &str) -> Value {
        let found = match path_of(request) {
            Some((version, path)) => {
                self.finder.resource_request(version, path, entry, kind).await.ok().flatten()
            }
            None => None,
        };
        found.unwrap_or_else(|| {
            let sent: Value = serde_json::from_slice(request.body()).unwrap_or_default();
            let own = request.headers().get("client-request-id").and_then(|id| id.to_str().ok());
            json!({
                // Its own is not known; that of the call is an id, and nobody else's.
                "id": own.unwrap_or_default(),
                "requestType": sent["requestType"],
                "state": "delivered",
                "requestState": "Delivered",
            })
        })
    }

    async fn take_out(&self, request: Request<Bytes>, entry: &Entry, resource: &str) -> Outcome {
        let (catalog, origin) = (entry.mark("catalog"), entry.mark("origin"));
        for sends in 1.. {
            let outcome = self.inner.exchange(request.clone()).await;
            match fate(&outcome) {
                Fate::Done(_) => {
                    kept(self.ledger.was_deleted(entry.number, resource))?;
                    return outcome;
                }
                Fate::Refused if sends == 1 && attempts(&outcome) == 1 => return outcome,
                Fate::Refused | Fate::Unknown => {}
            }
            match self.finder.resource(catalog, origin).await {
                Ok(None) => {
                    kept(self.ledger.was_deleted(entry.number, resource))?;
                    let body = self.request_for(entry, &request, "adminRemove").await;
                    return Ok(answer(StatusCode::CREATED, &body));
                }
                Ok(Some(_)) if sends < SENDS => {
                    self.clock.wait(SignedDuration::from_secs(2)).await;
                }
                _ => return outcome,
            }
        }
        unreachable!("the loop returns after its last send")
    }

    async fn delete(&self, request: Request<Bytes>, entry: &Entry, id: &str) -> Outcome {
        let outcome = self.inner.exchange(request).await;
        let missing =
            matches!(&outcome, Ok(response) if response.status() == StatusCode::NOT_FOUND);
        if !missing && !matches!(fate(&outcome), Fate::Done(_)) {
            return outcome;
        }
        // That it is gone is seen later: what was answered may be ahead of what is.
        if entry.ids.iter().any(|known| known.eq_ignore_ascii_case(id)) {
            kept(self.ledger.was_deleted(entry.number, id))?;
        }
        match missing && attempts(&outcome) > 1 {
            // An answer was lost, and the repetition came too late.
            true => Ok(answer(StatusCode::NO_CONTENT, &Value::Null)),
            false => outcome,
        }
    }
}

/// What a look for something came to.
enum Looked {
    /// Its id, and what the tenant says of it in the request's version.
    Found(String, Value),
    /// It is there, and cannot be read.
    Unreadable(String),
    /// It is not there.
    Absent,
    /// Nobody could look.
    Unknown,
}

/// How often a request was sent until this answer.
fn attempts(outcome: &Outcome) -> u32 {
    let told = outcome.as_ref().ok().and_then(|answer| answer.extensions().get::<Attempts>());
    told.map_or(1, |attempts| attempts.0)
}

/// The version of a request, and its path behind that, as it was sent.
fn path_of(request: &Request<Bytes>) -> Option<(Version, &str)> {
    let (version, _) = place(request)?;
    let (_, path) = request.uri().path().split_once(version.segment())?;
    Some((version, path.trim_matches('/')))
}

fn kept<T>(written: Result<T, LedgerError>) -> Result<T, TransportError> {
    written.map_err(|error| TransportError::Refused(error.to_string()))
}

/// What became of a request, as far as its answer says.
enum Fate {
    Done(Value),
    /// It was not carried out.
    Refused,
    Unknown,
}

fn fate(outcome: &Outcome) -> Fate {
    let response = match outcome {
        Ok(response) => response,
        Err(TransportError::Lost { .. }) => return Fate::Unknown,
        Err(_) => return Fate::Refused,
    };
    let status = response.status();
    if status.is_success() {
        return match response.body().is_empty() {
            true => Fate::Done(Value::Null),
            // What came back torn says no more than one that was lost.
            false => serde_json::from_slice(response.body()).map_or(Fate::Unknown, Fate::Done),
        };
    }
    match status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED {
        true => Fate::Unknown,
        false => Fate::Refused,
    }
}

/// An answer in place of one that was lost.
fn answer(status: StatusCode, body: &Value) -> Response<Bytes> {
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let mut response = Response::new(Bytes::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(READ_BACK, HeaderValue::from_static("true"));
    response
}

fn stranger(what: &str, id: &str) -> String {
    format!(
        "expected a {what} that this project made in this tenant, found {id}, of which the ledger does not know"
    )
}

impl Transport for Guard {
    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Outcome> {
        Box::pin(self.send(request))
    }
}
