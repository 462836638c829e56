//! Which tenant is meant, who signs in to it, and what may be done there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use client::{Client, Verdicts};
use clock::{Clock, RealClock, SharedClock, VirtualClock};
use credential::{Announce, Application, Claims, CredentialError, Kind, Platform, Settings, User};
use jiff::{SignedDuration, Timestamp};
use ledger::{Ledger, Limits};
use model::{Cloud, Version};
use scenarios::LiveTenant;
use secrecy::{ExposeSecret, SecretString};
use transport::{
    Bearer, BoxFuture, Live, Reach, Retry, SharedTransport, TokenSource, TransportError,
};

use crate::exit::Failure;
use crate::out::say;

/// What the environment may say, for the help of commands.
pub(crate) const VARIABLES: &str = "\
Who signs in is said by the variables that Azure's tools read, in the environment or in --env-file:
  AZURE_TENANT_ID, AZURE_CLIENT_ID and one of AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH,
  AZURE_FEDERATED_TOKEN_FILE; or ENTITLE_TOKEN, a token got elsewhere. Where none is set: the managed
  identity of an Azure machine, else whoever is signed in with the Azure CLI.
The user who asks for access, who must be there and is never changed:
  REQUESTOR_USERNAME and REQUESTOR_PASSWORD (without multi-factor authentication), or
  REQUESTOR_SIGN_IN=device-code, or REQUESTOR_TOKEN. REQUESTOR_CLIENT_ID where the application that
  users sign in to is another.
What the tenant provides for plays:
  ENTITLE_DOMAIN, ENTITLE_SITE, ENTITLE_SECOND_SITE, ENTITLE_APPLICATION (a name), and
  ENTITLE_REQUESTOR (the name of a user who cannot sign in here).";

/// A tenant to play against.
#[derive(Debug, Clone, clap::Args)]
#[group(id = "live")]
#[command(next_help_heading = "A live tenant")]
pub(crate) struct Args {
    /// The id of the tenant that is meant: refused unless the token is of the same one. Or ENTITLE_TENANT_ID.
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// The cloud that the tenant is in.
    #[arg(long, default_value = "global", value_name = "global|usgov|usgovdod|china")]
    cloud: Cloud,
    /// Scheme and host of Graph, where they are not the cloud's. Or GRAPH_URL.
    #[arg(long, value_name = "URL")]
    graph_url: Option<String>,
    /// Scheme and host of the identity platform, where they are not the cloud's. Or AZURE_AUTHORITY_HOST.
    #[arg(long, value_name = "URL")]
    authority_url: Option<String>,
    /// By what to sign in, where the variables name more than one: token, secret, certificate, workload-identity,
    /// managed-identity or azure-cli.
    #[arg(long, value_name = "KIND")]
    credential: Option<Kind>,
    /// A file of NAME=VALUE lines beside the environment, which goes first; .env where there is one.
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// Certificates in PEM that are trusted beside the system's: of a proxy that opens TLS, or of the emulator. Or CA_FILE.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Where it is written down what was made and is not gone; .entitle/ledger.jsonl where none is named.
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Refuse every write.
    #[arg(long)]
    read_only: bool,
    /// Allow steps that give a directory role to a user whom the run makes.
    #[arg(long)]
    pub(crate) allow_privileged: bool,
    /// Writes at most.
    #[arg(long, value_name = "N")]
    max_writes: Option<u64>,
    /// Objects that a run makes at most.
    #[arg(long, value_name = "N")]
    max_objects: Option<usize>,
    /// Requests a second at most.
    #[arg(long, value_name = "N", default_value_t = 20)]
    requests_per_second: u32,
    /// Virtual seconds a real second of the run's own clock, for tests against an emulator that runs at the same rate.
    #[arg(long, value_name = "N", default_value_t = 1, hide = true)]
    clock_rate: u32,
    /// Seconds by which the run's own clock is ahead of this machine's, for tests of a clock that is off.
    #[arg(long, value_name = "N", default_value_t = 0, allow_hyphen_values = true, hide = true)]
    clock_ahead: i64,
}

