//! Plays against a tenant, which is an emulator as a process of its own, over TLS: nothing that plays
//! knows.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;

use crate::emulate::{Running, start, trusting};
use crate::process::{Ended, process};

/// Virtual seconds a real second, of the tenant and of the plays.
const RATE: &str = "60";

struct World {
    /// Ends with the test.
    _running: Running,
    folder: tempfile::TempDir,
    told: HashMap<String, String>,
}

impl World {
    fn new() -> Self {
        Self::with(&["--profile", "realistic"])
    }

    fn with(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let (tls, env) = (file("tls"), file("environment"));
        let mut all = vec!["--rate", RATE, "--tls", &tls, "--env-file", &env];
        all.extend(options);
        let running = start(&all);
        let text = std::fs::read_to_string(&env).unwrap();
        let lines = text.lines().filter_map(|line| line.split_once('='));
        let told = lines.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Self { _running: running, folder, told }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn ledger(&self) -> String {
        std::fs::read_to_string(self.file("ledger")).unwrap()
    }

    /// A command on the tenant, in the checkout.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut all: Vec<&str> = arguments.to_vec();
        let (env, ledger) = (self.file("environment"), self.file("ledger"));
        let own = [
            ("--env-file", env.to_str().unwrap()),
            ("--ledger", ledger.to_str().unwrap()),
            ("--tenant", self.told["TENANT_ID"].as_str()),
            ("--clock-rate", RATE),
            ("--requests-per-second", "1000"),
        ];
        for (option, value) in own {
            if !arguments.contains(&option) {
                all.extend([option, value]);
            }
        }
        process(std::path::Path::new(env!("CARGO_MANIFEST_DIR")), &all)
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        self.command(arguments).output().unwrap().into()
    }

    fn live(&self, arguments: &[&str]) -> Ended {
        self.run(&[&["e2e", "--backend", "live"], arguments].concat())
    }
}

/// Every scenario on every version, judged by the same golden files as offline.
#[test]
fn every_scenario_is_green_against_a_tenant() {
    let world = World::new();
    let ended = world.live(&["--allow-privileged"]);
    assert_eq!(ended.code, 0, "{}", ended.out);
    assert!(ended.out.contains("\n7 passed, 0 failed, 2 skipped\n"), "{}", ended.out);
    assert!(ended.out.contains("skipped: needs a clock that can be moved"), "{}", ended.out);
    let ended = world.run(&["sweep"]);
    assert_eq!(
        (ended.code, ended.out.as_str()),
        (0, "nothing is left, as far as the ledger knows\n")
    );
}

/// Without a user who can sign in, the administrator assigns access, and other golden files judge.
#[test]
fn without_a_requestor_the_verdict_is_degraded() {
    let world = World::new();
    let text = std::fs::read_to_string(world.file("environment")).unwrap();
    let kept = text.lines().filter(|line| !line.starts_with("REQUESTOR_"));
    let name = format!("ENTITLE_REQUESTOR={}", world.told["REQUESTOR_USERNAME"]);
    let lines: Vec<&str> = kept.chain([name.as_str()]).collect();
    std::fs::write(world.file("environment"), lines.join("\n")).unwrap();
    let ended = world.live(&["tutorial-current"]);
    assert_eq!(ended.code, 0, "{}", ended.out);
    assert_eq!(ended.out.matches("degraded: no user could sign in").count(), 3, "{}", ended.out);
    let ended = world.run(&["doctor"]);
    assert!(ended.code == 0 && ended.out.contains("the verdict is degraded"), "{}", ended.out);
    // Somebody who is nobody's: the play has nobody to play for.
    let nobody: Vec<&str> =
        lines.iter().copied().filter(|line| !line.starts_with("ENTITLE_REQUESTOR")).collect();
    std::fs::write(world.file("environment"), nobody.join("\n")).unwrap();
    let ended = world.live(&["tutorial-current", "--api", "v1.0"]);
    assert!(ended.out.contains("not applicable: needs a user who can sign in"), "{}", ended.out);
}

