//! How fast the emulator answers, and what a tenant weighs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use clock::VirtualClock;
use emulator::{Options, Tenant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use transport::{Live, Reach, Transport};

use super::{median, times};

const ROOT: &str = "/v1.0/identityGovernance/entitlementManagement";
const CONNECTIONS: u32 = 64;
/// Of each connection, in one measurement.
const REQUESTS: u32 = 150;
const ASSIGNMENTS: u32 = 1_000_000;
/// Assignments that one policy has.
const OF_A_POLICY: u32 = 100;

pub(super) fn measure(runtime: &Runtime) {
    println!("\n{:<64} {:>12} {:>8}", "the emulator", "", "ratio");
    let before = resident();
    let large = crowded(ASSIGNMENTS);
    match (before, resident()) {
        (Some(before), Some(after)) => {
            let bytes = (after.saturating_sub(before)) / u64::from(ASSIGNMENTS);
            told("resident memory of an assignment, of a million", &format!("{bytes} B"), None);
        }
        _ => told("resident memory", "not known here", None),
    }
    let small = crowded(ASSIGNMENTS / 100);
    pages(runtime, &small, &large);
    scan(runtime, &large);
    drop(large);
    by_id(runtime, &small);
    state_file();
    started(runtime);
}

/// Opening a file with a tenant of a hundred thousand assignments.
fn state_file() {
    let folder = std::env::temp_dir().join(format!("entitle-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for temporary files");
    let path = folder.join("state");
    let open = || {
        let start = "2026-01-05T09:00:00Z".parse().expect("a time");
        let clock = Arc::new(VirtualClock::starting_at(start));
        Tenant::open(&Options::default(), clock, &path).expect("a file of its own")
    };
    let tenant = open();
    crowd(&tenant, ASSIGNMENTS / 10);
    tenant.keep().expect("it can be written");
    drop(tenant);
    let times = times(5, || drop(open()));
    let size = std::fs::metadata(&path).map_or(0, |data| data.len() / 1_000_000);
    told(
        &format!("opening a state of 100,000 assignments ({size} MB)"),
        &shown(median(&times)),
        None,
    );
    std::fs::remove_dir_all(&folder).ok();
}

/// The program itself: from its start to its first answer over TLS, and what it weighs idle.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn started(runtime: &Runtime) {
    let folder = std::env::temp_dir().join(format!("entitle-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for temporary files");
    let mut firsts = Vec::new();
    let mut weight = 0;
    // The first run makes the certificates.
    for run in 0..8 {
        let program = std::env::current_exe().expect("this program");
        let authority = std::fs::read(folder.join("tls/ca.pem")).ok();
        let live = authority.map(|pem| {
            let reach = Reach { by_proxy: false, also_trusts: Some(pem) };
            Live::reaching(&reach).expect("the emulator's own")
        });
        let start = std::time::Instant::now();
        let mut child = std::process::Command::new(program)
            .args(["emulate", "--listen", "127.0.0.1:18480", "--tls"])
            .arg(folder.join("tls"))
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("this program starts");
        while !answers(live.as_ref(), runtime, &folder) {
            std::thread::yield_now();
        }
        if run > 0 {
            firsts.push(start.elapsed());
        }
        weight = resident_of(&child.id().to_string()).unwrap_or_default();
        child.kill().ok();
        child.wait().ok();
    }
    firsts.sort();
    told("from the start to the first answer, TLS material there", &shown(median(&firsts)), None);
    told("resident memory, idle", &format!("{} MB", weight / 1_000_000), None);
    std::fs::remove_dir_all(&folder).ok();
}

/// Whether the program answers over TLS; where its authority is not made yet, whether it made one.
fn answers(live: Option<&Live>, runtime: &Runtime, folder: &Path) -> bool {
    let Some(live) = live else { return folder.join("tls/ca.pem").exists() };
    let health = http::Request::get("https://127.0.0.1:18480/_emulator/health");
    let health = health.body(bytes::Bytes::new()).expect("a request");
    runtime.block_on(live.exchange(health)).is_ok()
}

pub(super) fn told(name: &str, figure: &str, ratio: Option<f64>) {
    let ratio = ratio.map_or(String::new(), |ratio| format!("{ratio:.2}"));
    println!("{name:<64} {figure:>12} {ratio:>8}");
}

fn crowded(assignments: u32) -> Tenant {
    let start = "2026-01-05T09:00:00Z".parse().expect("a time");
    let tenant = Tenant::new(&Options::default(), Arc::new(VirtualClock::starting_at(start)));
    crowd(&tenant, assignments);
    tenant
}

fn crowd(tenant: &Tenant, assignments: u32) {
    tenant.crowd(assignments as usize, (assignments / OF_A_POLICY) as usize);
}

/// Bytes of this process that are in memory; nothing where the system does not say so.
fn resident() -> Option<u64> {
    resident_of("self")
}

fn resident_of(process: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes * 1024)
}

/// A page of those of one policy: found by the policy, whatever else is there.
fn pages(runtime: &Runtime, small: &Tenant, large: &Tenant) {
    let page = |tenant: &Tenant| {
        let policies = get(runtime, tenant, &format!("{ROOT}/assignmentPolicies?$top=1"));
        let id = member(&policies, "id");
        let path = format!("{ROOT}/assignments?$filter=assignmentPolicy/id%20eq%20'{id}'");
        median(&times(201, || {
            let body = get(runtime, tenant, &path);
            assert!(body.contains("\"state\":\"delivered\""), "{body}");
        }))
    };
    let (small, large) = (page(small), page(large));
    let ratio = large.as_secs_f64() / small.as_secs_f64();
    told("a page by policy, of ten thousand assignments", &shown(small), None);
    told("a page by policy, of a million", &shown(large), Some(ratio));
}

/// A filter that no index serves and no row passes.
fn scan(runtime: &Runtime, tenant: &Tenant) {
    let path = format!("{ROOT}/assignments?$filter=state%20eq%20'expired'");
    let time = median(&times(5, || {
        let body = get(runtime, tenant, &path);
        assert!(body.contains("\"value\":[]"), "{body}");
    }));
    let rows = f64::from(ASSIGNMENTS) / time.as_secs_f64() / 1e6;
    told("rows a second of a filter without an index", &format!("{rows:.2} million"), None);
}

/// An entity by its id over loopback, beside a bare handler that returns the same 2 KB.
fn by_id(runtime: &Runtime, tenant: &Tenant) {
    let description = "x".repeat(1700);
    let body = format!(r#"{{"displayName":"Two kilobytes","description":"{description}"}}"#);
    let made = send(runtime, tenant, "POST", &format!("{ROOT}/catalogs"), Body::from(body));
    let path = format!("{ROOT}/catalogs/{}", member(&made, "id"));
    let answer = get(runtime, tenant, &path);
    let bare = Router::new().fallback(move || {
        let answer = answer.clone();
        async move { ([("content-type", "application/json")], answer) }
    });
    let token = token(runtime, tenant);
    let rounds = 7;
    let mut ratios: Vec<f64> = Vec::new();
    let mut shown_rates = (0.0, 0.0);
    for _ in 0..rounds {
        let plain = rate(runtime, bare.clone(), &path, &token);
        let ours = rate(runtime, tenant.router(), &path, &token);
        ratios.push(ours / plain);
        shown_rates = (plain, ours);
    }
    ratios.sort_by(f64::total_cmp);
    told("requests a second, a bare handler of 2 KB", &format!("{:.0}", shown_rates.0), None);
    told(
        "requests a second, an entity by its id",
        &format!("{:.0}", shown_rates.1),
        Some(ratios[rounds / 2]),
    );
}

fn get(runtime: &Runtime, tenant: &Tenant, path: &str) -> String {
    send(runtime, tenant, "GET", path, Body::empty())
}

fn send(runtime: &Runtime, tenant: &Tenant, method: &str, path: &str, body: Body) -> String {
    use tower::ServiceExt;
    let request = axum::http::Request::builder()
        .method(method)
        .uri(format!("http://localhost{path}"))
        .header("authorization", format!("Bearer {}", tenant.administrator().token))
        .header("content-type", "application/json")
        .body(body)
        .expect("a request");
    runtime.block_on(async {
        let response = tenant.router().oneshot(request).await.expect("it always answers");
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        String::from_utf8(bytes.to_vec()).expect("text")
    })
}

/// A signed token of the tenant's application.
fn token(runtime: &Runtime, tenant: &Tenant) -> String {
    let application = tenant.application();
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope=https%3A%2F%2Flocalhost%2F.default",
        application.client_id,
        secrecy::ExposeSecret::expose_secret(&application.client_secret).replace('~', "%7E")
    );
    let path = format!("/{}/oauth2/v2.0/token", tenant.id());
    member(&send(runtime, tenant, "POST", &path, Body::from(form)), "access_token")
}

/// The first text member of that name.
fn member(json: &str, name: &str) -> String {
    let start = json.find(&format!("\"{name}\":\"")).expect("it is there") + name.len() + 4;
    json[start..].split('"').next().unwrap_or_default().to_owned()
}

/// Requests a second over loopback, HTTP/1.1, kept alive.
fn rate(runtime: &Runtime, router: Router, path: &str, token: &str) -> f64 {
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        let request: Arc<str> = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\naccept: */*\r\n\r\n"
        )
        .into();
        let mut clients = Vec::new();
        for _ in 0..CONNECTIONS {
            let stream = TcpStream::connect(address).await.expect("it listens");
            clients.push((stream, request.clone()));
        }
        let time = elapsed(async {
            let tasks: Vec<_> = clients
                .into_iter()
                .map(|(mut stream, request)| {
                    tokio::spawn(async move {
                        for _ in 0..REQUESTS {
                            exchange(&mut stream, &request).await;
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await.expect("no task fails");
            }
        })
        .await;
        server.abort();
        f64::from(CONNECTIONS * REQUESTS) / time.as_secs_f64()
    })
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
async fn elapsed(work: impl Future<Output = ()>) -> Duration {
    let start = std::time::Instant::now();
    work.await;
    start.elapsed()
}

/// Sends a request and reads the whole of its answer.
async fn exchange(stream: &mut TcpStream, request: &str) {
    stream.write_all(request.as_bytes()).await.expect("it takes it");
    let (mut buffer, mut filled) = (vec![0; 16 * 1024], 0);
    loop {
        filled += stream.read(&mut buffer[filled..]).await.expect("it answers");
        let head = buffer[..filled].windows(4).position(|bytes| bytes == b"\r\n\r\n");
        let Some(head) = head else { continue };
        let text = std::str::from_utf8(&buffer[..head]).expect("a head is text").to_lowercase();
        assert!(text.starts_with("http/1.1 200"), "{text}");
        let length = text.split("content-length: ").nth(1).and_then(|rest| {
            rest.split("\r\n").next().and_then(|length| length.parse::<usize>().ok())
        });
        if filled >= head + 4 + length.expect("a length") {
            return;
        }
    }
}

fn shown(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1000.0)
}
