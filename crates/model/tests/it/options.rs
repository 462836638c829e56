use model::Version::{Beta, V1};
use model::dialect::{Step, noun, query_from_wire, query_to_wire, route, segments_to_wire};
use odata::Query;

fn query(text: &str) -> Query {
    Query::parse(text).unwrap()
}

#[test]
fn filters_and_expands_speak_both_tongues() {
    let v1 = query(
        "$filter=assignmentPolicy/id eq 'x' and state eq 'delivered'&$expand=target,assignmentPolicy($expand=accessPackage)",
    );
    let beta = query_to_wire(Beta, &noun::ASSIGNMENT, &v1).unwrap();
    assert_eq!(
        beta.to_string(),
        "$filter=accessPackageAssignmentPolicy/id eq 'x' and assignmentState eq 'Delivered'&$expand=target,accessPackageAssignmentPolicy($expand=accessPackage)"
    );
    let back = query_from_wire(Beta, &noun::ASSIGNMENT, &beta).unwrap();
    assert_eq!(back.to_string().to_lowercase(), v1.to_string().to_lowercase());
}

#[test]
fn words_are_spelled_wherever_they_stand_and_lambdas_are_translated() {
    let v1 = query("$filter='delivered' ne state and state in ('expired','delivered')");
    let beta = query_to_wire(Beta, &noun::ASSIGNMENT, &v1).unwrap();
    assert_eq!(
        beta.to_string(),
        "$filter='Delivered' ne assignmentState and assignmentState in ('Expired','Delivered')"
    );
    let v1 =
        query("$filter=resources/any(r:r/createdDateTime gt 2020-01-01 and state eq 'published')");
    let beta = query_to_wire(Beta, &noun::CATALOG, &v1).unwrap();
    assert_eq!(
        beta.to_string(),
        "$filter=accessPackageResources/any(r:r/addedOn gt 2020-01-01 and catalogStatus eq 'Published')"
    );
    let back = query_from_wire(Beta, &noun::CATALOG, &beta).unwrap().filter.unwrap();
    let paths: Vec<String> = back.paths().iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["resources", "resources/createdDateTime", "state"]);
    assert_eq!(
        back.to_string(),
        v1.filter.unwrap().to_string().replace("'published'", "'Published'")
    );
    // A lambda within a lambda sees both variables.
    let nested = query(
        "$filter=resources/any(r:r/scopes/any(s:s/originId eq 'x' and r/createdDateTime gt 2020-01-01))",
    );
    let beta = query_to_wire(Beta, &noun::CATALOG, &nested).unwrap();
    assert_eq!(
        beta.to_string(),
        "$filter=accessPackageResources/any(r:r/accessPackageResourceScopes/any(s:s/originId eq 'x' and r/addedOn gt 2020-01-01))"
    );
    assert_eq!(query_from_wire(Beta, &noun::CATALOG, &beta).unwrap(), nested);
}

#[test]
fn names_are_read_without_regard_to_case() {
    let beta = query("$filter=accessPackageAssignmentPolicy/Id eq 'x'");
    let read = query_from_wire(Beta, &noun::ASSIGNMENT, &beta).unwrap();
    assert_eq!(read.to_string(), "$filter=assignmentPolicy/id eq 'x'");
}

#[test]
fn step_3_2_of_the_tutorial_cannot_be_said_in_v1() {
    let wanted = query("$expand=target,accessPackageAssignmentResourceRoles");
    let error = query_to_wire(V1, &noun::ASSIGNMENT, &wanted).unwrap_err();
    assert_eq!(
        error.to_string(),
        "not expressible in v1.0: $expand of accessPackageAssignmentResourceRoles, which is not in accessPackageAssignment"
    );
}

#[test]
fn a_name_of_the_other_version_is_refused_when_read() {
    let error = query_from_wire(V1, &noun::ROLE, &query("$filter=accessPackageResource/id eq 'x'"));
    assert!(error.is_err());
}

#[test]
fn a_flattened_reference_is_filtered_by_its_flat_name() {
    let v1 = query("$filter=catalog/id eq 'x'");
    let beta = query_to_wire(Beta, &noun::RESOURCE_REQUEST, &v1).unwrap();
    assert_eq!(beta.to_string(), "$filter=catalogId eq 'x'");
}

#[test]
fn paths_are_translated_and_read_with_ids_in_both_forms() {
    let beta = segments_to_wire(Beta, &["catalogs", "26ac", "resourceRoles"]).unwrap();
    assert_eq!(beta, ["accessPackageCatalogs", "26ac", "accessPackageResourceRoles"]);
    let steps = [Step::Name("catalogs"), Step::Other("26ac".into()), Step::Name("resourceRoles")];
    assert_eq!(route(Beta, &beta), steps);
    assert_eq!(route(V1, &["catalogs('26ac')".into(), "resourceRoles".into()]), steps);
    // Beta's names are no sets of v1.0.
    assert_eq!(route(V1, &beta)[0], Step::Other("accessPackageCatalogs".into()));
}
