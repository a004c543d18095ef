//! Scenarios from issue reports: many connections of one OAuth client, some of them dead, other programs that use the client,
//! and outages.
//!
//! In: the callers, and the faults. Out: the number of requests, refusals and failed calls. Never: a step that is late
//! because of other work of its process. A request takes 200 ms.

use super::callers::{Call, Outcome};
use super::process::Pending;
use super::world::{Faults, Step, World};
use super::{HOUR, LOCKOUT, MINUTE, SECOND, START};
use nocodb_bitbucket_auth::refresh_cycle::FailureReason;

const LATENCY: f64 = 0.2 * SECOND;
/// The resolution of the clock.
const GRAIN: f64 = 0.05 * SECOND;
/// Bitbucket's lockout in the scenarios, as a fraction of the configured lockout.
const REAL_LOCKOUT: f64 = 20.0 * SECOND / LOCKOUT;

/// A caller that calls until it succeeds or learns that the connection is dead.
#[derive(Clone, Default)]
struct Caller {
    next_at: Option<f64>,
    served_at: Option<f64>,
    learned_dead_at: Option<f64>,
    failures: u32,
}

struct Scenario {
    world: World,
    callers: Vec<Caller>,
    /// The times at which another program uses a dead token.
    strangers: Vec<f64>,
    /// Requests that are sent before this time do not arrive.
    outage_until: f64,
    /// The responses to requests that are sent before this time are lost.
    deaf_until: f64,
    /// The shortest time after an error at which callers try again.
    pause: f64,
    random: u32,
}

impl Scenario {
    /// In each process, one caller for each row calls within three seconds.
    fn new(processes: usize, dead: usize, healthy: usize, seed: u32) -> Self {
        let mut world = World::new(processes, dead + healthy, REAL_LOCKOUT, Faults::default());
        world.now = START + 2.0 * HOUR;
        let mut scenario = Self {
            world,
            callers: Vec::new(),
            strangers: Vec::new(),
            outage_until: 0.0,
            deaf_until: 0.0,
            pause: 3.0 * SECOND,
            random: seed.wrapping_mul(0x9E37_79B9),
        };
        // The dead connections are at random positions.
        let mut rows: Vec<usize> = (0..dead + healthy).collect();
        for _ in 0..dead {
            let row = rows.swap_remove((scenario.draw() * rows.len() as f64) as usize);
            scenario.world.make_stale(row);
        }
        scenario.add_callers(1);
        scenario
    }

    fn add_callers(&mut self, number: usize) {
        self.world.add_wrappers(number);
        while self.callers.len() < self.world.wrappers.len() {
            let next_at = Some(self.world.now + 3.0 * SECOND * self.draw());
            self.callers.push(Caller { next_at, ..Caller::default() });
        }
    }

    /// A random number from 0 to 1.
    fn draw(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        f64::from(self.random) / 4_294_967_296.0
    }

    fn since_start(&self) -> f64 {
        self.world.now - START - 2.0 * HOUR
    }

    /// Runs until all callers are done, but at most for this time.
    fn run(&mut self, time: f64) {
        let until = self.world.now + time;
        while self.world.now < until {
            self.act();
            let is_idle = self.callers.iter().all(|caller| caller.next_at.is_none());
            if is_idle && self.world.wrappers.iter().all(|wrapper| wrapper.call == Call::None) {
                return;
            }
            let next = (self.next_time() / GRAIN).ceil() * GRAIN;
            self.world.take(Step::Tick(next.clamp(self.world.now + GRAIN, until + GRAIN) - self.world.now));
        }
    }

    /// Takes all steps that are possible at this time.
    fn act(&mut self) {
        loop {
            let before = self.world.step;
            self.strike();
            for id in 0..self.callers.len() {
                self.call(id);
            }
            for p in 0..self.world.processes.len() {
                for c in 0..self.world.processes[p].connections.len() {
                    if let Some(step) = self.world.work_of(p, c).and_then(|step| self.after_its_time(step)) {
                        self.take(step);
                    }
                }
                if self.world.can_pump(p) {
                    self.take(Step::Pump(p));
                }
            }
            let late = self.world.late_calls();
            late.into_iter().for_each(|step| self.take(step));
            if self.world.step == before {
                return;
            }
        }
    }

    fn take(&mut self, step: Step) {
        // In these outages, no response has a `Retry-After`: `Step::Fail` adds one only if the random number is below 0.17.
        let least = if matches!(step, Step::Fail(..)) { 0.2 } else { 0.0 };
        self.world.random = least + (1.0 - least) * self.draw();
        self.world.take(step);
    }

