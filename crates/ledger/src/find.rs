//! What of an entry is there in the tenant. It is looked for on v1.0, whatever the run speaks.

use client::{Client, Error};
use http::Method;
use model::Version;
use odata::encode_component;
use serde_json::Value;

use crate::{Entry, Kind};

pub(crate) const EM: &str = "identityGovernance/entitlementManagement";

/// Looks into a tenant and changes nothing.
#[derive(Debug, Clone)]
pub(crate) struct Finder {
    client: Client,
}

impl Finder {
    /// `client` is one of v1.0.
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// The object that a path leads to, if it is there.
    pub(crate) async fn one(&self, path: &str) -> Result<Option<Value>, Error> {
        match self.client.raw(Method::GET, path, None).send().await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What a path of a version leads to.
    pub(crate) async fn on(&self, version: Version, path: &str) -> Result<Value, Error> {
        self.client.on(version).raw(Method::GET, path, None).send().await
    }

    /// All that a list of v1.0 has.
    async fn all(&self, path: &str, options: &[(&str, &str)]) -> Result<Vec<Value>, Error> {
        all(&self.client, path, options).await
    }

    /// The ids of what answers to the marks of an entry.
    pub(crate) async fn candidates(&self, entry: &Entry) -> Result<Vec<String>, Error> {
        let mark = |name: &str| entry.mark(name);
        let quoted = |name: &str| format!("'{}'", mark(name).replace('\'', "''"));
        let found = match entry.kind {
            Kind::User | Kind::Group => {
                let set = if entry.kind == Kind::User { "users" } else { "groups" };
                let filter = format!("mailNickname eq {}", quoted("mailNickname"));
                self.all(set, &[("$filter", &filter)]).await?
            }
            Kind::DirectoryRole => {
                let filter = format!(
                    "principalId eq {} and roleDefinitionId eq {}",
                    quoted("principal"),
                    quoted("definition")
                );
                self.all("roleManagement/directory/roleAssignments", &[("$filter", &filter)])
                    .await?
            }
            Kind::Catalog => {
                let filter = format!("displayName eq {}", quoted("displayName"));
                self.all(&format!("{EM}/catalogs"), &[("$filter", &filter)]).await?
            }
            Kind::Package => {
                let filter = format!("displayName eq {}", quoted("displayName"));
                let options = [("$filter", filter.as_str()), ("$expand", "catalog")];
                let mut found = self.all(&format!("{EM}/accessPackages"), &options).await?;
                found.retain(|package| package["catalog"]["id"] == mark("catalog"));
                found
            }
            Kind::Policy => {
                let mut found = self.of_package(mark("package"), "assignmentPolicies").await?;
                found.retain(|policy| policy["displayName"] == mark("displayName"));
                found
            }
            Kind::RoleScope => {
                let expand = "resourceRoleScopes($expand=role,scope)";
                let mut found = self.of_package(mark("package"), expand).await?;
                found.retain(|given| {
                    given["role"]["originId"] == mark("role")
                        && given["scope"]["originId"] == mark("scope")
                });
                found
            }
            Kind::Resource => {
                let resource = self.resource(mark("catalog"), mark("origin")).await?;
                resource.into_iter().collect()
            }
            Kind::Request => self.requests(entry).await?,
        };
        let found = found.iter().filter(|object| came_after(entry, object));
        let ids = found.filter_map(|object| object["id"].as_str());
        Ok(ids.map(str::to_owned).collect())
    }

    /// The resource that a catalog has of an origin.
    pub(crate) async fn resource(
        &self,
        catalog: &str,
        origin: &str,
    ) -> Result<Option<Value>, Error> {
        let filter = format!("originId eq '{}'", origin.replace('\'', "''"));
        let path = format!("{EM}/catalogs/{catalog}/resources");
        let found = self.all(&path, &[("$filter", &filter)]).await?;
        Ok(found.into_iter().next())
    }

    /// The last request of a kind for a resource, as a list of the request's own version has it.
    pub(crate) async fn resource_request(
        &self,
        version: Version,
        path: &str,
        entry: &Entry,
        kind: &str,
    ) -> Result<Option<Value>, Error> {
        let resource = if version == Version::V1 { "resource" } else { "accessPackageResource" };
        let requests = all(&self.client.on(version), path, &[("$expand", resource)]).await?;
        let mut last = requests.into_iter().rfind(|request| {
            let same = request["requestType"].as_str();
            same.is_some_and(|same| same.eq_ignore_ascii_case(kind))
                && request[resource]["originId"] == entry.mark("origin")
                && came_after(entry, request)
        });
        if let Some(Value::Object(members)) = &mut last {
            members.retain(|name, _| !name.starts_with(resource));
        }
        Ok(last)
    }

    async fn of_package(&self, package: &str, expand: &str) -> Result<Vec<Value>, Error> {
        let name = expand.split('(').next().unwrap_or(expand);
        let path = format!("{EM}/accessPackages/{package}?$expand={}", encode_component(expand));
        let package = self.one(&path).await?;
        Ok(match package.map(|mut package| package[name].take()) {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        })
    }

    /// Requests of the entry's kind, for the package or the assignment.
    async fn requests(&self, entry: &Entry) -> Result<Vec<Value>, Error> {
        let path = format!("{EM}/assignmentRequests");
        let mut found = self.all(&path, &[("$expand", "accessPackage,assignment")]).await?;
        let of = |request: &Value, name: &str, mark: &str| {
            entry.mark(mark).is_empty() || request[name]["id"] == entry.mark(mark)
        };
        found.retain(|request| {
            let same = request["requestType"].as_str();
            same.is_some_and(|same| same.eq_ignore_ascii_case(entry.mark("type")))
                && of(request, "accessPackage", "package")
                && of(request, "assignment", "assignment")
        });
        Ok(found)
    }

    /// Assignments of a policy that are not over.
    pub(crate) async fn live_assignments(&self, policy: &str) -> Result<Vec<Value>, Error> {
        let filter = format!("assignmentPolicy/id eq '{policy}'");
        let path = format!("{EM}/assignments");
        let mut found = self.all(&path, &[("$filter", &filter)]).await?;
        found.retain(|assignment| assignment["state"] != "expired");
        Ok(found)
    }

    /// Whether what an id leads to still is what was made: it has the name that it was given.
    pub(crate) async fn still(&self, entry: &Entry, id: &str) -> Result<Still, Error> {
        let Some(path) = own_path(entry, id) else { return Ok(Still::Same) };
        let Some(found) = self.one(&path).await? else { return Ok(Still::Gone) };
        let named = ["displayName", "mailNickname"];
        let changed = named.iter().find(|name| {
            let known = entry.marks.get(**name);
            known.is_some_and(|known| found[**name].as_str().is_some_and(|now| now != known))
        });
        Ok(changed.map_or(Still::Same, |name| Still::Changed((*name).to_owned())))
    }
}

/// All that a list has, page by page.
async fn all(client: &Client, path: &str, options: &[(&str, &str)]) -> Result<Vec<Value>, Error> {
    let options = options.iter();
    let options = options.map(|(name, value)| format!("{name}={}", encode_component(value)));
    let options: Vec<String> = options.collect();
    let mut next = Some(match options.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", options.join("&")),
    });
    let mut all = Vec::new();
    while let Some(path) = next {
        let mut page = client.raw(Method::GET, &path, None).send().await?;
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
        if let Value::Array(items) = page["value"].take() {
            all.extend(items);
        }
    }
    Ok(all)
}

