//! A tenant with something of everything that examples speak of, and their ids put in place.

use emulator::Seed;
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

use crate::example::Example;
use crate::raw::{Got, Raw};

pub(crate) struct World {
    raw: Raw,
    approver: Raw,
    person: Raw,
    catalog: String,
    empty_catalog: String,
    group: String,
    fresh_group: String,
    resource: String,
    spare_resource: String,
    site_resource: String,
    application: String,
    package: String,
    other_package: String,
    idle_package: String,
    policy: String,
    idle_policy: String,
    role_scope: String,
    assignment: String,
    resource_role: String,
    done: String,
    pending: String,
    failed: String,
    stage: String,
    environment: String,
    questions: Vec<String>,
    /// Of the group, of its resource and of the package.
    name: String,
}

const SITE: &str = "https://contoso.sharepoint.com/sites/Sales";

impl World {
    pub(crate) async fn made() -> Self {
        let raw = Raw::tenant();
        let signed_in = async |name: &str| {
            let id = raw.person(name).await;
            raw.acting_as(&raw.tenant.sign_in(&id).unwrap())
        };
        let approver = signed_in("approver").await;
        let person = signed_in("person").await;
        let reference = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/users/{}", approver.user())});
        raw.put(&format!("/v1.0/users/{}/manager/$ref", person.user()), reference).await;
        let catalog = raw.general().await;
        let empty_catalog =
            raw.post("/v1.0/EM/catalogs", json!({"displayName": "Empty"})).await.id();
        let (group, package, _) = raw.package("Sales", 365).await;
        let nested = raw.group("all hands").await;
        let reference =
            json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/groups/{nested}")});
        assert_eq!(
            raw.post(&format!("/v1.0/groups/{group}/members/$ref"), reference).await.status,
            204
        );
        let fresh_group = raw.group("fresh").await;
        let application = "5b9f8b5a-0000-4000-8000-000000000001".to_owned();
        raw.tenant.seed(&Seed::ServicePrincipal(&application, "Cafeteria"));
        let add = async |origin: &str, system: &str| {
            let body = json!({"requestType": "adminAdd", "catalog": {"id": catalog}, "resource": {"originId": origin, "originSystem": system}});
            let got = raw.post("/v1.0/EM/resourceRequests", body).await;
            assert_eq!(got.status, 201, "{got:?}");
            raw.resource(&catalog, origin).await
        };
        let spare = raw.group("spare").await;
        let spare_resource = add(&spare, "AadGroup").await;
        let site_resource = add(SITE, "SharePointOnline").await;
        let resource = raw.resource(&catalog, &group).await;
        let role_scope =
            raw.first(&format!("/v1.0/EM/accessPackages/{package}/resourceRoleScopes")).await;
        let package_named = async |name: &str| {
            let body =
                json!({"displayName": name, "description": name, "catalog": {"id": catalog}});
            raw.post("/v1.0/EM/accessPackages", body).await.id()
        };
        let described = json!({"description": "what Sales need"});
        assert_eq!(
            raw.patch(&format!("/v1.0/EM/accessPackages/{package}"), described).await.status,
            204
        );
        let other_package = package_named("Other").await;
        let idle_package = package_named("Idle").await;
        for (navigation, set, id) in [
            (
                "incompatibleAccessPackages",
                "identityGovernance/entitlementManagement/accessPackages",
                &other_package,
            ),
            ("incompatibleGroups", "groups", &fresh_group),
        ] {
            let body = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/{set}/{id}")});
            let path = format!("/v1.0/EM/accessPackages/{package}/{navigation}/$ref");
            assert_eq!(raw.post(&path, body.clone()).await.status, 204);
        }
        let back = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/identityGovernance/entitlementManagement/accessPackages/{package}")});
        let path =
            format!("/v1.0/EM/accessPackages/{other_package}/incompatibleAccessPackages/$ref");
        raw.post(&path, back).await;
        let policy_named = async |name: &str, package: &str, approval: Value| {
            let body = json!({
                "displayName": name, "description": name, "accessPackage": {"id": package},
                "allowedTargetScope": "allDirectoryUsers", "expiration": {"type": "noExpiration"},
                "requestorSettings": {
                    "enableTargetsToSelfAddAccess": true, "enableTargetsToSelfUpdateAccess": true,
                    "allowCustomAssignmentSchedule": true, "enableOnBehalfRequestorsToAddAccess": true,
                    "onBehalfRequestors": [{"@odata.type": "#microsoft.graph.targetManager"}],
                },
                "requestApprovalSettings": approval,
                "questions": [
                    {"@odata.type": "#microsoft.graph.accessPackageMultipleChoiceQuestion", "text": "Where?",
                     "choices": [{"actualValue": "KE", "text": "Kenya"}]},
                    {"@odata.type": "#microsoft.graph.accessPackageTextInputQuestion", "text": "Why?"},
                ],
            });
            let got = raw.post("/v1.0/EM/assignmentPolicies", body).await;
            assert_eq!(got.status, 201, "{got:?}");
            got.id()
        };
        let none = json!({"isApprovalRequiredForAdd": false});
        let policy = policy_named("Everybody", &package, none.clone()).await;
        let path = format!("/v1.0/EM/assignmentPolicies/{policy}?$expand=questions");
        let read = raw.get(&path).await.body;
        let questions = [0, 1].map(|i| read["questions"][i]["id"].as_str().unwrap().to_owned());
        let questions = questions.to_vec();
        let idle_policy = policy_named("Idle", &idle_package, none).await;
        let asked = json!({"isApprovalRequiredForAdd": true, "stages": [{"primaryApprovers": [
            {"@odata.type": "#microsoft.graph.singleUser", "userId": approver.user()},
        ]}]});
        let asking = policy_named("Asked", &other_package, asked).await;
        let ask = async |who: &Raw, package: &str, policy: &str| {
            let body = json!({"requestType": "userAdd", "assignment": {"accessPackageId": package, "assignmentPolicyId": policy}});
            let got = who.post("/v1.0/EM/assignmentRequests", body).await;
            assert_eq!(got.status, 201, "{got:?}");
            got.id()
        };
        let done = ask(&approver, &package, &policy).await;
        raw.pass(20);
        let assignment = raw.first("/v1.0/EM/assignments").await;
        let resource_role = raw.first("/beta/EM/accessPackageAssignmentResourceRoles").await;
        let pending = ask(&person, &other_package, &asking).await;
        // A package whose one group is gone cannot be delivered.
        let (gone, broken, broken_policy) = raw.package("Broken", 30).await;
        raw.delete(&format!("/v1.0/groups/{gone}")).await;
        let failed = raw.ask(&broken, &broken_policy).await.id();
        raw.pass(20);
        let path = format!("/v1.0/EM/accessPackageAssignmentApprovals/{pending}/stages");
        let stage = approver.first(&path).await;
        let environments =
            "/v1.0/EM/resourceEnvironments?$filter=originSystem eq 'SharePointOnline'";
        let environment = raw.first(environments).await;
        Self {
            raw,
            approver,
            person,
            catalog,
            empty_catalog,
            group,
            fresh_group,
            resource,
            spare_resource,
            site_resource,
            application,
            package,
            other_package,
            idle_package,
            policy,
            idle_policy,
            role_scope,
            assignment,
            resource_role,
            done,
            pending,
            failed,
            stage,
            environment,
            questions,
            name: "Sales".to_owned(),
        }
    }
}

