use harness::{Api, Observer};
use rstest::rstest;
use scenarios::{Interrupt, Opponent, SCENARIOS, find, perform};

#[rstest]
#[tokio::test]
async fn a_scenario_plays_as_its_golden_files_say(
    #[values("tutorial-current", "tutorial-2020", "resource-requests", "expiry")] name: &str,
    #[values(Api::V1, Api::Beta, Api::Mixed)] api: Api,
    #[values(Opponent::EMULATOR, Opponent::Emulator { requestor: false }, Opponent::Replay)]
    opponent: Opponent<'static>,
) {
    let scenario = find(name).unwrap();
    if !scenario.apis.contains(&api) {
        println!("skipped: {name} has no {api} form");
        return;
    }
    let performance =
        perform(scenario, api, opponent, Observer::nobody(), &Interrupt::never()).await.unwrap();
    assert!(performance.faults.is_empty(), "{}", performance.faults.join("\n"));
}

/// A scenario that is registered and not named above would never be played by a test.
#[test]
fn every_scenario_is_played() {
    let names = SCENARIOS.iter().map(|scenario| scenario.name);
    let played = ["tutorial-current", "tutorial-2020", "resource-requests", "expiry"];
    assert_eq!(names.collect::<Vec<_>>(), played);
}
