//! The readers of recordings.

#![no_main]

use cassette::{Cassette, har};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(cassette) = Cassette::parse(text, "fuzz", "record it again") {
        assert!(cassette.exchanges.iter().all(|exchange| !exchange.answers.is_empty()));
    }
    let _ = har::read(text, "fuzz");
});
