//! Scenarios that are broken on purpose: what is said must name scenario, step, expectation and
//! finding.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use cassette::{Cassette, Player};
use clock::{SharedClock, VirtualClock};
use emulator::{Identity, Options, Tenant};
use harness::{Api, Failure, Observer, Run, Setup, Stage};
use http::{Request, Response, StatusCode};
use model::{GroupId, NewGroup, Version};
use scenarios::{Backend, Interrupt, Opponent, Performance, Scenario, find, judge, perform};
use secrecy::SecretString;
use transport::{Bearer, BoxFuture, InProcess, Outcome, SharedTransport, Transport};

/// A transport that changes answers on their way.
struct Tampered<T, F> {
    inner: T,
    change: Arc<F>,
}

impl<T: Transport, F> Transport for Tampered<T, F>
where
    F: Fn(&str, &mut Response<Bytes>) + Send + Sync,
{
    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            let what = format!("{} {}", request.method(), request.uri().path());
            let mut response = self.inner.exchange(request).await?;
            (self.change)(&what, &mut response);
            Ok(response)
        })
    }
}

fn clock() -> SharedClock {
    Arc::new(VirtualClock::starting_at("2026-01-05T09:14:33.2042281Z".parse().unwrap()))
}

/// A stage on the emulator whose answers are changed.
fn stage<F>(change: F) -> Stage
where
    F: Fn(&str, &mut Response<Bytes>) + Send + Sync + 'static,
{
    let clock = clock();
    let options = Options::default();
    let tenant = Tenant::new(&options, clock.clone());
    let change = Arc::new(change);
    let transport = |identity: &Identity| -> SharedTransport {
        let token = SecretString::from(identity.token.clone());
        let inner = Bearer::new(token, InProcess::new(tenant.router()));
        Arc::new(Tampered { inner, change: change.clone() })
    };
    let (admin, requestor) = (transport(tenant.administrator()), transport(tenant.requestor()));
    let given = [("domain".to_owned(), options.domain)].into();
    let setup = Setup::offline("tutorial-current", Api::V1, clock, admin, requestor);
    Stage::new(Setup { given, ..setup })
}

async fn play(stage: Stage) -> (Option<Failure>, Run) {
    let scenario = find("tutorial-current").unwrap();
    let failure = (scenario.play)(&stage).await.err();
    (failure, stage.finish().await)
}

fn replaced(response: &mut Response<Bytes>, from: &str, to: &str) {
    let text = String::from_utf8(response.body().to_vec()).unwrap();
    assert!(text.contains(from), "{text}");
    *response.body_mut() = Bytes::from(text.replace(from, to));
}

#[tokio::test]
async fn a_wrong_status_is_named_with_its_step() {
    let stage = stage(|what, response| {
        if what.starts_with("POST") && what.ends_with("/accessPackages") {
            *response.status_mut() = StatusCode::ACCEPTED;
        }
    });
    let (failure, run) = play(stage).await;
    assert_eq!(
        failure.unwrap().to_string(),
        "tutorial-current on v1.0, step 7 (Step 1.5: Create the access package): expected status 201, found 202"
    );
    // What was made before is taken away all the same.
    let titles: Vec<_> = run.trace().steps().map(|step| step.title.as_str()).collect();
    assert!(
        titles.ends_with(&["Remove the group from the catalog", "Delete the group"]),
        "{titles:?}"
    );
}

