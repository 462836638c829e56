use std::fmt;

use bytes::Bytes;
use clock::SharedClock;
use http::header::RETRY_AFTER;
use http::{Request, Response};
use jiff::SignedDuration;

use crate::{BoxFuture, Outcome, Transport};

/// What to do about an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Hand it to the caller.
    Final,
    /// Ask again: the request was refused, or repeating it is harmless.
    Again,
    /// Ask again for as long as one has patience: what was asked about is not known everywhere yet.
    Eventually,
}

/// How often a request was sent until the answer that carries this came, in its extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts(pub u32);

/// The attempts that are made at most for one request that is to be made [`Verdict::Again`].
const ATTEMPTS: u32 = 8;
/// The delay before the first repetition where the server names none; it doubles from there.
const FIRST_DELAY: SignedDuration = SignedDuration::from_secs(1);

/// How long one has patience with what comes [`Verdict::Eventually`] (seen up to four minutes).
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);
/// Between two questions after what comes eventually, at most.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(8);

/// Between two attempts at most, where the server names no delay.
const LONGEST_BACK_OFF: SignedDuration = SignedDuration::from_secs(30);

/// A server that names a longer delay is not asked again: the caller shall know.
const LONGEST_DELAY: SignedDuration = SignedDuration::from_mins(5);

/// Repeats requests by verdicts that it is given: `judge` sees the request as sent and its outcome.
pub struct Retry<T, J> {
    inner: T,
    judge: J,
    clock: SharedClock,
}

impl<T, J> Retry<T, J>
where
    T: Transport,
    J: Fn(&Request<Bytes>, &Outcome) -> Verdict + Send + Sync,
{
    /// Outcomes of `inner` are judged by `judge`; waits are on `clock`.
    pub fn new(inner: T, judge: J, clock: SharedClock) -> Self {
        Self { inner, judge, clock }
    }

    async fn send(&self, request: Request<Bytes>) -> Outcome {
        let mut delay = FIRST_DELAY;
        let began = self.clock.now();
        let mut again = 0;
        for attempt in 1.. {
            let mut outcome = self.inner.exchange(request.clone()).await;
            if let Ok(response) = &mut outcome {
                response.extensions_mut().insert(Attempts(attempt));
            }
            let over = match (self.judge)(&request, &outcome) {
                Verdict::Final => true,
                Verdict::Again => {
                    again += 1;
                    again >= ATTEMPTS
                }
                Verdict::Eventually => {
                    delay = delay.min(LONGEST_PAUSE);
                    self.clock.now().duration_since(began) >= PATIENCE
                }
            };
            if over {
                return outcome;
            }
            let named = outcome.as_ref().ok().and_then(retry_after);
            if named.is_some_and(|named| named > LONGEST_DELAY) {
                return outcome;
            }
            tracing::debug!(attempt, %delay, ?named, "asking again");
            self.clock.wait(named.unwrap_or(delay)).await;
            delay = delay.saturating_mul(2).min(LONGEST_BACK_OFF);
        }
        unreachable!("the loop returns when it is over")
    }
}

/// The delay that a server names in whole seconds.
fn retry_after(response: &Response<Bytes>) -> Option<SignedDuration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse::<u32>().ok().map(|seconds| SignedDuration::from_secs(seconds.into()))
}

impl<T, J> fmt::Debug for Retry<T, J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Retry(…)")
    }
}

impl<T, J> Transport for Retry<T, J>
where
    T: Transport,
    J: Fn(&Request<Bytes>, &Outcome) -> Verdict + Send + Sync,
{
    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Outcome> {
        Box::pin(self.send(request))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use clock::{Clock, VirtualClock};

    use super::*;
    use crate::from_fn;

    fn throttled(_: &Request<Bytes>, outcome: &Outcome) -> Verdict {
        match outcome {
            Ok(response) if response.status() == 429 => Verdict::Again,
            _ => Verdict::Final,
        }
    }

    /// A server that refuses with these delays in turn, and how long it was asked.
    async fn waited(delays: &'static [&'static str]) -> SignedDuration {
        let asked = AtomicUsize::new(0);
        let server = from_fn(move |_| {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
            if let Some(delay) = delays.get(asked.fetch_add(1, Ordering::Relaxed)) {
                response.headers_mut().insert(RETRY_AFTER, http::HeaderValue::from_static(delay));
            }
            Ok(response)
        });
        let start = "2026-01-01T00:00:00Z".parse().expect("a timestamp");
        let clock = Arc::new(VirtualClock::starting_at(start));
        let retry = Retry::new(server, throttled, clock.clone());
        let outcome = retry.exchange(Request::new(Bytes::new())).await.expect("a response");
        assert_eq!(outcome.status(), 429);
        clock.now().duration_since(start)
    }

    #[tokio::test]
    async fn it_waits_as_long_as_the_server_says_and_gives_up_at_last() {
        // 60 s named, then 2, 4, 8, 16 and twice 30 s of its own.
        assert_eq!(waited(&["60"]).await, SignedDuration::from_secs(150));
    }

    #[tokio::test]
    async fn it_has_patience_with_what_comes_eventually() {
        let start = "2026-01-01T00:00:00Z".parse().expect("a timestamp");
        let clock = Arc::new(VirtualClock::starting_at(start));
        let asked = Arc::new(AtomicUsize::new(0));
        let (counted, on) = (asked.clone(), clock.clone());
        let server = from_fn(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            let mut response = Response::new(Bytes::new());
            if on.now().duration_since(start) < SignedDuration::from_mins(4) {
                *response.status_mut() = http::StatusCode::NOT_FOUND;
            }
            Ok(response)
        });
        let judge = |_: &Request<Bytes>, outcome: &Outcome| match outcome {
            Ok(response) if response.status() == 404 => Verdict::Eventually,
            _ => Verdict::Final,
        };
        let retry = Retry::new(server, judge, clock.clone());
        let outcome = retry.exchange(Request::new(Bytes::new())).await.expect("a response");
        assert_eq!(outcome.status(), 200);
        // 1, 2, 4 and then every 8 s.
        assert_eq!(asked.load(Ordering::Relaxed), 34);
    }

    #[tokio::test]
    async fn it_does_not_wait_for_hours() {
        assert_eq!(waited(&["1", "86400"]).await, SignedDuration::from_secs(1));
    }
}
