use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use crate::process::{BINARY, entitle};

/// The emulator on a free port, ended with the test.
pub(crate) struct Running {
    pub(crate) child: Child,
    lines: Vec<String>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already; its file is free once it has.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

pub(crate) fn start(arguments: &[&str]) -> Running {
    let mut child = Command::new(BINARY)
        .args(["emulate", "--listen", "127.0.0.1:0"])
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut lines: Vec<String> = Vec::new();
    // Its last line before it waits for calls.
    while !lines.last().is_some_and(|line| line.starts_with("try:")) {
        let mut line = String::new();
        assert_ne!(reader.read_line(&mut line).unwrap(), 0, "it ended: {lines:?}");
        lines.push(line.trim_end().to_owned());
    }
    child.stdout = Some(reader.into_inner());
    Running { child, lines }
}

#[test]
fn it_says_where_it_listens_and_who_may_call() {
    let running = start(&[]);
    let lines = &running.lines;
    assert!(
        lines[0].starts_with("a tenant of entitlement management listens on http://127.0.0.1:"),
        "{lines:?}"
    );
    assert!(lines[1].starts_with("administrator  entitle-"), "{lines:?}");
    assert!(lines[2].starts_with("requestor      entitle-"), "{lines:?}");
    // The same seed gives the same tokens, so that scripts may keep them.
    assert_eq!(start(&[]).lines[1..3], lines[1..3]);
    assert_ne!(start(&["--seed", "2"]).lines[1..3], lines[1..3]);
}

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = entitle(&["emulate", "--listen", &address]);
    assert_eq!(ended.code, 3);
    assert!(
        ended.err.starts_with(&format!("error: cannot listen on {address}: ")),
        "{}",
        ended.err
    );
    assert!(ended.err.contains("choose another with --listen"), "{}", ended.err);
}

/// The emulator over TLS in a folder, with what its clients are told.
struct Secure {
    running: Running,
    told: HashMap<String, String>,
    folder: tempfile::TempDir,
}

impl Secure {
    fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), "global")
    }

    fn start_in(folder: tempfile::TempDir, cloud: &str) -> Self {
        let (tls, file) = (folder.path().join("tls"), folder.path().join("environment"));
        let running = start(&[
            "--proxy",
            "127.0.0.1:0",
            "--tls",
            tls.to_str().unwrap(),
            "--env-file",
            file.to_str().unwrap(),
            "--cloud",
            cloud,
        ]);
        let text = std::fs::read_to_string(&file).unwrap();
        let lines = text.lines().map(|line| line.split_once('=').unwrap());
        let told = lines.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Self { running, told, folder }
    }

    /// Likewise, and has the emulator's proxy.
    fn through_the_proxy(&self) -> reqwest::Client {
        let line = self.running.lines.iter().find(|line| line.starts_with("proxy")).unwrap();
        let proxy = reqwest::Proxy::all(line.split_whitespace().nth(1).unwrap()).unwrap();
        self.client().proxy(proxy).build().unwrap()
    }

    fn client(&self) -> reqwest::ClientBuilder {
        trusting(&self.told["CA_FILE"])
    }
}

/// A client that trusts the emulator's authority and no other.
pub(crate) fn trusting(authority: &str) -> reqwest::ClientBuilder {
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let authority = reqwest::Certificate::from_pem(&std::fs::read(authority).unwrap()).unwrap();
    reqwest::Client::builder().no_proxy().tls_certs_only([authority])
}

const CATALOGS: &str = "/v1.0/identityGovernance/entitlementManagement/catalogs";

/// The block is pasted as it stands: it names the variables of the file, and the file.
#[test]
fn the_lines_to_paste_name_the_file_and_its_variables() {
    let secure = Secure::start();
    let block = secure.running.lines.join("\n");
    let file = secure.folder.path().join("environment");
    assert!(block.contains(&format!("set -a; . {}; set +a", file.display())), "{block}");
    assert!(block.contains("export SSL_CERT_FILE=$CA_FILE REQUESTS_CA_BUNDLE=$CA_FILE"), "{block}");
}

