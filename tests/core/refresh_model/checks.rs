//! What always holds.
//!
//! In: a world. Out: nothing, or a panic. What never happens here: a step.

use super::process::Pending;
use super::shared::follow;
use super::world::World;
use super::{EARLY_REVIEW, GRACE, HOUR, LOCKOUT, MINUTE, REVIEW, Token, VERDICT};
use nocodb_bitbucket_auth::refresh_cycle::State;
use std::collections::HashSet;

/// A verdict is published within this time.
const PUBLICATION: f64 = 5.0 * MINUTE;

/// Two refusals that come so close to each other count as one.
const SAME: f64 = 100.0;

impl World {
    pub fn check_requests(&self) {
        let mut everywhere = HashSet::new();
        for process in &self.processes {
            let mut here = HashSet::new();
            for connection in &process.connections {
                if let Pending::Request { token, .. } = connection.pending {
                    assert!(here.insert(token), "one process uses a refresh token once at a time");
                    let first = everywhere.insert(token);
                    assert!(self.faults.breaks_locks() || first, "all processes use a refresh token once at a time");
                }
            }
        }
    }

    /// After a refusal, one asks at a time.
    pub fn check_care(&self) {
        let Some((step, at, _)) = self.noted.last() else { return };
        if self.faults.breaks_locks() || self.now >= at + 3.0 * LOCKOUT - SAME {
            return;
        }
        let living = self.processes.iter().filter(|process| !process.dead);
        let admitted = living.flat_map(|process| &process.connections).filter_map(|connection| connection.admitted);
        assert!(admitted.filter(|admitted| admitted > step).count() <= 1, "after a refusal, one asks at a time");
    }

    /// Before a refresh token is declared dead.
    pub fn check_burial(&self, p: usize, c: usize) {
        let connection = &self.processes[p].connections[c];
        let token = connection.token;
        assert!(self.bitbucket.issued[token].refusals >= 2, "only Bitbucket's word kills, said twice");
        assert!(
            connection.unanswered_since.is_none_or(|since| self.now >= since + GRACE),
            "nothing dies while an answer may be lost"
        );
        if self.faults.breaks_locks() {
            return;
        }
        let others = |at: f64| {
            self.noted.iter().any(|(_, other_at, other)| *other != token && (at - LOCKOUT..=at).contains(other_at))
        };
        let counted = self.noted.iter().filter(|(_, at, noted)| *noted == token && !others(*at));
        assert!(counted.count() >= 2, "a refusal that another one explains does not count");
        let successor = follow(&[&self.shared.links, &self.processes[p].links], token);
        assert!(successor.is_none_or(|entry| entry.token == token), "what has a successor is not dead");
    }

    pub fn check_end_of_turn(&self, p: usize, c: usize) {
        let connection = &self.processes[p].connections[c];
        if connection.policy.state() != State::Dead {
            return;
        }
        let issued = &self.bitbucket.issued[connection.token];
        assert!(issued.refusals >= 2, "only Bitbucket's word kills, said twice");
        let refused_at = issued.refused_at.unwrap_or_default();
        let no_verdict_at = connection.no_verdict_at.filter(|at| *at >= refused_at);
        let tried_at = no_verdict_at.unwrap_or(refused_at);
        let is_early = |at: f64, review: f64, slack: f64| self.now < at + review + slack + self.stood_still;
        assert!(is_early(tried_at, REVIEW, VERDICT + PUBLICATION), "a verdict of death is reviewed");
        let is_early = |at: f64| is_early(at, EARLY_REVIEW, MINUTE);
        assert!(no_verdict_at.is_none_or(is_early), "a review without a verdict is done again soon");
        if tried_at + VERDICT + PUBLICATION + self.stood_still < connection.born_at {
            assert!(is_early(connection.born_at), "a new process reviews a verdict of death soon");
        }
    }

    /// A request has just failed without a verdict.
    pub fn check_failures(&self, p: usize, c: usize) {
        let failed_at = &self.processes[p].connections[c].failed_at;
        let recent = failed_at.iter().filter(|at| self.now < **at + MINUTE).count();
        assert!(recent <= 4, "at most four requests a minute fail");
    }

    /// The good refresh tokens that are in a row, or that follow it and are in a living process or in the shared store.
    /// When coordination fails, a process may know a newer token without knowing what it follows, because the row went
    /// back or the shared store forgot; of that one nobody can tell whose it is.
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

    /// Whether a token that nobody used is known to be followed by another one: two processes used the one before, and
    /// agreed on what the other one got.
    fn is_given_up(&self, token: Token) -> bool {
        let living = self.processes.iter().filter(|process| !process.dead);
        let mut entries = living.filter_map(|process| follow(&[&self.shared.links, &process.links], token));
        entries.any(|entry| entry.token != token)
    }

    /// Whether all that can be expected was done for the refresh tokens of a row: after an answer got lost, at least two more
    /// requests were sent within the grace.
    pub fn was_lost_in_vain(&self, row: usize) -> bool {
        let chain = self.bitbucket.issued[self.rows[row]].chain;
        let mut of_row = self.bitbucket.issued.iter().filter(|issued| issued.chain == chain);
        self.excuses_loss
            || self.excused_chains.contains(&chain)
            || of_row.any(|issued| issued.failures_in_grace >= 3)
    }

    /// Who holds a dead connection gets the error, and no request is made.
    pub fn check_dead_calls_are_free(&mut self, row: usize) {
        for id in 0..self.wrappers.len() {
            if self.wrappers[id].row == row && self.connection_of(id).policy.state() == State::Dead {
                let before = self.requests;
                self.call(id);
                self.settle();
                assert_eq!(self.requests, before, "a dead connection costs nothing");
            }
        }
    }

    /// At rest.
    pub fn check_rest(&self) {
        for process in &self.processes {
            assert!(
                process.connections.iter().all(|connection| connection.waiting.is_empty()),
                "nobody waits at rest"
            );
            assert!(process.locks.is_empty(), "nobody holds a lock at rest");
        }
    }
}
