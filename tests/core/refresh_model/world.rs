//! The world of the model: several processes with several wrappers each, the rows of one NocoDB, and one OAuth client at
//! Bitbucket. A wrapper is the object through which NocoDB uses a connection.
//!
//! In: steps, one after the other. Out: the world after each step. Never: a step that real processes
//! could not take.

use super::bitbucket::Bitbucket;
use super::callers::{Call, Wrapper};
use super::process::{Connection, Pending, Process};
use super::shared::Shared;
use super::{CALL_DEADLINE, DAY, GRACE, HOUR, LOCK_LIMIT, LOCKOUT, MINUTE, REQUEST_LIMIT, SECOND, START, Token};
use nocodb_bitbucket_auth::refresh_cycle::{Action, Event};
use nocodb_bitbucket_auth::refresh_queue::{Admission, Outcome};
use std::collections::HashSet;

/// The faults that are allowed in a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faults {
    pub network: bool,
    pub stores: bool,
    pub kills: bool,
    /// The shared store is unreachable or emptied, or locks are lost.
    pub coordination: bool,
    /// Processes are stopped for a while.
    pub stops: bool,
    /// Another program uses dead tokens of this client.
    pub strangers: bool,
    pub revocation: bool,
    /// A user authenticates again.
    pub logins: bool,
    /// A row is restored from a backup.
    pub restores: bool,
}

impl Faults {
    pub fn breaks_locks(self) -> bool {
        self.coordination || self.stops
    }
}

#[derive(Debug, Clone, Copy)]
pub enum Step {
    Call(usize),
    ForceRefresh(usize),
    RecreateWrapper(usize),
    Deadline(usize),
    Proceed(usize, usize),
    Pump(usize),
    Retry(usize, usize),
    Process(usize, usize),
    Answer(usize, usize),
    Fail(usize, usize),
    FailPermanently(usize, usize),
    Save(usize, usize),
    FailSave(usize, usize),
    Tick(f64),
    Kill(usize),
    Restart(usize),
    Stop(usize, f64),
    LoseShared,
    RestoreShared,
    EmptyShared,
    LoseLock(usize, usize),
    Stranger,
    Revoke(usize),
    LogIn(usize),
    Restore(usize),
}

pub struct World {
    pub now: f64,
    /// The number of the current step.
    pub step: u64,
    pub random: f64,
    /// Whether the API responds with 401 to the next call, even if the token of the call is valid.
    pub rejects_next_call: bool,
    pub faults: Faults,
    pub bitbucket: Bitbucket,
    pub shared: Shared,
    pub fence: u64,
    pub epoch: u32,
    pub processes: Vec<Process>,
    pub wrappers: Vec<Wrapper>,
    pub rows: Vec<Token>,
    /// The rows that were restored to an older token.
    pub restored: Vec<bool>,
    /// Whether a process was killed, or processes were stopped for at least half the grace period. A process may then have missed
    /// the response to a request.
    pub excuses_loss: bool,
    /// The chains whose loss is excused; a chain has all tokens of one login. A request with one of the tokens failed before it
    /// reached Bitbucket, and the first request that did use the token followed at least half the grace period later.
    pub excused_chains: HashSet<usize>,
    pub requests: u32,
    /// All refusals: the step and the time at which each became known, and the refused token.
    pub noted: Vec<(u64, f64, Token)>,
    /// The number of refresh tokens that were declared dead although Bitbucket would accept them.
    pub wrongly_declared_dead: u32,
    pub longest_call: f64,
    /// The total time for which processes were stopped.
    pub stopped_time: f64,
}

impl World {
    /// A world without wrappers. `lockout` is Bitbucket's lockout, as a fraction of the configured lockout.
    pub fn new(processes: usize, rows: usize, lockout: f64, faults: Faults) -> Self {
        let mut bitbucket = Bitbucket::new(LOCKOUT * lockout);
        let rows: Vec<Token> = (0..rows).map(|_| bitbucket.log_in(START)).collect();
        Self {
            now: START,
            step: 0,
            random: 0.0,
            rejects_next_call: false,
            faults,
            bitbucket,
            shared: Shared::new(),
            fence: 0,
            epoch: 0,
            processes: (0..processes).map(|_| Process::default()).collect(),
            wrappers: Vec::new(),
            restored: vec![false; rows.len()],
            rows,
            excuses_loss: false,
            excused_chains: HashSet::new(),
            requests: 0,
            noted: Vec::new(),
            wrongly_declared_dead: 0,
            longest_call: 0.0,
            stopped_time: 0.0,
        }
    }

