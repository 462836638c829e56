//! Whatever is sent to the token endpoint, it gives no token and answers in its own words.
#![no_main]

use std::sync::{Arc, LazyLock};

use axum::body::{Body, to_bytes};
use clock::VirtualClock;
use emulator::{Options, Tenant};
use http::Request;
use libfuzzer_sys::fuzz_target;
use tower::ServiceExt;

static TENANT: LazyLock<Tenant> = LazyLock::new(|| {
    let start = "2026-01-05T09:00:00Z".parse().expect("a time");
    Tenant::new(&Options::default(), Arc::new(VirtualClock::starting_at(start)))
});

fuzz_target!(|input: &[u8]| {
    let path = format!("https://login.microsoftonline.com/{}/oauth2/v2.0/token", TENANT.id());
    // A known client, so that what is below the first door is reached, too.
    let mut body = format!("client_id={}&", TENANT.application().client_id).into_bytes();
    body.extend_from_slice(input);
    let request = Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .expect("a request");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let response = TENANT.router().oneshot(request).await.expect("an answer");
        let status = response.status().as_u16();
        assert!(status == 400 || status == 401, "{status}");
        let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        let body: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        assert!(body["error_codes"][0].is_u64(), "{body}");
    });
});
