//! Files that are written whole or not at all: beside their place first, then renamed.
//!
//! ```
//! let folder = tempfile::tempdir().unwrap();
//! let path = folder.path().join("trace.json");
//! // That it can be written is known before there is anything to write.
//! let file = file::Beside::new(&path).unwrap();
//! assert!(!path.exists());
//! file.replace("{}").unwrap();
//! assert_eq!(std::fs::read_to_string(&path).unwrap(), "{}");
//! ```
//!
//! Invariants, said as absences: nothing here knows what is written; errors name no file, that is
//! the caller's to say.

use std::io::{Error, Result, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// A file that will stand at its place once it is whole; dropped before, it leaves nothing.
#[derive(Debug)]
pub struct Beside {
    file: NamedTempFile,
    path: PathBuf,
}

impl Beside {
    /// A file for `path`, in the same folder.
    ///
    /// # Errors
    /// Where the folder does not take one.
    pub fn new(path: &Path) -> Result<Self> {
        let beside = Self::with_mode(path, 0o666)?;
        if let Ok(known) = std::fs::metadata(path) {
            beside.file.as_file().set_permissions(known.permissions())?;
        }
        Ok(beside)
    }

    /// As [`Beside::new`], for a file that its owner alone may read, whatever stood there before.
    ///
    /// # Errors
    /// As [`Beside::new`].
    pub fn private(path: &Path) -> Result<Self> {
        Self::with_mode(path, 0o600)
    }

    #[cfg_attr(not(unix), expect(unused_variables, reason = "permissions are a matter of unix"))]
    fn with_mode(path: &Path, mode: u32) -> Result<Self> {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        #[cfg_attr(not(unix), expect(unused_mut, reason = "permissions are a matter of unix"))]
        let mut builder = Builder::new();
        // A temporary file is its owner's alone; one that others read is not.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
        let file = builder.tempfile_in(folder).map_err(|error| plain(&error))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Puts `text` in the place of what was there.
    ///
    /// # Errors
    /// Where the disk or the folder does not take it; what was there stays.
    pub fn replace(mut self, text: &str) -> Result<()> {
        self.file.write_all(text.as_bytes()).map_err(|error| plain(&error))?;
        self.file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }
}

/// Writes `text` to `path`, whole or not at all.
///
/// # Errors
/// As [`Beside::new`] and [`Beside::replace`].
pub fn replace(path: &Path, text: &str) -> Result<()> {
    Beside::new(path)?.replace(text)
}

/// Writes `text` to `path`, whole or not at all, readable by its owner alone.
///
/// # Errors
/// As [`Beside::private`] and [`Beside::replace`].
pub fn replace_private(path: &Path, text: &str) -> Result<()> {
    Beside::private(path)?.replace(text)
}

/// The error without the name of the temporary file, which says nothing to anybody.
fn plain(error: &Error) -> Error {
    Error::from(error.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn what_is_private_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key");
        std::fs::write(&path, "old").expect("a file");
        replace_private(&path, "new").expect("it can be written");
        let mode = std::fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_was_there_stays_until_the_new_is_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        std::fs::write(&path, "old").expect("a file");
        drop(Beside::new(&path).expect("a place"));
        assert_eq!(std::fs::read_to_string(&path).expect("a text"), "old");
        replace(&path, "new").expect("written");
        assert_eq!(std::fs::read_to_string(&path).expect("a text"), "new");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
        let error = replace(&folder.path().join("none/a"), "new").expect_err("no folder");
        assert!(!error.to_string().contains("tmp"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay_as_they_were() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        replace(&path, "old").expect("written");
        let mode = || std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777;
        assert_ne!(mode() & 0o044, 0, "others may read what is not secret");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).expect("permissions");
        replace(&path, "new").expect("written");
        assert_eq!(mode(), 0o640);
    }
}