    fn strike(&mut self) {
        let now = self.world.now;
        if self.strangers.first().is_some_and(|at| now >= *at) {
            self.strangers.remove(0);
            self.take(Step::Stranger);
        }
    }

    fn call(&mut self, id: usize) {
        let now = self.world.now;
        if self.callers[id].next_at.is_some_and(|at| now >= at) {
            self.callers[id].next_at = None;
            self.world.wrappers[id].outcome = None;
            self.take(Step::Call(id));
        }
        if let Some(outcome) = self.world.wrappers[id].outcome.take() {
            let again_at = now + self.pause * (1.0 + self.draw());
            let caller = &mut self.callers[id];
            match outcome {
                Outcome::Served => caller.served_at = Some(now),
                Outcome::Failed(FailureReason::Dead) => caller.learned_dead_at = Some(now),
                Outcome::InVain | Outcome::Failed(_) => {
                    caller.failures += 1;
                    caller.next_at = Some(again_at);
                }
            }
        }
    }

    /// Holds back each step of a request until its time has come, and lets requests and responses get lost.
    fn after_its_time(&self, step: Step) -> Option<Step> {
        let (Step::Process(p, c) | Step::Answer(p, c)) = step else { return Some(step) };
        let Pending::Request { sent_at, .. } = self.world.processes[p].connections[c].pending else { return None };
        let (arrives_at, ends_at) = (sent_at + LATENCY / 2.0, sent_at + LATENCY);
        let arrives = sent_at >= self.outage_until;
        match step {
            Step::Process(..) if arrives => (self.world.now >= arrives_at).then_some(step),
            _ if self.world.now < ends_at => None,
            _ if sent_at < self.outage_until.max(self.deaf_until) => Some(Step::Fail(p, c)),
            _ => Some(step),
        }
    }

    fn next_time(&self) -> f64 {
        let requests = self.world.processes.iter().flat_map(|process| &process.connections);
        let requests = requests.filter_map(|connection| match connection.pending {
            Pending::Request { sent_at, answer: None, .. } if sent_at >= self.outage_until => {
                Some(sent_at + LATENCY / 2.0)
            }
            Pending::Request { sent_at, .. } => Some(sent_at + LATENCY),
            _ => None,
        });
        let calls = self.callers.iter().filter_map(|caller| caller.next_at);
        requests.chain(calls).chain(self.strangers.iter().copied()).fold(self.world.next_time(), f64::min)
    }

    fn is_dead(&self, id: usize) -> bool {
        self.world.restored[self.world.wrappers[id].row]
    }

    /// When the last caller of a healthy row succeeded, in seconds since the start of the scenario.
    fn served_by(&self) -> f64 {
        let healthy = (0..self.callers.len()).filter(|id| !self.is_dead(*id));
        let served_at = healthy.map(|id| self.callers[id].served_at.expect("every healthy connection succeeds"));
        (served_at.fold(0.0, f64::max) - START - 2.0 * HOUR) / SECOND
    }

    fn check_only_dead_connections_failed(&self) {
        assert_eq!(self.world.wrongly_declared_dead, 0, "no healthy connection is declared dead");
        for (id, caller) in self.callers.iter().enumerate() {
            let is_dead = self.is_dead(id);
            assert_eq!(caller.served_at.is_some(), !is_dead, "a caller with a valid refresh token succeeds");
            assert_eq!(caller.learned_dead_at.is_some(), is_dead, "a caller with a dead refresh token learns that");
        }
    }
}

/// Scenarios with many connections take long, so they run with fewer seeds.
fn seeds(connections: usize) -> u32 {
    if connections > 30 { 1 } else { 3 }
}

#[test]
fn many_dead_connections_do_not_make_valid_connections_count_as_dead() {
    for processes in [1, 2] {
        for (dead, healthy) in [(8, 8), (3, 8), (8, 24), (1, 24), (50, 50), (50, 1), (1, 50), (50, 8)] {
            for seed in 1..=seeds(dead + healthy) {
                let mut crowd = Scenario::new(processes, dead, healthy, seed);
                crowd.run(4.0 * HOUR);
                crowd.check_only_dead_connections_failed();
                let World { requests, longest_call, .. } = crowd.world;
                let failures: u32 = crowd.callers.iter().map(|caller| caller.failures).sum();
                println!(
                    "{processes} processes, {dead} dead, {healthy} healthy: {requests} requests ({:.2} each), all served \
                     after {:.0} s, all done after {:.0} s, longest call {:.1} s, {failures} failed calls",
                    f64::from(requests) / (dead + healthy) as f64,
                    crowd.served_by(),
                    crowd.since_start() / SECOND,
                    longest_call / SECOND,
                );
                assert!(f64::from(requests) <= 2.2 * (dead + healthy) as f64);
                assert!(longest_call <= MINUTE);
            }
        }
    }
}

