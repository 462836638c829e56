//! The reader of metadata, and what is made of it: a slice, its text, a comparison with itself.

#![no_main]

use contract::{Contract, Document, drift};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(document) = Document::parse(text, "fuzz", "fuzz") else { return };
    let pair = (document.clone(), "v1.0");
    let Ok((base, head)) = Document::contracts(pair, (document, "v1.0")) else { return };
    assert!(drift::compare(&base, &head, None).is_empty(), "nothing differs from itself");
    assert_eq!(Contract::parse(&base.to_text(), "again").as_ref(), Ok(&base));
});
