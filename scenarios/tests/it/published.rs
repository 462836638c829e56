//! The documents' own exchanges, sent to the emulator as raw HTTP: no client and no dialect in
//! between, so that a mistake which client and emulator share does not look like agreement.
//!
//! The documents are evidence, not a recording: `published/*.json` lists what had to be repaired,
//! where each id comes from, and, where a request contradicts its own version, the corrected form
//! with which the story goes on.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use clock::{Clock, VirtualClock};
use contract::{Contract, Direction, Exchange};
use emulator::{Options, Seed, Tenant};
use http::Request;
use jiff::SignedDuration;
use serde_json::Value;
use transport::{Live, Transport};

/// Exchanges whose request, as printed, contradicts the contract of its version.
const CONTRADICTING: [(&str, u64); 4] = [
    ("tutorial-current", 2),
    ("tutorial-current", 5),
    ("tutorial-current", 6),
    // As printed, with its mangled key; repaired, it is accepted.
    ("resource-requests", 2),
];

/// Exchanges whose printed answer the contract of its version does not know: a member of beta under
/// v1.0, a list where one entity is made.
const FAULTY_ANSWERS: [(&str, u64); 3] =
    [("tutorial-current", 2), ("tutorial-current", 5), ("tutorial-2020", 10)];

/// Members that a document shows and the emulator does not send, each with its reason.
const EXCEPTIONS: [(&str, u64, &str, &str); 2] = [
    (
        "tutorial-current",
        11,
        "/value/0",
        "the answer was made on beta, as its context says: it has beta's default properties, the request asks v1.0",
    ),
    (
        "tutorial-2020",
        3,
        "/value/0",
        "the role is named Global Administrator today, so the filter finds nothing",
    ),
];

struct Document {
    name: &'static str,
    json: Value,
}

impl Document {
    fn read(name: &'static str) -> Self {
        let path = format!("{}/published/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        Self { name, json }
    }

    fn exchanges(&self) -> &[Value] {
        self.json["exchanges"].as_array().unwrap()
    }

    fn seeded<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a str> {
        let ids = self.json["ids"].as_array().unwrap().iter();
        ids.filter(move |id| id["seeded"] == kind).map(|id| id["value"].as_str().unwrap())
    }
}

/// A tenant on a port, with what a document takes for granted.
struct Server {
    tenant: Tenant,
    clock: Arc<VirtualClock>,
    base: String,
    live: Live,
    /// Ids of the document that the emulator gave others for.
    ids: BTreeMap<String, String>,
    requestor: String,
}

impl Server {
    async fn with(document: &Document) -> Self {
        let start = "2026-01-05T09:14:33.2042281Z".parse().unwrap();
        let clock = Arc::new(VirtualClock::starting_at(start));
        // The documents make users at contoso.onmicrosoft.com themselves.
        let options =
            Options { domain: "fabrikam.onmicrosoft.com".to_owned(), ..Options::default() };
        let tenant = Tenant::new(&options, clock.clone());
        let mut requestor = tenant.requestor().token.clone();
        for id in document.seeded("user") {
            tenant.seed(&Seed::Guest(id, "Requestor1"));
            requestor = tenant.sign_in(id).unwrap().token;
        }
        for id in document.seeded("group") {
            tenant.seed(&Seed::Group(id, "Marketing resources"));
        }
        for id in document.seeded("catalog") {
            tenant.seed(&Seed::Catalog(id, "A catalog"));
        }
        for id in document.seeded("servicePrincipal") {
            tenant.seed(&Seed::ServicePrincipal(id, "Faculty cafeteria ordering"));
        }
        for url in document.seeded("site") {
            tenant.seed(&Seed::Site(url, "A site"));
        }
        let environments: Vec<_> = document.seeded("resourceEnvironment").collect();
        if let [id, address] = environments[..] {
            tenant.seed(&Seed::Environment(id, address));
        }
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = tenant.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { tenant, clock, base, live: Live::new().unwrap(), ids: BTreeMap::new(), requestor }
    }

    fn translate(&self, text: &str) -> String {
        self.ids.iter().fold(text.to_owned(), |text, (document, ours)| text.replace(document, ours))
    }

