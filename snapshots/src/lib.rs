//! Every golden file, and the one function that compares with them.
//!
//! ```
//! assert!(snapshots::check("examples", "greeting", "hello\n").is_ok());
//! let difference = snapshots::check("examples", "greeting", "hullo\n").unwrap_err();
//! assert!(difference.to_string().contains("-hello\n+hullo"));
//! # snapshots::discard("examples", "greeting");
//! ```
//!
//! Goldens live in `golden/AREA/NAME.snap`, in insta's format. Inside a checkout its files are
//! compared with, and a difference leaves a `.snap.new` beside them: `cargo insta review` from the
//! root shows and accepts it, as `INSTA_UPDATE=always` does without asking. Elsewhere the files
//! that were compiled in are compared with, and nothing is written.
//!
//! Invariants, said as absences: nothing here knows what a golden is about; [`check`] never panics
//! and prints nothing.

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
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} differs (- golden, + found):\n{}review with `cargo insta review`, or accept with INSTA_UPDATE=always",
            self.golden, self.diff
        )
    }
}

/// Compares `content` with the golden file `AREA/NAME.snap`.
///
/// # Errors
/// [`Difference`] where they differ or there is no golden file.
pub fn check(area: &str, name: &str, content: &str) -> Result<(), Difference> {
    let golden = format!("snapshots/golden/{area}/{name}.snap");
    let known = match checkout() {
        Some(root) => stored(&root.join(&golden)),
        None => compiled_in(area, name),
    };
    if known.as_deref().is_some_and(|known| known.trim_end() == content.trim_end()) {
        return Ok(());
    }
    let accepted = checkout().is_some_and(|root| {
        assert_by_insta(&root.join("snapshots/golden").join(area), name, content)
    });
    match accepted {
        true => Ok(()),
        false => Err(Difference { golden, diff: diff(known.as_deref(), content) }),
    }
}

/// Takes away the `.snap.new` that a difference left, for tests that differ on purpose.
pub fn discard(area: &str, name: &str) {
    if let Some(root) = checkout() {
        let new = root.join(format!("snapshots/golden/{area}/{name}.snap.new"));
        // Nothing to take away is fine.
        let _gone = std::fs::remove_file(new);
    }
}

/// The checkout that the current directory is in, if it is in one.
pub fn checkout() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let root = here.ancestors().find(|folder| {
        folder.join("snapshots/golden").is_dir() && folder.join("scenarios/Cargo.toml").is_file()
    });
    root.map(Path::to_path_buf)
}

fn stored(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(without_header(&text).to_owned())
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

/// Lets insta write `.snap.new`, or accept where its own settings say so. Whether it accepted.
fn assert_by_insta(folder: &Path, name: &str, content: &str) -> bool {
    // The panic hook belongs to the process: one assertion at a time may silence it.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let asserted = catch_unwind(AssertUnwindSafe(|| {
        settings.bind(|| insta::assert_snapshot!(name, content));
    }));
    std::panic::set_hook(hook);
    asserted.is_ok()
}

fn diff(known: Option<&str>, content: &str) -> String {
    let (known, content) = (known.unwrap_or_default().trim_end(), content.trim_end());
    let diff = TextDiff::from_lines(known, content);
    let text = diff.unified_diff().context_radius(3).missing_newline_hint(false).to_string();
    format!("{}\n", text.trim_end())
}
