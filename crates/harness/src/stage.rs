use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::sync::{Arc, Mutex, PoisonError};

use client::{Call, Client, ErrorKind, Patience};
use jiff::{SignedDuration, ToSpan};
use model::{UserId, Version};
use transport::SharedTransport;

use crate::checked::Checked;
use crate::debt::{Debt, Owed, Waiter};
use crate::event::Event;
use crate::neutral::Neutral;
use crate::run::{Failure, Run, Shared, state_word};
use crate::seeded::Seeded;
use crate::setup::Setup;
use crate::trace::{Entry, Verdict};

/// Where a scenario is played. Its words are all that a scenario needs.
pub struct Stage {
    shared: Arc<Shared>,
    administrator: Client,
    requestor: Option<Client>,
    seeded: Arc<Seeded>,
    patience: Patience,
    given: BTreeMap<String, String>,
    debts: Mutex<Vec<Owed>>,
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage")
            .field("scenario", &self.shared.scenario)
            .field("api", &self.shared.api)
            .finish_non_exhaustive()
    }
}

impl Stage {
    /// A stage on which nothing was played yet.
    pub fn new(setup: Setup) -> Self {
        let seeded = Arc::new(Seeded::new(setup.seed, setup.secret_seed));
        let neutral = Neutral {
            base: setup.base.clone(),
            prefix: seeded.prefix(),
            given: longest_first(&setup.given),
            adopted: Vec::new(),
        };
        let shared = Arc::new(Shared::new(
            &setup.scenario,
            setup.api,
            setup.clock,
            setup.observer,
            setup.wire,
            neutral,
        ));
        let client = |inner: SharedTransport, identity: &'static str| {
            let checked = Checked { inner, identity, shared: shared.clone() };
            let ids = seeded.clone();
            Client::new(Arc::new(checked), Version::V1)
                .at(&setup.base)
                .with_request_ids(move || ids.request_id())
        };
        Self {
            administrator: client(setup.administrator, "administrator"),
            requestor: setup.requestor.map(|inner| client(inner, "requestor")),
            shared,
            seeded,
            patience: setup.patience,
            given: setup.given,
            debts: Mutex::new(Vec::new()),
        }
    }

    /// The administrator, for a step that the document makes on `documented`.
    pub fn admin(&self, documented: Version) -> Client {
        self.administrator.on(self.shared.api.version(documented))
    }

    /// The requestor, for a step that the document makes on `documented`; `None` where no user can
    /// sign in who asks for access themselves.
    pub fn requestor(&self, documented: Version) -> Option<Client> {
        let requestor = self.requestor.as_ref()?;
        Some(requestor.on(self.shared.api.version(documented)))
    }

    /// `name` with the run's prefix, so that what the run makes is known as its own.
    pub fn named(&self, name: &str) -> String {
        format!("{} {name}", self.seeded.prefix())
    }

    /// `name` with the run's prefix, without a blank: for nicknames.
    pub fn nickname(&self, name: &str) -> String {
        format!("{}{name}", self.seeded.prefix())
    }

    /// A fresh password; it is hidden wherever the run is kept.
    pub fn password(&self) -> String {
        self.seeded.password()
    }

    /// What the tenant provides under that name, if it does.
    pub fn given(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(String::as_str)
    }

    /// Says that a user was there before the run: what they are called is theirs, and stands in no
    /// golden file.
    pub fn adopt(&self, id: &UserId) {
        self.shared.state().neutral.adopted.push(id.as_str().to_owned());
    }

    /// Begins an act: a heading of the document.
    pub fn act(&self, title: &str) {
        self.shared.note(Entry::Act(title.to_owned()));
        self.shared.observer.tell(&Event::Act { title });
    }

    /// Makes a step: sends `call` and holds its answer against status, contract and lifecycle.
    ///
    /// # Errors
    /// [`Failure`] names the step, what was expected and what was found.
    pub async fn step<T>(&self, title: &str, call: &Call<T>) -> Result<T, Failure> {
        let number = self.shared.begin(title, false);
        let outcome = self.settled(number, call).await;
        self.end(outcome)
    }

    /// The answer to a call that is about one object: where replicas disagree, it may take a while
    /// until they all have it.
    async fn settled<T>(&self, number: usize, call: &Call<T>) -> Result<T, client::Error> {
        let clock = &self.shared.clock;
        let began = clock.now();
        for looks in 1.. {
            let outcome = call.send().await;
            let Err(error) = &outcome else { return outcome };
            let not_yet = self.patience.confirmations > 1 && error.kind() == ErrorKind::Count;
            if !not_yet || clock.now().duration_since(began) >= self.patience.deadline {
                return outcome;
            }
            self.shared.state().supersede();
            self.tell_waiting(number, looks, began);
            clock.wait(self.patience.interval).await;
        }
        unreachable!("it looks until it sees, or has no more patience")
    }

    /// Makes a step if its version can express it; `None`, and so noted, if not.
    ///
    /// # Errors
    /// As [`Stage::step`].
    pub async fn attempt<T>(&self, title: &str, call: &Call<T>) -> Result<Option<T>, Failure> {
        let Some(error) = call.inexpressible() else {
            return self.step(title, call).await.map(Some);
        };
        self.shared.begin(title, false);
        self.shared.end(Verdict::NotExpressible(error.to_string()))?;
        Ok(None)
    }

    /// Makes a step again and again until `goal` holds for its answer.
    ///
    /// # Errors
    /// As [`Stage::step`], and where the goal is not reached in time.
    pub async fn until<T>(
        &self,
        title: &str,
        call: &Call<T>,
        mut goal: impl FnMut(&T) -> bool,
    ) -> Result<T, Failure> {
        let number = self.shared.begin(title, true);
        let clock = &self.shared.clock;
        let began = clock.now();
        let mut looks = 0;
        let outcome = self
            .patience
            .until(&**clock, call, |answer| {
                let reached = goal(answer);
                looks += 1;
                if !reached {
                    self.tell_waiting(number, looks, began);
                }
                reached
            })
            .await;
        self.shared.state().settle_poll();
        self.end(outcome)
    }

    fn tell_waiting(&self, number: usize, looks: usize, began: jiff::Timestamp) {
        let seen = {
            let mut state = self.shared.state();
            state.open_step().and_then(|step| step.exchanges.last()).and_then(state_word)
        };
        let waited = self.shared.clock.now().duration_since(began);
        let seen = seen.as_deref().unwrap_or_default();
        self.shared.observer.tell(&Event::Waiting { number, looks, seen, waited });
    }

    fn end<T>(&self, outcome: Result<T, client::Error>) -> Result<T, Failure> {
        match outcome {
            Ok(answer) => {
                self.shared.end(Verdict::Passed)?;
                Ok(answer)
            }
            Err(error) => {
                // A wrong answer is why it could not be used.
                let failure = self.shared.blamed().unwrap_or_else(|| {
                    self.shared.failure("an answer that the step can use", &error)
                });
                self.shared.end(Verdict::Failed(error.to_string()))?;
                Err(failure)
            }
        }
    }

    /// Lets time pass.
    ///
    /// # Errors
    /// [`Failure`] where the run's clock follows the world's time.
    pub fn pass(&self, duration: SignedDuration) -> Result<(), Failure> {
        self.shared
            .clock
            .advance(duration)
            .map_err(|error| self.shared.failure(format!("{duration} to pass at once"), error))?;
        let seconds = duration.as_secs();
        let span = (seconds / 86_400).days().seconds(seconds % 86_400);
        self.shared.note(Entry::Passed(span.to_string()));
        self.shared.observer.tell(&Event::Passed { duration });
        Ok(())
    }

    /// Notes a step that the tenant cannot provide for.
    pub fn not_applicable(&self, title: &str, needs: &str) {
        self.shared.begin(title, false);
        let ended = self.shared.end(Verdict::NotApplicable(needs.to_owned()));
        debug_assert!(ended.is_ok(), "nothing was sent");
    }

    /// Holds what was found against what was expected, as texts; the last step is to blame for a
    /// difference.
    ///
    /// # Errors
    /// [`Failure`] where they differ.
    pub fn check(
        &self,
        what: impl Display,
        expected: impl Display,
        found: impl Display,
    ) -> Result<(), Failure> {
        let (expected, found) = (expected.to_string(), found.to_string());
        if expected == found {
            self.shared.note(Entry::Checked(format!("{what} is {found}")));
            return Ok(());
        }
        let failure = self.shared.failure(format!("{what} to be {expected}"), &found);
        if let Some(step) = self.shared.state().open_step() {
            let why = format!("expected {what} to be {expected}, found {found}");
            step.verdict = Verdict::Failed(why);
        }
        Err(failure)
    }

    /// What was just made is owed: `call` takes it away in the clean-up, unless a step of the
    /// scenario does before and says so.
    pub fn owe<T: Send + 'static>(&self, title: &str, call: Call<T>) -> Debt {
        let call = Arc::new(call);
        self.owe_work(title, move |_| {
            let call = call.clone();
            async move { call.send().await.map(drop) }
        })
    }

    /// As [`Stage::owe`], where it takes more than a call: `work` is done as one step.
    pub fn owe_work<F>(
        &self,
        title: &str,
        work: impl Fn(Waiter) -> F + Send + Sync + 'static,
    ) -> Debt
    where
        F: Future<Output = Result<(), client::Error>> + Send + 'static,
    {
        let (owed, debt) = Owed::new(title, Box::new(move |waiter| Box::pin(work(waiter))));
        self.debts.lock().unwrap_or_else(PoisonError::into_inner).push(owed);
        debt
    }

    /// Takes away what is still owed, last made first, and ends the run. Also after a failure.
    pub async fn finish(self) -> Run {
        let debts = std::mem::take(&mut *self.debts.lock().unwrap_or_else(PoisonError::into_inner));
        let mut announced = false;
        for owed in debts.into_iter().rev().filter(Owed::is_due) {
            if !announced {
                self.act("Clean-up");
                announced = true;
            }
            self.shared.begin(&owed.title, false);
            let waiter = Waiter { clock: self.shared.clock.clone(), patience: self.patience };
            let verdict = match owed.pay(waiter).await {
                Ok(()) => Verdict::Passed,
                // Somebody else took it away: nothing is owed any more.
                Err(error) if error.is_not_found() => Verdict::Passed,
                Err(error) => Verdict::Failed(error.to_string()),
            };
            // A failure of the clean-up stands in the trace; the other debts are paid all the same.
            let _noted = self.shared.end(verdict);
        }
        drop((self.administrator, self.requestor));
        let mut state = self.shared.state();
        Run {
            trace: state.trace.clone(),
            neutral: state.neutral.clone(),
            origins: std::mem::take(&mut state.origins),
            transitions: std::mem::take(&mut state.transitions),
        }
    }
}

/// A value that holds another is replaced first.
fn longest_first(given: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let mut given: Vec<_> = given
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (value.clone(), format!("{{{name}}}")))
        .collect();
    given.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
    given
}

/// What an answer may lack, as a text for [`Stage::check`].
pub fn or_nothing<T: Display>(found: Option<T>) -> String {
    found.map_or_else(|| "nothing".to_owned(), |found| found.to_string())
}
