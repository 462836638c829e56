//! `entitle emulate`: the embedded tenant on a port.

mod certificate;
mod environment;
mod proxy;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use clock::{Clock, RealClock, VirtualClock};
use emulator::{Options, Profile, Tenant};
use http::uri::{Authority, Scheme};
use http::{Request, Response, StatusCode, header};
use model::Cloud;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::net::TcpListener;

use self::certificate::{Certificates, LOCAL, stands_for};
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::out::say;

/// Serve a stateful tenant of entitlement management on a port.
///
/// Everything is in memory and goes when the emulator stops, unless --state names a file; Ctrl-C stops it, with exit code
/// 0. Time can be moved: POST /_emulator/clock {"advance": "P30D"} with the administrator's token. Microsoft's clients
/// demand --tls.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Args {
    /// The address to listen on; this machine's own, unless --i-know.
    #[arg(long, default_value = "127.0.0.1:8480")]
    listen: SocketAddr,
    /// Listen where others can reach it: whoever can, may do all that an administrator may.
    #[arg(long)]
    i_know: bool,
    /// Serve over TLS; the certificate authority that clients must be given is DIR/ca.pem, made there on first use.
    #[arg(long, value_name = "DIR")]
    tls: Option<PathBuf>,
    /// Forward CONNECT for the cloud's names (of the global one graph.microsoft.com, login.microsoftonline.com and
    /// management.azure.com) to the emulator: for clients whose addresses are fixed, as HTTPS_PROXY.
    #[arg(long, value_name = "ADDR", requires = "tls")]
    proxy: Option<SocketAddr>,
    /// Once it listens, write what clients must be told to FILE, as KEY=VALUE lines.
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// Virtual seconds a real second.
    #[arg(long, default_value_t = 1)]
    rate: u32,
    /// A number, from which ids and tokens follow: the same seed gives the same tenant; or a file with an export of a
    /// tenant, to begin with.
    #[arg(long, default_value = "1", value_name = "N|FILE")]
    seed: String,
    /// Keep the tenant in FILE, made on first use: what was acknowledged is there again after the emulator was killed.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// fast: consistent, delivered after six seconds; realistic: new and deleted groups are seen late, deliveries take up
    /// to a minute.
    #[arg(long, default_value = "fast", value_name = "fast|realistic")]
    profile: Profile,
    /// Faults from the start, as PUT /_emulator/faults takes them.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// The cloud whose names it answers to and whose tokens it takes. The API is the global one's in each: `entitle
    /// drift` tells what a national cloud lacks.
    #[arg(long, default_value = "global", value_name = "global|usgov|usgovdod|china")]
    cloud: Cloud,
    /// Switch a rule off, by the id that `entitle rules` tells; may be given more than once.
    #[arg(long = "rule-off", value_name = "ID")]
    rules_off: Vec<String>,
    /// A tenant without the licence that entitlement management asks for.
    #[arg(long)]
    unlicensed: bool,
    /// Refuse members of a body that the version does not have, as the service does; so it is unless --lenient.
    #[arg(long, conflicts_with = "lenient")]
    strict: bool,
    /// Pass over members of a body that the version does not have.
    #[arg(long)]
    lenient: bool,
    /// A PEM file with a certificate, by whose key (RSA, at least 2048 bits) the application may sign in in place of its
    /// secret; a private key in it is not read.
    #[arg(long, value_name = "FILE")]
    client_certificate: Option<PathBuf>,
    /// Tell every call on a line of its own.
    #[arg(long)]
    log: bool,
}

/// How long calls that are being answered are waited for when it stops.
const GRACE: Duration = Duration::from_secs(5);

pub(crate) async fn run(args: Args) -> Result<Exit, Failure> {
    for address in [Some(args.listen), args.proxy].into_iter().flatten() {
        if !address.ip().is_loopback() && !args.i_know {
            return Err(Failure::usage(format!(
                "expected an address of this machine alone (127.0.0.1 or [::1]), found {}; the tokens are no secret; --i-know listens there all the same",
                address.ip()
            )));
        }
    }
    let certificates = match &args.tls {
        Some(folder) => Some(Certificates::in_folder(folder, args.cloud, RealClock.now())?),
        None => None,
    };
    let tenant = tenant(&args)?;
    // Whoever reads that it listens may stop it at once.
    let stop = interrupt::armed().await;
    let listener = bound(args.listen, "--listen").await?;
    let address = listener.local_addr().map_err(Failure::environment)?;
    let proxy = match args.proxy {
        Some(address) => Some(bound(address, "--proxy").await?),
        None => None,
    };
    let scheme = if certificates.is_some() { Scheme::HTTPS } else { Scheme::HTTP };
    let origin = format!("{scheme}://{address}");
    let authority = certificates.as_ref().map(|found| found.authority.as_path());
    if let Some(path) = &args.env_file {
        let lines =
            environment::lines(&tenant, &origin, authority, args.client_certificate.as_deref());
        file::replace_private(path, &lines).map_err(|error| {
            Failure::environment(format!("cannot write {}: {error}", path.display()))
        })?;
    }
    let (administrator, requestor) = (tenant.administrator(), tenant.requestor());
    say!("a tenant of entitlement management listens on {origin}");
    say!("administrator  {}  {}", administrator.token, administrator.name);
    say!("requestor      {}  {}", requestor.token, requestor.name);
    if let Some(authority) = authority {
        say!("authority      {}", authority.display());
    }
    if let Some(proxy) = &proxy {
        say!("proxy          http://{}", proxy.local_addr().map_err(Failure::environment)?);
    }
    if let Some(path) = &args.env_file {
        say!("environment    {}", path.display());
        say!("{}", environment::CLIENTS.replace("{file}", &path.display().to_string()));
    }
    let trust = authority.map(|ca| format!("--cacert {} ", ca.display())).unwrap_or_default();
    say!(
        "try: curl {trust}-H 'Authorization: Bearer {}' {origin}/v1.0/identityGovernance/entitlementManagement/catalogs",
        administrator.token
    );
    let mut router = tenant.router().layer(axum::Extension(scheme));
    // Under another address, it is known by names that nobody here can tell.
    if !args.i_know {
        let names: Arc<[&str]> = LOCAL.into_iter().chain(stands_for(args.cloud)).collect();
        router = router.layer(from_fn_with_state(names, own_names));
    }
    if args.log {
        router = router.layer(from_fn(told));
    }
    let forwarded = proxy
        .map(|proxy| tokio::spawn(proxy::forward(proxy, address, stands_for(args.cloud).into())));
    serve(listener, router, certificates, stop).await?;
    if let Some(forwarded) = forwarded {
        forwarded.abort();
    }
    say!("stopped");
    Ok(Exit::Ok)
}

