use client::{Client, Error};
use clock::SharedClock;
use http::Method;
use jiff::SignedDuration;
use model::Version;
use serde_json::json;
use transport::SharedTransport;

use crate::find::{EM, Finder, Still, came_after, deletion_path, own_path};
use crate::{Entry, Kind, Ledger, LedgerError};

/// Between two looks at what is on its way.
const BETWEEN: SignedDuration = SignedDuration::from_secs(2);
/// After so long every replica has what was made (directory replication: up to two minutes).
const LAG: SignedDuration = SignedDuration::from_mins(3);
/// Between two looks for what may not be everywhere yet.
const BETWEEN_LOOKS: SignedDuration = SignedDuration::from_secs(10);
/// How long what is on its way is waited for (deliveries: 10 to 60 s, seen up to minutes).
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// How often what is stuck is tried.
const ROUNDS: usize = 3;

/// Takes away what a ledger says may still be there, last made first.
pub struct Sweep {
    /// Its calls go through the guard, which writes down what is gone.
    client: Client,
    finder: Finder,
    ledger: Ledger,
    clock: SharedClock,
}

impl std::fmt::Debug for Sweep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sweep(…)")
    }
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Swept {
    /// It was never made, or is gone already.
    NotThere,
    /// It was taken away.
    Gone,
    /// It is still there, and why.
    Left(String),
}

/// Why an entry could not be taken away.
enum Stuck {
    /// In words of ours.
    Because(String),
    /// The tenant refused, or was not reached.
    Refused(Error),
    /// The ledger does not take it.
    Ledger(LedgerError),
}

impl From<Error> for Stuck {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<LedgerError> for Stuck {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl Sweep {
    /// Calls go to `base`: writes through `guarded`, a [`crate::Guard`] of the same ledger, and looks
    /// through `looking`.
    pub fn new(
        guarded: SharedTransport,
        looking: SharedTransport,
        base: &str,
        ledger: Ledger,
        clock: SharedClock,
    ) -> Self {
        let client = |transport| Client::new(transport, Version::V1).at(base);
        Self { client: client(guarded), finder: Finder::new(client(looking)), ledger, clock }
    }

    /// What may still be there, of one run or of all, in the order in which it is taken away.
    pub fn plan(&self, run: Option<&str>) -> Vec<Entry> {
        let mut entries = self.ledger.open_entries(run);
        entries.reverse();
        entries
    }

    /// Takes away all of a plan: what is stuck is tried again when the rest is gone. What is left, and
    /// why.
    pub async fn run(&self, run: Option<&str>) -> Vec<(Entry, String)> {
        let mut left = Vec::new();
        for _ in 0..ROUNDS {
            left.clear();
            for entry in self.plan(run) {
                if let Swept::Left(why) = self.take_away(&entry).await {
                    left.push((entry, why));
                }
            }
            if left.is_empty() {
                break;
            }
        }
        left
    }

    /// Takes an entry away and proves that it is gone. Later ones of the plan rest on earlier ones.
    pub async fn take_away(&self, entry: &Entry) -> Swept {
        // A step that went before may have taken it along.
        let open = self.ledger.open_entries(Some(&entry.run));
        let Some(entry) = open.into_iter().find(|open| open.number == entry.number) else {
            return Swept::NotThere;
        };
        match self.taken(&entry).await {
            Ok(swept) => swept,
            Err(Stuck::Because(why)) => Swept::Left(why),
            Err(Stuck::Refused(error)) => Swept::Left(error.to_string()),
            Err(Stuck::Ledger(error)) => Swept::Left(error.to_string()),
        }
    }

    async fn taken(&self, entry: &Entry) -> Result<Swept, Stuck> {
        if entry.kind == Kind::Resource {
            return self.out_of_the_catalog(entry).await;
        }
        let mut ids = entry.ids.clone();
        // Sent more than once, it may have been made more than once.
        if (ids.is_empty() && entry.deleted.is_empty()) || entry.sends > 1 {
            ids.extend(self.unknown(entry).await?);
        }
        for id in &ids {
            // Known from now on, so that the guard lets it go.
            self.ledger.was_made(entry.number, id)?;
        }
        let mut swept = Swept::NotThere;
        for id in &ids {
            if self.deleted(entry, id).await? {
                swept = Swept::Gone;
            }
        }
        for id in ids.iter().chain(&entry.deleted) {
            self.is_seen_gone(entry, id).await?;
        }
        self.ledger.is_gone(entry.number)?;
        Ok(swept)
    }

