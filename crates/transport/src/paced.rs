use std::fmt;

use bytes::Bytes;
use clock::SharedClock;
use http::Request;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Mutex, PoisonError};

use crate::{BoxFuture, Outcome, Transport};

/// Lets so many requests a second pass, evenly; the others wait on the clock.
pub struct Paced<T> {
    inner: T,
    between: SignedDuration,
    clock: SharedClock,
    next: Mutex<Timestamp>,
}

impl<T: Transport> Paced<T> {
    /// At most `rate` requests a second reach `inner`; 0 is taken for 1.
    pub fn new(inner: T, rate: u32, clock: SharedClock) -> Self {
        let between = SignedDuration::from_nanos(1_000_000_000 / i64::from(rate.max(1)));
        let next = Mutex::new(clock.now());
        Self { inner, between, clock, next }
    }

    /// How long the next request waits for its turn.
    fn turn(&self) -> SignedDuration {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        let turn = (*next).max(now);
        *next = turn + self.between;
        turn.duration_since(now)
    }
}

impl<T> fmt::Debug for Paced<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paced").field("between", &self.between).finish_non_exhaustive()
    }
}

impl<T: Transport> Transport for Paced<T> {
    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            let wait = self.turn();
            if wait.is_positive() {
                self.clock.wait(wait).await;
            }
            self.inner.exchange(request).await
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use clock::{Clock, VirtualClock};

    use super::*;
    use crate::from_fn;

    #[tokio::test]
    async fn requests_are_spread_evenly() {
        let start = "2026-01-01T00:00:00Z".parse().expect("a timestamp");
        let clock = Arc::new(VirtualClock::starting_at(start));
        let server = from_fn(|_| Ok(http::Response::new(Bytes::new())));
        let paced = Paced::new(server, 4, clock.clone());
        for _ in 0..9 {
            paced.exchange(Request::new(Bytes::new())).await.expect("a response");
        }
        assert_eq!(clock.now().duration_since(start), SignedDuration::from_secs(2));
        // Time in which nobody asks is not saved up.
        clock.advance(SignedDuration::from_mins(1)).expect("a virtual clock");
        for _ in 0..3 {
            paced.exchange(Request::new(Bytes::new())).await.expect("a response");
        }
        assert_eq!(clock.now().duration_since(start), SignedDuration::from_millis(62_500));
    }
}