/// Where the ledger is unless somebody says otherwise.
const LEDGER: &str = ".entitle/ledger.jsonl";
/// By how much a token's time may differ from this machine's.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Somebody who is signed in, and what their token says.
pub(crate) struct SignedIn {
    pub(crate) kind: String,
    pub(crate) claims: Claims,
    pub(crate) source: Arc<dyn TokenSource>,
}

/// A tenant that is reached, with whoever is signed in to it. Nothing was asked of Graph yet.
pub(crate) struct Reached {
    pub(crate) settings: Settings,
    pub(crate) platform: Platform,
    pub(crate) tenant: String,
    pub(crate) graph: String,
    pub(crate) live: Live,
    pub(crate) administrator: SignedIn,
    pub(crate) requestor: Option<SignedIn>,
}

impl Args {
    /// Signs in, and refuses another tenant than the one that is meant.
    pub(crate) async fn reach(&self) -> Result<Reached, Failure> {
        let settings = self.settings()?;
        let hiding = settings.clone();
        self.reach_by(settings).await.map_err(|failure| {
            let message = hiding.redacted(&failure.message);
            Failure { message, ..failure }
        })
    }

    async fn reach_by(&self, mut settings: Settings) -> Result<Reached, Failure> {
        if let Some(tenant) = &self.tenant {
            // Whoever is signed in elsewhere, too, gets tokens of the tenant that is meant.
            let meant = format!("AZURE_TENANT_ID={tenant}");
            settings = settings.beside(&meant).map_err(Failure::usage)?;
        }
        let setting = |given: Option<&str>, name: &str| {
            given.or_else(|| settings.get(name)).map(|url| url.trim_end_matches('/').to_owned())
        };
        let graph = setting(self.graph_url.as_deref(), "GRAPH_URL")
            .unwrap_or_else(|| format!("https://{}", self.cloud.graph()));
        let meant = setting(self.tenant.as_deref(), "ENTITLE_TENANT_ID").ok_or_else(|| {
            Failure::usage("--tenant is not given: say the id of the tenant that is meant, so that no other is touched; or set ENTITLE_TENANT_ID")
        })?;
        let live = self.live(&settings, &graph)?;
        let clock: SharedClock = match (self.clock_rate, self.clock_ahead) {
            (1, 0) => Arc::new(RealClock),
            (rate, ahead) => {
                let now = RealClock.now().saturating_add(SignedDuration::from_secs(ahead));
                Arc::new(VirtualClock::running(now.unwrap_or(Timestamp::MAX), rate))
            }
        };
        let mut platform =
            Platform::of(self.cloud, &settings, Arc::new(live.clone()), clock.clone());
        if let Some(authority) = &self.authority_url {
            authority.trim_end_matches('/').clone_into(&mut platform.authority);
        }
        if !platform.authority.starts_with("https://") {
            return Err(Failure::usage(format!(
                "--authority-url: expected https://HOST, found '{}'; a secret goes nowhere else",
                platform.authority
            )));
        }
        let application = Application::from(&settings, self.credential, &platform)
            .map_err(|error| not_signed_in(&error))?;
        let kind = application.kind().to_string();
        let administrator = signed_in(kind, Arc::new(application), &meant, &clock).await?;
        let announce: Announce = Arc::new(|message| say!("{message}"));
        let requestor = match User::from(&settings, &platform, announce) {
            Ok(None) => None,
            Ok(Some(user)) => {
                let kind = user.kind().to_string();
                Some(signed_in(kind, Arc::new(user), &meant, &clock).await?)
            }
            Err(error) => return Err(not_signed_in(&error)),
        };
        Ok(Reached { settings, platform, tenant: meant, graph, live, administrator, requestor })
    }

