use odata::Query;
use rstest::rstest;

/// The ways in which real clients write one query.
#[rstest]
#[case("$filter=displayName%20eq%20%27General%27")]
#[case("$filter=displayName%20eq%20'General'")]
#[case("%24filter=displayName+eq+%27General%27")]
#[case("filter=displayName eq 'General'")]
fn dialects_of_the_wire_mean_the_same(#[case] text: &str) {
    let query = Query::parse(text).unwrap();
    assert_eq!(query.filter.unwrap().to_string(), "displayName eq 'General'");
}

#[test]
fn nested_expands_are_read_and_written() {
    let text = "$expand=target,resourceRoleScopes($expand=role($expand=resource),scope;$select=id)";
    let query = Query::parse(text).unwrap();
    let scopes = query.expand.get("ResourceRoleScopes").unwrap();
    assert!(scopes.expand.get("role").unwrap().expand.get("resource").is_some());
    assert_eq!(scopes.select, ["id"]);
    assert_eq!(
        query.to_string(),
        "$expand=target,resourceRoleScopes($select=id;$expand=role($expand=resource),scope)"
    );
}

#[test]
fn options_that_are_not_odatas_are_passed_over_and_misspelt_ones_are_not() {
    assert!(Query::parse("client-request-id=5&api=x").unwrap().is_empty());
    let error = Query::parse("$fliter=a").unwrap_err();
    assert_eq!(error.option, "$fliter");
}

#[rstest]
#[case("$expand=role($expand=resource", "a closing ')'")]
#[case("$expand=role)", "as many '(' as ')'")]
#[case("$expand=,", "the name of a navigation")]
#[case("$top=-1", "a whole number")]
#[case("$count=yes", "true or false")]
#[case("$orderby=displayName up", "property paths, each with asc, desc or nothing")]
#[case("$select=a,,b", "property names")]
#[case("$filter=%FF", "percent-encoded UTF-8")]
fn a_bad_option_says_what_was_expected(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(Query::parse(text).unwrap_err().expected, expected);
}
