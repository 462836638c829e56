use contract::{Contract, Member};

#[test]
fn the_built_in_contracts_can_be_read_and_are_large_enough_to_judge() {
    for version in ["v1.0", "beta"] {
        let contract = Contract::builtin(version).unwrap();
        assert!(contract.types.len() > 150 && contract.member_count() > 650, "{version}");
        assert_eq!(Contract::parse(&contract.to_text(), "again").unwrap(), *contract);
    }
    let error = Contract::builtin("v2.0").unwrap_err().to_string();
    assert_eq!(error, "no contract of 'v2.0'; known are v1.0 and beta");
}

#[test]
fn a_change_of_one_property_is_one_line_and_another_fingerprint() {
    let base = Contract::builtin("v1.0").unwrap();
    let mut head = base.clone();
    let package = head.types.get_mut("accessPackage").unwrap();
    package.properties.insert("isPopular".into(), "Edm.Boolean".parse::<Member>().unwrap());
    let (old, new) = (base.to_text(), head.to_text());
    let added: Vec<_> = new.lines().filter(|line| !old.contains(line)).collect();
    assert_eq!(added, ["        \"isPopular\": \"Edm.Boolean\","]);
    assert_ne!(base.fingerprint(), head.fingerprint());
}

#[test]
fn torn_and_newer_files_are_refused_with_what_to_do() {
    let text = Contract::builtin("beta").unwrap().to_text();
    let torn = Contract::parse(&text[..text.len() / 2], "beta.json").unwrap_err().to_string();
    assert!(torn.starts_with("beta.json, line "), "{torn}");
    assert!(torn.contains("cargo xtask contract update"), "{torn}");
    let member: Member = "Edm.String, of the other version".parse().unwrap();
    assert_eq!(member.to_string(), "Edm.String, of the other version");
    let cyclic = r#"{"format": 1, "version": "beta", "sources": [], "roots": {}, "types": {"a": {"kind": "entity", "base": "a"}}}"#;
    let cyclic = Contract::parse(cyclic, "beta.json").unwrap_err().to_string();
    assert!(cyclic.starts_with("beta.json: expected types whose bases end, found a, "), "{cyclic}");
    let unknown = Contract::parse(&text.replacen("\"roots\"", "\"routes\"", 1), "beta.json");
    assert!(unknown.unwrap_err().to_string().contains("unknown field `routes`"));
    let newer = Contract::parse(r#"{"format": 9}"#, "beta.json").unwrap_err().to_string();
    assert_eq!(
        newer,
        "beta.json: format 9 is newer than 2, the newest that this build reads; update entitle"
    );
    let odd = text.replacen(", not null", ", not nul", 1);
    let odd = Contract::parse(&odd, "beta.json").unwrap_err().to_string();
    assert!(odd.contains("expected 'not null', 'contained', 'observed'"), "{odd}");
}

/// The first format had neither operations nor numbers of words.
#[test]
fn a_file_of_the_first_format_can_be_read() {
    let first = r#"{"format": 1, "version": "beta", "sources": ["x"], "roots": {"users": "Collection(user)"}, "types": {"state": {"kind": "enum", "words": ["open", "closed"]}}}"#;
    let contract = Contract::parse(first, "beta.json").unwrap();
    let words: Vec<_> = contract.types["state"].words.iter().map(ToString::to_string).collect();
    assert_eq!(words, ["open", "closed"]);
    let odd = first.replace("\"closed\"", "\"closed = late\"");
    let odd = Contract::parse(&odd, "beta.json").unwrap_err().to_string();
    assert!(odd.contains("expected a whole number behind 'closed =', found 'late'"), "{odd}");
}

#[test]
fn writing_replaces_the_file_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("v1.0.json");
    std::fs::write(&path, "old").unwrap();
    let contract = Contract::builtin("v1.0").unwrap();
    contract.write(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), contract.to_text());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// A stored contract and the schema made of it, of a document small enough to be read whole.
#[test]
fn facts_and_schema_are_as_their_golden_files_say() {
    let text = include_str!("../fixtures/after.csdl");
    let metadata = contract::Metadata::parse(text, "after.csdl", "after.csdl").unwrap();
    let contract = metadata.slice("v1.0").unwrap();
    let schema = serde_json::to_string_pretty(&contract.schema()).unwrap();
    for (name, text) in [("facts", contract.to_text()), ("schema", schema)] {
        if let Err(difference) = snapshots::check("contract", name, &text) {
            panic!("{difference}");
        }
    }
}

/// What is demanded of the nouns that people know best, in both versions.
#[test]
fn schemas_of_known_types_are_as_their_golden_files_say() {
    for (version, names) in [
        ("v1.0", ["accessPackageSubject", "accessPackageRequestState", "subjectSet"]),
        ("beta", ["accessPackageSubject", "requestorManager", "subjectSet"]),
    ] {
        let schema = Contract::builtin(version).unwrap().schema();
        let definitions = &schema["$defs"];
        let of = |name: &&str| {
            let own = format!("{name}.members");
            let parts =
                [*name, own.as_str()].map(|name| (name.to_owned(), definitions[name].clone()));
            parts.into_iter().filter(|(_, part)| !part.is_null())
        };
        let known: serde_json::Map<_, _> = names.iter().flat_map(of).collect();
        let text = serde_json::to_string_pretty(&known).unwrap();
        if let Err(difference) = snapshots::check("contract", &format!("{version}.schema"), &text) {
            panic!("{difference}");
        }
    }
}