/// Whether an object was made no earlier than it was asked for; what does not say when, may be.
pub(crate) fn came_after(entry: &Entry, object: &Value) -> bool {
    let made = object["createdDateTime"].as_str().and_then(|at| at.parse().ok());
    made.is_none_or(|made: jiff::Timestamp| made.duration_since(entry.at).as_secs() > -SKEW)
}

/// Seconds by which this machine's clock and the tenant's may differ.
const SKEW: i64 = 300;

/// What became of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Still {
    Same,
    /// The member that is another now.
    Changed(String),
    Gone,
}

/// Where an object is read by its id; what cannot be read so is known by its parents.
pub(crate) fn own_path(entry: &Entry, id: &str) -> Option<String> {
    Some(match entry.kind {
        Kind::User => format!("users/{id}?$select=id,displayName,mailNickname"),
        Kind::Group => format!("groups/{id}"),
        Kind::DirectoryRole => format!("roleManagement/directory/roleAssignments/{id}"),
        Kind::Catalog => format!("{EM}/catalogs/{id}"),
        Kind::Package => format!("{EM}/accessPackages/{id}"),
        Kind::Policy => format!("{EM}/assignmentPolicies/{id}"),
        Kind::Request => format!("{EM}/assignmentRequests/{id}"),
        Kind::Resource | Kind::RoleScope => return None,
    })
}

/// Where an object is deleted by its id; a resource is not.
pub(crate) fn deletion_path(entry: &Entry, id: &str) -> Option<String> {
    match entry.kind {
        Kind::Resource => None,
        Kind::RoleScope => {
            Some(format!("{EM}/accessPackages/{}/resourceRoleScopes/{id}", entry.mark("package")))
        }
        Kind::User => Some(format!("users/{id}")),
        _ => own_path(entry, id),
    }
}
