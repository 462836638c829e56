//! How fast the plays are, in release, as medians and ratios of one process.

mod client;
mod emulator;

use std::hint::black_box;
use std::time::{Duration, Instant};

use contract::{Contract, Document, Exchange, Judge, drift};
use harness::{Api, Observer};
use scenarios::{Interrupt, Opponent, SCENARIOS, Scenario, find, perform};
use xshell::{Shell, cmd};

/// Builds this program in release and lets it measure.
pub(crate) fn run(shell: &Shell) -> xshell::Result<()> {
    cmd!(shell, "cargo run --quiet --release --locked --package xtask -- bench-here").run()
}

/// Measures in this process and prints a line for each figure.
pub(crate) fn measure() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.expect("a runtime can be had");
    let play = |scenario: &'static Scenario, api: Api, opponent: Opponent<'static>| {
        let never = Interrupt::never();
        let played = runtime.block_on(perform(scenario, api, opponent, Observer::nobody(), &never));
        let played = played.expect("an offline backend can be had");
        assert!(played.faults.is_empty(), "{}", played.faults.join("\n"));
    };
    let judge = |version: &str| {
        let contract = Contract::builtin(version).expect("a known version");
        black_box(Judge::new(contract));
    };
    let tutorial = find("tutorial-current").expect("it is registered");
    let compile = times(9, || judge("v1.0"));
    let emulated = times(51, || play(tutorial, Api::V1, Opponent::EMULATOR));
    let replayed = times(51, || play(tutorial, Api::V1, Opponent::Replay));
    let all = times(7, || {
        for scenario in &SCENARIOS {
            for &api in scenario.apis {
                play(scenario, api, Opponent::EMULATOR);
                play(scenario, api, Opponent::Replay);
            }
        }
    });
    println!("{:<52} {:>10} {:>10} {:>10} {:>8}", "", "min", "median", "max", "ratio");
    let base = median(&emulated);
    let lines = [
        ("tutorial-current on v1.0, emulator", &emulated),
        ("tutorial-current on v1.0, replay", &replayed),
        ("compiling the validator of v1.0", &compile),
        ("every scenario and version, emulator and replay", &all),
    ];
    for (name, times) in lines {
        line(name, times, base);
    }
    validating(tutorial);
    comparing();
    client::measure(&runtime);
    emulator::measure(&runtime);
}

fn line(name: &str, times: &[Duration], base: Duration) {
    let ratio = median(times).as_secs_f64() / base.as_secs_f64();
    println!(
        "{name:<52} {:>10} {:>10} {:>10} {ratio:>8.2}",
        shown(times[0]),
        shown(median(times)),
        shown(times[times.len() - 1])
    );
}

/// Each exchange of a play, judged by the compiled contract.
fn validating(scenario: &'static Scenario) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be had");
    let never = Interrupt::never();
    let played = perform(scenario, Api::V1, Opponent::EMULATOR, Observer::nobody(), &never);
    let played = runtime.block_on(played).expect("the emulator can be had");
    let judge = Contract::builtin("v1.0").expect("a known version").judge();
    let exchanges: Vec<_> =
        played.run.trace().steps().flat_map(|step| step.exchanges.iter()).collect();
    let mut medians: Vec<Duration> = exchanges
        .iter()
        .map(|exchanged| {
            let exchange = Exchange {
                method: &exchanged.method,
                path: &exchanged.path,
                request: Some(&exchanged.request).filter(|body| !body.is_null()),
                status: exchanged.status,
                response: Some(&exchanged.response).filter(|body| !body.is_null()),
            };
            median(&times(99, || {
                black_box(judge.check(&exchange));
            }))
        })
        .collect();
    medians.sort();
    println!("\n{:<52} {:>10} {:>10} {:>10}", "", "min", "median", "max");
    let micros = |time: Duration| format!("{:.1} µs", time.as_secs_f64() * 1e6);
    println!(
        "{:<52} {:>10} {:>10} {:>10}",
        format!("validating one of {} exchanges of the tutorial", exchanges.len()),
        micros(medians[0]),
        micros(median(&medians)),
        micros(medians[medians.len() - 1])
    );
}

