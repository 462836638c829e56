//! Whatever `$filter` is, it is read or refused; what is read is written and read again as itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use odata::Filter;
use serde_json::json;

fuzz_target!(|text: &str| {
    let Ok(filter) = text.parse::<Filter>() else { return };
    let again: Filter = filter.to_string().parse().expect("what was written can be read");
    assert_eq!(again, filter);
    let row = json!({"id": "1", "displayName": "x", "target": {"objectId": null}, "count": 3, "list": [{"a": true}]});
    let _ = odata::matches(&filter, &row);
});
