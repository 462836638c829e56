//! What clients must be told: as a file of `KEY=VALUE` lines, and as lines to paste.

use std::fmt::Write;
use std::path::Path;

use emulator::{APPLICATION, SECOND_SITE, SITE, Tenant};
use secrecy::ExposeSecret;

/// The lines of the file. `origin` is scheme, host and port of the emulator.
pub(super) fn lines(
    tenant: &Tenant,
    origin: &str,
    authority: Option<&Path>,
    client_certificate: Option<&Path>,
) -> String {
    let application = tenant.application();
    let (id, secret) = (&application.client_id, application.client_secret.expose_secret());
    let tenant_id = tenant.id();
    let mut lines = String::new();
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(lines, "{key}={value}");
    };
    line("GRAPH_URL", origin);
    line("AUTHORITY_URL", origin);
    line("TENANT_ID", &tenant_id);
    line("CLIENT_ID", id);
    line("CLIENT_SECRET", secret);
    line("REQUESTOR_ID", &tenant.requestor().user);
    line("REQUESTOR_USERNAME", &tenant.requestor().name);
    line("REQUESTOR_PASSWORD", tenant.requestor_password().expose_secret());
    line("EMULATOR_TOKEN", &tenant.administrator().token);
    // What the tenant provides for scenarios.
    line("ENTITLE_SITE", SITE);
    line("ENTITLE_SECOND_SITE", SECOND_SITE);
    line("ENTITLE_APPLICATION", APPLICATION);
    line("AZURE_AUTHORITY_HOST", origin);
    line("AZURE_TENANT_ID", &tenant_id);
    line("AZURE_CLIENT_ID", id);
    line("AZURE_CLIENT_SECRET", secret);
    // Clients run elsewhere.
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if let Some(path) = client_certificate {
        line("AZURE_CLIENT_CERTIFICATE_PATH", &absolute(path).display().to_string());
    }
    if let Some(authority) = authority {
        // Not under the names that clients read: whoever sources the file would distrust the world.
        line("CA_FILE", &absolute(authority).display().to_string());
    }
    lines
}

/// Lines to paste, by client; the values come from the file, whose name stands for `{file}`.
pub(super) const CLIENTS: &str = "\
any shell        set -a; . {file}; set +a
trust            export SSL_CERT_FILE=$CA_FILE REQUESTS_CA_BUNDLE=$CA_FILE NODE_EXTRA_CA_CERTS=$CA_FILE    # where the clients run
msgraph-sdk      ClientSecretCredential(TENANT_ID, CLIENT_ID, CLIENT_SECRET, authority=AUTHORITY_URL, disable_instance_discovery=True)
                 adapter.base_url = GRAPH_URL + \"/v1.0\"    # before GraphServiceClient(request_adapter=adapter)
graph-client-js  Client.initWithMiddleware({baseUrl: GRAPH_URL + \"/\", defaultVersion: \"v1.0\", customHosts: new Set([new URL(GRAPH_URL).hostname]), authProvider})
                 new ClientSecretCredential(TENANT_ID, CLIENT_ID, CLIENT_SECRET, {authorityHost: AUTHORITY_URL, disableInstanceDiscovery: true})
azure-cli        export AZURE_CORE_INSTANCE_DISCOVERY=false; az cloud register -n entitle --endpoint-resource-manager $GRAPH_URL; az cloud set -n entitle
                 az login --service-principal -u $CLIENT_ID -p $CLIENT_SECRET --tenant $TENANT_ID --allow-no-subscriptions
terraform        export ARM_METADATA_HOSTNAME=${GRAPH_URL#https://} ARM_TENANT_ID=$TENANT_ID ARM_CLIENT_ID=$CLIENT_ID ARM_CLIENT_SECRET=$CLIENT_SECRET ARM_USE_CLI=false";
