//! The emulator as a process of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// An emulator on a free port, over TLS; it goes with this.
pub(crate) struct Served {
    process: Child,
    /// What clients must be told, by name.
    pub(crate) environment: Vec<(String, String)>,
}

impl Served {
    /// Starts it with these options besides; its files go to `folder`.
    pub(crate) fn start(folder: &Path, options: &[&str]) -> std::io::Result<Self> {
        let (tls, file) = (folder.join("tls"), folder.join("environment"));
        // This very program has every command of `entitle`.
        let mut process = Command::new(std::env::current_exe()?)
            .args(["emulate", "--listen", "127.0.0.1:0"])
            .args(["--tls".as_ref(), tls.as_os_str(), "--env-file".as_ref(), file.as_os_str()])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()?;
        let printed = process.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines());
        // Its last line before it waits for calls.
        let _ready = printed.map_while(Result::ok).find(|line| line.starts_with("try:"));
        // Dropped from here on, it ends.
        let mut served = Self { process, environment: Vec::new() };
        let text = std::fs::read_to_string(&file)?;
        let lines = text.lines().filter_map(|line| line.split_once('='));
        served.environment = lines.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Ok(served)
    }

    /// What clients are told under a name.
    pub(crate) fn told(&self, name: &str) -> &str {
        let found = self.environment.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
