use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use client::{Call, Patience};
use clock::SharedClock;
use transport::BoxFuture;

type Payment = Box<dyn Fn(Waiter) -> BoxFuture<'static, Result<(), client::Error>> + Send + Sync>;

/// Something that the scenario made and owes to take away.
#[derive(Debug, Clone)]
#[must_use = "a debt that is never paid in the scenario is paid in the clean-up"]
pub struct Debt(Arc<AtomicBool>);

impl Debt {
    /// A step of the scenario took it away itself.
    pub fn paid(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What the clean-up waits with, where one call is not enough.
#[derive(Clone)]
pub struct Waiter {
    pub(crate) clock: SharedClock,
    pub(crate) patience: Patience,
}

impl Waiter {
    /// Sends `call` until `goal` holds for its answer.
    ///
    /// # Errors
    /// As [`Patience::until`].
    pub async fn until<T>(
        &self,
        call: &Call<T>,
        goal: impl FnMut(&T) -> bool,
    ) -> Result<T, client::Error> {
        self.patience.until(&*self.clock, call, goal).await
    }
}

/// A debt as the stage keeps it.
pub(crate) struct Owed {
    pub(crate) title: String,
    paid: Arc<AtomicBool>,
    pay: Payment,
}

impl Owed {
    pub(crate) fn new(title: &str, pay: Payment) -> (Self, Debt) {
        let paid = Arc::new(AtomicBool::new(false));
        (Self { title: title.to_owned(), paid: paid.clone(), pay }, Debt(paid))
    }

    pub(crate) fn is_due(&self) -> bool {
        !self.paid.load(Ordering::Relaxed)
    }

    pub(crate) async fn pay(&self, waiter: Waiter) -> Result<(), client::Error> {
        (self.pay)(waiter).await
    }
}