    async fn send(&self, identity: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let token = match identity {
            "requestor" => &self.requestor,
            _ => &self.tenant.administrator().token,
        };
        let path = self.translate(path).replace(' ', "%20").replace('\'', "%27");
        let body = match body {
            Value::Null => Bytes::new(),
            body => Bytes::from(self.translate(&body.to_string())),
        };
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(body)
            .unwrap();
        let response = self.live.exchange(request).await.unwrap();
        let body = serde_json::from_slice(response.body()).unwrap_or_default();
        (response.status().as_u16(), body)
    }

    /// From now on, the document's ids of this exchange mean what the emulator answered.
    fn learn(&mut self, document: &Document, number: u64, answer: &Value) {
        for id in document.json["ids"].as_array().unwrap() {
            if id["produced_by"]["exchange"] != number {
                continue;
            }
            let pointer = id["produced_by"]["pointer"].as_str().unwrap();
            if let Some(ours) = answer.pointer(pointer).and_then(Value::as_str) {
                let theirs = id["value"].as_str().unwrap().to_owned();
                self.ids.insert(theirs, ours.to_owned());
            }
        }
        // What was asked for is carried out before the document goes on.
        self.clock.advance(SignedDuration::from_secs(30)).unwrap();
    }
}

fn version_of(path: &str) -> &str {
    path.split('/').nth(1).unwrap()
}

fn violations(method: &str, path: &str, body: &Value) -> Vec<String> {
    let judge = Contract::builtin(version_of(path)).unwrap().judge();
    let request = (!body.is_null()).then_some(body);
    let findings = judge.check(&Exchange { method, path, request, status: 204, response: None });
    let violations = findings.into_iter().filter(|f| f.severity == contract::Severity::Violation);
    violations.map(|finding| finding.to_string()).collect()
}

/// The request as the page prints it: with the keys that a repair mended.
fn as_printed(document: &Document, number: u64, body: &Value) -> Value {
    let mut text = body.to_string();
    for repair in document.json["repairs"].as_array().unwrap() {
        let key = repair["repaired"].as_str().unwrap();
        if repair["exchange"] == number && key.ends_with("@odata.bind") {
            text = text.replace(key, repair["found"].as_str().unwrap());
        }
    }
    serde_json::from_str(&text).unwrap()
}

/// What is wrong with the documents and with the emulator, by exchange.
#[derive(Default)]
struct Report {
    contradicting: Vec<(&'static str, u64)>,
    faulty: Vec<(&'static str, u64)>,
    excepted: Vec<usize>,
    wrong: Vec<String>,
}

async fn play(document: &Document, report: &mut Report) {
    let mut server = Server::with(document).await;
    for exchange in document.exchanges() {
        let number = exchange["number"].as_u64().unwrap();
        // The examples of a reference page stand each for itself.
        if document.name == "resource-requests" {
            server = Server::with(document).await;
            if let (5, Some(resource), Some(group)) =
                (number, document.seeded("resource").next(), document.seeded("group").next())
            {
                let catalog = exchange["request"]["body"]["catalogId"].as_str().unwrap();
                server.tenant.seed(&Seed::Resource(resource, catalog, group));
            }
        }
        let at = |text: String| format!("{} exchange {number}: {text}", document.name);
        let method = exchange["request"]["method"].as_str().unwrap();
        let path = exchange["request"]["path"].as_str().unwrap();
        let body = &exchange["request"]["body"];
        let identity = exchange["identity"].as_str().unwrap();

        if !violations(method, path, &as_printed(document, number, body)).is_empty() {
            report.contradicting.push((document.name, number));
        }
        let (mut status, mut answer) = server.send(identity, method, path, body).await;
        if let Some(corrected) = exchange.get("corrected") {
            if status < 400 {
                report
                    .wrong
                    .push(at(format!("contradicts its version, and was accepted with {status}")));
            }
            let (path, body) = (corrected["path"].as_str().unwrap(), &corrected["body"]);
            assert_eq!(violations(method, path, body), [""; 0], "{}", at("corrected".into()));
            (status, answer) = server.send(identity, method, path, body).await;
        }
        if status >= 400 {
            report.wrong.push(at(format!("{method} {path} was refused: {status} {answer}")));
        }
        compare(document, exchange, status, &answer, report);
        server.learn(document, number, &answer);
    }
}

/// Holds a documented answer against the contract, then against the emulator's.
fn compare(
    document: &Document,
    exchange: &Value,
    status: u16,
    answer: &Value,
    report: &mut Report,
) {
    let number = exchange["number"].as_u64().unwrap();
    let documented = &exchange["response"];
    let method = exchange["request"]["method"].as_str().unwrap();
    let path = exchange["request"]["path"].as_str().unwrap();
    let at = |text: String| format!("{} exchange {number}: {text}", document.name);
    if let Some(expected) = documented["status"].as_u64()
        && expected != u64::from(status)
    {
        report.wrong.push(at(format!("status {expected} documented, {status} answered")));
    }
    if documented["body"].is_null() {
        return;
    }
    let judge = Contract::builtin(version_of(path)).unwrap().judge();
    let documented_status = documented["status"].as_u64().unwrap_or(200);
    let findings = judge.check(&Exchange {
        method,
        path,
        request: None,
        status: u16::try_from(documented_status).unwrap(),
        response: Some(&documented["body"]),
    });
    let in_answer: Vec<_> =
        findings.iter().filter(|f| f.direction == Direction::Response).collect();
    if !in_answer.is_empty() {
        report.faulty.push((document.name, number));
    }
    let mut missing = Vec::new();
    // What the version does not have is the document's fault; all else is compared.
    let foreign = in_answer.iter().filter(|finding| finding.rule == "undeclared-member");
    let foreign: Vec<&str> = foreign.map(|finding| finding.pointer.as_str()).collect();
    members(&documented["body"], answer, "", &foreign, &mut missing);
    for (pointer, why) in missing {
        let exception = EXCEPTIONS.iter().position(|(name, n, below, _)| {
            *name == document.name && *n == number && pointer.starts_with(below)
        });
        match exception {
            Some(index) => report.excepted.push(index),
            None => report.wrong.push(at(format!("{pointer}: {why}"))),
        }
    }
}

/// Every documented member must be there with its JSON type; null stands for any.
fn members(
    documented: &Value,
    answer: &Value,
    at: &str,
    foreign: &[&str],
    missing: &mut Vec<(String, String)>,
) {
    if foreign.contains(&at) {
        return;
    }
    match (documented, answer) {
        (Value::Object(documented), Value::Object(answer)) => {
            for (name, value) in documented {
                let below = format!("{at}/{name}");
                // Values of annotations are not compared, and advice of the gateway is its own.
                if name.starts_with("@microsoft.graph.") || foreign.contains(&below.as_str()) {
                    continue;
                }
                match answer.get(name) {
                    Some(_) if name.contains("@odata.") => {}
                    Some(found) => members(value, found, &below, foreign, missing),
                    None => missing.push((below, "documented, not answered".to_owned())),
                }
            }
        }
        (Value::Array(documented), Value::Array(answer)) => {
            for (index, value) in documented.iter().enumerate() {
                let below = format!("{at}/{index}");
                match answer.get(index) {
                    Some(found) => members(value, found, &below, foreign, missing),
                    None => missing.push((below, "documented, not answered".to_owned())),
                }
            }
        }
        (Value::Null, _) => {}
        (documented, answer) => {
            let kind = |value: &Value| std::mem::discriminant(value);
            if kind(documented) != kind(answer) {
                missing
                    .push((at.to_owned(), format!("{documented} documented, {answer} answered")));
            }
        }
    }
}

#[tokio::test]
async fn every_published_exchange_is_accepted_or_contradicts_its_own_version() {
    let mut report = Report::default();
    for name in ["tutorial-current", "tutorial-2020", "resource-requests"] {
        play(&Document::read(name), &mut report).await;
    }
    assert_eq!(report.wrong, [""; 0], "\n{}", report.wrong.join("\n"));
    assert_eq!(report.contradicting, CONTRADICTING);
    assert_eq!(report.faulty, FAULTY_ANSWERS);
    for (index, exception) in EXCEPTIONS.iter().enumerate() {
        assert!(report.excepted.contains(&index), "not needed any more: {exception:?}");
    }
}

#[test]
fn every_repair_says_what_stood_there_and_why() {
    let mut exchanges = Vec::new();
    for name in ["tutorial-current", "tutorial-2020", "resource-requests"] {
        let document = Document::read(name);
        exchanges.push(document.exchanges().len());
        for repair in document.json["repairs"].as_array().unwrap() {
            for member in ["pointer", "found", "repaired", "why"] {
                assert!(repair[member].as_str().is_some_and(|text| !text.is_empty()), "{repair}");
            }
        }
    }
    assert_eq!(exchanges, [14, 23, 6]);
}