/// For the test of records.
#[allow(dead_code, reason = "the test of documented examples has no use for it")]
impl World {
    pub(crate) fn administrator(&self) -> &Raw {
        &self.raw
    }

    pub(crate) fn whoever(&self) -> Raw {
        self.raw.acting_as(&self.raw.who)
    }

    pub(crate) fn person(&self) -> Raw {
        self.raw.acting_as(&self.person.who)
    }

    pub(crate) fn resource(&self) -> &str {
        &self.resource
    }

    pub(crate) fn group(&self) -> &str {
        &self.group
    }

    /// An application with `permissions` alone, and its service principal.
    pub(crate) async fn application(&self, permissions: &[&'static str]) -> (Raw, String) {
        let registered = self.raw.tenant.register("another", permissions);
        let body = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default",
            registered.client_id,
            registered.client_secret.expose_secret().replace('~', "%7E"),
        );
        (self.holding(body).await, registered.principal)
    }

    /// The requestor, signed in with `scope` alone.
    pub(crate) async fn signed_in(&self, scope: &str) -> Raw {
        let tenant = &self.raw.tenant;
        let password = tenant.requestor_password().expose_secret().replace('!', "%21");
        let body = format!(
            "grant_type=password&client_id={}&client_secret={}&username={}&password={password}&scope={scope}",
            tenant.application().client_id,
            tenant.application().client_secret.expose_secret().replace('~', "%7E"),
            tenant.requestor().name.replace('@', "%40"),
        );
        self.holding(body).await
    }