    /// Adds this number of wrappers for each row in each process.
    pub fn add_wrappers(&mut self, number: usize) {
        for process in 0..self.processes.len() {
            for row in 0..self.rows.len() {
                for _ in 0..number {
                    let wrapper = self.wrapper(process, row);
                    self.wrappers.push(wrapper);
                }
            }
        }
    }

    /// Marks the row's token as used and replaced an hour before the start.
    pub fn make_stale(&mut self, row: usize) {
        self.bitbucket.issued[self.rows[row]].used_at = Some(START - HOUR);
        self.restored[row] = true;
    }

    pub fn connection(&mut self, process: usize, connection: usize) -> &mut Connection {
        &mut self.processes[process].connections[connection]
    }

    fn acts(&self, process: usize) -> bool {
        self.processes[process].acts(self.now)
    }

    /// The steps that could happen next. `amount` is a random number from 0 to 1: it decides which rare steps are possible, and
    /// how long the clock may run.
    pub fn steps(&self, amount: f64) -> Vec<Step> {
        let mut steps = self.work();
        self.add_ticks(&mut steps, amount);
        // Only three wrappers can begin a call in this step, so that their steps do not outnumber all others.
        for id in [0.0, 0.31, 0.67].map(|part| ((amount * 16.0 + part).fract() * self.wrappers.len() as f64) as usize)
        {
            let wrapper = &self.wrappers[id];
            if self.acts(wrapper.process) && wrapper.call == Call::None {
                steps.extend([Step::Call(id), Step::RecreateWrapper(id)]);
                if amount < 0.2 {
                    steps.push(Step::ForceRefresh(id));
                }
            }
        }
        for (p, process) in self.processes.iter().enumerate() {
            if process.dead {
                steps.push(Step::Restart(p));
                continue;
            }
            if self.faults.kills && amount < 0.1 {
                steps.push(Step::Kill(p));
            }
            if self.faults.stops && amount < 0.1 && self.acts(p) {
                let times = [15.0 * SECOND, 15.0 * SECOND, 2.0 * MINUTE, 2.0 * MINUTE, 2.0 * HOUR];
                steps.push(Step::Stop(p, times[(amount * 1000.0) as usize % times.len()]));
            }
            for (c, connection) in process.connections.iter().enumerate() {
                self.add_failures(&mut steps, amount, (p, c), connection);
            }
        }
        self.add_faults(&mut steps, amount);
        steps
    }

    fn add_failures(&self, steps: &mut Vec<Step>, amount: f64, (p, c): (usize, usize), connection: &Connection) {
        match &connection.pending {
            Pending::Request { answer, has_arrived: false, .. } if self.faults.network && self.acts(p) => {
                steps.push(Step::Fail(p, c));
                // A permanent failure is a response of Bitbucket, so it is possible only before Bitbucket has processed the
                // request in another way.
                if answer.is_none() && amount < 0.1 {
                    steps.push(Step::FailPermanently(p, c));
                }
            }
            Pending::Stores { .. } if self.faults.stores && self.acts(p) => steps.push(Step::FailSave(p, c)),
            _ => {}
        }
        if self.faults.coordination && connection.holds_lock() && amount < 0.3 {
            steps.push(Step::LoseLock(p, c));
        }
    }

    fn add_ticks(&self, steps: &mut Vec<Step>, amount: f64) {
        let limit = self.next_time() - self.now;
        if limit <= 0.0 {
            return;
        }
        // While work is possible, most ticks are shorter than a second, so that the work is done soon.
        let is_busy = !steps.is_empty();
        let far = match amount {
            _ if is_busy => SECOND * amount,
            0.0..0.5 => 10.0 * MINUTE * amount,
            0.5..0.97 => HOUR * amount,
            0.97..0.99 => 5.0 * HOUR,
            _ => 95.0 * DAY * (amount - 0.99) / 0.01,
        };
        steps.extend([Step::Tick(far.min(limit)), Step::Tick((far / 10.0).min(limit))]);
        if limit.is_finite() && (!is_busy || limit < REQUEST_LIMIT) {
            steps.push(Step::Tick(limit));
        }
    }