/// Wherever a play ends after access was asked for, the access is taken back: policy, package and
/// resource go only then.
#[tokio::test]
async fn what_was_asked_for_is_taken_back() {
    for (title, look) in [
        // While the request is on its way, and while its removal is.
        ("Step 3.1: Get the status of the request", 1),
        ("Follow the removal to its end", 5),
    ] {
        let looks = AtomicUsize::new(0);
        let stage = stage(move |what, response| {
            if what.starts_with("GET")
                && what.contains("/assignmentRequests/")
                && looks.fetch_add(1, Ordering::Relaxed) == look
            {
                *response.status_mut() = StatusCode::ACCEPTED;
            }
        });
        let (failure, run) = play(stage).await;
        let failure = failure.unwrap().to_string();
        assert!(
            failure.contains(&format!("({title}): expected status 200, found 202")),
            "{failure}"
        );
        let failed: Vec<_> = run.failed_steps().into_iter().map(|(_, title, _)| title).collect();
        assert_eq!(failed, [title]);
        let titles: Vec<_> = run.trace().steps().map(|step| step.title.as_str()).collect();
        assert!(
            titles.ends_with(&[
                "Take back the access that was asked for",
                "Delete the policy",
                "Delete the access package",
                "Remove the group from the catalog",
                "Delete the group"
            ]),
            "{titles:?}"
        );
    }
}

/// A resource that was added and not yet read is taken out all the same.
#[tokio::test]
async fn what_was_added_is_taken_out() {
    let looks = AtomicUsize::new(0);
    let stage = stage(move |what, response| {
        if what.ends_with("/resources") && looks.fetch_add(1, Ordering::Relaxed) == 0 {
            *response.status_mut() = StatusCode::ACCEPTED;
        }
    });
    let (failure, run) = play(stage).await;
    let failure = failure.unwrap().to_string();
    assert!(
        failure.contains("(Step 1.3: Get catalog resources): expected status 200"),
        "{failure}"
    );
    assert_eq!(run.failed_steps().len(), 1);
    let cleanup = run.trace().steps().find(|s| s.title == "Take the resource out of the catalog");
    let exchanges: Vec<_> =
        cleanup.unwrap().exchanges.iter().map(|e| (e.method.as_str(), e.status)).collect();
    assert_eq!(exchanges, [("GET", 200), ("POST", 201)]);
}

#[tokio::test]
async fn a_renamed_member_is_named_by_contract_and_golden_file() {
    let stage = stage(|what, response| {
        if what.ends_with("/catalogs") {
            replaced(response, "\"isExternallyVisible\"", "\"isVisibleOutside\"");
        }
    });
    let (failure, run) = play(stage).await;
    assert_eq!(failure, None);
    let findings: Vec<_> =
        run.trace().steps().flat_map(|step| &step.exchanges).flat_map(|e| &e.findings).collect();
    assert_eq!(
        findings[0].to_string(),
        "notice undeclared-member in response at /value/0/isVisibleOutside: accessPackageCatalog of v1.0 declares no such member"
    );
    let scenario: &'static Scenario = find("tutorial-current").unwrap();
    let (backend, faults) = (Backend::Emulator, vec![]);
    let performance = Performance {
        scenario,
        api: Api::V1,
        backend,
        run,
        wire: 0,
        degraded: false,
        left: vec![],
        recorded_under: std::collections::BTreeMap::new(),
        failure,
        faults,
    };
    // Only compared: this difference is nobody's to accept.
    let faults = judge(&performance, snapshots::compare);
    let transcript = &faults[0];
    assert!(
        transcript.starts_with("tutorial-current on v1.0, step 3 (Step 1.1: Get the identifier for the General catalog): the transcript differs from the golden file\nsnapshots/golden/tutorial-current/v1.0.transcript.snap differs"),
        "{transcript}"
    );
    assert!(
        transcript
            .contains("-      \"isExternallyVisible\": true,\n+      \"isVisibleOutside\": true,"),
        "{transcript}"
    );
    // A one-property change is one line of the shapes.
    assert!(faults[1].contains("-  value[].isExternallyVisible: boolean"), "{}", faults[1]);
    assert!(faults[1].contains("+  value[].isVisibleOutside: boolean"), "{}", faults[1]);
    assert_eq!(faults.len(), 2);
}