/// Two large documents: parsed by the XML library alone, and read, sliced and compared.
fn comparing() {
    let (base, what) = metadata();
    let head = base.replace("Name=\"displayName\"", "Name=\"shownAs\"");
    let megabytes = format!("{}.{} MB", base.len() / 1_000_000, base.len() / 100_000 % 10);
    let xml = times(15, || {
        for text in [&base, &head] {
            black_box(roxmltree::Document::parse(text).expect("it is XML"));
        }
    });
    let parsed = |both: Result<(Document, Document), contract::DocumentError>| {
        let (base, head) = both.expect("it is CSDL");
        let (base, head) =
            Document::contracts((base, "v1.0"), (head, "v1.0")).expect("it has the centre");
        black_box(drift::compare(&base, &head, None).len())
    };
    let (base, head) = ((base.as_str(), "base", "base"), (head.as_str(), "head", "head"));
    let both = times(15, || {
        parsed(Document::parse_both(base, head));
    });
    let one_thread = times(15, || {
        let parse = |(text, file, source)| Document::parse(text, file, source);
        parsed(parse(base).and_then(|base| Ok((base, parse(head)?))));
    });
    println!("\n{:<52} {:>10} {:>10} {:>10} {:>8}", "", "min", "median", "max", "ratio");
    let unit = median(&xml);
    line(&format!("two documents of {megabytes} ({what}) as XML"), &xml, unit);
    line("read, sliced, compared: a thread each", &both, unit);
    line("read, sliced, compared: one thread", &one_thread, unit);
}

/// Metadata of full size: Microsoft's own where `ENTITLE_METADATA` names a folder with it, else one
/// of the same make and size.
fn metadata() -> (String, &'static str) {
    if let Some(folder) = std::env::var_os("ENTITLE_METADATA") {
        let file = std::path::Path::new(&folder).join("v1.0-2026-08.csdl");
        return (std::fs::read_to_string(&file).expect("the folder has it"), "Microsoft's");
    }
    // As in the original, entitlement management reaches a small part of it all.
    let family = 180;
    let member = |number: u32, member: u32| {
        let next = number / family * family + (number + member) % family;
        format!(
            r#"        <Property Name="member{member}" Type="graph.type{next}" Nullable="false" />
        <Property Name="displayName{member}" Type="Edm.String" />
"#
        )
    };
    let of = |number: u32| {
        let members: Vec<String> = (0..8).map(|at| member(number, at)).collect();
        format!(
            r#"      <ComplexType Name="type{number}">
        <Property Name="displayName" Type="Edm.String" />
{}      </ComplexType>
      <Annotations Target="microsoft.graph.type{number}/displayName">
        <Annotation Term="Org.OData.Core.V1.Description" String="The name of a thing, as people are shown it." />
      </Annotations>
"#,
            members.concat()
        )
    };
    let types = (0..family * 14).map(of).collect::<Vec<_>>().concat();
    let whole = format!(
        r#"<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
  <edmx:DataServices>
    <Schema Namespace="microsoft.graph" Alias="graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
      <EntityType Name="entitlementManagement"><Property Name="a" Type="graph.type0" /></EntityType>
      <EntityType Name="identityGovernance"><NavigationProperty Name="entitlementManagement" Type="graph.entitlementManagement" /></EntityType>
{types}      <EntityContainer Name="c"><Singleton Name="identityGovernance" Type="graph.identityGovernance" /></EntityContainer>
    </Schema>
  </edmx:DataServices>
</edmx:Edmx>"#
    );
    (whole, "made for this")
}

/// Sorted times of `count` runs, after one that is not counted.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn times(count: usize, mut run: impl FnMut()) -> Vec<Duration> {
    run();
    let mut times: Vec<Duration> = (0..count)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort();
    times
}

fn median(sorted: &[Duration]) -> Duration {
    sorted[sorted.len() / 2]
}

fn shown(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}