    fn add_faults(&self, steps: &mut Vec<Step>, amount: f64) {
        let row = (amount * 1_000_000.0) as usize % self.rows.len();
        if self.faults.coordination && amount < 0.2 {
            steps.push(if self.shared.up { Step::LoseShared } else { Step::RestoreShared });
            steps.push(Step::EmptyShared);
        }
        if self.faults.strangers && amount < 0.1 {
            steps.push(Step::Stranger);
        }
        if self.faults.revocation && amount < 0.005 {
            steps.push(Step::Revoke(row));
        }
        if self.faults.logins && amount < 0.02 {
            steps.push(Step::LogIn(row));
        }
        if self.faults.restores && amount < 0.02 && self.bitbucket.parent(self.rows[row]).is_some() {
            steps.push(Step::Restore(row));
        }
    }

    /// The steps by which the processes do their work.
    pub fn work(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for (p, process) in self.processes.iter().enumerate().filter(|(_, process)| !process.dead) {
            steps.extend((0..process.connections.len()).filter_map(|c| self.work_of(p, c)));
            steps.extend(self.can_pump(p).then_some(Step::Pump(p)));
        }
        steps.extend(self.late_calls());
        steps
    }

    /// The steps that end the calls whose deadline has passed.
    pub fn late_calls(&self) -> Vec<Step> {
        let late = |(id, wrapper): (usize, &Wrapper)| self.is_late(wrapper).then_some(Step::Deadline(id));
        self.wrappers.iter().enumerate().filter_map(late).collect()
    }

    fn is_late(&self, wrapper: &Wrapper) -> bool {
        wrapper.call != Call::None && self.now >= wrapper.began_at + CALL_DEADLINE && self.acts(wrapper.process)
    }

    pub fn work_of(&self, p: usize, c: usize) -> Option<Step> {
        let connection = &self.processes[p].connections[c];
        if let Pending::Request { answer: None, .. } = connection.pending {
            return Some(Step::Process(p, c));
        }
        if !self.acts(p) {
            return None;
        }
        match &connection.pending {
            Pending::Request { .. } => Some(Step::Answer(p, c)),
            Pending::Stores { .. } => Some(Step::Save(p, c)),
            Pending::Nothing if connection.ticket.is_some() => None,
            Pending::Nothing => match connection.policy.state().action() {
                Action::WaitUntil(time) if self.now < time => None,
                _ if connection.policy.state().is_under_way() => Some(Step::Proceed(p, c)),
                _ if connection.policy.background_refresh_at(self.now) == Some(self.now) => Some(Step::Retry(p, c)),
                _ => None,
            },
        }
    }

    pub fn can_pump(&self, p: usize) -> bool {
        let process = &self.processes[p];
        let is_next = match process.queue.admission(self.now) {
            Admission::First => true,
            Admission::FirstExclusive | Admission::NoneUntil(_) => self.now >= process.pump_at,
            Admission::None => false,
        };
        let holds_idle_lock = process.client_lock.is_some() && process.alone.is_none();
        self.acts(p) && (is_next || holds_idle_lock)
    }

    /// The latest time to which the clock may move before the next step.
    pub fn next_time(&self) -> f64 {
        let mut next = f64::INFINITY;
        for process in self.processes.iter().filter(|process| !process.dead) {
            for connection in &process.connections {
                if let Pending::Request { sent_at, answer: None, .. } = connection.pending {
                    next = next.min(sent_at + REQUEST_LIMIT);
                }
            }
            if self.now < process.stopped_until {
                next = next.min(process.stopped_until);
                continue;
            }
            for connection in &process.connections {
                next = next.min(match connection.pending {
                    Pending::Request { sent_at, .. } => sent_at + REQUEST_LIMIT,
                    _ => match connection.policy.state().action() {
                        Action::WaitUntil(time) => time,
                        _ => connection.policy.background_refresh_at(self.now).unwrap_or(f64::INFINITY),
                    },
                });
            }
            next = next.min(match process.queue.admission(self.now) {
                Admission::FirstExclusive | Admission::NoneUntil(_) => process.pump_at,
                Admission::None | Admission::First => f64::INFINITY,
            });
        }
        let calls = self.wrappers.iter().filter(|wrapper| wrapper.call != Call::None && self.acts(wrapper.process));
        calls.map(|wrapper| wrapper.began_at + CALL_DEADLINE).fold(next, f64::min)
    }