#[tokio::test]
async fn an_edge_that_the_lifecycle_does_not_have_is_named() {
    let looks = AtomicUsize::new(0);
    let stage = stage(move |what, response| {
        if what.starts_with("GET") && what.contains("/assignmentRequests/") {
            // Once denied, a request is never delivered.
            if looks.fetch_add(1, Ordering::Relaxed) == 1 {
                replaced(response, "\"submitted\"", "\"denied\"");
            }
        }
    });
    let (failure, _) = play(stage).await;
    assert_eq!(
        failure.unwrap().to_string(),
        "tutorial-current on v1.0, step 11 (Step 3.1: Get the status of the request): expected assignmentRequest: a state that can follow denied, found delivering"
    );
}

#[tokio::test]
async fn an_answer_that_breaks_the_contract_is_named() {
    let stage = stage(|what, response| {
        if what.ends_with("/catalogs") {
            replaced(response, "\"isExternallyVisible\":true", "\"isExternallyVisible\":\"yes\"");
        }
    });
    let (failure, _) = play(stage).await;
    assert_eq!(
        failure.unwrap().to_string(),
        "tutorial-current on v1.0, step 3 (Step 1.1: Get the identifier for the General catalog): expected an exchange that conforms to the contract, found violation wrong-type in response at /value/0/isExternallyVisible: the value is not of type \"boolean\""
    );
    let stage = self::stage(|what, response| {
        if what.ends_with("/catalogs") {
            replaced(response, "\"serviceDefault\"", "\"ServiceDefault\"");
        }
    });
    let (failure, _) = play(stage).await;
    assert_eq!(
        failure.unwrap().to_string(),
        "tutorial-current on v1.0, step 3 (Step 1.1: Get the identifier for the General catalog): expected an exchange that conforms to the contract, found violation enum-case in response at /value/0/catalogType: a word of the enum in another case; it is 'serviceDefault'"
    );
}