/// What is meant is refused before the first call of Graph, with one message each.
#[test]
fn what_is_wrong_with_a_tenant_is_said_before_anything_is_written() {
    let world = World::new();
    let other = "11111111-2222-4333-8444-555555555555";
    let torn = world.file("torn");
    let first = "{\"is\":\"ledger\",\"format\":9,\"tool\":\"9\",\"tenant\":\"x\"}\n";
    std::fs::write(&torn, first).unwrap();
    let foreign = world.file("foreign");
    let head = "{\"is\":\"ledger\",\"format\":1,\"tool\":\"0\",\"tenant\":\"another\"}\n";
    std::fs::write(&foreign, head).unwrap();
    for (arguments, variables, code, expected) in [
        (&["--tenant", other][..], &[][..], 3, "expected a token of the tenant that is meant"),
        (&[], &[("AZURE_CLIENT_SECRET", "wrong")], 3, "AADSTS7000215"),
        (&[], &[("AZURE_TENANT_ID", other)], 3, "check AZURE_TENANT_ID and --cloud"),
        (&[], &[("AZURE_CLIENT_ID", other)], 3, "check AZURE_CLIENT_ID"),
        (&[], &[("REQUESTOR_PASSWORD", "wrong")], 3, "check REQUESTOR_USERNAME"),
        (&[], &[("AZURE_FEDERATED_TOKEN_FILE", "f")], 2, "are set at once"),
        (&[], &[("ENTITLE_TOKEN", "opaque")], 2, "are set at once"),
        (
            &["--credential", "token"],
            &[("ENTITLE_TOKEN", "opaque")],
            3,
            "none that tells its tenant",
        ),
        (&["--credential", "certificate"], &[], 2, "AZURE_CLIENT_CERTIFICATE_PATH is not set"),
        (&["--cloud", "china"], &[], 3, "401"),
        (&["--graph-url", "https://127.0.0.1:1"], &[], 3, "no connection for GET"),
        (&["--authority-url", "https://127.0.0.1:1"], &[], 3, "no connection for POST"),
        (&["--ledger", torn.to_str().unwrap()], &[], 2, "expected format 1 or older, found 9"),
        (&["--ledger", foreign.to_str().unwrap()], &[], 2, "it is the ledger of another tenant"),
        (&["--ledger", "/"], &[], 2, "nothing is made in a tenant"),
    ] {
        let all = [&["e2e", "tutorial-current", "--api", "v1.0", "--backend", "live"], arguments]
            .concat();
        let mut command = world.command(&all);
        let ended: Ended = command.envs(variables.iter().copied()).output().unwrap().into();
        assert!(
            ended.err.contains(expected),
            "{arguments:?} {variables:?}: {}{}",
            ended.out,
            ended.err
        );
        assert_eq!((ended.code, ended.err.lines().count()), (code, 1), "{}", ended.err);
    }
    // An authority that nobody here trusts: as of a proxy that opens TLS.
    let untold = std::fs::read_to_string(world.file("environment")).unwrap();
    let untold: Vec<&str> = untold.lines().filter(|line| !line.starts_with("CA_FILE")).collect();
    std::fs::write(world.file("untold"), untold.join("\n")).unwrap();
    let ended = world.live(&["--env-file", world.file("untold").to_str().unwrap()]);
    assert!(ended.err.contains("does a proxy open TLS here?"), "{}", ended.err);
    assert!(!world.file("ledger").exists(), "a run began");
}

#[test]
fn a_clock_that_is_off_is_told_before_anything_is_written() {
    let world = World::new();
    let doctor = |ahead: &str| {
        let ended = world.run(&["doctor", "--clock-rate", "1", "--clock-ahead", ahead]);
        (ended.code, ended.out)
    };
    let (code, out) = doctor("0");
    assert!(code == 0 && out.contains("this machine's clock is right"), "{out}");
    let (code, out) = doctor("-180");
    assert!(code == 3 && out.contains(" s behind the identity platform's: set it"), "{out}");
    let (code, out) = doctor("240");
    assert!(code == 3 && out.contains(" s ahead of the identity platform's: set it"), "{out}");
    for ahead in ["-3600", "3700"] {
        let ended = world.live(&["tutorial-current", "--clock-ahead", ahead]);
        assert_eq!((ended.code, ended.err.lines().count()), (3, 1), "{}", ended.err);
        assert!(ended.err.contains("expected this machine's clock to be right"), "{}", ended.err);
    }
    assert_eq!(world.ledger().lines().count(), 1, "a run began");
}

#[test]
fn a_run_reads_alone_and_gives_no_role_unless_it_is_told() {
    let world = World::new();
    let ended = world.live(&["tutorial-current", "--api", "v1.0", "--read-only"]);
    assert_eq!(ended.code, 1);
    assert!(ended.out.contains("--read-only"), "{}", ended.out);
    assert_eq!(world.ledger().lines().count(), 1);
    let ended = world.live(&["tutorial-2020", "--api", "v1.0"]);
    assert!(ended.out.contains("skipped: needs --allow-privileged"), "{}", ended.out);
    let ended = world.live(&["tutorial-current", "--api", "v1.0", "--max-objects", "3"]);
    assert!(ended.out.contains("expected 3 objects at most"), "{}", ended.out);
    assert_eq!(world.run(&["sweep"]).code, 0);
}

