use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use crate::process::{BINARY, entitle};

/// The emulator on a free port, ended with the test.
struct Running {
    child: Child,
    lines: Vec<String>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ended = self.child.kill();
    }
}

fn start(arguments: &[&str]) -> Running {
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
        Self::start_in(tempfile::tempdir().unwrap())
    }

    fn start_in(folder: tempfile::TempDir) -> Self {
        let (tls, file) = (folder.path().join("tls"), folder.path().join("environment"));
        let running = start(&[
            "--proxy",
            "127.0.0.1:0",
            "--tls",
            tls.to_str().unwrap(),
            "--env-file",
            file.to_str().unwrap(),
        ]);
        let text = std::fs::read_to_string(&file).unwrap();
        let lines = text.lines().map(|line| line.split_once('=').unwrap());
        let told = lines.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Self { running, told, folder }
    }

    /// A client that trusts the emulator's authority and no other.
    fn client(&self) -> reqwest::ClientBuilder {
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let authority = std::fs::read(&self.told["CA_FILE"]).unwrap();
        let authority = reqwest::Certificate::from_pem(&authority).unwrap();
        reqwest::Client::builder().no_proxy().tls_certs_only([authority])
    }
}

const CATALOGS: &str = "/v1.0/identityGovernance/entitlementManagement/catalogs";

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
    let line = secure.running.lines.iter().find(|line| line.starts_with("proxy")).unwrap();
    let proxy = reqwest::Proxy::all(line.split_whitespace().nth(1).unwrap()).unwrap();
    let client = secure.client().proxy(proxy).build().unwrap();
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
    let again = Secure::start_in(folder);
    assert_eq!(std::fs::read(&again.told["CA_FILE"]).unwrap(), authority);
    // Without its key it is no authority any more.
    let Secure { running, folder, .. } = again;
    drop(running);
    std::fs::remove_file(folder.path().join("tls/ca-key.pem")).unwrap();
    let third = Secure::start_in(folder);
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