#[test]
fn a_dead_connection_makes_at_most_four_simultaneous_requests_of_each_process_fail() {
    for processes in [1, 2] {
        let mut burst = Scenario::new(processes, 1, 50, 1);
        let now = burst.world.now;
        for id in 0..burst.callers.len() {
            burst.callers[id].next_at = Some(if burst.is_dead(id) { now } else { now + GRAIN });
        }
        burst.run(HOUR);
        burst.check_only_dead_connections_failed();
        let requests = burst.world.requests;
        println!(
            "{processes} processes, 1 dead, 50 healthy: {requests} requests, all served after {:.1} s",
            burst.served_by()
        );
        // The dead connection sends two requests. The first of them causes a lockout, in which Bitbucket refuses the requests
        // that are under way: at most four in each process.
        assert!(requests <= 50 + 2 + 4 * processes as u32);
    }
}

#[test]
fn lockouts_that_other_programs_cause_do_not_make_valid_connections_count_as_dead() {
    for processes in [1, 2] {
        for seed in 1..=5 {
            let mut scenario = Scenario::new(processes, 0, 12, seed);
            let now = scenario.world.now;
            scenario.strangers = vec![now, now + 40.0 * SECOND];
            scenario.run(HOUR);
            scenario.check_only_dead_connections_failed();
            let World { requests, longest_call, .. } = scenario.world;
            let mut served: Vec<f64> = scenario.callers.iter().filter_map(|caller| caller.served_at).collect();
            served.sort_by(f64::total_cmp);
            let after = |at: f64| (at - now) / SECOND;
            // In each of the two lockouts, Bitbucket refuses one request of each process: the one that was under way when the
            // lockout began.
            let last_but_few = served[served.len() - 1 - 2 * processes];
            println!(
                "{processes} processes: {requests} requests, all but a few connections served after {:.1} s, the last one \
                 after {:.1} s, longest call {:.1} s",
                after(last_but_few),
                scenario.served_by(),
                longest_call / SECOND,
            );
            assert!(last_but_few <= now + 100.0 * SECOND, "most callers succeed when the second lockout is over");
            assert!(scenario.served_by() <= 400.0, "every caller succeeds within 400 seconds");
        }
    }
}

#[test]
fn a_connection_sends_at_most_four_requests_a_minute_in_an_outage() {
    let mut outage = Scenario::new(1, 0, 1, 7);
    outage.pause = 0.5 * SECOND;
    outage.add_callers(9);
    outage.outage_until = outage.world.now + 10.0 * MINUTE;
    outage.run(10.0 * MINUTE);
    let World { requests, longest_call, .. } = outage.world;
    let failures: u32 = outage.callers.iter().map(|caller| caller.failures).sum();
    outage.run(2.0 * MINUTE);
    let served_by = outage.served_by();
    println!(
        "10 callers: {requests} requests and {failures} failed calls in ten minutes, longest call {:.1} s, all served after \
         {served_by:.1} s",
        longest_call / SECOND
    );
    assert!(requests <= 41, "at most four requests a minute");
    assert!(failures > 5000, "callers get errors immediately");
    assert!(longest_call <= 6.0 * SECOND, "no call waits for an outage to end");
    assert!(served_by <= 661.0, "the process notices the end of an outage within a minute");
}

#[test]
fn many_connections_recover_the_responses_that_were_lost_in_an_outage() {
    for processes in [1, 2] {
        for seed in 1..=5 {
            let mut crowd = Scenario::new(processes, 3, 8, seed);
            crowd.deaf_until = crowd.world.now + MINUTE;
            crowd.run(4.0 * HOUR);
            crowd.check_only_dead_connections_failed();
            println!(
                "{processes} processes: {} requests, all served after {:.1} s, all done after {:.0} s",
                crowd.world.requests,
                crowd.served_by(),
                crowd.since_start() / SECOND,
            );
        }
    }
}