/// Neither a licence nor consent is missed in the midst of a play, with a group made already.
#[tokio::test]
async fn a_tenant_without_a_licence_or_consent_is_told_before_anything_is_written() {
    let told = |world: &World, expected: &str| {
        let ended = world.run(&["doctor"]);
        assert!(ended.code == 3 && ended.out.contains(expected), "{}", ended.out);
        for command in [&["e2e", "--backend", "live"][..], &["record", "--backend", "live"]] {
            let ended = world.run(&[command, &["tutorial-current", "--api", "v1.0"]].concat());
            assert_eq!(
                (ended.code, ended.err.lines().count()),
                (3, 1),
                "{}{}",
                ended.out,
                ended.err
            );
            assert!(ended.err.contains(expected), "{}", ended.err);
        }
        assert_eq!(world.ledger().lines().count(), 1, "something was made");
    };
    let world = World::with(&["--unlicensed"]);
    told(&world, "has no licence for entitlement management");
    let export = trusting(&world.told["CA_FILE"])
        .build()
        .unwrap()
        .get(format!("{}/_emulator/export", world.told["GRAPH_URL"]))
        .bearer_auth(&world.told["EMULATOR_TOKEN"]);
    let export = export.send().await.unwrap().text().await.unwrap();
    let seed = world.file("seed");
    std::fs::write(&seed, export.replace("EntitlementManagement.ReadWrite.All", "Other.All"))
        .unwrap();
    let world = World::with(&["--seed", seed.to_str().unwrap()]);
    told(&world, "grant EntitlementManagement.Read.All (or EntitlementManagement.ReadWrite.All)");
}

/// Two at once would not know what the other makes.
#[test]
fn a_ledger_is_one_runs_at_a_time() {
    let world = World::new();
    let mut first =
        world.command(&["e2e", "tutorial-current", "--api", "v1.0", "--backend", "live"]);
    let mut first = first.spawn().unwrap();
    await_lines(&world, 2);
    let second = world.live(&["tutorial-current", "--api", "beta"]);
    assert!(second.code == 2 && second.err.contains("another run has it open"), "{}", second.err);
    assert!(first.wait().unwrap().success());
}

/// Waits until the ledger has so many lines: the play is under way then.
fn await_lines(world: &World, count: usize) {
    let enough = || {
        let text = std::fs::read_to_string(world.file("ledger")).unwrap_or_default();
        text.lines().count() >= count
    };
    while !enough() {
        std::thread::yield_now();
    }
}

/// Interrupted, a run takes away what it made; killed, the sweep does.
#[cfg(unix)]
#[test]
fn an_end_before_the_end_leaves_nothing() {
    let world = World::new();
    for (signal, code) in [("-INT", Some(130)), ("-TERM", Some(130)), ("-KILL", None)] {
        let lines =
            std::fs::read_to_string(world.file("ledger")).unwrap_or_default().lines().count();
        let play = ["e2e", "tutorial-current", "--api", "v1.0", "--backend", "live"];
        let mut play = world.command(&play).spawn().unwrap();
        await_lines(&world, lines.max(1) + 11);
        let pid = play.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let status = play.wait().unwrap();
        assert_eq!(status.code(), code, "{signal}");
        let left = world.run(&["sweep"]);
        if code.is_none() {
            assert_eq!(left.code, 4, "{}", left.out);
            let swept = world.run(&["sweep", "--apply"]);
            assert_eq!(swept.code, 0, "{}", swept.out);
        } else {
            assert_eq!(left.code, 0, "{signal}: {}", left.out);
        }
    }
}