    async fn holding(&self, form: String) -> Raw {
        let request = http::Request::post(format!(
            "https://login.microsoftonline.com/{}/oauth2/v2.0/token",
            self.raw.tenant.id()
        ));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let got = self.raw.raw(request.body(axum::body::Body::from(form)).unwrap()).await;
        let token = got.body["access_token"].as_str().unwrap_or_else(|| panic!("{got:?}"));
        let mut who = self.raw.who.clone();
        token.clone_into(&mut who.token);
        self.raw.acting_as(&who)
    }

    /// Gives the policy these settings.
    pub(crate) async fn set_policy(&self, settings: &[(&String, &Value)]) {
        let mut body = json!({"displayName": "Everybody", "description": "d", "accessPackage": {"id": self.package}});
        for (name, value) in settings {
            body[name.as_str()] = (*value).clone();
        }
        let path = format!("/v1.0/EM/assignmentPolicies/{}", self.policy);
        let got = self.raw.put(&path, body).await;
        assert_eq!(got.status, 200, "{got:?}");
    }

    /// An administrator's request for the person, which is not carried out yet.
    pub(crate) async fn ask_as_administrator(&self) {
        let body = json!({"requestType": "adminAdd", "assignment": {"targetId": self.person.user(), "assignmentPolicyId": self.policy, "accessPackageId": self.package}});
        assert_eq!(self.raw.post("/v1.0/EM/assignmentRequests", body).await.status, 201);
    }

    /// Sends a call as somebody, with this tenant's ids.
    pub(crate) async fn play_as(&self, example: &Example, who: &Raw) -> Got {
        let (path, query) = example.path.split_once('?').unwrap_or((&example.path, ""));
        let path = self.path(&example.method, path);
        let query = self.query(query);
        let mut body = example.body.as_ref().map(|body| self.body(&path, "", body, example));
        if let Some(body) = &mut body
            && path.ends_with("esourceRoleScopes")
            && !body.to_string().contains("gone")
        {
            self.one_resource(body).await;
        }
        let mark = if query.is_empty() { "" } else { "?" };
        who.send(&example.method, &format!("{path}{mark}{query}"), body).await
    }
}

impl World {
    /// Sends an example as whoever it is for, with this tenant's ids.
    pub(crate) async fn play(&self, example: &Example) -> Got {
        let (path, query) = example.path.split_once('?').unwrap_or((&example.path, ""));
        let path = self.path(&example.method, path);
        let query = self.query(query);
        let mut body = example.body.as_ref().map(|body| self.body(&path, "", body, example));
        if let Some(body) = &mut body {
            self.in_order(body);
            if path.ends_with("esourceRoleScopes") {
                self.one_resource(body).await;
            }
        }
        let who = match &path {
            path if path.contains("Approvals") => &self.approver,
            path if path.ends_with("/cancel") => &self.person,
            path if path.contains("filterByCurrentUser") => &self.approver,
            path if path.contains("getApplicable") => &self.person,
            _ => match body.as_ref().and_then(|body| body["requestType"].as_str()) {
                Some(kind) if kind.eq_ignore_ascii_case("userUpdate") => &self.approver,
                Some(kind) if kind.eq_ignore_ascii_case("userAdd") => {
                    let of = ["assignment", "accessPackageAssignment"];
                    let mut targets = of.iter().map(|of| &body.as_ref().unwrap()[*of]["target"]);
                    // The one who asks for somebody else is their manager.
                    match targets.any(Value::is_object) {
                        true => &self.approver,
                        false => &self.person,
                    }
                }
                _ => &self.raw,
            },
        };
        if let Some(kind) = body.as_ref().and_then(|body| body["requestType"].as_str())
            && kind == "adminUpdate"
            && path.ends_with("esourceRequests")
        {
            let body = json!({"requestType": "adminAdd", "catalog": {"id": self.catalog}, "resource": {"originId": self.application, "originSystem": "AadApplication"}});
            self.raw.post("/v1.0/EM/resourceRequests", body).await;
        }
        if path.contains("moveToCatalog") {
            let body = json!({"requestType": "adminAdd", "catalog": {"id": self.empty_catalog}, "resource": {"originId": self.group, "originSystem": "AadGroup"}});
            self.raw.post("/v1.0/EM/resourceRequests", body).await;
        }
        let mark = if query.is_empty() { "" } else { "?" };
        who.send(&example.method, &format!("{path}{mark}{query}"), body).await
    }

