//! `entitle doctor`: whether a run would work, before anything is written.

use std::collections::BTreeMap;

use client::Error;
use credential::Claims;
use http::Method;
use jiff::SignedDuration;
use model::Version;
use model::dialect::{Step, route};
use model::permission;
use scenarios::{LiveTenant, Need, Operation, operations};

use crate::exit::{Exit, Failure};
use crate::live::{self, Reached, SignedIn, graph, organization};
use crate::out::say;
use crate::progress::{BAD, FAINT, GOOD, WARNING};
use crate::selection::{Selected, Selection};

/// Say whether a run against a tenant would work, and write nothing.
///
/// Each line is ok, a warning or a failure, with what to do. The exit code is 0 where a run would work, with or without
/// warnings, and 3 where it would not.
#[derive(Debug, clap::Args)]
#[command(after_long_help = live::VARIABLES)]
pub(crate) struct Args {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    live: live::Args,
}

/// A line of the report.
enum Line {
    Ok(String),
    Warning(String),
    Failure(String),
}

use Line::{Failure as Fails, Ok as Good, Warning as Warns};

/// By how much the clocks may differ; more, and a certificate's assertion or a fresh token is soon refused.
const SKEW: SignedDuration = SignedDuration::from_mins(2);

pub(crate) async fn run(args: Args) -> Result<Exit, Failure> {
    let selected = args.selection.resolve()?;
    let mut lines = Vec::new();
    match args.live.reach().await {
        Err(failure) if failure.exit == Exit::Environment => lines.push(Fails(failure.message)),
        Err(failure) => return Err(failure),
        Ok(reached) => examine(&args, &selected, &reached, &mut lines).await,
    }
    let mut failures = 0;
    for line in lines {
        match line {
            Good(text) => say!("{GOOD}ok{GOOD:#}       {text}"),
            Warns(text) => say!("{WARNING}warning{WARNING:#}  {text}"),
            Fails(text) => {
                failures += 1;
                say!("{BAD}failure{BAD:#}  {text}");
            }
        }
    }
    match failures {
        0 => say!("{FAINT}a run would work{FAINT:#}"),
        _ => say!("{FAINT}a run would not work{FAINT:#}"),
    }
    Ok(if failures == 0 { Exit::Ok } else { Exit::Environment })
}

async fn examine(args: &Args, selected: &[Selected], reached: &Reached, lines: &mut Vec<Line>) {
    let administrator = &reached.administrator;
    let who = if administrator.claims.is_delegated() { "a user" } else { "an application" };
    lines.push(Good(format!("signed in by {} as {who} of the tenant", administrator.kind)));
    lines.push(match organization(reached).await {
        Ok(tenant) => {
            let name = tenant["displayName"].as_str().unwrap_or("without a name");
            Good(format!("the tenant is {name}"))
        }
        Err(error) => Warns(format!(
            "the tenant's name and domains cannot be read ({}): grant Organization.Read.All, or set ENTITLE_DOMAIN",
            short(&error)
        )),
    });
    lines.push(clocks(reached).await);
    lines.extend(permissions(&args.live, selected, reached));
    lines.push(licence(reached).await);
    lines.extend(provided(selected, reached, args));
    lines.push(leftovers(args, reached));
    lines.extend(strangers(reached).await);
}

/// The tenant, ready for these plays: a run that consent or the licence would end in its midst, with
/// something made already, is refused.
pub(crate) async fn tenant_for(
    args: &live::Args,
    selected: &[Selected],
) -> Result<LiveTenant, Failure> {
    let reached = args.reach().await?;
    let mut lines = permissions(args, selected, &reached);
    lines.push(licence(&reached).await);
    let failures = lines.into_iter().filter_map(|line| match line {
        Fails(text) => Some(reached.settings.redacted(&text)),
        _ => None,
    });
    let failures: Vec<String> = failures.collect();
    match failures.as_slice() {
        [] => args.ready(reached).await,
        [only] => Err(Failure::environment(only)),
        [first, more @ ..] => Err(Failure::environment(format!(
            "{first}; and {} more, which `entitle doctor` tells",
            more.len()
        ))),
    }
}

