//! Every call of the three documents, as it goes out in both versions.

use client::{Call, Client};
use http::Method;
use model::{
    AccessPackage, Assignment, AssignmentPolicy, Catalog, Environment, Group, NewAssignmentRequest,
    NewGroup, NewPackage, NewPolicy, NewResourceRequest, NewRoleAssignment, NewRoleScope, NewUser,
    Resource, ResourceAttribute, Role, RoleDefinition, ServicePrincipal, User, Version,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::capture::{Sent, client};

fn noun<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

struct Book {
    client: Client,
    sent: Sent,
    lines: Vec<String>,
}

impl Book {
    async fn note<T>(&mut self, title: &str, call: Call<T>) {
        let outcome = call.send().await;
        self.lines.push(format!("# {title}"));
        match self.sent.take().pop() {
            Some(request) => {
                let target = request.uri().path_and_query().unwrap().as_str();
                let target = odata::decode_component(target);
                self.lines.push(format!("{} {target}", request.method()));
                if !request.body().is_empty() {
                    let body: Value = serde_json::from_slice(request.body()).unwrap();
                    self.lines.push(serde_json::to_string_pretty(&body).unwrap());
                }
            }
            None => self.lines.push(outcome.err().unwrap().to_string()),
        }
        self.lines.push(String::new());
    }
}

#[tokio::test]
async fn every_call_of_the_documents_goes_out_in_both_tongues() {
    for version in Version::ALL {
        let (client, sent) = client(version, vec![(200, json!({"value": []}))]);
        let mut book = Book { client, sent, lines: vec![] };
        write(&mut book).await;
        let name = format!("{version}.requests");
        if let Err(difference) = snapshots::check(
            "client",
            &name,
            &book.lines.join(
                "
",
            ),
        ) {
            panic!("{difference}");
        }
    }
}

async fn write(book: &mut Book) {
    let graph = book.client.clone();
    let catalog: Catalog = noun(json!({"id": "catalog-1"}));
    let resource: Resource =
        noun(json!({"id": "resource-1", "originId": "group-1", "originSystem": "AadGroup"}));
    let role: Role = noun(
        json!({"id": "role-1", "displayName": "Member", "originId": "Member_group-1", "originSystem": "AadGroup"}),
    );
    let package: AccessPackage = noun(json!({"id": "package-1"}));
    let policy: AssignmentPolicy = noun(json!({"id": "policy-1"}));
    let assignment: Assignment = noun(json!({"id": "assignment-1"}));
    let user: User = noun(json!({"id": "user-1", "displayName": "Requestor1"}));
    let group: Group = noun(json!({"id": "group-1"}));
    let definition: RoleDefinition = noun(json!({"id": "definition-1"}));
    let principal: ServicePrincipal = noun(json!({"id": "principal-1"}));
    let environment: Environment = noun(json!({"id": "environment-1"}));

    book.note(
        "create a user",
        graph.users().create(&NewUser::member(
            "Admin1",
            "contoso.onmicrosoft.com",
            "<secret>".into(),
        )),
    )
    .await;
    book.note(
        "create a guest",
        graph.users().create(
            &NewUser::member("Guest1", "contoso.onmicrosoft.com", "<secret>".into()).guest(),
        ),
    )
    .await;
    book.note("the signed-in user", graph.me()).await;
    book.note("delete a user", graph.users().delete(&user.id)).await;
    book.note(
        "role definitions by name",
        graph
            .role_definitions()
            .list()
            .filter(RoleDefinition::DISPLAY_NAME.eq("Company Administrator"))
            .first(),
    )
    .await;
    book.note(
        "assign a role",
        graph.role_assignments().create(&NewRoleAssignment::of(&definition, &user)),
    )
    .await;
    book.note(
        "create a group",
        graph.groups().create(&NewGroup::security(
            "Marketing resources",
            "markres",
            "Marketing group",
        )),
    )
    .await;
    book.note("members of a group", graph.members(&group.id).list().items()).await;
    book.note("delete a group", graph.groups().delete(&group.id)).await;
    book.note(
        "a service principal by name",
        graph
            .service_principals()
            .list()
            .filter(ServicePrincipal::DISPLAY_NAME.eq("O'Neill & sons"))
            .first(),
    )
    .await;
    book.note(
        "catalogs by name",
        graph.catalogs().list().filter(Catalog::DISPLAY_NAME.eq("General")).items(),
    )
    .await;
    book.note(
        "add a group",
        graph.resource_requests().create(
            &NewResourceRequest::group(&catalog, &group.id)
                .named("Marketing resources", "Marketing group"),
        ),
    )
    .await;
    book.note(
        "add a site in an environment, bound",
        graph.resource_requests().create(
            &NewResourceRequest::site(&catalog, "https://contoso.sharepoint.com/sites/CSR")
                .bound_to(&environment.id),
        ),
    )
    .await;
    book.note(
        "add a site in an environment, named",
        graph.resource_requests().create(
            &NewResourceRequest::site(&catalog, "https://contoso.sharepoint.com/sites/CSR")
                .in_environment("https://contoso-admin.sharepoint.com/"),
        ),
    )
    .await;
    book.note(
        "add an application",
        graph.resource_requests().create(
            &NewResourceRequest::application(&catalog, &principal.id)
                .with_attribute(ResourceAttribute::asked("extension_1", "Title")),
        ),
    )
    .await;
    book.note(
        "remove a resource",
        graph.resource_requests().create(&NewResourceRequest::remove(&catalog, &resource)),
    )
    .await;
    book.note(
        "environments",
        graph
            .environments()
            .list()
            .filter(Environment::ORIGIN_SYSTEM.eq("SharePointOnline"))
            .items(),
    )
    .await;
    book.note(
        "resources of a catalog",
        graph
            .resources(&catalog.id)
            .list()
            .filter(Resource::ORIGIN_ID.eq("group-1"))
            .expand(["roles", "scopes", "environment"])
            .items(),
    )
    .await;
    let member = Role::ORIGIN_SYSTEM.eq("AadGroup").and(Role::RESOURCE_ID.eq("resource-1"));
    book.note(
        "roles of a resource",
        graph.resource_roles(&catalog.id).list().filter(member).expand(["resource"]).items(),
    )
    .await;
    book.note(
        "create a package",
        graph
            .packages()
            .create(&NewPackage::in_catalog(&catalog, "Marketing Campaign").described("d")),
    )
    .await;
    book.note(
        "a package with its roles",
        graph.packages().list().expand(["catalog", "resourceRoleScopes"]).items(),
    )
    .await;
    book.note(
        "add a role",
        graph.role_scopes(&package.id).create(&NewRoleScope::of(&role, &resource)),
    )
    .await;
    book.note(
        "create a policy",
        graph.policies().create(
            &NewPolicy::for_users(&package, "Specific users", &[&user])
                .described("d")
                .lasting_days(30),
        ),
    )
    .await;
    book.note(
        "policies by id",
        graph.policies().list().filter(AssignmentPolicy::ID.eq("policy-1")).items(),
    )
    .await;
    book.note(
        "a user asks",
        graph.requests().create(&NewAssignmentRequest::user_add(&user, &policy, &package)),
    )
    .await;
    book.note(
        "an administrator assigns",
        graph.requests().create(&NewAssignmentRequest::admin_add(&user, &policy, &package)),
    )
    .await;
    book.note(
        "an administrator takes away",
        graph.requests().create(&NewAssignmentRequest::admin_remove(&assignment)),
    )
    .await;
    book.note("a request", graph.requests().get(&model::RequestId("request-1".into()))).await;
    book.note(
        "assignments of a policy",
        graph
            .assignments()
            .list()
            .filter(Assignment::POLICY_ID.eq("policy-1").and(Assignment::STATE.eq("delivered")))
            .expand(["target", "assignmentPolicy"])
            .items(),
    )
    .await;
    book.note(
        "what was given",
        graph.assignments().list().expand(["accessPackageAssignmentResourceRoles"]).items(),
    )
    .await;
    book.note(
        "ordered, selected, five at most",
        graph
            .packages()
            .list()
            .order_by(AccessPackage::DISPLAY_NAME)
            .select(["displayName"])
            .top(5)
            .items(),
    )
    .await;
    book.note("delete a policy", graph.policies().delete(&policy.id)).await;
    book.note("delete a package", graph.packages().delete(&package.id)).await;
    book.note("anything else", graph.raw(Method::GET, "organization?$select=id", None)).await;
}

#[tokio::test]
async fn requests_are_marked() {
    let (graph, sent) = client(Version::V1, vec![(200, json!({"value": []}))]);
    let graph = graph
        .with_request_ids(|| "id-1".to_owned())
        .with_unknown_enum_members()
        .at("https://graph.microsoft.us/");
    graph.catalogs().list().items().send().await.unwrap();
    let request = sent.take().pop().unwrap();
    assert_eq!(request.uri().host(), Some("graph.microsoft.us"));
    let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("client-request-id"), "id-1");
    assert_eq!(header("prefer"), "include-unknown-enum-members");
    assert!(header("user-agent").starts_with("entitle/"));
    assert!(!request.headers().contains_key("authorization"));
}

