//! Clients that nobody here wrote, unmodified, against the emulator over TLS.

use std::path::Path;

use xshell::{Shell, cmd};

use crate::served::Served;

/// How much faster than ours the emulator's time goes: a request is delivered in seconds of it.
const RATE: &str = "60";

/// Installs the pinned clients below `target/interop` and plays the lifecycle with each.
pub(crate) fn run(shell: &Shell) -> xshell::Result<()> {
    let sources = shell.current_dir().join("xtask/interop");
    let target = shell.create_dir("target/interop")?;
    let python = install_python(shell, &sources.join("python"), &target.join("python"))?;
    let node = install_node(shell, &sources.join("node"), &target.join("node"))?;
    let emulator = Served::start(&target, &["--rate", RATE]).expect("the emulator starts");
    let mut environment = emulator.environment.clone();
    for name in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] {
        environment.push((name.to_owned(), emulator.told("CA_FILE").to_owned()));
    }
    // Whatever proxy the machine has, this is not for it.
    for name in ["NO_PROXY", "no_proxy"] {
        environment.push((name.to_owned(), "127.0.0.1".to_owned()));
    }
    for (client, program, script) in [
        ("msgraph-sdk and azure-identity, Python", python, sources.join("python/lifecycle.py")),
        ("microsoft-graph-client and @azure/identity, Node", "node".into(), node),
    ] {
        println!("{client}");
        cmd!(shell, "{program} {script}").envs(environment.clone()).quiet().run()?;
    }
    println!("2 clients, 0 failed");
    Ok(())
}

fn install_python(
    shell: &Shell,
    sources: &Path,
    target: &Path,
) -> xshell::Result<std::path::PathBuf> {
    let python = match cfg!(windows) {
        true => target.join("Scripts/python.exe"),
        false => target.join("bin/python"),
    };
    if !python.exists() {
        needed(&cmd!(shell, "python3 -m venv {target}"), "python3 and python3-venv")?;
    }
    let requirements = sources.join("requirements.txt");
    let install = "-m pip install --quiet --disable-pip-version-check --requirement";
    let install: Vec<&str> = install.split(' ').collect();
    cmd!(shell, "{python} {install...} {requirements}").run()?;
    Ok(python)
}

/// The script stands beside what it imports, which therefore stays out of the sources.
fn install_node(
    shell: &Shell,
    sources: &Path,
    target: &Path,
) -> xshell::Result<std::path::PathBuf> {
    shell.create_dir(target)?;
    for file in ["package.json", "package-lock.json", "lifecycle.mjs"] {
        shell.copy_file(sources.join(file), target.join(file))?;
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    needed(&cmd!(shell, "{npm} ci --no-audit --no-fund --prefix {target}"), "Node 20 and npm")?;
    Ok(target.join("lifecycle.mjs"))
}

/// Runs an installation, and says what to install where it cannot be run.
fn needed(command: &xshell::Cmd<'_>, packages: &str) -> xshell::Result<()> {
    command.run().inspect_err(|_| {
        eprintln!("interop needs {packages} and a network; nothing was tried with a client");
    })
}