#[test]
fn a_client_certificate_is_a_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("client.pem");
    std::fs::write(&file, "nothing of the kind").unwrap();
    let ended = entitle(&["emulate", "--client-certificate", file.to_str().unwrap()]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("expected a certificate in PEM"), "{}", ended.err);
}

#[tokio::test]
async fn over_tls_it_is_trusted_by_its_authority() {
    let secure = Secure::start();
    let told = &secure.told;
    let client = secure.client().build().unwrap();
    assert!(told["GRAPH_URL"].starts_with("https://127.0.0.1:"), "{told:?}");
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default",
        told["AZURE_CLIENT_ID"], told["AZURE_CLIENT_SECRET"]
    );
    let url = format!("{}/{}/oauth2/v2.0/token", told["AUTHORITY_URL"], told["TENANT_ID"]);
    let token = client.post(url).body(form).send().await.unwrap().text().await.unwrap();
    let token: serde_json::Value = serde_json::from_str(&token).unwrap();
    let token = token["access_token"].as_str().unwrap();
    let port = told["GRAPH_URL"].rsplit(':').next().unwrap();
    for host in ["127.0.0.1", "localhost"] {
        let origin = format!("https://{host}:{port}");
        let got = client.get(format!("{origin}{CATALOGS}")).bearer_auth(token).send().await;
        let text = got.unwrap().text().await.unwrap();
        // What it links to is where it was asked.
        assert!(text.contains(&format!("\"{origin}/v1.0/$metadata#")), "{text}");
    }
    let stranger = reqwest::Client::builder().no_proxy().build().unwrap();
    assert!(stranger.get(format!("{}{CATALOGS}", told["GRAPH_URL"])).send().await.is_err());
}

#[tokio::test]
async fn the_proxy_leads_to_the_emulator_under_microsofts_names_and_nowhere_else() {
    let secure = Secure::start();
    let client = secure.through_the_proxy();
    let token = &secure.told["EMULATOR_TOKEN"];
    let url = format!("https://graph.microsoft.com{CATALOGS}");
    let got = client.get(url).bearer_auth(token).send().await.unwrap();
    assert_eq!(got.status(), 200);
    assert!(got.text().await.unwrap().contains("\"https://graph.microsoft.com/v1.0/$metadata#"));
    for elsewhere in
        ["https://example.com/", "https://graph.microsoft.com:8443/", "http://graph.microsoft.com/"]
    {
        let got = client.get(elsewhere).send().await;
        let refused = got.is_err() || got.is_ok_and(|got| got.status() == 405);
        assert!(refused, "{elsewhere}");
    }
}

/// The authority of a folder is made anew for the names of another cloud: those of the first are
/// none then, to the proxy, to the certificate and to the door.
#[tokio::test]
async fn a_cloud_has_names_of_its_own() {
    let secure = Secure::start();
    let before = std::fs::read(&secure.told["CA_FILE"]).unwrap();
    let Secure { running, folder, .. } = secure;
    drop(running);
    let secure = Secure::start_in(folder, "china");
    assert_ne!(std::fs::read(&secure.told["CA_FILE"]).unwrap(), before);
    let client = secure.through_the_proxy();
    let token = &secure.told["EMULATOR_TOKEN"];
    let url = format!("https://microsoftgraph.chinacloudapi.cn{CATALOGS}");
    assert_eq!(client.get(url).bearer_auth(token).send().await.unwrap().status(), 200);
    for login in ["login.chinacloudapi.cn", "login.partner.microsoftonline.cn"] {
        let url = format!("https://{login}/common/discovery/instance");
        assert_eq!(client.get(url).send().await.unwrap().status(), 200, "{login}");
    }
    assert!(client.get(format!("https://graph.microsoft.com{CATALOGS}")).send().await.is_err());
    let url = format!("{}{CATALOGS}", secure.told["GRAPH_URL"]);
    let request = secure.client().build().unwrap().get(&url).header("host", "graph.microsoft.com");
    assert_eq!(request.bearer_auth(token).send().await.unwrap().status(), 421);
}