/// The same questions have the same answers, and leave nothing.
#[test]
fn what_is_probed_is_compared_and_leaves_nothing() {
    let world = World::new();
    let first = world.run(&["probe", "--json", "--samples", "2"]);
    assert_eq!(first.code, 0, "{}{}", first.out, first.err);
    let answers: HashMap<String, String> = serde_json::from_str(&first.out).unwrap();
    assert_eq!(answers["a second open request"], "400 ExistingOpenRequest");
    assert_eq!(answers["a policy put without what it had"], "200");
    let time = &answers["time until a request is delivered"];
    assert!(time.contains("s in the middle"), "{time}");
    let file = world.file("answers");
    std::fs::write(&file, &first.out).unwrap();
    let again = world.run(&["probe", "--samples", "1", "--against", file.to_str().unwrap()]);
    assert_eq!(again.code, 0, "{}", again.out);
    let changed = first.out.replace("400 ExistingOpenRequest", "409 Other");
    std::fs::write(&file, changed).unwrap();
    let again = world.run(&["probe", "--samples", "1", "--against", file.to_str().unwrap()]);
    assert_eq!(again.code, 1, "{}", again.out);
    assert!(
        again.out.contains("a second open request: 409 Other, then 400 Exist"),
        "{}",
        again.out
    );
    assert_eq!(world.run(&["sweep"]).code, 0);
}

/// A folder that is a checkout as far as golden files go; cassettes are to come.
fn checkout() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let copied = |from: &str| {
        for entry in std::fs::read_dir(root.join(from)).unwrap() {
            let entry = entry.unwrap();
            let to = folder.path().join(from).join(entry.file_name());
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(entry.path(), to).unwrap();
        }
    };
    for golden in ["tutorial-current", "tutorial-2020", "resource-requests"] {
        copied(&format!("snapshots/golden/{golden}"));
    }
    std::fs::create_dir(folder.path().join("scenarios")).unwrap();
    std::fs::copy(root.join("scenarios/Cargo.toml"), folder.path().join("scenarios/Cargo.toml"))
        .unwrap();
    folder
}

/// What must be seen nowhere is planted where it can be, and looked for in all that is kept or said.
#[test]
fn what_is_secret_is_seen_nowhere() {
    let world = World::new();
    let checkout = checkout();
    let trace = checkout.path().join("trace.json");
    let mut kept = Vec::new();
    let mut run = |arguments: &[&str]| -> Ended {
        let mut command = world.command(arguments);
        // Everything that could be logged is, if anything is.
        command.current_dir(checkout.path()).env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
        let ended: Ended = command.output().unwrap().into();
        kept.push((arguments.join(" "), format!("{}{}", ended.out, ended.err)));
        ended
    };
    let recorded = run(&["record", "--backend", "live", "--allow-privileged"]);
    assert_eq!(recorded.code, 0, "{}", recorded.out);
    assert!(recorded.out.contains("7 passed, 0 failed, 2 skipped"), "{}", recorded.out);
    let traced = trace.to_str().unwrap();
    let live = ["e2e", "--backend", "live", "--allow-privileged", "--trace", traced];
    assert_eq!(run(&live).code, 0);
    assert_eq!(run(&[&live[..], &["--json"]].concat()).code, 0);
    run(&["e2e", "--backend", "live", "--max-objects", "2"]);
    run(&["doctor"]);
    run(&["sweep"]);
    // What was recorded is played again as it was.
    let replayed = run(&[
        "e2e",
        "tutorial-current",
        "tutorial-2020",
        "resource-requests",
        "--backend",
        "replay",
    ]);
    assert_eq!(replayed.code, 0, "{}", replayed.out);
    for folder in ["scenarios/cassettes", "snapshots/golden/tutorial-current", "."] {
        for entry in std::fs::read_dir(checkout.path().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                kept.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    kept.push(("the ledger".to_owned(), world.ledger()));
    assert!(kept.iter().any(|(name, text)| name.ends_with("trace.json") && text.len() > 100_000));
    let told = |name: &str| world.told[name].as_str();
    let canaries = [
        "AZURE_CLIENT_SECRET",
        "REQUESTOR_PASSWORD",
        "REQUESTOR_USERNAME",
        "REQUESTOR_ID",
        "EMULATOR_TOKEN",
        "AZURE_TENANT_ID",
        "AZURE_CLIENT_ID",
    ];
    for (place, text) in &kept {
        for canary in canaries {
            // The run's own `entitle0a1b2cRequestor1@…` is another user.
            let alone = text.match_indices(told(canary)).any(|(at, _)| {
                let before = text[..at].chars().next_back();
                !before.is_some_and(|before| before.is_ascii_alphanumeric())
            });
            assert!(!alone, "{canary} in {place}");
        }
        // A token is a JSON text in base64.
        assert!(!text.contains("eyJ0eXAi") && !text.contains("eyJhbGci"), "a token in {place}");
        assert!(!text.contains("Pw-"), "a password in {place}");
    }
}
