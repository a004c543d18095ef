//! Wrappers (NocoDB's objects for a call) and their calls: which calls need tokens, and how long they wait.
//!
//! In: a call, or the end of a step of a refresh cycle. Out: the use of tokens, or an error. Never: a step
//! of the cycle; keeper.rs takes those steps.

use super::process::{Connection, Holder};
use super::shared::follow;
use super::world::World;
use super::{CALL_DEADLINE, LIFETIME, LOCKOUT, SKEW, Token};
use nocodb_bitbucket_auth::refresh_cycle::{Decision, FailureReason, State};
use nocodb_bitbucket_auth::refresh_policy::RefreshPolicy;

#[derive(Clone, Copy, PartialEq)]
pub enum Call {
    None,
    Use { repetitions: u32 },
    ForceRefresh { generation: u32 },
}

/// How the last call ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    Served,
    /// The API answered 401, there were no newer tokens, or the wrapper's row contained the tokens of another login.
    InVain,
    Failed(FailureReason),
}

pub struct Wrapper {
    pub process: usize,
    pub row: usize,
    pub connection: usize,
    /// Distinguishes this wrapper from earlier wrappers with the same index.
    pub epoch: u32,
    /// The refresh token with which this wrapper was created.
    pub first: Token,
    /// Whether the wrapper's row contains the tokens of another login.
    pub ended: bool,
    /// The generation that the wrapper's store has saved.
    pub stored: u32,
    /// The generation that the wrapper's store was last asked to save.
    pub offered: u32,
    /// The generation that counts as saved in this call. A generation also counts if its save failed, because a save is not
    /// repeated within one call.
    pub known: u32,
    pub call: Call,
    pub began_at: f64,
    pub outcome: Option<Outcome>,
}

impl Wrapper {
    /// Whether the last call succeeded.
    pub fn is_served(&self) -> bool {
        self.outcome == Some(Outcome::Served)
    }
}

impl World {
    /// Creates a wrapper with the tokens of its row, and finds this process's connection for them.
    pub fn wrapper(&mut self, process: usize, row: usize) -> Wrapper {
        let token = self.rows[row];
        let (times, now) = (self.bitbucket.times(token), self.now);
        let this_process = &mut self.processes[process];
        let newest = follow(&[&this_process.links], token).map_or(token, |entry| entry.token);
        let known = this_process.index.get(&token).or_else(|| this_process.index.get(&newest)).copied();
        let connection = known.unwrap_or_else(|| {
            let policy = RefreshPolicy::new(times, true, LOCKOUT, now);
            this_process.connections.push(Connection::new(policy, token, now));
            this_process.index.insert(token, this_process.connections.len() - 1);
            this_process.connections.len() - 1
        });
        let newest = &this_process.connections[connection];
        let stored = if newest.token == token { newest.policy.generation() } else { 0 };
        self.epoch += 1;
        Wrapper {
            process,
            row,
            connection,
            epoch: self.epoch,
            first: token,
            ended: false,
            stored,
            offered: 0,
            known: stored,
            call: Call::None,
            began_at: 0.0,
            outcome: None,
        }
    }

    /// A wrapper begins a call. If the wrapper's tokens are fresh and saved, the call uses them immediately.
    pub fn call(&mut self, id: usize) {
        let now = self.now;
        let connection = self.connection_of(id);
        let policy = &connection.policy;
        let generation = policy.generation();
        let is_fresh = now < self.bitbucket.issued[connection.token].at + LIFETIME - SKEW
            && ![connection.rejected, connection.failed_generation].contains(&generation)
            && !policy.is_refresh_forced();
        let under_way = policy.state().is_under_way();
        let stored = self.wrappers[id].stored;
        self.begin(id, Call::Use { repetitions: 0 });
        let connection = self.connection_of(id);
        if is_fresh && stored == generation && connection.rejected != generation {
            assert_eq!(
                connection.policy.state().is_under_way(),
                under_way,
                "a call with fresh tokens starts no cycle"
            );
            assert!(self.wrappers[id].call == Call::None, "a call uses fresh tokens immediately");
        }
    }

    /// A wrapper begins a call that requires newer tokens than its connection has.
    pub fn force_refresh(&mut self, id: usize) {
        let generation = self.connection_of(id).policy.generation();
        self.begin(id, Call::ForceRefresh { generation });
    }

    fn begin(&mut self, id: usize, call: Call) {
        let now = self.now;
        let wrapper = &mut self.wrappers[id];
        (wrapper.call, wrapper.began_at, wrapper.known, wrapper.outcome) = (call, now, wrapper.stored, None);
        self.decide_or_end(id);
    }

    pub fn connection_of(&self, id: usize) -> &Connection {
        let Wrapper { process, connection, .. } = self.wrappers[id];
        &self.processes[process].connections[connection]
    }