    /// Answers to the questions of the policy.
    fn in_order(&self, body: &mut Value) {
        let answers = body.get_mut("answers").and_then(Value::as_array_mut).into_iter().flatten();
        for (answer, question) in answers.zip(&self.questions) {
            answer["answeredQuestion"]["id"] = json!(question);
        }
    }

    /// Role and scope of one resource of the catalog, an application where the example has one.
    async fn one_resource(&self, body: &mut Value) {
        let names = match body["role"].is_object() {
            true => ["role", "resource", "scope"],
            false => {
                ["accessPackageResourceRole", "accessPackageResource", "accessPackageResourceScope"]
            }
        };
        let [role, resource, scope] = names;
        let system = body[role]["originSystem"].as_str().unwrap_or_default().to_owned();
        let id = match system.as_str() {
            "AadApplication" => {
                let add = json!({"requestType": "adminAdd", "catalog": {"id": self.catalog}, "resource": {"originId": self.application, "originSystem": system}});
                self.raw.post("/v1.0/EM/resourceRequests", add).await;
                self.raw.resource(&self.catalog, &self.application).await
            }
            "SharePointOnline" => self.site_resource.clone(),
            "AadGroup" => self.resource.clone(),
            _ => return,
        };
        let of = format!("/v1.0/EM/catalogs/{}", self.catalog);
        let scopes = format!("{of}/resources?$filter=id eq '{id}'&$expand=scopes");
        let scopes = self.raw.get(&scopes).await.body;
        let roles = format!(
            "{of}/resourceRoles?$filter=(originSystem eq '{system}' and resource/id eq '{id}')"
        );
        let roles = self.raw.get(&roles).await.body;
        body[role][resource]["id"] = json!(id);
        if body[scope]["id"].is_string() {
            body[scope]["id"] = scopes["value"][0]["scopes"][0]["id"].clone();
        }
        if system == "AadApplication" {
            body[role]["originId"] = roles["value"][0]["originId"].clone();
            body[role][resource]["originId"] = json!(self.application);
            body[scope]["originId"] = json!(self.application);
        }
    }

    fn path(&self, method: &str, path: &str) -> String {
        let mut written: Vec<String> = Vec::new();
        let segments: Vec<&str> = path.split('/').collect();
        for (index, segment) in segments.iter().enumerate() {
            let before = index.checked_sub(1).map_or("", |i| segments[i]);
            let last = segments.iter().rposition(|s| !s.is_empty()) == Some(index);
            let is_id = segment.starts_with('{') || segment.contains('-');
            let owner = segments.get(index + 1).copied().unwrap_or_default();
            written.push(match is_id && !segment.contains('(') {
                true => self.id(method, before, owner, last),
                false => self.arguments(segment),
            });
        }
        written.join("/")
    }

