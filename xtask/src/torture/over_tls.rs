//! Plays as processes of their own over TLS, some of them killed; one tenant for all.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use client::Client;
use clock::{Clock, RealClock};
use http::Method;
use model::Version;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use transport::{Bearer, Live, Reach, SharedTransport};
use uuid::Uuid;

use super::fault::faults;
use super::held::{Held, held, more};
use crate::served::Served;

/// Virtual seconds a real second, of the tenant and of the plays.
const RATE: &str = "60";
/// Plays at once.
const AT_ONCE: u64 = 4;
/// Objects of somebody else's that are called like those of a run.
const LOOK_ALIKES: u64 = 50;

pub(super) fn run(
    runtime: &Runtime,
    plays: u64,
    killed: u64,
    seed: u64,
) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let world = World::start(folder.path(), seed)?;
    let mut failures = world.under_faults(runtime, plays);
    failures.extend(world.killed(runtime, killed, seed));
    Ok(failures)
}

struct World {
    served: Served,
    folder: PathBuf,
    /// The tenant's administrator, past all faults.
    administrator: Client,
}

impl World {
    fn start(folder: &Path, seed: u64) -> Result<Self, String> {
        let seed = seed.to_string();
        let options = ["--profile", "realistic", "--rate", RATE, "--seed", &seed];
        let served = Served::start(folder, &options).map_err(|error| error.to_string())?;
        let authority = std::fs::read(served.told("CA_FILE")).map_err(|error| error.to_string())?;
        let reach = Reach { by_proxy: false, also_trusts: Some(authority) };
        let live = Live::reaching(&reach).map_err(|error| error.to_string())?;
        let token = SecretString::from(served.told("EMULATOR_TOKEN").to_owned());
        let transport: SharedTransport = Arc::new(Bearer::new(token, live));
        let administrator = Client::new(transport, Version::V1).at(served.told("GRAPH_URL"));
        Ok(Self { served, folder: folder.to_owned(), administrator })
    }

    /// A call of the emulator's own.
    fn control(&self, runtime: &Runtime, method: Method, what: &str, body: Option<Value>) -> Value {
        let url = format!("{}/_emulator/{what}", self.served.told("GRAPH_URL"));
        let answer = runtime.block_on(self.administrator.raw(method, &url, body).send());
        answer.expect("the emulator obeys")
    }

    fn held(&self, runtime: &Runtime) -> Held {
        held(&self.control(runtime, Method::GET, "export", None))
    }

    /// A command of `entitle` on the tenant, with a ledger of its own.
    fn command(&self, command: &[&str], ledger: &Path) -> Command {
        let program = std::env::current_exe().expect("a program knows where it is");
        let mut process = Command::new(program);
        process
            .args(command)
            .args(["--env-file".as_ref(), self.folder.join("environment").as_os_str()])
            .args(["--tenant", self.served.told("TENANT_ID"), "--clock-rate", RATE])
            .args(["--requests-per-second", "1000", "--ledger"])
            .arg(ledger)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        process
    }

    fn play(&self, number: u64) -> (Command, PathBuf) {
        let ledger = self.folder.join(format!("ledger-{number}.jsonl"));
        let api = ["v1.0", "beta", "mixed"][usize::try_from(number % 3).unwrap_or(0)];
        // One of four makes users and gives one of them a directory role.
        let play: &[&str] = match number % 4 {
            3 => &["e2e", "tutorial-2020", "--api", "v1.0", "--allow-privileged"],
            _ => &["e2e", "tutorial-current", "--api", api],
        };
        let mut command = self.command(play, &ledger);
        command.args(["--backend", "live"]);
        (command, ledger)
    }

    fn under_faults(&self, runtime: &Runtime, plays: u64) -> Vec<String> {
        let before = self.held(runtime);
        let (injected, _) = faults(0);
        self.control(runtime, Method::PUT, "faults", Some(injected.into()));
        let green = AtomicU64::new(0);
        in_turn(plays, |number| {
            let (mut play, _) = self.play(number);
            let ended = play.output().expect("this program starts");
            match ended.status.success() {
                true => _ = green.fetch_add(1, Ordering::Relaxed),
                false => {
                    println!("over TLS: play {number}: {}", told(&ended.stdout, &ended.stderr));
                }
            }
        });
        self.control(runtime, Method::PUT, "faults", Some(json!([])));
        let green = green.into_inner();
        let more = more(&self.held(runtime), &before);
        println!("over TLS: {green} of {plays} green under faults on 20 % of the calls");
        println!("over TLS: {} objects more than before", more.len());
        let mut failures = Vec::new();
        if green * 100 < plays * 95 {
            failures.push(format!("expected 95 % of {plays} plays over TLS green, found {green}"));
        }
        if !more.is_empty() {
            failures.push(format!("expected the tenant as before, found also {}", more.join(", ")));
        }
        failures
    }

