use serde_json::{Value, json};

use crate::raw::Raw;

async fn with_groups(count: usize) -> Raw {
    let raw = Raw::tenant();
    for index in 0..count {
        raw.group(&format!("group-{index:03}")).await;
    }
    raw
}

fn names(list: &Value) -> Vec<&str> {
    list["value"].as_array().unwrap().iter().map(|g| g["displayName"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn lists_are_filtered_ordered_and_selected() {
    let raw = with_groups(5).await;
    let got = raw.get("/v1.0/groups?$filter=startswith(displayName, 'group') and not (displayName eq 'group-002')&$orderby=displayName desc&$select=displayName&$top=3&$count=true").await.body;
    assert_eq!(names(&got), ["group-004", "group-003", "group-001"]);
    assert_eq!(got["@odata.count"], 4);
    assert_eq!(got["value"][0], json!({"displayName": "group-004"}));
    assert_eq!(
        got["@odata.context"],
        "https://graph.microsoft.com/v1.0/$metadata#groups(displayName)"
    );
}

#[tokio::test]
async fn pages_are_linked_on_the_callers_own_host_until_the_last() {
    let raw = with_groups(7).await;
    let mut path = "/v1.0/groups?%24top=3&$select=displayName".to_owned();
    let mut seen = Vec::new();
    let mut pages = 0;
    loop {
        let got = raw.get(&path).await.body;
        seen.extend(names(&got).into_iter().map(str::to_owned));
        pages += 1;
        let Some(next) = got["@odata.nextLink"].as_str() else { break };
        assert!(next.contains("$skiptoken=") && next.contains("%24top=3"), "{next}");
        path = next.strip_prefix("https://graph.microsoft.com").unwrap().to_owned();
    }
    assert_eq!((pages, seen.len()), (3, 7));
    // Entitlement management pages by $skip.
    for index in 0..3 {
        raw.post("/v1.0/EM/catalogs", json!({"displayName": format!("c{index}")})).await;
    }
    let got = raw.get("/v1.0/EM/catalogs?$top=2").await.body;
    assert!(got["@odata.nextLink"].as_str().unwrap().ends_with("/catalogs?$top=2&$skip=2"));
}

#[tokio::test]
async fn a_hundred_rows_are_a_page() {
    let raw = with_groups(101).await;
    let got = raw.get("/v1.0/groups").await.body;
    assert_eq!(names(&got).len(), 100);
    assert!(got.get("@odata.nextLink").is_some());
}

#[tokio::test]
async fn queries_that_cannot_be_meant_are_refused() {
    let raw = Raw::tenant();
    for (path, expected) in [
        ("/v1.0/EM/catalogs?$filter=displayName eq 'x", "400 BadRequest"),
        ("/v1.0/EM/catalogs?$fliter=x", "400 BadRequest"),
        ("/v1.0/EM/catalogs?$top=x", "400 BadRequest"),
        ("/v1.0/EM/catalogs?$expand=accessPackageResources", "400 BadRequest"),
        ("/v1.0/EM/catalogs?$expand=resources(", "400 BadRequest"),
        ("/v1.0/EM/catalogs?$filter=id eq 'General'", "400 InvalidFilter"),
        ("/v1.0/EM/catalogs?$filter=catalogStatus eq 'Published'", "400 InvalidFilter"),
        ("/v1.0/EM/assignments?$filter=assignmentState eq 'Delivered'", "400 InvalidFilter"),
        ("/v1.0/EM/resourceEnvironments", "400 InvalidFilter"),
        ("/beta/EM/accessPackageResources", "400 InvalidFilter"),
        ("/v1.0/groups?$skiptoken=nonsense", "400 BadRequest"),
    ] {
        assert_eq!(raw.get(path).await.refusal(), expected, "{path}");
    }
    let id = "1afa8ced-6f74-4d8e-8411-cd12c8337027";
    let got =
        raw.get(&format!("/beta/EM/accessPackageAssignments?$filter=catalogId eq '{id}'")).await;
    assert_eq!(
        got.body["error"]["message"],
        format!("OData query is invalid: Filter 'catalogId Equals {id} is not supported. .")
    );
}

#[tokio::test]
async fn nested_expands_carry_their_own_context() {
    let raw = Raw::tenant();
    let (_, package, policy) = raw.package("Sales", 30).await;
    raw.ask(&package, &policy).await;
    raw.pass(10);
    let got = raw.get(&format!("/beta/EM/accessPackageAssignments?$filter=accessPackageAssignmentPolicy/Id eq '{policy}'&$expand=target,accessPackageAssignmentResourceRoles")).await.body;
    let assignment = &got["value"][0];
    assert_eq!(assignment["accessPackageAssignmentResourceRoles"][0]["status"], "Fulfilled");
    assert_eq!(assignment["targetId"], assignment["target"]["objectId"]);
    let id = assignment["id"].as_str().unwrap();
    assert_eq!(
        assignment["target@odata.context"],
        format!(
            "https://graph.microsoft.com/beta/$metadata#identityGovernance/entitlementManagement/accessPackageAssignments('{id}')/target/$entity"
        )
    );
    let selected = raw
        .get("/v1.0/EM/accessPackages?$select=displayName&$expand=catalog($select=displayName)")
        .await
        .body;
    assert_eq!(selected["value"][0]["catalog"], json!({"displayName": "General"}));
    assert!(selected["value"][0].get("id").is_none());
}

#[tokio::test]
async fn paths_through_lists_and_members_of_another_shape_are_read() {
    let raw = Raw::tenant();
    let (_, package, policy) = raw.package("Sales", 30).await;
    // A path through lists has no single value; `any` asks for one of them.
    let path = "/v1.0/EM/catalogs?$filter=accessPackages/assignmentPolicies/displayName eq 'x'";
    assert_eq!(raw.get(path).await.refusal(), "400 InvalidFilter");
    for (name, found) in [("Sales", 1), ("x", 0)] {
        let path =
            format!("/v1.0/EM/catalogs?$filter=accessPackages/any(p:p/displayName eq '{name}')");
        assert_eq!(raw.get(&path).await.body["value"].as_array().map(Vec::len), Some(found));
    }
    for (since, found) in [("2020-01-01T00:00:00Z", 1), ("2030-01-01T00:00:00Z", 0)] {
        let path = format!(
            "/beta/EM/accessPackageCatalogs?$filter=accessPackageResources/any(r:r/addedOn gt {since})"
        );
        assert_eq!(raw.get(&path).await.body["value"].as_array().map(Vec::len), Some(found));
    }
    let nested = "/v1.0/EM/catalogs?$filter=accessPackages/any(p:p/assignmentPolicies/any(q:q/displayName eq 'for the requestor'))";
    assert_eq!(raw.get(nested).await.body["value"].as_array().map(Vec::len), Some(1));
    let got = raw
        .get(&format!(
            "/beta/EM/accessPackageAssignmentPolicies/{policy}?$select=durationInDays,requestorSettings"
        ))
        .await
        .body;
    let names: Vec<_> = got.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["@odata.context", "durationInDays", "requestorSettings"]);
    assert_eq!(got["durationInDays"], 30);
    let upper = raw.get(&format!("/v1.0/EM/accessPackages/{}", package.to_uppercase())).await;
    assert_eq!(upper.id(), package);
    let path = format!("/v1.0/EM/accessPackages/{package}?$expand=incompatibleAccessPackages");
    assert_eq!(raw.get(&path).await.body["incompatibleAccessPackages"], json!([]));
}

#[tokio::test]
async fn a_page_has_the_sizes_that_the_service_allows() {
    let raw = with_groups(3).await;
    for top in [0, 1000] {
        let got = raw.get(&format!("/v1.0/groups?$top={top}")).await;
        assert_eq!(got.refusal(), "400 Request_UnsupportedQuery", "{top}");
    }
    let got = raw.get("/v1.0/EM/catalogs?$top=0&$count=true").await.body;
    assert_eq!((&got["value"], &got["@odata.count"]), (&json!([]), &json!(1)));
    assert!(got.get("@odata.nextLink").is_none());
    // Only the first page has the count.
    let first = raw.get("/v1.0/groups?$top=2&$count=true").await.body;
    assert_eq!(first["@odata.count"], 3);
    let next = first["@odata.nextLink"].as_str().unwrap();
    let second = raw.get(next.strip_prefix("https://graph.microsoft.com").unwrap()).await.body;
    assert_eq!((names(&second).len(), second.get("@odata.count")), (1, None));
}

#[tokio::test]
async fn the_tenant_tells_its_name_and_its_domains() {
    let raw = Raw::tenant();
    let got = raw.get("/v1.0/organization?$select=id,displayName,verifiedDomains").await;
    let tenant = &got.body["value"][0];
    assert_eq!(
        (&tenant["id"], &tenant["displayName"], &tenant["verifiedDomains"][0]["isDefault"]),
        (&json!(raw.tenant.id()), &json!("Contoso"), &json!(true)),
        "{got:?}"
    );
    assert!(tenant.get("@odata.type").is_none(), "{tenant}");
}