    pub fn take(&mut self, step: Step) {
        self.step += 1;
        match step {
            Step::Call(id) => self.call(id),
            Step::ForceRefresh(id) => self.force_refresh(id),
            Step::RecreateWrapper(id) => {
                let Wrapper { process, row, .. } = self.wrappers[id];
                self.wrappers[id] = self.wrapper(process, row);
            }
            Step::Deadline(id) => self.reach_deadline(id),
            Step::Proceed(p, c) => self.proceed(p, c),
            Step::Pump(p) => self.pump(p),
            Step::Retry(p, c) => {
                let now = self.now;
                let connection = self.connection(p, c);
                connection.policy.acquire(connection.policy.generation(), now + CALL_DEADLINE, now);
                connection.holders.extend(connection.owner);
                assert!(connection.policy.state().is_under_way(), "a background refresh starts a cycle");
            }
            Step::Process(p, c) => self.process_request(p, c),
            Step::Answer(p, c) => self.read_answer(p, c),
            Step::Fail(p, c) => {
                let retry_after = match self.random {
                    0.0..0.15 => Some(20.0 * SECOND),
                    0.15..0.17 => Some(5.0 * MINUTE),
                    _ => None,
                };
                self.fail(p, c, Event::TransientFailure { retry_after });
            }
            Step::FailPermanently(p, c) => self.fail(p, c, Event::PermanentFailure),
            Step::Save(p, c) => self.save_one(p, c, true),
            Step::FailSave(p, c) => self.save_one(p, c, false),
            Step::Tick(time) => {
                self.now += time;
                self.let_locks_expire();
            }
            Step::Kill(p) => self.kill(p),
            Step::Restart(p) => {
                self.processes[p] = Process::default();
                for id in 0..self.wrappers.len() {
                    if self.wrappers[id].process == p {
                        self.wrappers[id] = self.wrapper(p, self.wrappers[id].row);
                    }
                }
            }
            Step::Stop(p, time) => {
                let until = self.now + time;
                self.processes[p].stopped_until = until;
                self.stopped_time += time;
                self.excuses_loss |= self.stopped_time >= GRACE / 2.0;
                self.let_locks_of_expire(p);
            }
            Step::LoseShared => self.shared.up = false,
            Step::RestoreShared => self.shared.up = true,
            Step::EmptyShared => {
                self.shared.clear();
                let locks = self.processes.iter_mut().flat_map(Process::locks_held);
                locks.filter(|lock| lock.is_shared).for_each(|lock| lock.lost = true);
            }
            Step::LoseLock(p, c) => {
                if let Some(lock) = &mut self.connection(p, c).lock {
                    lock.lost = true;
                    let name = lock.name;
                    self.shared.locks.remove(&name);
                }
            }
            Step::Stranger => self.bitbucket.lock_out(self.now),
            Step::Revoke(row) => self.bitbucket.revoke(self.rows[row]),
            Step::LogIn(row) => {
                self.rows[row] = self.bitbucket.log_in(self.now);
                self.restored[row] = false;
            }
            Step::Restore(row) => {
                let before = self.bitbucket.parent(self.rows[row]).expect("an older token");
                self.rows[row] = self.bitbucket.parent(before).unwrap_or(before);
                self.restored[row] = true;
            }
        }
    }

