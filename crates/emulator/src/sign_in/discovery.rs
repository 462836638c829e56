//! What is found where, always on the very address that was asked: a copy of Microsoft's documents
//! would send every client to the internet.

use model::Cloud;
use serde_json::{Value, json};

use super::Refused;
use crate::refusal::SIGN_IN_TENANT;
use crate::tenant::Inner;

/// Authorities that stand for whichever tenant a user is of.
pub(super) const ANY_TENANT: [&str; 2] = ["common", "organizations"];

/// Refuses the name of another tenant.
pub(super) fn known(tenant: &Inner, name: &str) -> Result<String, Refused> {
    let directory = &tenant.lock().directory;
    match name == directory.tenant_id
        || name.eq_ignore_ascii_case(&directory.domain)
        || ANY_TENANT.contains(&name)
    {
        true => Ok(directory.tenant_id.clone()),
        false => Err(Refused {
            number: 90_002,
            refusal: SIGN_IN_TENANT.says(format!(
                "Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
            )),
        }),
    }
}

/// Whether an address is the token endpoint or the issuer of one of the tenant's names, under
/// whatever host.
pub(super) fn is_endpoint(address: &str, names: &[&str]) -> bool {
    let path = address.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
    let Some((_, path)) = path else { return false };
    let (name, below) = path.split_once('/').unwrap_or((path, ""));
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
        && ["", "v2.0", "oauth2/token", "oauth2/v2.0/token"].contains(&below)
}

pub(super) fn openid_configuration(
    tenant: &Inner,
    origin: &str,
    name: &str,
) -> Result<Value, Refused> {
    let id = known(tenant, name)?;
    let at = format!("{origin}/{name}");
    Ok(json!({
        "token_endpoint": format!("{at}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "device_authorization_endpoint": format!("{at}/oauth2/v2.0/devicecode"),
        "jwks_uri": format!("{at}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{origin}/{id}/v2.0"),
        "request_uri_parameter_supported": false,
        "authorization_endpoint": format!("{at}/oauth2/v2.0/authorize"),
        "tenant_region_scope": "NA",
        "cloud_instance_name": instance_name(tenant.options.cloud),
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": host(origin),
    }))
}

pub(super) fn instance(tenant: &Inner, origin: &str) -> Value {
    let id = &tenant.lock().directory.tenant_id;
    let aliases = tenant.options.cloud.login_aliases();
    // Tokens of the global cloud are kept under its second name, for caches that are older than it.
    let cache = if tenant.options.cloud == Cloud::Global { aliases[1] } else { aliases[0] };
    json!({
        "tenant_discovery_endpoint": format!("{origin}/{id}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{
            "preferred_network": aliases[0],
            "preferred_cache": cache,
            "aliases": aliases,
        }],
    })
}

/// Every user is the tenant's own: nobody is sent to another provider.
pub(super) fn user_realm(tenant: &Inner, name: &str) -> Value {
    let domain = name.rsplit_once('@').map_or(name, |(_, domain)| domain);
    json!({
        "ver": "1.0",
        "account_type": "Managed",
        "domain_name": domain,
        "cloud_instance_name": instance_name(tenant.options.cloud),
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    })
}

/// Azure's list of addresses, from which Terraform's provider and Azure's command line take theirs.
pub(super) fn endpoints(origin: &str) -> Value {
    let resource = format!("{origin}/");
    json!({
        "name": "entitle",
        "portal": origin,
        "resourceManager": resource,
        "microsoftGraphResourceId": resource,
        "graph": resource,
        "graphAudience": resource,
        "batch": resource,
        "media": resource,
        "gallery": resource,
        "authentication": {
            "loginEndpoint": origin,
            "audiences": [resource],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "suffixes": {
            "keyVaultDns": "vault.azure.net",
            "storage": "core.windows.net",
            "acrLoginServer": "azurecr.io",
            "sqlServerHostname": "database.windows.net",
        },
    })
}

/// What the identity platform calls a cloud: its host, without `login`.
fn instance_name(cloud: Cloud) -> &'static str {
    let host = cloud.login_aliases()[0];
    host.strip_prefix("login.").unwrap_or(host)
}

fn host(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, host)| host)
}
