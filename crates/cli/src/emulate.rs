//! `entitle emulate`: the embedded tenant on a port.

use std::net::SocketAddr;
use std::sync::Arc;

use clock::{Clock, RealClock, VirtualClock};
use emulator::{Options, Tenant};

use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::out::say;

/// Serve a stateful tenant of entitlement management on a port.
///
/// Everything is in memory and goes when the emulator stops; Ctrl-C stops it, with exit code 0. Time can be moved:
/// POST /_emulator/clock {"advance": "P30D"} with the administrator's token.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The address to listen on; only this machine's own.
    #[arg(long, default_value = "127.0.0.1:8480")]
    listen: SocketAddr,
    /// Virtual seconds a real second.
    #[arg(long, default_value_t = 1)]
    rate: u32,
    /// The seed of ids and tokens: the same seed gives the same tenant.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(crate) async fn run(args: Args) -> Result<Exit, Failure> {
    if !args.listen.ip().is_loopback() {
        return Err(Failure::usage(format!(
            "expected an address of this machine alone (127.0.0.1 or [::1]), found {}; the tokens are no secret",
            args.listen.ip()
        )));
    }
    let clock = VirtualClock::running(RealClock.now(), args.rate);
    let options = Options { seed: args.seed, ..Options::default() };
    let tenant = Tenant::new(&options, Arc::new(clock));
    // Whoever reads that it listens may stop it at once.
    let stop = interrupt::armed().await;
    let listener = tokio::net::TcpListener::bind(args.listen).await.map_err(|error| {
        Failure::environment(format!(
            "cannot listen on {}: {error}; stop who listens there or choose another with --listen",
            args.listen
        ))
    })?;
    let address = listener.local_addr().map_err(Failure::environment)?;
    let (administrator, requestor) = (tenant.administrator(), tenant.requestor());
    say!("a tenant of entitlement management listens on http://{address}");
    say!("administrator  {}  {}", administrator.token, administrator.name);
    say!("requestor      {}  {}", requestor.token, requestor.name);
    say!(
        "try: curl -H 'Authorization: Bearer {}' http://{address}/v1.0/identityGovernance/entitlementManagement/catalogs",
        administrator.token
    );
    let served = axum::serve(listener, tenant.router()).with_graceful_shutdown(stop).await;
    served.map_err(Failure::environment)?;
    say!("stopped");
    Ok(Exit::Ok)
}