    /// Whether something was made so lately that not every replica has it.
    fn is_young(&self, entry: &Entry) -> bool {
        self.clock.now().duration_since(entry.at) < LAG
    }

    /// The ids of what was made by a request whose answer nobody got.
    async fn unknown(&self, entry: &Entry) -> Result<Vec<String>, Stuck> {
        let found = loop {
            let mut found = match self.finder.candidates(entry).await {
                Ok(found) => found,
                // Its parent is gone, and it with it.
                Err(error) if error.is_not_found() => Vec::new(),
                Err(error) => return Err(error.into()),
            };
            found.retain(|id| self.ledger.made(entry.kind, id).is_none());
            if !found.is_empty() || !self.is_young(entry) {
                break found;
            }
            self.clock.wait(BETWEEN_LOOKS).await;
        };
        let most = entry.sends - entry.ids.len().min(entry.sends);
        match found.len() <= most {
            true => Ok(found),
            false => Err(Stuck::Because(format!(
                "expected {most} at most, found {} that look like it: {}; look at them and take away by hand what is the run's own",
                found.len(),
                found.join(", ")
            ))),
        }
    }

    /// What became of an object; that it is not there is believed when every replica must know it.
    async fn still(&self, entry: &Entry, id: &str) -> Result<Still, Stuck> {
        loop {
            match self.finder.still(entry, id).await? {
                Still::Gone if self.is_young(entry) => self.clock.wait(BETWEEN_LOOKS).await,
                still => return Ok(still),
            }
        }
    }