    /// The tenant, ready to be played against.
    pub(crate) async fn tenant(&self) -> Result<LiveTenant, Failure> {
        self.ready(self.reach().await?).await
    }

    /// A tenant that is reached, ready to be played against.
    pub(crate) async fn ready(&self, reached: Reached) -> Result<LiveTenant, Failure> {
        let ledger = self.ledger(&reached.tenant)?;
        let given = given(&reached).await?;
        let own = Limits::default();
        let limits = Limits {
            read_only: self.read_only,
            privileged: self.allow_privileged,
            writes: self.max_writes.unwrap_or(own.writes),
            objects: self.max_objects.unwrap_or(own.objects),
        };
        let secrets = reached.settings.secrets();
        let secrets = secrets.map(|(name, secret)| (name.to_owned(), secret.clone())).collect();
        let Reached { tenant, graph, live, platform, administrator, requestor, .. } = reached;
        Ok(LiveTenant {
            id: tenant,
            secrets,
            graph,
            carrier: Arc::new(live),
            clock: platform.clock,
            administrator: administrator.source,
            requestor: requestor.map(|requestor| requestor.source),
            given,
            ledger,
            limits,
            pace: self.requests_per_second,
            writes: Arc::default(),
        })
    }

    pub(crate) fn ledger(&self, tenant: &str) -> Result<Ledger, Failure> {
        let path = self.ledger.as_deref().unwrap_or(Path::new(LEDGER));
        Ledger::open(path, tenant).map_err(Failure::usage)
    }