#[test]
fn a_connection_recovers_a_lost_response_although_lockouts_follow_the_outage() {
    for seed in 1..=20 {
        let mut scenario = Scenario::new(1, 0, 1, seed);
        let now = scenario.world.now;
        scenario.outage_until = now + 5.0 * MINUTE;
        scenario.deaf_until = now + 6.0 * MINUTE;
        scenario.strangers = [361.0, 375.0, 390.0, 405.0].map(|at| now + at * SECOND).to_vec();
        // No caller calls before the grace period is over.
        scenario.pause = HOUR;
        scenario.run(3.0 * HOUR);
        scenario.check_only_dead_connections_failed();
        assert!(scenario.callers[0].failures == 1, "the first call after the grace period succeeds");
    }
}

/// A scenario in which a valid connection is declared dead, because other programs use dead tokens all the time.
fn declared_dead_by_mistake(processes: usize, rows: usize, seed: u32) -> Scenario {
    let mut scenario = Scenario::new(processes, 0, rows, seed);
    let now = scenario.world.now;
    for caller in &mut scenario.callers[1..] {
        caller.next_at = None;
    }
    scenario.strangers = (0..24).map(|times| now + f64::from(times) * 15.0 * SECOND).collect();
    scenario.run(10.0 * MINUTE);
    assert!(
        scenario.callers[0].learned_dead_at.is_some(),
        "two lockouts by another program make a connection count as dead"
    );
    assert_eq!(scenario.world.wrongly_declared_dead, 1);
    scenario
}

impl Scenario {
    /// Lets a caller call now, and once more one or two minutes later. Returns whether the second call succeeds.
    fn serves(&mut self, id: usize) -> bool {
        for _ in 0..2 {
            self.callers[id] = Caller { next_at: Some(self.world.now), ..Caller::default() };
            self.run(MINUTE);
            self.wait(MINUTE);
        }
        self.callers[id].served_at.is_some()
    }

    /// Lets this time pass without new calls.
    fn wait(&mut self, time: f64) {
        let until = self.world.now + time;
        while self.world.now < until {
            self.act();
            let next = self.next_time().clamp(self.world.now + GRAIN, until);
            self.world.take(Step::Tick(next - self.world.now));
        }
    }
}

#[test]
fn a_valid_connection_that_was_declared_dead_works_again_after_four_hours() {
    for seed in 1..=10 {
        let mut scenario = declared_dead_by_mistake(1, 1, seed);
        let requests = scenario.world.requests;
        scenario.wait(3.0 * HOUR);
        assert!(!scenario.serves(0), "no request is sent in the first three hours");
        assert_eq!(scenario.world.requests, requests);
        scenario.wait(HOUR);
        assert!(scenario.serves(0), "the connection works after four hours");
    }
}

#[test]
fn a_valid_connection_that_was_declared_dead_works_again_ten_minutes_after_a_restart() {
    for seed in 1..=10 {
        let mut scenario = declared_dead_by_mistake(1, 1, seed);
        let requests = scenario.world.requests;
        scenario.wait(SECOND);
        scenario.world.take(Step::Kill(0));
        scenario.world.take(Step::Restart(0));
        scenario.wait(5.0 * MINUTE);
        assert!(!scenario.serves(0), "no request is sent in the first minutes after the restart");
        assert_eq!(scenario.world.requests, requests);
        scenario.wait(5.0 * MINUTE);
        assert!(scenario.serves(0), "the connection works after ten minutes");
    }
}

#[test]
fn an_attempt_with_a_dead_token_is_soon_repeated_if_a_lockout_made_it_inconclusive() {
    for seed in 1..=10 {
        let mut scenario = declared_dead_by_mistake(2, 2, seed);
        scenario.wait(4.0 * HOUR);
        // When the first process tries the dead token again, a lockout makes Bitbucket refuse a request of the other process,
        // too. The refusal of the other request explains the refusal of the dead token.
        scenario.strangers = vec![scenario.world.now];
        let other = 3;
        assert!(scenario.world.wrappers[other].process == 1 && scenario.world.wrappers[other].row == 1);
        scenario.callers[other].next_at = Some(scenario.world.now);
        assert!(!scenario.serves(0), "the attempt does not show whether the token is dead");
        scenario.wait(10.0 * MINUTE);
        assert!(scenario.serves(0), "the connection works ten minutes later");
        assert_eq!(scenario.world.wrongly_declared_dead, 1, "the token is not declared dead again");
    }
}