    fn killed(&self, runtime: &Runtime, plays: u64, seed: u64) -> Vec<String> {
        let before = self.held(runtime);
        // A play is killed at any moment of its time.
        let began = RealClock.now();
        if plays > 0 {
            let (mut whole, _) = self.play(2_000_000);
            whole.output().expect("this program starts");
        }
        let lasts = RealClock.now().duration_since(began).unsigned_abs();
        let (over, written, swept) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        let foreign = Mutex::new(Vec::new());
        in_turn(plays, |number| {
            let (mut play, ledger) = self.play(1_000_000 + number);
            let mut play = play.spawn().expect("this program starts");
            std::thread::sleep(moment(seed, number, lasts));
            if matches!(play.try_wait(), Ok(Some(_))) {
                over.fetch_add(1, Ordering::Relaxed);
            }
            play.kill().ok();
            play.wait().ok();
            let lines = std::fs::read_to_string(&ledger).unwrap_or_default();
            let intents = lines.lines().filter(|line| line.contains("\"intent\"")).count();
            written.fetch_add(intents as u64, Ordering::Relaxed);
            if number < LOOK_ALIKES {
                let id = self.look_alike(runtime, &lines, number);
                foreign.lock().unwrap_or_else(PoisonError::into_inner).push(id);
            }
            let sweep = self.command(&["sweep", "--apply"], &ledger).output();
            let sweep = sweep.expect("this program starts");
            match sweep.status.success() {
                true => _ = swept.fetch_add(1, Ordering::Relaxed),
                false => println!("killed: sweep {number}: {}", told(&sweep.stdout, &sweep.stderr)),
            }
        });
        let after = self.held(runtime);
        let foreign = foreign.into_inner().unwrap_or_default();
        let touched =
            foreign.iter().filter(|id| !after.values().flatten().any(|held| held == *id)).count();
        let mut more = more(&after, &before);
        more.retain(|object| !foreign.iter().any(|id| object.ends_with(id.as_str())));
        let swept = swept.into_inner();
        println!(
            "killed: {plays} plays, {} of them over by then; {} objects written down; {swept} swept",
            over.into_inner(),
            written.into_inner(),
        );
        println!(
            "killed: {} objects left, {touched} of {} foreign look-alikes touched",
            more.len(),
            foreign.len()
        );
        let mut failures = Vec::new();
        if swept != plays {
            failures.push(format!("expected {plays} sweeps to end well, found {swept}"));
        }
        if !more.is_empty() {
            failures.push(format!("expected nothing left, found {}", more.join(", ")));
        }
        if touched > 0 {
            failures.push(format!("expected no foreign object touched, found {touched}"));
        }
        failures
    }

    /// Something of somebody else's that is called like something of a run; its id.
    fn look_alike(&self, runtime: &Runtime, ledger: &str, number: u64) -> String {
        let mut lines = ledger.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let run = lines.find_map(|line| line["run"].as_str().map(str::to_owned));
        let run = run.unwrap_or_else(|| "entitle000000".to_owned());
        let name = format!("{run} Marketing resources");
        let (path, body) = match number % 3 {
            // Called the same to the letter, and known by another nickname.
            0 => (
                "groups",
                json!({
                    "displayName": name, "mailNickname": format!("{run}markres{number}"),
                    "mailEnabled": false, "securityEnabled": true,
                }),
            ),
            1 => (
                "identityGovernance/entitlementManagement/catalogs",
                json!({"displayName": format!("{name} {number}")}),
            ),
            _ => (
                "users",
                json!({
                    "accountEnabled": true, "displayName": name,
                    "mailNickname": format!("{run}admin{number}"),
                    "userPrincipalName": format!("{run}admin{number}@contoso.onmicrosoft.com"),
                    "passwordProfile": {"password": "Pw-0000-look-alike"},
                }),
            ),
        };
        let made = runtime.block_on(self.administrator.raw(Method::POST, path, Some(body)).send());
        made.expect("somebody makes something")["id"].as_str().unwrap_or_default().to_owned()
    }
}

/// Does `one` for every number, some at once.
fn in_turn(count: u64, one: impl Fn(u64) + Sync) {
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(count) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    one(number);
                }
            });
        }
    });
}

/// When a play is killed that lasts so long: at any moment.
fn moment(seed: u64, number: u64, lasts: Duration) -> Duration {
    let hashed = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{seed} {number}").as_bytes());
    let part = u32::try_from(hashed.as_u64_pair().0 % 1000).unwrap_or(0);
    lasts * part / 1000
}

/// What a process said that did not end well.
fn told(out: &[u8], error: &[u8]) -> String {
    let (out, error) = (String::from_utf8_lossy(out), String::from_utf8_lossy(error));
    let telling = |line: &&str| {
        ["✗", "expected", "left", "error", "differ"].iter().any(|word| line.contains(word))
    };
    let lines: Vec<&str> = out.lines().chain(error.lines()).filter(telling).take(12).collect();
    lines.join("\n    ")
}
