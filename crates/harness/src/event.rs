use std::fmt;
use std::sync::Arc;

use jiff::SignedDuration;

use crate::trace::Verdict;

/// Something that happens on the stage.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Event<'a> {
    /// An act begins.
    Act {
        /// Its title.
        title: &'a str,
    },
    /// A step begins.
    Began {
        /// Its number in the run, from 1.
        number: usize,
        /// Its title.
        title: &'a str,
    },
    /// The goal of a step was not reached yet.
    Waiting {
        /// The step's number.
        number: usize,
        /// How often was looked.
        looks: usize,
        /// What was seen, where it has a name.
        seen: &'a str,
        /// How long it has been, on the run's clock.
        waited: SignedDuration,
    },
    /// A step ended.
    Ended {
        /// Its number.
        number: usize,
        /// Its title.
        title: &'a str,
        /// How it ended.
        verdict: &'a Verdict,
        /// The status of its last answer, where there was one.
        status: Option<u16>,
        /// How long it took, on the run's clock.
        took: SignedDuration,
    },
    /// Time was let pass.
    Passed {
        /// How much.
        duration: SignedDuration,
    },
}

/// Who is told.
#[derive(Clone)]
pub struct Observer(Arc<dyn Fn(&Event<'_>) + Send + Sync>);

impl Observer {
    /// Events go to `listener`.
    pub fn new(listener: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }

    /// Nobody is told.
    pub fn nobody() -> Self {
        Self::new(|_| {})
    }

    /// Both are told.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::new(move |event| {
            self.tell(event);
            other.tell(event);
        })
    }

    pub(crate) fn tell(&self, event: &Event<'_>) {
        (self.0)(event);
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer(…)")
    }
}