#[tokio::test]
async fn a_call_shows_itself_without_its_values() {
    let (graph, sent) = client(Version::Beta, vec![(200, json!({}))]);
    let user = NewUser::member("Admin1", "contoso.onmicrosoft.com", "Contoso1234".into());
    let call = graph.users().create(&user);
    assert_eq!(
        format!("{call:?}"),
        "POST /beta/users {accountEnabled, displayName, mailNickname, userPrincipalName, passwordProfile}"
    );
    assert!(!format!("{user:?}").contains("Contoso1234"));
    assert!(sent.take().is_empty());
}

#[tokio::test]
async fn what_a_version_cannot_express_is_refused_before_anything_is_sent() {
    let (graph, sent) = client(Version::V1, vec![(200, json!({"value": []}))]);
    let wanted =
        graph.assignments().list().expand(["accessPackageAssignmentResourceRoles"]).items();
    assert!(wanted.inexpressible().is_some());
    let error = wanted.send().await.unwrap_err();
    assert!(error.is_inexpressible());
    assert_eq!(
        error.to_string(),
        "not expressible in v1.0: $expand of accessPackageAssignmentResourceRoles, which is not in accessPackageAssignment"
    );
    assert!(sent.take().is_empty());
    let beta = graph
        .on(Version::Beta)
        .assignments()
        .list()
        .expand(["accessPackageAssignmentResourceRoles"]);
    beta.items().send().await.unwrap();
    assert_eq!(sent.take().len(), 1);
}
