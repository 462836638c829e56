//! Words of closed lists, read back from a file. There are few of them, and each is kept in memory
//! once, for as long as the process runs.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Deserializer};

/// A word of a closed list. (Under this name, serde takes it for no text that is borrowed.)
pub(crate) type Word = &'static str;

static WORDS: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);

fn known(word: String) -> &'static str {
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    let words = words.get_or_insert_with(HashSet::new);
    match words.get(word.as_str()) {
        Some(known) => known,
        None => {
            let word: &'static str = word.leak();
            words.insert(word);
            word
        }
    }
}

/// For `#[serde(deserialize_with)]` of a word.
pub(crate) fn one<'de, D: Deserializer<'de>>(from: D) -> Result<&'static str, D::Error> {
    String::deserialize(from).map(known)
}

/// For `#[serde(deserialize_with)]` of a list of words.
pub(crate) fn many<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<&'static str>, D::Error> {
    let words = Vec::<String>::deserialize(from)?;
    Ok(words.into_iter().map(known).collect())
}
