use odata::{Filter, matches};
use rstest::rstest;
use serde_json::json;

fn row() -> serde_json::Value {
    json!({
        "id": "26ac0c0a-08bc-4a7b-a313-839f58044ba5",
        "displayName": "O'Brien's package",
        "state": "delivered",
        "isHidden": false,
        "count": 3,
        "createdDateTime": "2020-06-29T20:24:24.683Z",
        "expiredDateTime": null,
        "target": {"objectId": "007d1c7e-7fa8-4e33-b678-5e437acdcddc"},
        "tags": [{"name": "a"}, {"name": "b"}],
    })
}

#[rstest]
#[case("displayName eq 'O''Brien''s package'", true)]
#[case("DisplayName eq 'o''brien''s PACKAGE'", true)]
#[case("state eq 'Delivered'", true)]
#[case("target/objectid eq '007D1C7E-7fa8-4e33-b678-5e437acdcddc'", true)]
#[case("id eq 26ac0c0a-08bc-4a7b-a313-839f58044ba5", true)]
#[case("state eq 'delivered' or state eq 'expired' and isHidden eq true", true)]
#[case("(state eq 'delivered' or state eq 'expired') and isHidden eq true", false)]
#[case("not (state eq 'expired') and count ge 3", true)]
#[case("not state eq 'delivered'", false)]
#[case("count in (1,2)", false)]
#[case("state in ('expired','delivered')", true)]
#[case("createdDateTime gt 2020-06-29 and createdDateTime lt 2020-06-29T20:24:24.684Z", true)]
#[case("createdDateTime eq 2020-06-29T22:24:24.683+02:00", true)]
#[case("expiredDateTime eq null", true)]
#[case("expiredDateTime gt 2020-06-29", false)]
#[case("missing/deeper ne null", false)]
#[case("startswith(displayName, 'O''B')", true)]
#[case("contains(tolower(displayName),'PACKAGE')", true)]
#[case("endswith(displayName,'x') or length(displayName) eq 17", true)]
#[case("tags/any(t:t/name eq 'b')", true)]
#[case("tags/all(t:t/name eq 'b')", false)]
#[case("tags/any()", true)]
#[case("tags/any(t:t/name eq 'b' and tags/all(u:u/name eq 'a' or u/name eq t/name))", true)]
#[case("tags/any(t:t/name eq 'a' and tags/all(u:u/name eq t/name))", false)]
#[case("isHidden", false)]
#[case("count eq 3.0", true)]
#[case("count eq '3'", false)]
fn a_filter_decides_as_odata_says(#[case] text: &str, #[case] expected: bool) {
    let filter: Filter = text.parse().unwrap();
    assert_eq!(matches(&filter, &row()), expected, "{filter}");
}

#[rstest]
#[case(
    "",
    "$filter: expected a property path, a literal, a function or '(' at character 1, found the end of the text"
)]
#[case(
    "displayName eq 'General",
    "$filter: expected a closing quote (a quote within is doubled) at character 16, found the end of the text"
)]
#[case(
    "a eq 'b') or c",
    "$filter: expected the end of the text, 'and' or 'or' at character 9, found ')'"
)]
#[case(
    "substringof(a,'b')",
    "$filter: expected one of the functions startswith, endswith, contains, tolower, toupper, length at character 1, found 'substringof'"
)]
#[case(
    "a eq",
    "$filter: expected a property path, a literal, a function or '(' at character 5, found the end of the text"
)]
#[case("a ; b", "$filter: expected a word, a literal or a parenthesis at character 3, found ';'")]
#[case("startswith(a)", "$filter: expected 2 arguments at character 13, found ')'")]
fn a_bad_filter_names_what_was_expected_and_where(#[case] text: &str, #[case] message: &str) {
    assert_eq!(text.parse::<Filter>().unwrap_err().to_string(), message);
}

#[test]
fn hostile_nesting_is_refused_not_overflowed() {
    let text = format!("{}a{}", "(".repeat(100_000), ")".repeat(100_000));
    assert!(text.parse::<Filter>().unwrap_err().expected.contains("64 levels"));
    let text = format!("a{}", " or a".repeat(100_000));
    assert!(text.parse::<Filter>().unwrap_err().expected.contains("256 operands"));
    let text = format!("$expand={}a{}", "a($expand=".repeat(10_000), ")".repeat(10_000));
    assert!(odata::Query::parse(&text).unwrap_err().expected.contains("16 levels"));
    let text = format!("{}a", "not ".repeat(100_000));
    assert!(text.parse::<Filter>().unwrap_err().expected.contains("64 levels"));
}

/// Paths of lambda bodies stand from the root.
#[test]
fn every_path_that_evaluation_follows_is_told() {
    let filter: Filter =
        "a/any(x: x/b/any(y: y/c eq x/d and z eq 1)) or startswith(e, 'f')".parse().unwrap();
    let followed: Vec<String> = filter.paths().iter().map(ToString::to_string).collect();
    assert_eq!(followed, ["a", "a/b", "a/b/c", "a/d", "z", "e"]);
}

/// What values of one kind, and of two, are to each other.
#[test]
fn comparisons_are_by_kind() {
    let row = json!({
        "yes": true, "no": false, "two": 2, "ten": 10, "large": 9_007_199_254_740_993_i64, "kelvin": "\u{212a}", "half": 0.5, "nothing": null,
        "early": "2026-01-05T09:00:00+01:00", "late": "2026-01-05T08:30:00Z", "day": "2026-01-05",
        "accented": "\u{c9}mile", "plain": "emile", "word": "2026x01y05z", "short": "2026-1", "deep": {"half": 0.5},
    });
    for (text, expected) in [
        ("nothing eq null", true),
        ("nothing ne null", false),
        ("two ne null", true),
        ("null ne two", true),
        ("two eq null", false),
        ("nothing lt 3", false),
        ("nothing ge null", false),
        ("yes gt no", true),
        ("no gt yes", false),
        ("yes le no", false),
        ("two lt ten", true),
        ("ten le two", false),
        ("two eq 2.0", true),
        ("large gt 9007199254740992", true),
        ("kelvin eq 'k'", true),
        ("half lt two", true),
        ("half gt two", false),
        ("half gt 0.4", true),
        ("half lt 0.4", false),
        ("two gt 2.5", false),
        ("two ne 'two'", true),
        ("two eq 'two'", false),
        ("two lt 'two'", false),
        // Times by their instants: the later text is the earlier time.
        ("early lt late", true),
        ("day lt late", true),
        ("day eq 2026-01-05T00:00:00Z", true),
        // One time and one word are texts.
        ("early lt word", true),
        ("word gt day", true),
        ("short lt day", false),
        ("accented eq '\u{e9}MILE'", true),
        ("accented ne plain", true),
        ("plain lt accented", true),
        ("plain gt accented", false),
        ("$it/deep/half eq 0.5", true),
    ] {
        assert_eq!(matches(&text.parse().unwrap(), &row), expected, "{text}");
    }
}

#[test]
fn what_is_selected_is_kept() {
    let row = json!({"id": "1", "displayName": "x", "@odata.type": "#t", "state": "s"});
    let kept = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        odata::select(&row, &names, &["id"])
    };
    assert_eq!(kept(&["DISPLAYNAME"]), json!({"id": "1", "displayName": "x", "@odata.type": "#t"}));
    assert_eq!(kept(&["*"]), row);
    assert_eq!(kept(&[]), json!({"id": "1", "@odata.type": "#t"}));
    assert_eq!(odata::select(&json!([1]), &[], &[]), json!([1]));
}