    fn process_request(&mut self, p: usize, c: usize) {
        let Pending::Request { token, .. } = self.connection(p, c).pending else { panic!("no request") };
        let result = self.bitbucket.refresh(token, self.now);
        let is_read_first = !self.acts(p);
        if let Pending::Request { answer, has_arrived, .. } = &mut self.connection(p, c).pending {
            *answer = Some(result);
            *has_arrived = is_read_first;
        }
    }

    fn read_answer(&mut self, p: usize, c: usize) {
        let pending = std::mem::replace(&mut self.connection(p, c).pending, Pending::Nothing);
        let Pending::Request { sent_at, answer: Some(answer), .. } = pending else { panic!("no response") };
        match answer {
            None => {
                self.request_ended(p, c, Outcome::Refused);
                self.on(p, c, Event::Refused);
            }
            Some(token) => {
                self.request_ended(p, c, Outcome::Granted { sent_at });
                self.accept_tokens(p, c, token);
                let times = self.bitbucket.times(token);
                self.on(p, c, Event::Refreshed(times));
            }
        }
    }

    fn fail(&mut self, p: usize, c: usize, event: Event) {
        self.request_ended(p, c, Outcome::Failed);
        let now = self.now;
        let connection = self.connection(p, c);
        connection.pending = Pending::Nothing;
        connection.failed_generation = connection.policy.generation();
        connection.inconclusive_at = Some(now);
        let token = connection.token;
        if event != Event::PermanentFailure {
            let goes_on = |since: &f64| now < since + GRACE + MINUTE / 2.0;
            let since = connection.unanswered_since.filter(goes_on).unwrap_or(now);
            connection.unanswered_since = Some(since);
            self.bitbucket.note_failure(token, now);
            // The policy assumes that the grace period begins with the first failed request. But that request may not have
            // reached Bitbucket, so that a later request was the first to use the token.
            let used_at = self.bitbucket.issued[token].used_at;
            if used_at.is_some_and(|at| at >= since + GRACE / 2.0) {
                self.excused_chains.insert(self.bitbucket.issued[token].chain);
            }
        }
        let connection = self.connection(p, c);
        connection.failed_at.retain(|at| now < at + MINUTE);
        connection.failed_at.push(now);
        self.check_failures(p, c);
        self.on(p, c, event);
    }

    fn kill(&mut self, p: usize) {
        self.excuses_loss = true;
        for c in 0..self.processes[p].connections.len() {
            // A request that is under way may still arrive at Bitbucket.
            if matches!(self.connection(p, c).pending, Pending::Request { answer: None, .. }) && self.random < 0.5 {
                self.process_request(p, c);
            }
        }
        self.let_locks_of_expire(p);
        self.processes[p] = Process { dead: true, ..Process::default() };
        for wrapper in self.wrappers.iter_mut().filter(|wrapper| wrapper.process == p) {
            wrapper.call = Call::None;
        }
    }

    fn let_locks_of_expire(&mut self, p: usize) {
        let until = self.now + LOCK_LIMIT;
        for hold in self.shared.locks.values_mut().filter(|hold| hold.process == p) {
            hold.until = hold.until.min(until);
        }
    }

    /// A stopped process keeps its locks in the shared store if it continues before they expire.
    fn let_locks_expire(&mut self) {
        let now = self.now;
        self.shared.locks.retain(|_, hold| now < hold.until);
        let locks = &mut self.shared.locks;
        for process in self.processes.iter_mut().filter(|process| process.stopped_until != 0.0 && process.acts(now)) {
            process.stopped_until = 0.0;
            for held in process.locks_held().filter(|held| held.is_shared) {
                match locks.get_mut(&held.name).filter(|hold| hold.fence == held.fence) {
                    Some(hold) => hold.until = f64::INFINITY,
                    None => held.lost = true,
                }
            }
        }
    }

    /// Runs all work that is under way to its end.
    pub fn settle(&mut self) {
        for _ in 0..200_000 {
            self.random = (self.random * 7.3 + 0.37).fract();
            let work = self.work();
            if !work.is_empty() {
                let at = (self.random * work.len() as f64) as usize;
                self.take(work[at]);
            } else if self.next_time().is_finite() {
                self.take(Step::Tick(self.next_time() - self.now));
            } else {
                return self.check_idle();
            }
        }
        panic!("the work does not end");
    }
}