#[tokio::test]
async fn another_name_for_this_machine_is_refused() {
    let secure = Secure::start();
    let client = secure.client().build().unwrap();
    let url = format!("{}{CATALOGS}", secure.told["GRAPH_URL"]);
    for (host, status) in [("rebound.example", 421), ("127.0.0.1.example", 421), ("LOCALHOST", 200)]
    {
        let request = client.get(&url).header("host", host);
        let got = request.bearer_auth(&secure.told["EMULATOR_TOKEN"]).send().await.unwrap();
        assert_eq!(got.status(), status, "{host}");
    }
}

#[test]
fn the_authority_stays_and_its_key_is_its_owners_alone() {
    let first = Secure::start();
    let authority = std::fs::read(&first.told["CA_FILE"]).unwrap();
    #[cfg(unix)]
    for private in ["tls/ca-key.pem", "environment"] {
        use std::os::unix::fs::PermissionsExt;
        let mode =
            std::fs::metadata(first.folder.path().join(private)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{private}");
    }
    let Secure { running, folder, .. } = first;
    drop(running);
    let again = Secure::start_in(folder, "global");
    assert_eq!(std::fs::read(&again.told["CA_FILE"]).unwrap(), authority);
    // Without its key it is no authority any more.
    let Secure { running, folder, .. } = again;
    drop(running);
    std::fs::remove_file(folder.path().join("tls/ca-key.pem")).unwrap();
    let third = Secure::start_in(folder, "global");
    assert_ne!(std::fs::read(&third.told["CA_FILE"]).unwrap(), authority);
}

#[test]
fn a_key_that_is_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("ca-key.pem");
    std::fs::write(&key, "torn").unwrap();
    let tls = folder.path().to_str().unwrap();
    let ended = entitle(&["emulate", "--listen", "127.0.0.1:0", "--tls", tls]);
    assert_eq!(ended.code, 3);
    assert!(ended.err.starts_with(&format!("error: {}: ", key.display())), "{}", ended.err);
    assert!(ended.err.contains("move it away and a new one is made"), "{}", ended.err);
    assert_eq!(std::fs::read_to_string(&key).unwrap(), "torn");
}

#[cfg(unix)]
#[rstest::rstest]
#[case("-INT", &[])]
#[case("-TERM", &[])]
#[case("-TERM", &["--tls"])]
fn it_stops_in_good_order_when_interrupted(#[case] signal: &str, #[case] options: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let options: Vec<&str> = options.iter().flat_map(|option| [*option, path]).collect();
    let mut running = start(&options);
    let pid = running.child.id().to_string();
    assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    assert_eq!(running.child.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    running.child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "stopped\n");
}

/// Sends a call to a running emulator; status and body. Nothing where the connection ended.
fn call(running: &Running, method: &str, path: &str, body: &str) -> Option<(u16, String)> {
    let address = running.lines[0].rsplit("//").next().unwrap();
    let token = running.lines[1].split_whitespace().nth(1).unwrap();
    let mut stream = std::net::TcpStream::connect(address).ok()?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    std::io::Write::write_all(&mut stream, request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head.to_lowercase();
    let length =
        length.split("content-length: ").nth(1)?.split("\r\n").next()?.parse::<usize>().ok()?;
    // A torn answer acknowledges nothing.
    (body.len() == length).then(|| (status, body.to_owned()))
}

const GROUPS: &str = "/v1.0/groups";

fn group(name: &str) -> String {
    format!(
        r#"{{"displayName":"{name}","mailEnabled":false,"mailNickname":"{name}","securityEnabled":true}}"#
    )
}

#[test]
fn a_tenant_goes_on_from_its_file_and_from_an_export() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state").display().to_string();
    let running = start(&["--state", &state]);
    assert_eq!(call(&running, "POST", GROUPS, &group("kept")).unwrap().0, 201);
    let export = call(&running, "GET", "/_emulator/export", "").unwrap().1;
    drop(running);
    let running = start(&["--state", &state]);
    assert!(call(&running, "GET", GROUPS, "").unwrap().1.contains("\"kept\""));
    let file = folder.path().join("export.json");
    std::fs::write(&file, export).unwrap();
    let running = start(&["--seed", &file.display().to_string()]);
    assert!(call(&running, "GET", GROUPS, "").unwrap().1.contains("\"kept\""));
}

