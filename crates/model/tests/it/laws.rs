use model::Version;
use model::dialect::{Kind, Noun, from_wire, noun, to_wire};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A value that both versions can express for a noun: members that both have, to a depth of one.
fn expressible(noun: &'static Noun, depth: usize) -> BoxedStrategy<Value> {
    let members: Vec<_> = noun
        .members
        .iter()
        .filter(|member| member.v1.is_some() && (member.beta.is_some() || depth > 0))
        .filter_map(|member| {
            let value: BoxedStrategy<Value> = match member.kind {
                Kind::Spelled => "[a-z][a-zA-Z]{0,8}".prop_map(Value::from).boxed(),
                // A policy's settings are taken apart, so an empty object is as good as none.
                Kind::Nest(below) if depth > 0 && below.name().ends_with("Settings") => {
                    expressible(below, depth - 1)
                        .prop_filter("empty settings", |value| value != &json!({}))
                        .boxed()
                }
                // What beta keeps in flat members has a law of its own.
                Kind::Nest(_) if member.beta.is_none() => return None,
                Kind::Nest(below) if depth > 0 => prop_oneof![
                    expressible(below, depth - 1),
                    prop::collection::vec(expressible(below, depth - 1), 0..3)
                        .prop_map(Value::from),
                ]
                .boxed(),
                Kind::Reference(..) => "[0-9a-f]{8}".prop_map(|id| json!({"id": id})).boxed(),
                Kind::Plain if member.beta.is_some() => prop_oneof![
                    Just(Value::Null),
                    any::<bool>().prop_map(Value::from),
                    "[ -~]{0,6}".prop_map(Value::from),
                ]
                .boxed(),
                _ => return None,
            };
            Some(prop::option::of(value.prop_map(move |value| (member.name().to_owned(), value))))
        })
        .collect();
    members
        .prop_map(|members| Value::Object(members.into_iter().flatten().collect::<Map<_, _>>()))
        .boxed()
}

fn any_noun() -> impl Strategy<Value = (&'static Noun, Value)> {
    // A question's text is a localized content in beta; plain values stand for nothing there.
    let nouns = noun::ALL
        .into_iter()
        .filter(|noun| noun.v1.is_some() && noun.name() != "accessPackageTextInputQuestion");
    let nouns: Vec<_> = nouns.collect();
    prop::sample::select(nouns)
        .prop_flat_map(|noun| expressible(noun, 1).prop_map(move |value| (noun, value)))
}

proptest! {
    #[test]
    fn there_and_back_is_the_identity((noun, value) in any_noun()) {
        for version in Version::ALL {
            let wire = to_wire(version, noun, &value).unwrap();
            prop_assert_eq!(&from_wire(version, noun, &wire).value, &value, "{} via {}", version, wire);
        }
    }

    #[test]
    fn a_policys_expiration_survives_beta(days in 1_u32..4000, end in prop::bool::ANY) {
        let expiration = match end {
            true => json!({"endDateTime": "2030-01-01T00:00:00Z", "duration": null, "type": "afterDateTime"}),
            false => json!({"endDateTime": null, "duration": format!("P{days}D"), "type": "afterDuration"}),
        };
        let policy = json!({"expiration": expiration});
        let beta = to_wire(Version::Beta, &noun::POLICY, &policy).unwrap();
        prop_assert_eq!(from_wire(Version::Beta, &noun::POLICY, &beta).value, policy);
    }

    #[test]
    fn any_json_is_read_without_panic(text in "\\PC{0,20}", word in "[a-z]{1,8}") {
        let value = json!({"requestorSettings": text, "expiration": [word], "catalogId": {"id": 5}, "accessPackageCatalog": 7});
        for noun in noun::ALL {
            for version in Version::ALL {
                from_wire(version, noun, &value);
            }
        }
    }
}

#[test]
fn no_noun_has_two_rows_of_one_name() {
    for noun in noun::ALL {
        for version in Version::ALL {
            let mut names: Vec<_> = noun.members.iter().filter_map(|m| m.wire(version)).collect();
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{} in {version}", noun.name());
        }
    }
}
