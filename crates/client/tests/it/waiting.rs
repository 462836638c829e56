use client::{ErrorKind, Patience};
use clock::{Clock, VirtualClock};
use jiff::SignedDuration;
use model::{RequestId, RequestState, Version};
use serde_json::json;

use crate::capture::client;

fn clock() -> VirtualClock {
    VirtualClock::starting_at("2026-01-05T09:00:00Z".parse().unwrap())
}

#[tokio::test]
async fn a_goal_must_be_confirmed_in_a_row() {
    // Replicas disagree: delivered, then not yet, then delivered for good.
    let states = ["delivered", "delivering", "delivered", "delivered", "delivered"];
    let answers = states.iter().map(|state| (200, json!({"id": "r", "state": state}))).collect();
    let (graph, sent) = client(Version::V1, answers);
    let clock = clock();
    let patience = Patience { confirmations: 3, ..Patience::default() };
    let call = graph.requests().get(&RequestId("r".into()));
    let done = |request: &model::AssignmentRequest| request.state == Some(RequestState::Delivered);
    patience.until(&clock, &call, done).await.unwrap();
    assert_eq!(sent.take().len(), 5);
    assert_eq!(clock.now().to_string(), "2026-01-05T09:00:08Z");
}

#[tokio::test]
async fn a_deadline_ends_the_wait_and_names_the_request() {
    let (graph, sent) = client(Version::V1, vec![(200, json!({"id": "r", "state": "delivering"}))]);
    let patience = Patience { deadline: SignedDuration::from_secs(10), ..Patience::default() };
    let call = graph.requests().get(&RequestId("r".into()));
    let error = patience.until(&clock(), &call, |_| false).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadline);
    assert_eq!(
        error.to_string(),
        "GET /v1.0/identityGovernance/entitlementManagement/assignmentRequests/r: the goal was not reached within 10 s; raise the deadline or look at the last answer"
    );
    assert_eq!(sent.take().len(), 6);
}