    /// The id that stands behind `set` in a path.
    fn id(&self, method: &str, set: &str, owner: &str, last: bool) -> String {
        let deletes = method == "DELETE" && last;
        let lowered = set.trim_start_matches("accessPackage").to_lowercase();
        match lowered.as_str() {
            "s" if deletes => self.idle_package.clone(),
            "s" if owner.ends_with("ResourceRoleScopes")
                || owner.ends_with("resourceRoleScopes") =>
            {
                match method {
                    "POST" => self.idle_package.clone(),
                    _ => self.package.clone(),
                }
            }
            "s" if owner.contains("ncompatible") && method == "POST" => self.idle_package.clone(),
            "s" => self.package.clone(),
            "catalogs" if deletes => self.empty_catalog.clone(),
            "catalogs" => self.catalog.clone(),
            "resources" => self.resource.clone(),
            "resourcerolescopes" => self.role_scope.clone(),
            "assignmentpolicies" if deletes => self.idle_policy.clone(),
            "assignmentpolicies" => self.policy.clone(),
            "assignmentrequests" => match owner {
                "cancel" => self.pending.clone(),
                "reprocess" => self.failed.clone(),
                _ => self.done.clone(),
            },
            "assignments" => self.assignment.clone(),
            "assignmentapprovals" => self.pending.clone(),
            "assignmentresourceroles" => self.resource_role.clone(),
            "resourceenvironments" => self.environment.clone(),
            "stages" | "steps" => self.stage.clone(),
            "incompatibleaccesspackages" => self.other_package.clone(),
            "incompatiblegroups" => self.fresh_group.clone(),
            "users" => self.person.user().to_owned(),
            "groups" => self.group.clone(),
            "roledefinitions" => GROUPS_ADMINISTRATOR.to_owned(),
            _ => self.done.clone(),
        }
    }

    /// Ids among the arguments of a function.
    fn arguments(&self, segment: &str) -> String {
        let Some((name, arguments)) = segment.split_once('(') else { return segment.to_owned() };
        let arguments = arguments.trim_end_matches(')').split(',').map(|argument| {
            match argument.split_once('=').map_or("", |(name, _)| name) {
                "accessPackageId" => format!("accessPackageId='{}'", self.package),
                "incompatibleAccessPackageId" => {
                    format!("incompatibleAccessPackageId='{}'", self.other_package)
                }
                "objectId" => format!("objectId='{}'", self.approver.user()),
                _ => argument.to_owned(),
            }
        });
        format!("{name}({})", arguments.collect::<Vec<_>>().join(","))
    }

    /// Ids that a filter compares with, by what is compared.
    fn query(&self, query: &str) -> String {
        let spaced = query.replace("%27", "'").replace('+', " ").replace("%20", " ");
        let mut written = String::new();
        for (index, part) in spaced.split('\'').enumerate() {
            if index > 0 {
                written.push('\'');
            }
            let before = written.to_lowercase();
            let compared = |name: &str| before.ends_with(&format!("{name} eq '"));
            let is_site = before.contains("originsystem eq 'sharepointonline'");
            let is_id = index % 2 == 1 && part.len() == 36 && !part.ends_with("0000ff");
            let is_name = index % 2 == 1 && !["General", "Member"].contains(&part);
            let id = match is_id {
                false if is_name && compared("displayname") => Some(&self.name),
                true if compared("policy/id") => Some(&self.policy),
                true if compared("resource/id") && is_site => Some(&self.site_resource),
                true if compared("resource/id") => Some(&self.resource),
                true if compared("originid") => Some(&self.group),
                true if compared("accesspackage/id") => Some(&self.package),
                true if compared("catalog/id") => Some(&self.catalog),
                _ => None,
            };
            written.push_str(id.map_or(part, String::as_str));
        }
        written.replace(' ', "%20").replace('"', "%22")
    }

    /// A body with this tenant's ids; `at` is the name of the member that holds it.
    fn body(&self, path: &str, at: &str, value: &Value, example: &Example) -> Value {
        match value {
            Value::Object(members) => {
                let given = members.clone();
                let mut written = Map::new();
                for (name, value) in members {
                    let id = value
                        .as_str()
                        .and_then(|text| self.referred(path, at, name, text, &given, example));
                    let value = match id {
                        Some(id) => Value::String(id),
                        None => self.body(path, name, value, example),
                    };
                    written.insert(name.clone(), value);
                }
                Value::Object(written)
            }
            Value::Array(elements) => elements
                .iter()
                .map(|element| match element.as_str() {
                    Some(_) if at.ends_with("@odata.bind") => {
                        json!(format!(
                            "https://graph.microsoft.com/v1.0/users/{}",
                            self.person.user()
                        ))
                    }
                    _ => self.body(path, at, element, example),
                })
                .collect(),
            scalar => scalar.clone(),
        }
    }

