//! One binary: what is recorded, how strictly it replays, and files that are torn.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Mutex;

use bytes::Bytes;
use cassette::{Cassette, Player, Provenance, Recorder};
use http::{Request, Response};
use serde_json::{Value, json};
use transport::{Transport, from_fn};

const REMEDY: &str = "record it again";

fn get(path: &str) -> Request<Bytes> {
    Request::get(format!("https://example.org{path}")).body(Bytes::new()).unwrap()
}

fn post(path: &str, body: &Value) -> Request<Bytes> {
    Request::post(format!("https://example.org{path}")).body(Bytes::from(body.to_string())).unwrap()
}

/// A server that answers with these bodies in turn.
fn server(bodies: Vec<Value>) -> impl Transport {
    let bodies = Mutex::new(bodies.into_iter());
    from_fn(move |_| {
        let body = bodies.lock().unwrap().next().unwrap();
        let text = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        Ok(Response::new(Bytes::from(text)))
    })
}

async fn recorded(requests: Vec<Request<Bytes>>, bodies: Vec<Value>) -> Cassette {
    // A second passes between two looks at the clock.
    let clock = std::sync::atomic::AtomicU64::new(0);
    let recorder = Recorder::new("test", Provenance::default())
        .hiding(&["/passwordProfile/password"])
        .timed_by(move || clock.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    let transport = recorder.transport("administrator", server(bodies));
    for (index, request) in requests.into_iter().enumerate() {
        recorder.enter(&format!("step {index}"));
        transport.exchange(request).await.unwrap();
    }
    recorder.finish()
}

async fn ask(player: &Player, request: Request<Bytes>) -> Result<Value, String> {
    let outcome = player.transport("administrator").exchange(request).await;
    let response = outcome.map_err(|error| error.to_string())?;
    Ok(serde_json::from_slice(response.body()).unwrap_or_default())
}

#[tokio::test]
async fn a_run_of_polls_is_a_list_of_answers_however_often_it_is_asked() {
    let states = ["submitted", "submitted", "delivering", "delivered"].map(|s| json!({"state": s}));
    let cassette =
        recorded(vec![get("/r/1"), get("/r/1"), get("/r/1"), get("/r/1")], states.to_vec()).await;
    assert_eq!(cassette.exchanges.len(), 1);
    let kept: Vec<_> = cassette.exchanges[0]
        .answers
        .iter()
        .map(|a| (a.body["state"].as_str().unwrap(), a.dwell))
        .collect();
    assert_eq!(kept, [("submitted", Some(2)), ("delivering", Some(1)), ("delivered", None)]);

    let player = Player::new(cassette.clone(), "c.json", REMEDY);
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(ask(&player, get("/r/1")).await.unwrap()["state"].as_str().unwrap().to_owned());
    }
    assert_eq!(seen, ["submitted", "delivering", "delivered", "delivered", "delivered"]);
    player.finish().unwrap();

    let player = Player::new(cassette, "c.json", REMEDY);
    ask(&player, get("/r/1")).await.unwrap();
    assert_eq!(
        player.finish().unwrap_err().to_string(),
        "c.json: not asked for: 2 later answers of exchange 1 (GET /r/1, step step 0); the play asks for less than was recorded: record it again"
    );
}

#[tokio::test]
async fn a_write_in_between_ends_a_run_of_polls() {
    let cassette = recorded(
        vec![get("/r"), post("/r", &json!({})), get("/r")],
        vec![json!({"n": 1}), json!(null), json!({"n": 2})],
    )
    .await;
    assert_eq!(cassette.exchanges.len(), 3);
}

#[tokio::test]
async fn a_query_matches_in_any_order_and_encoding() {
    let cassette = recorded(vec![get("/g?$filter=a%20eq%20'b'&$top=5")], vec![json!({})]).await;
    assert_eq!(cassette.exchanges[0].request.query["$filter"], "a eq 'b'");
    let player = Player::new(cassette, "c.json", REMEDY);
    ask(&player, get("/g?%24top=5&%24filter=a+eq+%27b%27")).await.unwrap();
    player.finish().unwrap();
}

