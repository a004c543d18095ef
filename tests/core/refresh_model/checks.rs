//! The invariants of docs/refresh-policy.md.
//!
//! In: the state of the whole model, which is called the world. Out: a panic if an invariant is broken. Never: a change of
//! that state. (Only `check_dead_calls_are_free` makes calls.)

use super::process::Pending;
use super::shared::follow;
use super::world::World;
use super::{EARLY_REVIEW, GRACE, HOUR, JUDGEMENT_LIMIT, LOCKOUT, MINUTE, REVIEW, Token};
use nocodb_bitbucket_auth::refresh_cycle::State;
use std::collections::HashSet;

/// The longest time that a process may need to publish that a token is dead.
const PUBLICATION: f64 = 5.0 * MINUTE;

/// The core takes two reports of a refusal for the same refusal if their times differ by no more than this.
const SAME_TIME_TOLERANCE: f64 = 100.0;

impl World {
    pub fn check_requests(&self) {
        let mut everywhere = HashSet::new();
        for process in &self.processes {
            let mut here = HashSet::new();
            for connection in &process.connections {
                if let Pending::Request { token, .. } = connection.pending {
                    assert!(
                        here.insert(token),
                        "in a process, at most one request with the same refresh token is under way"
                    );
                    let first = everywhere.insert(token);
                    assert!(
                        self.faults.breaks_locks() || first,
                        "in all processes together, at most one request with the same refresh token is under way"
                    );
                }
            }
        }
    }

    /// After a refusal, only one request is admitted at a time.
    pub fn check_one_at_a_time(&self) {
        let Some((step, at, _)) = self.noted.last() else { return };
        if self.faults.breaks_locks() || self.now >= at + 3.0 * LOCKOUT - SAME_TIME_TOLERANCE {
            return;
        }
        let living = self.processes.iter().filter(|process| !process.dead);
        let admitted = living.flat_map(|process| &process.connections).filter_map(|connection| connection.admitted);
        assert!(
            admitted.filter(|admitted| admitted > step).count() <= 1,
            "after a refusal, only one request is admitted at a time"
        );
    }

    /// Called just before a refresh token is declared dead.
    pub fn check_tombstone(&self, p: usize, c: usize) {
        let connection = &self.processes[p].connections[c];
        let token = connection.token;
        assert!(
            self.bitbucket.issued[token].refusals >= 2,
            "a token is declared dead only after two refusals by Bitbucket"
        );
        assert!(
            connection.unanswered_since.is_none_or(|since| self.now >= since + GRACE),
            "no token is declared dead while a response may be lost"
        );
        if self.faults.breaks_locks() {
            return;
        }
        let others = |at: f64| {
            self.noted.iter().any(|(_, other_at, other)| *other != token && (at - LOCKOUT..=at).contains(other_at))
        };
        let counted = self.noted.iter().filter(|(_, at, noted)| *noted == token && !others(*at));
        assert!(
            counted.count() >= 2,
            "a token is declared dead only after two refusals that no refusal of another token explains"
        );
        let successor = follow(&[&self.shared.links, &self.processes[p].links], token);
        assert!(successor.is_none_or(|entry| entry.token == token), "a token with a successor is not declared dead");
    }

    pub fn check_end_of_cycle(&self, p: usize, c: usize) {
        let connection = &self.processes[p].connections[c];
        if connection.policy.state() != State::Dead {
            return;
        }
        let issued = &self.bitbucket.issued[connection.token];
        assert!(issued.refusals >= 2, "a token is declared dead only after two refusals by Bitbucket");
        let refused_at = issued.refused_at.unwrap_or_default();
        let inconclusive_at = connection.inconclusive_at.filter(|at| *at >= refused_at);
        let tried_at = inconclusive_at.unwrap_or(refused_at);
        let is_early = |at: f64, review: f64, slack: f64| self.now < at + review + slack + self.stopped_time;
        assert!(
            is_early(tried_at, REVIEW, JUDGEMENT_LIMIT + PUBLICATION),
            "a dead token is tried again after some hours"
        );
        let is_early = |at: f64| is_early(at, EARLY_REVIEW, MINUTE);
        assert!(
            inconclusive_at.is_none_or(is_early),
            "a request that does not show whether a dead token is valid is soon repeated"
        );
        if tried_at + JUDGEMENT_LIMIT + PUBLICATION + self.stopped_time < connection.born_at {
            assert!(is_early(connection.born_at), "a new process soon tries a dead token again");
        }
    }

