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