#[tokio::test]
async fn a_secret_is_never_written_and_matches_any_text() {
    let user =
        |password: &str| json!({"displayName": "x", "passwordProfile": {"password": password}});
    let cassette =
        recorded(vec![post("/users", &user("Contoso1234"))], vec![user("Contoso1234")]).await;
    assert!(!cassette.to_text().contains("Contoso1234"));
    let player =
        || Player::new(cassette.clone(), "c.json", REMEDY).hiding(&["/passwordProfile/password"]);
    ask(&player(), post("/users", &user("another"))).await.unwrap();
    // Nor is it told where the recording has none.
    let error = ask(&player(), post("/groups", &user("Contoso5678"))).await.unwrap_err();
    assert!(!error.contains("Contoso5678"), "{error}");
    let error = ask(
        &player(),
        post("/users", &json!({"displayName": "y", "passwordProfile": {"password": "p"}})),
    )
    .await
    .unwrap_err();
    assert!(
        error.contains("-  \"displayName\": \"x\"") && error.contains("+  \"displayName\": \"y\""),
        "{error}"
    );
}

#[tokio::test]
async fn a_mismatch_names_the_step_the_difference_and_the_remedy() {
    let cassette = recorded(vec![get("/a")], vec![json!({})]).await;
    let player = Player::new(cassette.clone(), "c.json", REMEDY);
    player.enter("1.1 Get the catalog");
    let error = ask(&player, get("/b")).await.unwrap_err();
    assert_eq!(
        error,
        "c.json: step 1.1 Get the catalog does not ask for exchange 1 of 1, recorded in step step 0 (- recorded, + asked for):\n@@ -1 +1 @@\n-administrator: GET /a\n+administrator: GET /b\nrecord it again"
    );
    let player = Player::new(cassette.clone(), "c.json", REMEDY);
    let other = player.transport("requestor").exchange(get("/a")).await.unwrap_err().to_string();
    assert!(other.contains("-administrator: GET /a\n+requestor: GET /a"), "{other}");
    let player = Player::new(cassette, "c.json", REMEDY);
    ask(&player, get("/a")).await.unwrap();
    let error = ask(&player, get("/c")).await.unwrap_err();
    assert!(error.contains("asks for GET /c, and the cassette has ended"), "{error}");
}

#[test]
fn torn_newer_and_foreign_files_are_refused_with_their_place() {
    let text = r#"{"format": 1, "title": "t", "provenance": {"from": "emulator", "at": "", "api": "", "tool": "", "contracts": {}, "seed": 1}, "exchanges": []}"#;
    let error = |text: &str| Cassette::parse(text, "c.json", REMEDY).unwrap_err().to_string();
    assert!(Cassette::parse(text, "c.json", REMEDY).is_ok());
    assert_eq!(
        error(&text[..60]),
        "c.json, line 1, column 60: EOF while parsing a string at line 1 column 60; restore the file, or record it again"
    );
    assert!(error(&text.replace("\"title\"", "\"tittle\"")).contains("unknown field `tittle`"));
    assert!(
        error(&text.replace("\"format\": 1", "\"format\": 0"))
            .contains("expected format 1, found 0")
    );
    assert!(error(&text.replace("emulator", "nobody")).contains("unknown variant `nobody`"));
    let exchange = |answers: &str| {
        let one = format!(
            r#"[{{"step": "", "identity": "", "request": {{"method": "GET", "path": "/"}}, "answers": {answers}}}]"#
        );
        error(&text.replace("[]", &one))
    };
    assert_eq!(
        exchange("[]"),
        "c.json: exchange 1 has no answer; restore the file, or record it again"
    );
    assert_eq!(
        exchange(r#"[{"status": 42}]"#),
        "c.json: exchange 1 has the status 42, expected one from 100 to 599; restore the file, or record it again"
    );
    assert_eq!(
        error(&text.replace("\"format\": 1", "\"format\": 7")),
        "c.json: format 7 is newer than 1, the newest that this build reads; update entitle, or record it again"
    );
}

#[test]
fn a_cassette_is_written_whole_and_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/c.json");
    let cassette = Recorder::new("t", Provenance::default()).finish();
    cassette.write(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(Cassette::parse(&text, "c.json", REMEDY).unwrap(), cassette);
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}
