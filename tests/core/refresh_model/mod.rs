//! A model-based test of the refresh policy. In the model, which is called the *world*, several processes with several wrappers
//! each run against models of Bitbucket's rules, of the shared store, and of NocoDB's rows. Each step is one of the events that
//! could happen next. After each step, the model checks the invariants of docs/refresh-policy.md. The model's keeper, which runs
//! the refresh cycles, follows the description of a cycle in that document, and the interface of js/coordination.

mod bitbucket;
mod callers;
mod checks;
mod keeper;
mod process;
mod scenarios;
mod shared;
mod world;

use proptest::prelude::*;
use std::collections::HashMap;
use world::{Faults, Step, World};

const SECOND: f64 = 1000.0;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

const START: f64 = 1_800_000_000_000.0;
const LIFETIME: f64 = HOUR;
const SKEW: f64 = 5.0 * MINUTE;
const LOCKOUT: f64 = 30.0 * SECOND;
const GRACE: f64 = 10.0 * MINUTE;
const UNUSED: f64 = 90.0 * DAY;

/// The time after which a dead refresh token is tried again.
const REVIEW: f64 = 4.0 * HOUR;
/// How long after its start a process tries a refresh token again that died before the start.
const EARLY_REVIEW: f64 = 10.0 * MINUTE;

/// A refusal that is judged later than this does not count.
const JUDGEMENT_LIMIT: f64 = 10.0 * MINUTE + 2.0 * SECOND;

/// The time limit of a request, and the time by which a shared lock outlives its process.
const REQUEST_LIMIT: f64 = 10.0 * SECOND;
const LOCK_LIMIT: f64 = 6.0 * SECOND;
/// The interval at which the queue tries to take the lock of the client.
const LOCK_POLL: f64 = 0.5 * SECOND;
/// The interval at which the queue reads the grants of other processes.
const LOOK: f64 = SECOND;
/// The longest wait of a call.
const CALL_DEADLINE: f64 = 50.0 * SECOND;

/// The index of a token set among all token sets that Bitbucket issued.
type Token = usize;

/// The result of a run for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum End {
    Works,
    Revoked,
    /// No unused refresh token is left, because a process was killed or stopped for a long time, or because its repeated
    /// requests after a lost response all failed.
    Lost,
    /// The row was restored to a dead token, and no process knows a newer token.
    Restored,
    /// The token was unused for three months.
    Unused,
}

/// Runs a world with these random choices, then ends all faults and uses every row in every process.
fn run(mut world: World, choices: &[u32]) -> Vec<End> {
    let mut was_idle = vec![false; world.rows.len()];
    for choice in choices {
        let amount = f64::from(choice & 0xffff) / 65536.0;
        world.random = f64::from(choice.rotate_left(7) & 0xffff) / 65536.0;
        world.rejects_next_call = choice & 0x7f_0000 == 0;
        let steps = world.steps(amount);
        world.take(steps[(choice >> 16) as usize % steps.len()]);
        for (row, token) in world.rows.iter().enumerate() {
            was_idle[row] |= world.now >= world.bitbucket.issued[*token].at + UNUSED;
        }
    }
    end_faults(&mut world);
    let survivors: Vec<Vec<Token>> = (0..world.rows.len()).map(|row| world.survivors(row)).collect();
    world.settle();
    use_all_rows(&mut world, 3, 2.0 * MINUTE);
    world.take(Step::Tick(REVIEW));
    use_all_rows(&mut world, 10, EARLY_REVIEW / 2.0);

    let mut ends = Vec::new();
    for (row, survivors) in survivors.iter().enumerate() {
        let works = world.wrappers.iter().filter(|wrapper| wrapper.row == row).all(|wrapper| wrapper.is_served());
        ends.push(if works {
            End::Works
        } else if world.bitbucket.is_revoked(world.rows[row]) {
            world.check_dead_calls_are_free(row);
            End::Revoked
        } else if was_idle[row] {
            End::Unused
        } else {
            assert!(survivors.is_empty(), "a row with a valid token works again");
            if world.restored[row] {
                End::Restored
            } else {
                assert!(world.was_loss_unavoidable(row), "no running process loses a refresh token");
                End::Lost
            }
        });
    }
    ends
}