    /// The id that a member refers to, where it refers to something.
    fn referred(
        &self,
        path: &str,
        at: &str,
        name: &str,
        text: &str,
        given: &Map<String, Value>,
        example: &Example,
    ) -> Option<String> {
        let kind = given.get("@odata.type").and_then(Value::as_str).unwrap_or_default();
        let system = given.get("originSystem").and_then(Value::as_str).unwrap_or_default();
        let asks = |kind: &str| {
            example.body.as_ref().is_some_and(|body| {
                body["requestType"].as_str().is_some_and(|k| k.eq_ignore_ascii_case(kind))
            })
        };
        let user = || match asks("userAdd") || asks("adminAdd") {
            true => self.person.user().to_owned(),
            false => self.approver.user().to_owned(),
        };
        if text == "gone" || text.starts_with("Nobody_") {
            return None;
        }
        let is_new_resource = path.ends_with("esourceRequests");
        Some(match (at, name) {
            (_, "accessPackageId") | ("accessPackage", "id") => self.package.clone(),
            ("", "catalogId") if path.ends_with("moveToCatalog") => self.empty_catalog.clone(),
            (_, "catalogId") | ("catalog" | "accessPackageCatalog", "id") => self.catalog.clone(),
            (_, "assignmentPolicyId") | ("assignmentPolicy", "id") => self.policy.clone(),
            (_, "targetId") | ("target", "objectId") => user(),
            ("assignment" | "accessPackageAssignment", "id") => self.assignment.clone(),
            (_, "userId") => self.approver.user().to_owned(),
            (_, "groupId") => self.group.clone(),
            (_, "id") if kind.ends_with("singleUser") => self.approver.user().to_owned(),
            (_, "id") if kind.ends_with("groupMembers") => self.group.clone(),
            ("resource" | "accessPackageResource", "id") if is_new_resource => {
                self.spare_resource.clone()
            }
            ("resource" | "accessPackageResource", "id") => match is_site(example) {
                true => self.site_resource.clone(),
                false => self.resource.clone(),
            },
            (_, "originId") => match system {
                "AadGroup" if is_new_resource => self.fresh_group.clone(),
                "AadGroup" if text.contains('_') => {
                    format!("{}_{}", text.split('_').next().unwrap_or_default(), self.group)
                }
                "AadGroup" => self.group.clone(),
                "AadApplication" => self.application.clone(),
                "SharePointOnline" if is_new_resource && text.starts_with("http") => {
                    "https://contoso.sharepoint.com/sites/CSR".to_owned()
                }
                "SharePointOnline" if text.starts_with("http") => SITE.to_owned(),
                _ => return None,
            },
            (_, "@odata.id") if text.contains("ccessPackages") => self.other_package.clone(),
            (_, "@odata.id") if text.contains("groups") => self.fresh_group.clone(),
            (_, "@odata.id") => {
                format!("https://graph.microsoft.com/v1.0/users/{}", self.person.user())
            }
            (_, "principalId") => self.person.user().to_owned(),
            (_, "roleDefinitionId") if path.contains("/directory/") => {
                GROUPS_ADMINISTRATOR.to_owned()
            }
            (_, "appScopeId") if text.contains("AccessPackageCatalog") => {
                format!("/AccessPackageCatalog/{}", self.catalog)
            }
            (_, "environment@odata.bind" | "accessPackageResourceEnvironment@odata.bind") => {
                let set = text.split('/').next().unwrap_or_default();
                format!("{set}/{}", self.environment)
            }
            _ => return None,
        })
        .map(|id| match (name, text.contains("://")) {
            // A reference is an address.
            ("@odata.id", true) if !id.contains("://") => {
                let stem = text.rsplit_once('/').map_or("", |(stem, _)| stem);
                format!("{stem}/{id}")
            }
            _ => id,
        })
    }
}

fn is_site(example: &Example) -> bool {
    example.body.as_ref().is_some_and(|body| body.to_string().contains("SharePointOnline"))
}

const GROUPS_ADMINISTRATOR: &str = "fdd7a751-b60b-444a-984c-02652fe8fa1c";