    /// Called after a request that failed without showing whether its token is valid.
    pub fn check_failures(&self, p: usize, c: usize) {
        let failed_at = &self.processes[p].connections[c].failed_at;
        let recent = failed_at.iter().filter(|at| self.now < **at + MINUTE).count();
        assert!(recent <= 4, "at most four requests a minute fail");
    }

    /// The valid, unused refresh tokens of a row: the token in the row, and the successors of that token which running processes
    /// and the shared store know. If a fault breaks locks or restores a row, a process may know a newer token, but not the token
    /// that it replaced. Such a newer token does not count, because no process can tell which login it belongs to.
    pub fn survivors(&self, row: usize) -> Vec<Token> {
        let stored = self.rows[row];
        let mut found = vec![stored];
        found.extend(follow(&[&self.shared.links], stored).map(|entry| entry.token));
        for process in self.processes.iter().filter(|process| !process.dead) {
            found.extend(follow(&[&self.shared.links, &process.links], stored).map(|entry| entry.token));
            if !self.faults.breaks_locks() && !self.faults.restores {
                found.extend(process.connections.iter().map(|connection| connection.token));
            }
        }
        found.sort_unstable();
        found.dedup();
        found.retain(|token| {
            let follows = *token == stored || self.bitbucket.is_before(stored, *token);
            let is_unused = self.bitbucket.issued[*token].used_at.is_none();
            follows
                && is_unused
                && !self.is_given_up(*token)
                && self.bitbucket.is_alive(*token, self.now + 12.0 * HOUR)
        });
        found
    }

    /// Whether a running process knows a successor of this unused token. This happens if two processes used the same refresh
    /// token, and each received a new token: the processes then agree on one of the new tokens, and give up the other.
    fn is_given_up(&self, token: Token) -> bool {
        let living = self.processes.iter().filter(|process| !process.dead);
        let mut entries = living.filter_map(|process| follow(&[&self.shared.links, &process.links], token));
        entries.any(|entry| entry.token != token)
    }

    /// Whether no process could have kept the refresh tokens of a row. This is so after some faults, or if a response was lost
    /// and at least two more requests failed within the grace period.
    pub fn was_loss_unavoidable(&self, row: usize) -> bool {
        let chain = self.bitbucket.issued[self.rows[row]].chain;
        let mut of_row = self.bitbucket.issued.iter().filter(|issued| issued.chain == chain);
        self.excuses_loss
            || self.excused_chains.contains(&chain)
            || of_row.any(|issued| issued.failures_in_grace >= 3)
    }

    /// Checks that a call through a connection with a dead refresh token sends no request.
    pub fn check_dead_calls_are_free(&mut self, row: usize) {
        for id in 0..self.wrappers.len() {
            if self.wrappers[id].row == row && self.connection_of(id).policy.state() == State::Dead {
                let before = self.requests;
                self.call(id);
                self.settle();
                assert_eq!(
                    self.requests, before,
                    "a call through a connection with a dead refresh token sends no request"
                );
            }
        }
    }

    /// Called when no process has work left.
    pub fn check_idle(&self) {
        for process in &self.processes {
            assert!(
                process.connections.iter().all(|connection| connection.waiting.is_empty()),
                "no call waits after all work is done"
            );
            assert!(process.locks.is_empty(), "no process holds a lock after all work is done");
        }
    }
}
