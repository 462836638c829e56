//! What our client costs over a bare loop of reqwest: the same calls on the same emulator.

use std::sync::Arc;
use std::time::Duration;

use clock::{RealClock, SharedClock, VirtualClock};
use emulator::{Options, Tenant};
use model::{Catalog, Version};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use transport::{Bearer, Live, Retry, Tap};

use super::emulator::told;
use super::{median, shown};

/// Calls of a round, made one after the other.
const CALLS: usize = 600;
const ROUNDS: usize = 9;

pub(super) fn measure(runtime: &Runtime) {
    let start = "2026-01-05T09:00:00Z".parse().expect("a time");
    let tenant = Tenant::new(&Options::default(), Arc::new(VirtualClock::starting_at(start)));
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port is free");
    let base = format!("http://{}", listener.local_addr().expect("it is bound"));
    let router = tenant.router();
    let server = runtime.spawn(async move { axum::serve(listener, router).await });
    let token = tenant.administrator().token.clone();

    let clock: SharedClock = Arc::new(RealClock);
    let live = Live::on_this_machine().expect("a client can be had");
    let bearer = Bearer::new(SecretString::from(token.clone()), live);
    let tap = Tap::new(bearer, |_: &_, _: &_| {});
    let verdicts = client::Verdicts::new(clock.clone());
    let judge = move |request: &_, outcome: &_| verdicts.judge(request, outcome);
    let graph = client::Client::new(Arc::new(Retry::new(tap, judge, clock)), Version::V1).at(&base);
    let plain = reqwest::Client::builder().no_proxy().build().expect("a client can be had");
    let filter = "$filter=displayName%20eq%20'General'";
    let url = format!("{base}/v1.0/identityGovernance/entitlementManagement/catalogs?{filter}");

    let ours = async || {
        let general = graph.catalogs().list().filter(Catalog::DISPLAY_NAME.eq("General")).one();
        for _ in 0..CALLS {
            general.send().await.expect("the catalog is there");
        }
    };
    let theirs = async || {
        for _ in 0..CALLS {
            let answer = plain.get(&url).bearer_auth(&token).header("accept", "application/json");
            let answer = answer.send().await.expect("an answer").bytes().await.expect("a body");
            let body: serde_json::Value = serde_json::from_slice(&answer).expect("JSON");
            assert_eq!(body["value"][0]["displayName"], "General");
        }
    };
    // In turn, so that both meet the same machine.
    let (mut client, mut loops) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        client.push(timed(runtime, &ours));
        loops.push(timed(runtime, &theirs));
    }
    server.abort();
    client.sort();
    loops.sort();
    let each = |times: &[Duration]| median(times) / u32::try_from(CALLS).unwrap_or(1);
    let ratio = median(&client).as_secs_f64() / median(&loops).as_secs_f64();
    println!();
    println!("{:<64} {:>12} {:>8}", "the client", "", "ratio");
    told("a filtered list by a bare loop of reqwest", &shown(each(&loops)), None);
    told("the same by the client, with retries and a bearer", &shown(each(&client)), Some(ratio));
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn timed(runtime: &Runtime, work: &impl AsyncFn()) -> Duration {
    let start = std::time::Instant::now();
    runtime.block_on(work());
    start.elapsed()
}