fn tenant(args: &Args) -> Result<Tenant, Failure> {
    let (seed, export) = match args.seed.parse() {
        Ok(seed) => (Some(seed), None),
        Err(_) => {
            let text = read(Path::new(&args.seed), "--seed")?;
            let export: serde_json::Value = serde_json::from_slice(&text).map_err(|error| {
                Failure::usage(format!(
                    "--seed {}: expected a number or an export: {error}",
                    args.seed
                ))
            })?;
            (export["seed"].as_u64(), Some(export))
        }
    };
    if let Some(unknown) =
        args.rules_off.iter().find(|id| !emulator::rules().any(|rule| rule.id == **id))
    {
        return Err(Failure::usage(format!(
            "--rule-off: expected the id of a rule, found '{unknown}'; `entitle rules` tells them"
        )));
    }
    let options = Options {
        seed: seed.unwrap_or(Options::default().seed),
        signs_in_by: Some(Arc::new(RealClock)),
        licensed: !args.unlicensed,
        lenient: args.lenient && !args.strict,
        rules_off: args.rules_off.clone(),
        profile: args.profile.clone(),
        cloud: args.cloud,
        client_certificate: args.client_certificate.as_deref().map(certified).transpose()?,
        ..Options::default()
    };
    let clock = Arc::new(VirtualClock::running(RealClock.now(), args.rate));
    let tenant = match &args.state {
        Some(path) => Tenant::open(&options, clock, path).map_err(Failure::environment)?,
        None => Tenant::new(&options, clock),
    };
    if let Some(export) = export {
        let wrong = |why| Failure::usage(format!("--seed {}: {why}", args.seed));
        tenant.import(&export).map_err(wrong)?;
    }
    if let Some(path) = &args.faults {
        let wrong = |why| Failure::usage(format!("--faults {}: {why}", path.display()));
        tenant.set_faults(&read(path, "--faults")?).map_err(wrong)?;
    }
    Ok(tenant)
}

/// The first certificate of a PEM file.
fn certified(path: &Path) -> Result<Vec<u8>, Failure> {
    let found = CertificateDer::from_pem_slice(&read(path, "--client-certificate")?);
    found.map(|certificate| certificate.to_vec()).map_err(|error| {
        Failure::usage(format!(
            "--client-certificate {}: expected a certificate in PEM: {error}",
            path.display()
        ))
    })
}

fn read(path: &Path, option: &str) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| {
        Failure::usage(format!("{option} {}: cannot be read: {error}", path.display()))
    })
}

async fn bound(address: SocketAddr, option: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::environment(format!(
            "cannot listen on {address}: {error}; stop who listens there or choose another with {option}"
        ))
    })
}

async fn serve(
    listener: TcpListener,
    router: Router,
    certificates: Option<Certificates>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let Some(certificates) = certificates else {
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let served = axum::serve(listener, service).with_graceful_shutdown(stop).await;
        return served.map_err(Failure::environment);
    };
    let listener = listener.into_std().map_err(Failure::environment)?;
    let config = axum_server::tls_rustls::RustlsConfig::from_config(certificates.server);
    let server = axum_server::from_tcp_rustls(listener, config).map_err(Failure::environment)?;
    let handle = axum_server::Handle::new();
    let stopping = handle.clone();
    tokio::spawn(async move {
        stop.await;
        stopping.graceful_shutdown(Some(GRACE));
    });
    server
        .handle(handle)
        .serve(router.into_make_service_with_connect_info::<SocketAddr>())
        .await
        .map_err(Failure::environment)
}

/// Tells every call: method, path, status and the rules that fired.
async fn told(request: Request<Body>, next: Next) -> Response<Body> {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let response = next.run(request).await;
    let rules: Vec<&str> = response
        .headers()
        .get_all("x-entitle-rule")
        .iter()
        .filter_map(|rule| rule.to_str().ok())
        .collect();
    say!("{} {method} {uri} {}", response.status().as_u16(), rules.join(", "));
    response
}

/// Refuses requests under names that are not the emulator's: a page that a browser has open must
/// not reach it by a name that its owner points here.
async fn own_names(
    State(names): State<Arc<[&'static str]>>,
    request: Request<Body>,
    next: Next,
) -> Response<Body> {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.and_then(|host| host.parse::<Authority>().ok());
    let own = host.as_ref().is_some_and(|host| {
        let name = host.host().trim_start_matches('[').trim_end_matches(']');
        names.iter().any(|own| own.eq_ignore_ascii_case(name))
    });
    if own {
        return next.run(request).await;
    }
    let words = format!("expected one of the hosts {}, found another\n", names.join(", "));
    let mut refused = Response::new(Body::from(words));
    *refused.status_mut() = StatusCode::MISDIRECTED_REQUEST;
    refused
}