/// What the plays that will not be skipped take, and whether it is granted.
fn permissions(args: &live::Args, selected: &[Selected], reached: &Reached) -> Vec<Line> {
    let is_played = |selected: &&Selected| {
        selected.exists && selected.scenario.unmet(args.allow_privileged).is_none()
    };
    let mut lines = Vec::new();
    let mut needed = BTreeMap::new();
    for Selected { scenario, api, .. } in selected.iter().filter(is_played) {
        match operations(scenario, *api) {
            Ok(operations) => {
                for operation in operations.iter().filter(|operation| is_given(operation, reached))
                {
                    need(&mut needed, operation, reached);
                }
            }
            Err(error) => lines.push(Warns(error.to_string())),
        }
    }
    lines.extend(granted(&needed));
    lines
}

/// Whether the tenant provides what the operation is about; the step is not applicable otherwise.
fn is_given(operation: &Operation, reached: &Reached) -> bool {
    let is_about = |origin: &str, collection: &str| {
        operation.origin.as_deref() == Some(origin)
            || operation.path.split('/').any(|segment| segment == collection)
    };
    let is_set = |setting| reached.settings.get(setting).is_some();
    (!is_about("SharePointOnline", "sites") || is_set("ENTITLE_SITE"))
        && (!is_about("AadApplication", "servicePrincipals") || is_set("ENTITLE_APPLICATION"))
}

/// Permissions that are needed, by whom and for what; any one of each list.
type Needed<'a> = BTreeMap<(&'a str, &'static [&'static str]), (&'a SignedIn, String)>;

/// What adding a resource takes beside entitlement management, of an application that acts for itself
/// (reference page of the resource request).
const ORIGINS: [(&str, &[&str]); 3] = [
    ("AadGroup", &["Group.ReadWrite.All"]),
    ("AadApplication", &["Application.ReadWrite.All"]),
    ("SharePointOnline", &["Sites.FullControl.All"]),
];

fn need<'a>(needed: &mut Needed<'a>, operation: &Operation, reached: &'a Reached) {
    let (name, who) = match (operation.identity.as_str(), &reached.requestor) {
        ("requestor", Some(requestor)) => ("requestor", requestor),
        // What a user would ask for is assigned then.
        ("requestor", None) => return,
        _ => ("administrator", &reached.administrator),
    };
    let application = !who.claims.is_delegated();
    let segments: Vec<String> =
        operation.path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let [version, rest @ ..] = segments.as_slice() else { return };
    let Ok(version) = version.parse::<Version>() else { return };
    let method = operation.method.as_str();
    let what = || format!("{method} {}", operation.path);
    let mut demand = |list: &'static [&'static str]| {
        needed.entry((name, list)).or_insert_with(|| (who, what()));
    };
    match rest {
        [governance, management, below @ ..]
            if governance == "identityGovernance" && management == "entitlementManagement" =>
        {
            let steps = route(version, below);
            let place: Vec<&str> = steps
                .iter()
                .map(|step| match step {
                    Step::Name(name) => name,
                    Step::Other(other) => other.as_str(),
                })
                .collect();
            demand(permission::entitlement(method, &place, application));
            let origin = operation.origin.as_deref();
            let of_origin = ORIGINS.iter().find(|(known, _)| origin == Some(*known));
            if let (true, Some((_, list))) = (application, of_origin) {
                demand(list);
            }
        }
        rest => {
            let place: Vec<&str> = rest.iter().map(String::as_str).collect();
            if let Some(list) = permission::directory(method, &place, false) {
                demand(list);
            }
        }
    }
}

fn granted(needed: &Needed<'_>) -> Vec<Line> {
    let has = |claims: &Claims, list: &[&str]| {
        let roles = claims.roles.iter().map(String::as_str);
        roles.chain(claims.scopes()).any(|granted| list.contains(&granted))
    };
    let missing = needed.iter().filter(|((_, list), (who, _))| !has(&who.claims, list));
    let lines: Vec<Line> = missing
        .map(|((name, list), (_, what))| {
            Fails(format!("the {name} lacks a permission for {what}: grant {}", either(list)))
        })
        .collect();
    match lines.is_empty() {
        true => vec![Good(format!("{} permissions that the plays need are granted", needed.len()))],
        false => lines,
    }
}

/// `A, or another of B, C`
fn either(list: &[&str]) -> String {
    match list {
        [] => "one".to_owned(),
        [least] => (*least).to_owned(),
        [least, more @ ..] => format!("{least} (or {})", more.join(", ")),
    }
}

