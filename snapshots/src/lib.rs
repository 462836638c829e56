//! Every golden file, and the functions that compare with them.
//!
//! ```
//! // What differs is told as a unified diff; comparing alone writes nothing.
//! let difference = snapshots::compare("tutorial-current", "v1.0.transitions", "nothing\n");
//! assert!(difference.unwrap_err().to_string().contains("+nothing\n"));
//! ```
//!
//! Goldens live in `golden/AREA/NAME.snap`, in insta's format. Inside a checkout its files are
//! compared with; where [`check`] finds a difference it leaves a `.snap.new` beside them:
//! `cargo insta review` from the root shows and accepts it, as `INSTA_UPDATE=always` does without
//! asking. Elsewhere the files that were compiled in are compared with, and nothing is written.
//!
//! Invariants, said as absences: nothing here knows what a golden is about; neither function panics
//! or prints.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use include_dir::{Dir, include_dir};
use similar::TextDiff;

static COMPILED_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/golden");

/// How a text differs from its golden file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Difference {
    /// The golden file, relative to the root of the repository.
    pub golden: String,
    /// A unified diff, `-` the golden, `+` the text; the whole text where there is no golden.
    pub diff: String,
    /// Why the golden file, which is there, cannot be read; there is no diff then.
    pub unreadable: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(why) = &self.unreadable {
            return write!(f, "{} cannot be read: {why}; restore the file", self.golden);
        }
        write!(
            f,
            "{} differs (- golden, + found):\n{}review with `cargo insta review`, or accept with INSTA_UPDATE=always",
            self.golden, self.diff
        )
    }
}

/// Compares `content` with the golden file `AREA/NAME.snap`, and writes nothing.
///
/// # Errors
/// [`Difference`] where they differ or there is no golden file that can be read.
pub fn compare(area: &str, name: &str, content: &str) -> Result<(), Difference> {
    let known = known(area, name)?;
    let golden = format!("snapshots/golden/{area}/{name}.snap");
    match known.as_deref().is_some_and(|known| known.trim_end() == content.trim_end()) {
        true => Ok(()),
        false => {
            let diff = diff(known.as_deref(), content);
            Err(Difference { golden, diff, unreadable: None })
        }
    }
}

/// The text of the golden file `AREA/NAME.snap`; `None` where there is none.
///
/// # Errors
/// [`Difference`] says why it cannot be read.
pub fn known(area: &str, name: &str) -> Result<Option<String>, Difference> {
    let golden = format!("snapshots/golden/{area}/{name}.snap");
    match checkout() {
        Some(root) => stored(&root.join(&golden)).map_err(|error| unreadable(golden, &error)),
        None => Ok(compiled_in(area, name)),
    }
}

/// [`compare`]s, and leaves what differs for review; where insta's settings accept it, it is the
/// golden file from now on.
///
/// # Errors
/// As [`compare`], unless it was accepted.
pub fn check(area: &str, name: &str, content: &str) -> Result<(), Difference> {
    let compared = compare(area, name, content);
    let Some(root) = checkout() else { return compared };
    let folder = root.join("snapshots/golden").join(area);
    match compared {
        Ok(()) => {
            // What an earlier difference left is of no use any more; mostly there is nothing.
            let _gone = std::fs::remove_file(folder.join(format!("{name}.snap.new")));
            Ok(())
        }
        Err(difference) if difference.unreadable.is_some() => Err(difference),
        Err(_) => {
            propose(&folder, name, content);
            // Accepted is what stands in the golden file now, whatever insta was told to let pass.
            compare(area, name, content)
        }
    }
}

/// Whether the golden file `AREA/NAME.snap` can be read, if it is there.
///
/// # Errors
/// [`Difference`] says why; a golden file that is not there can be made.
pub fn readable(area: &str, name: &str) -> Result<(), Difference> {
    let golden = format!("snapshots/golden/{area}/{name}.snap");
    let Some(root) = checkout() else { return Ok(()) };
    match stored(&root.join(&golden)) {
        Ok(_) => Ok(()),
        Err(error) => Err(unreadable(golden, &error)),
    }
}

fn unreadable(golden: String, why: &std::io::Error) -> Difference {
    Difference { golden, diff: String::new(), unreadable: Some(why.to_string()) }
}

/// The checkout that the current directory is in, if it is in one.
pub fn checkout() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let root = here.ancestors().find(|folder| {
        folder.join("snapshots/golden").is_dir() && folder.join("scenarios/Cargo.toml").is_file()
    });
    root.map(Path::to_path_buf)
}

/// The golden file's text; `None` where there is none.
fn stored(path: &Path) -> std::io::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(without_header(&text).to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn compiled_in(area: &str, name: &str) -> Option<String> {
    let file = COMPILED_IN.get_file(format!("{area}/{name}.snap"))?;
    Some(without_header(file.contents_utf8()?).to_owned())
}

/// A snapshot file begins with a header between two lines of `---`.
fn without_header(text: &str) -> &str {
    let body = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    body.map_or(text, |(_, body)| body)
}

/// Lets insta write `.snap.new`, or accept where its own settings say so.
fn propose(folder: &Path, name: &str, content: &str) {
    // The panic hook belongs to the process: one assertion at a time may silence it.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let _asserted = catch_unwind(AssertUnwindSafe(|| {
        settings.bind(|| insta::assert_snapshot!(name, content));
    }));
    std::panic::set_hook(hook);
}

fn diff(known: Option<&str>, content: &str) -> String {
    let (known, content) = (known.unwrap_or_default().trim_end(), content.trim_end());
    let diff = TextDiff::from_lines(known, content);
    let text = diff.unified_diff().context_radius(3).missing_newline_hint(false).to_string();
    format!("{}\n", text.trim_end())
}