    /// Deletes an object; whether it was there.
    async fn deleted(&self, entry: &Entry, id: &str) -> Result<bool, Stuck> {
        let package = entry.mark("package");
        if entry.kind == Kind::RoleScope && self.ledger.made(Kind::Package, package).is_none() {
            // It went with its package.
            return Ok(false);
        }
        match self.still(entry, id).await? {
            Still::Gone => return Ok(false),
            Still::Changed(member) => {
                return Err(Stuck::Because(format!(
                    "it has another {member} than it was made with: somebody has changed it, so it is theirs"
                )));
            }
            Still::Same => {}
        }
        match entry.kind {
            Kind::Request => self.settled(id).await?,
            Kind::Policy => self.without_access(id).await?,
            _ => {}
        }
        let path = deletion_path(entry, id).unwrap_or_default();
        match self.client.raw(Method::DELETE, &path, None).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits until what was deleted is seen to be gone, and cannot be restored either.
    async fn is_seen_gone(&self, entry: &Entry, id: &str) -> Result<(), Stuck> {
        if let Some(path) = own_path(entry, id) {
            self.until(|| async { Ok(self.finder.one(&path).await?.is_none()) }).await?;
        }
        // Users stay where they can be restored, and groups of some kinds.
        let comes_within = match entry.kind {
            Kind::User => SignedDuration::from_secs(60),
            Kind::Group => SignedDuration::from_secs(10),
            _ => return Ok(()),
        };
        let path = format!("directory/deletedItems/{id}");
        let began = self.clock.now();
        while self.finder.one(&path).await?.is_none() {
            if self.clock.now().duration_since(began) >= comes_within {
                return Ok(());
            }
            self.clock.wait(BETWEEN).await;
        }
        self.client.raw(Method::DELETE, &path, None).send().await?;
        self.until(|| async { Ok(self.finder.one(&path).await?.is_none()) }).await
    }

    /// A request can be deleted when it is over.
    async fn settled(&self, id: &str) -> Result<(), Stuck> {
        let path = format!("{EM}/assignmentRequests/{id}");
        self.until(|| async {
            let request = self.finder.one(&path).await?;
            let state = request.as_ref().and_then(|request| request["state"].as_str());
            Ok(!state.is_some_and(|state| ON_ITS_WAY.contains(&state)))
        })
        .await
    }

    /// Neither policy nor package can go while anybody has access.
    async fn without_access(&self, policy: &str) -> Result<(), Stuck> {
        // Whatever was asked for may still become access.
        let requests = self.ledger.open_entries(None).into_iter();
        let requests =
            requests.filter(|entry| entry.kind == Kind::Request && entry.mark("policy") == policy);
        for id in requests.flat_map(|request| request.ids) {
            self.settled(&id).await?;
        }
        for assignment in self.finder.live_assignments(policy).await? {
            let Some(id) = assignment["id"].as_str() else { continue };
            let body = json!({"requestType": "adminRemove", "assignment": {"id": id}});
            let path = format!("{EM}/assignmentRequests");
            match self.client.raw(Method::POST, &path, Some(body)).send().await {
                Ok(_) => {}
                // Somebody has asked for it before.
                Err(error) if error.is_done_already() => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.until(|| async { Ok(self.finder.live_assignments(policy).await?.is_empty()) }).await?;
        // The requests that this took are the ledger's, too, and as little is left of them.
        let own = |entry: &Entry| {
            entry.kind == Kind::Request && entry.mark("type").eq_ignore_ascii_case("adminRemove")
        };
        for entry in self.ledger.open_entries(None).into_iter().filter(own) {
            for id in &entry.ids {
                self.settled(id).await?;
                let path = format!("{EM}/assignmentRequests/{id}");
                match self.client.raw(Method::DELETE, &path, None).send().await {
                    Ok(_) => {}
                    Err(error) if error.is_not_found() => {}
                    Err(error) => return Err(error.into()),
                }
            }
            for id in entry.ids.iter().chain(&entry.deleted) {
                self.is_seen_gone(&entry, id).await?;
            }
            if !entry.ids.is_empty() || !entry.deleted.is_empty() {
                self.ledger.is_gone(entry.number)?;
            }
        }
        Ok(())
    }

    async fn out_of_the_catalog(&self, entry: &Entry) -> Result<Swept, Stuck> {
        let (catalog, origin) = (entry.mark("catalog"), entry.mark("origin"));
        let found = loop {
            let found = match self.finder.resource(catalog, origin).await {
                Ok(found) => found,
                Err(error) if error.is_not_found() => None,
                Err(error) => return Err(error.into()),
            };
            // What is deleted already need not be waited for.
            if found.is_some() || !self.is_young(entry) || !entry.deleted.is_empty() {
                break found;
            }
            self.clock.wait(BETWEEN_LOOKS).await;
        };
        // What was there before it was asked for is somebody else's.
        let found = found.filter(|resource| came_after(entry, resource));
        let Some(resource) = found else {
            self.ledger.is_gone(entry.number)?;
            return Ok(Swept::NotThere);
        };
        let body = json!({
            "requestType": "adminRemove",
            "catalog": {"id": catalog},
            "resource": {"id": resource["id"]},
        });
        let path = format!("{EM}/resourceRequests");
        self.client.raw(Method::POST, &path, Some(body)).send().await?;
        self.until(|| async { Ok(self.finder.resource(catalog, origin).await?.is_none()) }).await?;
        self.ledger.is_gone(entry.number)?;
        Ok(Swept::Gone)
    }

    async fn until<F>(&self, reached: impl Fn() -> F) -> Result<(), Stuck>
    where
        F: Future<Output = Result<bool, Error>>,
    {
        let began = self.clock.now();
        while !reached().await? {
            if self.clock.now().duration_since(began) > PATIENCE {
                return Err(Stuck::Because(format!(
                    "it was not over within {} minutes; sweep again later",
                    PATIENCE.as_mins()
                )));
            }
            self.clock.wait(BETWEEN).await;
        }
        Ok(())
    }
}

/// States of a request that something still follows from, in v1.0's words.
const ON_ITS_WAY: [&str; 4] = ["submitted", "accepted", "delivering", "pendingNotBefore"];