/// Whether this machine's clock is that of whoever gives the tokens; by how much a token may be out
/// was looked at before.
async fn clocks(reached: &Reached) -> Line {
    let Some(theirs) = reached.platform.time().await else {
        return Warns(
            "the identity platform does not tell its time, so clocks cannot be compared".to_owned(),
        );
    };
    let ahead = reached.platform.clock.now().duration_since(theirs);
    let seconds = ahead.abs().as_secs();
    match ahead.abs() > SKEW {
        true => Fails(format!(
            "this machine's clock is {seconds} s {} the identity platform's: set it",
            if ahead.is_positive() { "ahead of" } else { "behind" }
        )),
        false => Good("this machine's clock is right".to_owned()),
    }
}

async fn licence(reached: &Reached) -> Line {
    let path = "identityGovernance/entitlementManagement/catalogs?$top=1";
    match graph(reached).raw(Method::GET, path, None).send().await {
        Ok(_) => Good("entitlement management answers".to_owned()),
        Err(error) if error.is_licence() => Fails(format!(
            "the tenant has no licence for entitlement management ({}): it takes Entra ID P2 or Entra ID Governance, and up to eight hours after it was assigned",
            short(&error)
        )),
        Err(error) if error.is_permission() => Fails(format!(
            "entitlement management refuses ({}): grant the permission and consent to it; a delegated token also needs the role Identity Governance Administrator",
            short(&error)
        )),
        Err(error) => Fails(format!("entitlement management does not answer: {error}")),
    }
}

/// What the plays use that the tenant must offer.
fn provided(selected: &[Selected], reached: &Reached, args: &Args) -> Vec<Line> {
    let mut lines = Vec::new();
    let any = |of: &dyn Fn(&Selected) -> bool| selected.iter().any(of);
    if any(&|s| s.scenario.asks) {
        lines.push(match &reached.requestor {
            Some(requestor) => Good(format!("a user can ask for access, by {}", requestor.kind)),
            None => match reached.settings.get("ENTITLE_REQUESTOR") {
                Some(_) => Warns("no user can sign in: the administrator assigns access, and the verdict is degraded; set REQUESTOR_USERNAME and REQUESTOR_PASSWORD of a test user".to_owned()),
                None => Warns("no user can sign in, and none is named: plays in which somebody asks are not applicable; set REQUESTOR_USERNAME and REQUESTOR_PASSWORD, or ENTITLE_REQUESTOR".to_owned()),
            },
        });
    }
    if any(&|s| s.scenario.name == "resource-requests") {
        for (setting, what) in [
            ("ENTITLE_SITE", "a SharePoint site"),
            ("ENTITLE_SECOND_SITE", "a second SharePoint site"),
            ("ENTITLE_APPLICATION", "an enterprise application"),
        ] {
            lines.push(match reached.settings.get(setting) {
                Some(_) => Good(format!("{setting} names {what}")),
                None => Warns(format!(
                    "{setting} is not set: steps that need {what} are not applicable"
                )),
            });
        }
    }
    if any(&|s| s.scenario.needs.contains(&Need::DirectoryRole)) && !args.live.allow_privileged {
        lines.push(Warns(
            "plays that give a directory role are skipped without --allow-privileged".to_owned(),
        ));
    }
    if any(&|s| s.scenario.needs.contains(&Need::MovableClock)) {
        lines.push(Warns("plays that need a clock that can be moved are skipped".to_owned()));
    }
    lines
}

fn leftovers(args: &Args, reached: &Reached) -> Line {
    match args.live.ledger(&reached.tenant) {
        Err(failure) => Fails(failure.message),
        Ok(ledger) => match ledger.open_entries(None).len() {
            0 => Good("the ledger knows of nothing that an earlier run left".to_owned()),
            left => Warns(format!(
                "the ledger knows of {left} objects that an earlier run may have left: look with `entitle sweep`, take them away with --apply"
            )),
        },
    }
}

/// What is called like something of a run, and may be one of another ledger.
async fn strangers(reached: &Reached) -> Vec<Line> {
    let path = "groups?$filter=startswith(displayName,'entitle')&$select=id,displayName&$top=50";
    let Ok(found) = graph(reached).raw(Method::GET, path, None).send().await else {
        return Vec::new();
    };
    match found["value"].as_array().map_or(0, Vec::len) {
        0 => Vec::new(),
        some => vec![Warns(format!(
            "{some} groups have names like those of a run: if they are of a run whose ledger is lost, take them away by hand"
        ))],
    }
}

fn short(error: &Error) -> String {
    let status = error.status().map(|status| status.as_u16().to_string()).unwrap_or_default();
    match error.code() {
        Some(code) => format!("{status} {code}"),
        None if status.is_empty() => error.to_string(),
        None => status,
    }
}
