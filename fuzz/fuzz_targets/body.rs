//! Whatever a body is, a call is answered by an envelope that is no fault of the emulator's own.
#![no_main]

use std::sync::{Arc, LazyLock};

use axum::body::Body;
use clock::VirtualClock;
use emulator::{Options, Tenant};
use http::Request;
use libfuzzer_sys::fuzz_target;
use tower::ServiceExt;

const EM: &str = "identityGovernance/entitlementManagement";

/// Where bodies go; the first byte of the input chooses.
const PLACES: [(&str, &str); 10] = [
    ("POST", "v1.0/EM/catalogs"),
    ("POST", "v1.0/EM/accessPackages"),
    ("POST", "v1.0/EM/assignmentPolicies"),
    ("POST", "v1.0/EM/assignmentRequests"),
    ("POST", "v1.0/EM/resourceRequests"),
    ("PATCH", "v1.0/EM/settings"),
    ("POST", "beta/EM/accessPackageAssignmentPolicies"),
    ("POST", "beta/EM/accessPackageAssignmentRequests"),
    ("POST", "v1.0/users"),
    ("POST", "v1.0/groups"),
];

static TENANT: LazyLock<Tenant> = LazyLock::new(|| {
    let start = "2026-01-05T09:00:00Z".parse().expect("a time");
    Tenant::new(&Options::default(), Arc::new(VirtualClock::starting_at(start)))
});

fuzz_target!(|input: &[u8]| {
    let Some((first, body)) = input.split_first() else { return };
    let (method, path) = PLACES[usize::from(*first) % PLACES.len()];
    let request = Request::builder()
        .method(method)
        .uri(format!("https://graph.microsoft.com/{}", path.replace("EM", EM)))
        .header("authorization", format!("Bearer {}", TENANT.administrator().token))
        .header("content-type", "application/json")
        .body(Body::from(body.to_vec()))
        .expect("a request");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let response = runtime.block_on(TENANT.router().oneshot(request)).expect("an answer");
    let status = response.status().as_u16();
    assert!(status < 500 || status == 501, "{status}");
});
