//! The binary, run in a folder.

use std::path::Path;
use std::process::{Command, Output, Stdio};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_entitle");

#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Runs in the checkout.
pub(crate) fn entitle(arguments: &[&str]) -> Ended {
    entitle_in(Path::new(env!("CARGO_MANIFEST_DIR")), arguments)
}

pub(crate) fn entitle_in(folder: &Path, arguments: &[&str]) -> Ended {
    process(folder, arguments).output().unwrap().into()
}

pub(crate) fn process(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    // As on a person's machine, whoever runs the tests.
    command.env_remove("CI").env_remove("INSTA_UPDATE");
    command.args(arguments).current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}
