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
    let lines = (0..4)
        .map(|_| {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            line.trim_end().to_owned()
        })
        .collect();
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

#[cfg(unix)]
#[test]
fn it_stops_in_good_order_when_interrupted() {
    let mut running = start(&[]);
    let pid = running.child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(running.child.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    running.child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "stopped\n");
}