/// `ENTITLE_KILLS` says how often; after each kill, all that was acknowledged is there.
#[cfg(unix)]
#[test]
fn nothing_that_was_acknowledged_is_lost_to_a_kill() {
    let kills = std::env::var("ENTITLE_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(10);
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state").display().to_string();
    let acknowledged = std::sync::Mutex::new(Vec::new());
    // A seeded walk, so that a run can be run again.
    let mut moment: u64 = 0x9E37_79B9;
    for round in 0..kills {
        moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let until =
            acknowledged.lock().unwrap().len() + usize::try_from(moment >> 33).unwrap() % 12;
        let mut running = start(&["--state", &state]);
        let mut child =
            std::mem::replace(&mut running.child, Command::new("true").spawn().unwrap());
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let (running, acknowledged) = (&running, &acknowledged);
                scope.spawn(move || {
                    for number in 0.. {
                        let name = format!("r{round}w{writer}n{number}");
                        match call(running, "POST", GROUPS, &group(&name)) {
                            Some((201, _)) => acknowledged.lock().unwrap().push(name),
                            Some(other) => panic!("{other:?}"),
                            None => return,
                        }
                    }
                });
            }
            while acknowledged.lock().unwrap().len() < until {
                std::thread::yield_now();
            }
            // SIGKILL, while the others write.
            child.kill().unwrap();
            child.wait().unwrap();
        });
    }
    let running = start(&["--state", &state]);
    let mut there = String::new();
    let mut path = format!("{GROUPS}?$select=displayName&$top=999");
    loop {
        let body = call(&running, "GET", &path, "").unwrap().1;
        there.push_str(&body);
        let Some(next) = body.split("\"@odata.nextLink\":\"").nth(1) else { break };
        let next = next.split('"').next().unwrap();
        path = next[next.find("/v1.0").unwrap()..].to_owned();
    }
    let acknowledged = acknowledged.into_inner().unwrap();
    for name in &acknowledged {
        assert!(there.contains(&format!("\"{name}\"")), "{name} of {}", acknowledged.len());
    }
}

#[test]
fn what_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "nonsense").unwrap();
    let file = file.display().to_string();
    for (arguments, code, expected) in [
        (vec!["--state", &file], 3, "is no state file"),
        (vec!["--seed", &file], 2, "expected a number or an export"),
        (vec!["--seed", "nowhere"], 2, "cannot be read"),
        (vec!["--faults", &file], 2, "expected a list of faults"),
        (vec!["--rule-off", "nonsense"], 2, "expected the id of a rule"),
        (vec!["--profile", "slow"], 2, "expected fast or realistic"),
        (vec!["--listen", "0.0.0.0:0"], 2, "--i-know listens there all the same"),
    ] {
        let mut all = vec!["emulate", "--listen", "127.0.0.1:0"];
        if arguments[0] == "--listen" {
            all.truncate(1);
        }
        all.extend(arguments.iter().map(|argument| &**argument));
        let ended = entitle(&all);
        assert_eq!(ended.code, code, "{arguments:?} {}", ended.err);
        assert!(ended.err.contains(expected), "{arguments:?} {}", ended.err);
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "nonsense");
}