    fn settings(&self) -> Result<Settings, Failure> {
        // What is no text is none of ours.
        let variables = std::env::vars_os();
        let variables = variables.filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        let settings = Settings::of(variables);
        let own = Path::new(".env");
        let path = match &self.env_file {
            Some(path) => path,
            None if own.exists() => own,
            None => return Ok(settings),
        };
        let unreadable =
            |error: &dyn std::fmt::Display| Failure::usage(format!("{}: {error}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(&error))?;
        settings.beside(&text).map_err(|error| unreadable(&error))
    }

    fn live(&self, settings: &Settings, graph: &str) -> Result<Live, Failure> {
        let file = self.ca_file.clone().or_else(|| settings.get("CA_FILE").map(PathBuf::from));
        let also_trusts = file
            .map(|path| {
                std::fs::read(&path).map_err(|error| {
                    Failure::usage(format!("--ca-file {}: {error}", path.display()))
                })
            })
            .transpose()?;
        let uri: http::Uri = graph.parse().map_err(|_| {
            Failure::usage(format!("--graph-url: expected https://HOST, found '{graph}'"))
        })?;
        let (Some("https"), Some(host)) = (uri.scheme_str(), uri.host()) else {
            return Err(Failure::usage(format!(
                "--graph-url: expected https://HOST, found '{graph}'; a token goes nowhere else"
            )));
        };
        // No proxy leads to this machine.
        let by_proxy = !["127.0.0.1", "[::1]", "localhost"].contains(&host);
        Live::reaching(&Reach { by_proxy, also_trusts }).map_err(Failure::usage)
    }
}

fn not_signed_in(error: &CredentialError) -> Failure {
    match error {
        CredentialError::Refused { .. } => Failure::environment(error),
        _ => Failure::usage(error),
    }
}

/// Gets a token and holds it against the tenant that is meant and the time that is told here.
async fn signed_in(
    kind: String,
    source: Arc<dyn TokenSource>,
    meant: &str,
    clock: &SharedClock,
) -> Result<SignedIn, Failure> {
    let token = source.token().await.map_err(Failure::environment)?;
    let claims = Claims::of(token.expose_secret()).ok_or_else(|| {
        Failure::environment(format!(
            "the token of the {kind} credential is none that tells its tenant; without that nothing is done"
        ))
    })?;
    if !claims.tenant.eq_ignore_ascii_case(meant) {
        return Err(Failure::environment(format!(
            "--tenant: expected a token of the tenant that is meant, found one of another, by the {kind} credential; nothing was asked of it"
        )));
    }
    let now = clock.now();
    let ahead = claims.issued().map(|issued| issued.duration_since(now));
    let over = claims.expires().map(|end| now.duration_since(end));
    if ahead.is_some_and(|ahead| ahead > SKEW)
        || over.is_some_and(|over| over > SignedDuration::ZERO)
    {
        return Err(Failure::environment(format!(
            "the token of the {kind} credential does not hold now: expected this machine's clock to be right, it says {now}; set it"
        )));
    }
    let source =
        Arc::new(OfTenant { inner: source, meant: meant.to_owned(), seen: Mutex::default() });
    Ok(SignedIn { kind, claims, source })
}

/// Tokens of one tenant: another that comes later, as when somebody signs in elsewhere with the Azure
/// CLI, is refused before it is sent.
struct OfTenant {
    inner: Arc<dyn TokenSource>,
    meant: String,
    /// The token that was looked at last.
    seen: Mutex<Option<SecretString>>,
}

impl TokenSource for OfTenant {
    fn token(&self) -> BoxFuture<'_, Result<SecretString, TransportError>> {
        Box::pin(async move {
            let token = self.inner.token().await?;
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let is_seen =
                seen.as_ref().is_some_and(|seen| seen.expose_secret() == token.expose_secret());
            let same = |claims: Claims| claims.tenant.eq_ignore_ascii_case(&self.meant);
            if !is_seen && !Claims::of(token.expose_secret()).is_some_and(same) {
                return Err(TransportError::Refused(
                    "the credential gives tokens of another tenant by now; nothing is sent"
                        .to_owned(),
                ));
            }
            *seen = Some(token.clone());
            Ok(token)
        })
    }
}

/// What the tenant provides, by the names that scenarios ask for.
async fn given(reached: &Reached) -> Result<BTreeMap<String, String>, Failure> {
    let told = [
        ("domain", "ENTITLE_DOMAIN"),
        ("site", "ENTITLE_SITE"),
        ("second-site", "ENTITLE_SECOND_SITE"),
        ("application", "ENTITLE_APPLICATION"),
        ("requestor", "ENTITLE_REQUESTOR"),
    ];
    let told = told.into_iter().filter_map(|(name, setting)| {
        Some((name.to_owned(), reached.settings.get(setting)?.to_owned()))
    });
    let mut given: BTreeMap<String, String> = told.collect();
    if reached.requestor.is_some() {
        // Whoever can sign in says who they are.
        given.remove("requestor");
    }
    if !given.contains_key("domain") {
        let organization = organization(reached).await.map_err(Failure::environment)?;
        let domains = organization["verifiedDomains"].as_array().into_iter().flatten();
        let mut domains = domains.filter(|domain| domain["isDefault"] == true);
        if let Some(name) = domains.next().and_then(|domain| domain["name"].as_str()) {
            given.insert("domain".to_owned(), name.to_owned());
        }
    }
    Ok(given)
}

/// The tenant as it describes itself.
pub(crate) async fn organization(reached: &Reached) -> Result<serde_json::Value, client::Error> {
    let path = "organization?$select=id,displayName,verifiedDomains";
    let graph = graph(reached);
    let mut found = graph.raw(http::Method::GET, path, None).send().await?;
    Ok(found["value"][0].take())
}

/// Whoever administers, on v1.0, to look around.
pub(crate) fn graph(reached: &Reached) -> Client {
    let bearer = Bearer::new(reached.administrator.source.clone(), reached.live.clone());
    let verdicts = Verdicts::new(reached.platform.clock.clone());
    let judge = move |request: &_, outcome: &_| verdicts.judge(request, outcome);
    let transport: SharedTransport =
        Arc::new(Retry::new(bearer, judge, reached.platform.clock.clone()));
    Client::new(transport, Version::V1).at(&reached.graph)
}
