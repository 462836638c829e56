//! Documents that commands are given: by file, by address, or by the version whose contract this
//! build carries.

use std::path::Path;

use bytes::Bytes;
use contract::{Contract, LARGEST};
use transport::{Live, Transport};

use crate::exit::Failure;

/// A document as text, and what it is called.
#[derive(Debug)]
pub(crate) struct Named {
    /// As the user named it.
    pub(crate) label: String,
    /// Its last part.
    pub(crate) short: String,
    /// The file that reports point into.
    pub(crate) file: String,
    pub(crate) text: String,
}

/// Reads what `label` names: an address, a file, or `v1.0` and `beta` for the contracts of this
/// build.
pub(crate) fn read(label: &str) -> Result<Named, Failure> {
    let short = label.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(label);
    let mut file = label.to_owned();
    let text = if label.starts_with("https://") || label.starts_with("http://") {
        fetch(label)?
    } else if !Path::new(label).exists()
        && let Ok(contract) = Contract::builtin(label)
    {
        file = format!("crates/contract/contracts/{label}.json");
        contract.to_text()
    } else {
        text_of(label)?
    };
    Ok(Named { label: label.to_owned(), short: short.to_owned(), file, text })
}

/// The text of a file that is not too large to be meant.
pub(crate) fn text_of(file: &str) -> Result<String, Failure> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::InvalidData => {
            Failure::usage(format!("{file}: expected text in UTF-8, found other bytes"))
        }
        _ => Failure::usage(format!("{file}: {error}")),
    };
    let size = std::fs::metadata(file).map_err(failed)?.len();
    too_large(file, size)?;
    let text = std::fs::read_to_string(file).map_err(failed)?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn too_large(label: &str, size: u64) -> Result<(), Failure> {
    match usize::try_from(size) {
        Ok(size) if size <= LARGEST => Ok(()),
        _ => Err(Failure::usage(format!(
            "{label}: expected a document of at most {} MB, found one of {} MB",
            LARGEST / 1024 / 1024,
            size / 1024 / 1024
        ))),
    }
}

fn fetch(address: &str) -> Result<String, Failure> {
    let request = http::Request::get(address).body(Bytes::new());
    let request = request.map_err(|error| Failure::usage(format!("{address}: {error}")))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let live = Live::new().map_err(Failure::environment)?;
    let response = runtime
        .map_err(Failure::environment)?
        .block_on(live.exchange(request))
        .map_err(Failure::environment)?;
    if response.status() != http::StatusCode::OK {
        let moved = response.headers().get(http::header::LOCATION);
        let moved = moved.and_then(|to| to.to_str().ok()).map(|to| format!("; it points to {to}"));
        return Err(Failure::environment(format!(
            "{address}: expected 200, found {}{}",
            response.status().as_u16(),
            moved.unwrap_or_default()
        )));
    }
    too_large(address, response.body().len() as u64)?;
    String::from_utf8(response.into_body().to_vec()).map_err(|_| {
        Failure::usage(format!("{address}: expected text in UTF-8, found other bytes"))
    })
}