    /// Resumes the waiting calls after a step of the cycle.
    pub fn resume_calls(&mut self, p: usize, c: usize) {
        for id in std::mem::take(&mut self.connection(p, c).waiting) {
            let policy = &self.processes[p].connections[c].policy;
            let generation = policy.generation();
            let in_vain =
                matches!(self.wrappers[id].call, Call::ForceRefresh { generation: than } if than == generation);
            if in_vain && !policy.is_refresh_forced() {
                self.end(id, Outcome::InVain);
            } else {
                self.decide_or_end(id);
            }
        }
    }

    /// Asks the policy for tokens. If the wrapper's row contains the tokens of another login, the call ends without
    /// tokens instead.
    fn decide_or_end(&mut self, id: usize) {
        if self.wrappers[id].ended {
            self.end(id, Outcome::InVain);
        } else {
            self.ask(id);
        }
    }

    /// Ends a waiting call whose deadline has come.
    pub fn reach_deadline(&mut self, id: usize) {
        let Wrapper { process, connection, .. } = self.wrappers[id];
        self.connection(process, connection).waiting.retain(|waiting| *waiting != id);
        self.ask(id);
        assert!(self.wrappers[id].call == Call::None, "no call waits beyond its deadline");
    }

    fn ask(&mut self, id: usize) {
        let Wrapper { process: p, row, connection: c, epoch, first, known, call, began_at, .. } = self.wrappers[id];
        let (now, deadline) = (self.now, began_at + CALL_DEADLINE);
        let policy = &mut self.connection(p, c).policy;
        let answer = match call {
            Call::None => panic!("the wrapper has no call"),
            Call::Use { .. } => policy.acquire(known, deadline, now),
            Call::ForceRefresh { generation } => policy.force_refresh(generation, deadline, now),
        };
        let connection = self.connection(p, c);
        let holder = Holder { wrapper: id, epoch, row, first };
        if answer != Decision::Use
            && connection.policy.state().is_under_way()
            && !connection.holders.contains(&holder)
        {
            connection.owner = connection.holders.first().copied().or(Some(holder));
            connection.holders.push(holder);
        }
        match (answer, call) {
            (Decision::Fail(reason), _) => {
                let is_dead = connection.policy.state() == State::Dead;
                assert!(
                    !is_dead || reason == FailureReason::Dead,
                    "a call of a dead connection fails with FailureReason::Dead"
                );
                self.end(id, Outcome::Failed(reason));
            }
            (Decision::Wait, _) => {
                assert!(connection.policy.state().is_under_way(), "a waiting call waits for a cycle");
                connection.waiting.push(id);
            }
            (Decision::Use, Call::ForceRefresh { .. }) => {
                self.wrappers[id].call = Call::Use { repetitions: 0 };
                self.ask(id);
            }
            (Decision::Use, Call::Use { repetitions }) => self.use_tokens(id, repetitions),
            (Decision::Use, Call::None) => {}
        }
    }

    fn use_tokens(&mut self, id: usize, repetitions: u32) {
        let Wrapper { process: p, connection: c, stored, offered, began_at, .. } = self.wrappers[id];
        let (now, rejects_next_call) = (self.now, std::mem::take(&mut self.rejects_next_call));
        let connection = &self.processes[p].connections[c];
        let generation = connection.policy.generation();
        let was_offered = stored == generation || offered == generation;
        let is_excepted = now < connection.busy_until
            || now >= began_at + CALL_DEADLINE
            || connection.policy.failure_reason(now) == FailureReason::Dead
            || self.wrappers[id].began_at + CALL_DEADLINE <= now
            || matches!(
                connection.policy.state(),
                State::Queued | State::AwaitingJudgement(_) | State::JudgingRefusal | State::BackingOff(_)
            );
        assert!(was_offered || is_excepted, "the store is asked to save tokens before they are used");

        let accepted = self.bitbucket.accepts_access(connection.token, now) && !rejects_next_call;
        let connection = self.connection(p, c);
        let is_repeated = !accepted && connection.policy.on_unauthorized(generation, repetitions, now);
        assert!(repetitions < 2 || !is_repeated, "a request is repeated at most twice");
        if !accepted && repetitions > 0 {
            // Tokens that this process did not refresh count as rejected, too.
            connection.rejected = generation;
        }
        if is_repeated {
            connection.rejected = generation;
            self.wrappers[id].call = Call::Use { repetitions: repetitions + 1 };
            self.ask(id);
        } else {
            self.end(id, if accepted { Outcome::Served } else { Outcome::InVain });
        }
    }

    fn end(&mut self, id: usize, outcome: Outcome) {
        let now = self.now;
        let wrapper = &mut self.wrappers[id];
        wrapper.call = Call::None;
        wrapper.outcome = Some(outcome);
        let lasted = now - wrapper.began_at;
        self.longest_call = self.longest_call.max(lasted);
        assert!(self.faults.stops || lasted <= CALL_DEADLINE, "no call lasts longer than its deadline");
    }
}