fn end_faults(world: &mut World) {
    // The checks that these faults disable stay disabled.
    let Faults { coordination, stops, restores, .. } = world.faults;
    world.faults = Faults { coordination, stops, restores, ..Faults::default() };
    world.rejects_next_call = false;
    world.shared.up = true;
    world.bitbucket.locked_until = 0.0;
    for p in 0..world.processes.len() {
        if world.processes[p].dead {
            world.take(Step::Restart(p));
        }
    }
    let awake = world.processes.iter().map(|process| process.stopped_until).fold(world.now, f64::max);
    while world.now < awake {
        // Other processes continue meanwhile.
        match world.work().first() {
            Some(step) => world.take(*step),
            None => world.take(Step::Tick(world.next_time().min(awake) - world.now)),
        }
    }
}

fn use_all_rows(world: &mut World, times: usize, pause: f64) {
    for _ in 0..times {
        for id in 0..world.wrappers.len() {
            world.take(Step::RecreateWrapper(id));
            world.take(Step::Call(id));
            world.settle();
        }
        world.take(Step::Tick(pause));
    }
}

fn faults() -> impl Strategy<Value = Faults> {
    any::<[bool; 9]>().prop_map(
        |[network, stores, kills, coordination, stops, strangers, revocation, logins, restores]| Faults {
            network,
            stores,
            kills,
            coordination,
            stops,
            strangers,
            revocation,
            logins,
            restores,
        },
    )
}

proptest! {
    // The variable PROPTEST_CASES changes this number.
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_recoverable_connection_is_lost_in_any_order_of_steps(
        processes in 1usize..4,
        wrappers in 1usize..3,
        rows in 1usize..5,
        stale in 0usize..3,
        lockout in 0.1f64..1.0,
        faults in faults(),
        choices in prop::collection::vec(any::<u32>(), 0..500),
    ) {
        run(world(processes, wrappers, rows, stale.min(rows - 1), lockout, faults), &choices);
    }
}

/// A world in which the first rows are stale: their tokens were used and replaced an hour before the start.
fn world(processes: usize, wrappers: usize, rows: usize, stale: usize, lockout: f64, faults: Faults) -> World {
    let mut world = World::new(processes, rows, lockout, faults);
    for row in 0..stale {
        world.make_stale(row);
    }
    world.add_wrappers(wrappers);
    world
}

/// Runs one world for each seed, with choices that depend on the seed, and counts the results.
fn ends(runs: u32, processes: usize, faults: Faults) -> HashMap<End, u32> {
    let mut ends = HashMap::new();
    for seed in 1..=runs {
        let mut state = seed.wrapping_mul(0x9E37_79B9);
        let choices: Vec<u32> = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state
        })
        .take(400)
        .collect();
        for end in run(world(processes, 2, 1, 0, 0.5, faults), &choices) {
            *ends.entry(end).or_default() += 1;
        }
    }
    ends
}

#[test]
fn a_connection_of_running_processes_is_lost_only_if_requests_fail_for_the_whole_grace_period() {
    for (processes, coordination) in [(1, false), (3, false), (1, true), (3, true)] {
        for strangers in [false, true] {
            let faults = Faults { network: true, stores: true, strangers, coordination, ..Faults::default() };
            let ends = ends(200, processes, faults);
            // In a few runs, requests fail for the whole time in which a lost response can be recovered.
            let lost = ends.get(&End::Lost).copied().unwrap_or_default();
            assert!(lost <= 10, "{processes} {coordination} {strangers} {ends:?}");
            assert!(!ends.contains_key(&End::Restored), "{processes} {coordination} {strangers} {ends:?}");
            assert!(ends[&End::Works] > 150, "{processes} {coordination} {strangers} {ends:?}");
        }
    }
}

#[test]
fn each_kind_of_fault_causes_its_documented_kind_of_loss() {
    let none = Faults::default();
    for (faults, end) in [
        (Faults { kills: true, ..none }, End::Lost),
        (Faults { restores: true, kills: true, ..none }, End::Restored),
        (Faults { revocation: true, ..none }, End::Revoked),
    ] {
        let ends = ends(200, 2, faults);
        assert!(ends.contains_key(&end), "{end:?} {ends:?}");
        assert!(ends.keys().all(|one| [end, End::Lost, End::Works, End::Unused].contains(one)), "{end:?} {ends:?}");
    }
}
