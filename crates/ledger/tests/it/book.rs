use std::path::Path;

use ledger::{Kind, Ledger, LedgerError};
use proptest::prelude::*;

use crate::World;

const TENANT: &str = "33f2f5f3-8d60-4b8c-9fb6-2f1e7a7d5b11";

/// A file of a run that made a user, and was refused a group.
async fn written(path: &Path) {
    let ledger = Ledger::open(path, TENANT).unwrap();
    let world = World { ledger, ..World::new() };
    let run = world.run();
    run.user("kept").await;
    run.post("groups", serde_json::json!({"displayName": "no nickname"})).await.unwrap_err();
}

#[tokio::test]
async fn it_is_there_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/ledger.jsonl");
    written(&path).await;
    let ledger = Ledger::open(&path, TENANT).unwrap();
    let open = ledger.open_entries(None);
    assert_eq!(open.len(), 1);
    assert_eq!((open[0].kind, open[0].mark("mailNickname")), (Kind::User, "entitle0a1b2ckept"));
    assert!(ledger.made(Kind::User, &open[0].ids[0]).is_some());
    // Who was there and who signs in is not in it, nor is any secret.
    let text = std::fs::read_to_string(&path).unwrap();
    for secret in [TENANT, "Pw-never-written-down", "contoso", "Bearer"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.jsonl");
    written(&path).await;
    let text = std::fs::read_to_string(&path).unwrap();
    let opened = || Ledger::open(&path, TENANT);
    let held = opened().unwrap();
    assert!(matches!(opened(), Err(LedgerError::InUse { .. })));
    drop(held);
    assert!(matches!(Ledger::open(&path, "other"), Err(LedgerError::OtherTenant { .. })));
    let lines: Vec<&str> = text.lines().collect();
    for (changed, expected) in [
        (text.replacen("\"format\":1", "\"format\":2", 1), "expected format 1 or older, found 2"),
        (lines[1..].join("\n") + "\n", "line 1: expected the head of a ledger"),
        (text.replacen(lines[2], "torn", 1), "line 3: it is no JSON"),
        (
            text.replacen(lines[2], "{\"is\":\"x\"}", 1),
            "line 3: it is JSON, but no line of a ledger",
        ),
        (
            text.replacen("\"n\":0", "\"n\":7", 1),
            "line 2: it speaks of an object that no line above",
        ),
        (format!("{}\n{text}", lines[0]), "line 2: found a second head"),
    ] {
        std::fs::write(&path, changed).unwrap();
        let error = opened().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert!(matches!(Ledger::open(folder.path(), TENANT), Err(LedgerError::File { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Cut anywhere, as by a power cut while the last line was written, it opens, knows all whole lines,
    /// and goes on.
    #[test]
    fn a_torn_last_line_is_dropped(cut in any::<prop::sample::Index>()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.jsonl");
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(written(&path));
        let text = std::fs::read(&path).unwrap();
        let cut = cut.index(text.len() + 1);
        std::fs::write(&path, &text[..cut]).unwrap();
        let whole = text[..cut].split(|byte| *byte == b'\n').count() - 1;
        let before = Ledger::open(&path, TENANT).unwrap().open_entries(None).len();
        // head, user intended, made; group intended, refused.
        let expected = [0, 0, 1, 1, 2, 1][whole];
        prop_assert_eq!(before, expected);
        runtime.block_on(written(&path));
        let after = Ledger::open(&path, TENANT).unwrap().open_entries(None).len();
        prop_assert_eq!(after, expected + 1);
    }
}

/// A file that is no ledger stays as it is, also where its last line has no end.
#[test]
fn a_file_of_another_kind_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".env");
    for text in ["AZURE_CLIENT_ID=x\nAZURE_TENANT_ID=y", "one line"] {
        std::fs::write(&path, text).unwrap();
        let error = Ledger::open(&path, TENANT).unwrap_err();
        assert!(matches!(error, LedgerError::Damaged { line: 1, .. }), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}