#[tokio::test]
async fn an_id_from_nowhere_is_never_sent() {
    let sent = Arc::new(AtomicUsize::new(0));
    let count = sent.clone();
    let stage = stage(move |_, _| {
        count.fetch_add(1, Ordering::Relaxed);
    });
    let literal = GroupId("e93e24d1-2b65-4a6c-a1dd-654a12225487".to_owned());
    let group = stage.admin(Version::V1).groups().get(&literal);
    let failure = stage.step("Get the group of the document", &group).await.unwrap_err();
    assert_eq!(
        failure.to_string(),
        "tutorial-current on v1.0, step 1 (Get the group of the document): expected an answer that the step can use, found GET /v1.0/groups/e93e24d1-2b65-4a6c-a1dd-654a12225487: the id e93e24d1-2b65-4a6c-a1dd-654a12225487 at the path, which no earlier answer produced"
    );
    assert_eq!(sent.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_cassette_edited_by_hand_fails_where_it_was_edited() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/cassettes/tutorial-current.v1.0.json");
    let text = std::fs::read_to_string(path).unwrap();
    let replay = |text: &str| {
        let cassette = Cassette::parse(text, "edited.json", "record it again").unwrap();
        let given = cassette.provenance.given.clone();
        let player = Player::new(cassette, "edited.json", "record it again");
        let follower = player.clone();
        let observer = Observer::new(move |event| {
            if let harness::Event::Began { number, title } = event {
                follower.enter(&format!("{number} ({title})"));
            }
        });
        let (admin, requestor) = (player.transport("administrator"), player.transport("requestor"));
        let setup = Setup::offline(
            "tutorial-current",
            Api::V1,
            clock(),
            Arc::new(admin),
            Arc::new(requestor),
        );
        (Stage::new(Setup { given, observer, ..setup }), player)
    };
    // The request of step 1.5 says something else.
    let edited = text.replacen("Access to resources for the campaign", "Access to nothing", 1);
    let (failure, _) = play(replay(&edited).0).await;
    let failure = failure.unwrap().to_string();
    assert!(failure.starts_with("tutorial-current on v1.0, step 7 (Step 1.5: Create the access package): expected an answer that the step can use, found POST /v1.0/identityGovernance/entitlementManagement/accessPackages: edited.json: step 7 (Step 1.5: Create the access package) does not ask for exchange 7 of "), "{failure}");
    assert!(failure.contains("-  \"description\": \"Access to nothing\"\n+  \"description\": \"Access to resources for the campaign\""), "{failure}");
    assert!(failure.ends_with("record it again"), "{failure}");

    // An exchange too many at the end is not asked for.
    let mut cassette: serde_json::Value = serde_json::from_str(&text).unwrap();
    let last = cassette["exchanges"].as_array().unwrap().last().unwrap().clone();
    cassette["exchanges"].as_array_mut().unwrap().push(last);
    let (stage, player) = replay(&cassette.to_string());
    assert_eq!(play(stage).await.0, None);
    assert!(player.finish().unwrap_err().to_string().contains("not asked for: exchange"));
}

/// What a tenant does not have is a verdict of its own, no failure.
#[tokio::test]
async fn what_a_tenant_cannot_provide_is_not_applicable() {
    for (name, api, needs) in [
        ("resource-requests", Api::V1, "site"),
        ("resource-requests", Api::Beta, "application"),
        ("tutorial-2020", Api::Beta, "domain"),
    ] {
        let clock = clock();
        let tenant = Tenant::new(&Options::default(), clock.clone());
        let transport = |identity: &Identity| -> SharedTransport {
            let token = SecretString::from(identity.token.clone());
            Arc::new(Bearer::new(token, InProcess::new(tenant.router())))
        };
        let (admin, requestor) = (transport(tenant.administrator()), transport(tenant.requestor()));
        let stage = Stage::new(Setup::offline(name, api, clock, admin, requestor));
        (find(name).unwrap().play)(&stage).await.unwrap();
        let run = stage.finish().await;
        assert_eq!(run.failed_steps(), []);
        let transcript = run.transcript();
        let line = transcript
            .lines()
            .find(|line| line.starts_with("not applicable: needs ") && line.contains(needs));
        assert!(line.is_some(), "{name} on {api}: {transcript}");
    }
}

#[tokio::test]
async fn an_interrupted_play_cleans_up_and_says_so() {
    let (sender, interrupt) = Interrupt::new();
    let steps = AtomicUsize::new(0);
    // Somebody interrupts while the request is waited for.
    let observer = Observer::new(move |event| {
        if let harness::Event::Waiting { .. } = event {
            steps.fetch_add(1, Ordering::Relaxed);
            sender.send_replace(true);
        }
    });
    let scenario = find("tutorial-current").unwrap();
    let performance =
        perform(scenario, Api::V1, Opponent::EMULATOR, observer, &interrupt).await.unwrap();
    assert_eq!(performance.faults, ["tutorial-current on v1.0: interrupted"]);
    let titles: Vec<_> = performance.run.trace().steps().map(|s| s.title.as_str()).collect();
    assert!(titles.contains(&"Delete the group"), "{titles:?}");
}

/// Makes a group, and comes to nothing.
static PANICS: Scenario = Scenario {
    name: "panics",
    about: "a play that panics",
    apis: &[Api::V1],
    needs: &[],
    asks: false,
    play: |stage| {
        Box::pin(async move {
            let admin = stage.admin(Version::V1);
            let group = NewGroup::security(&stage.named("g"), &stage.nickname("g"), "a group");
            let group = stage.step("A group", &admin.groups().create(&group)).await?;
            let _owed = stage.owe("Delete the group", admin.groups().delete(&group.id));
            panic!("nobody expected this");
        })
    },
};

#[tokio::test]
async fn a_play_that_panics_is_cleaned_up_behind() {
    let never = Interrupt::never();
    let observer = Observer::nobody();
    let performance =
        perform(&PANICS, Api::V1, Opponent::EMULATOR, observer, &never).await.unwrap();
    assert_eq!(performance.faults, ["panics on v1.0: the play panicked"]);
    let last = performance.run.trace().steps().last().unwrap();
    assert_eq!(
        (last.title.as_str(), &last.verdict),
        ("Delete the group", &harness::Verdict::Passed)
    );
}
