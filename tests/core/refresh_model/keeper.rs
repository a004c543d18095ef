//! The keeper of each process: it carries out the decisions of the policy and of the queue, as js/refresh-cycle.js and
//! js/refresh-queue.js do.
//!
//! In: the next action of a cycle, or the admitted request. Out: locks, entries of the shared store, requests, and the
//! resulting event. Never: a decision about OAuth. The policy and the queue make those decisions.
//!
//! `p` is the index of a process, and `c` is the index of one of its connections.

use super::process::{Connection, Holder, Pending};
use super::shared::{Entry, Held, Hold, LockName, follow, later};
use super::world::World;
use super::{JUDGEMENT_LIMIT, LOCK_POLL, LOOK, MINUTE, Token};
use nocodb_bitbucket_auth::refresh_cycle::{Action, Event};
use nocodb_bitbucket_auth::refresh_queue::{Admission, Outcome};

impl World {
    /// Carries out the next action of a cycle.
    pub fn proceed(&mut self, p: usize, c: usize) {
        let now = self.now;
        let connection = self.connection(p, c);
        let token = connection.token;
        let held = connection.holds_lock();
        let action = connection.policy.state().action();
        if matches!(action, Action::FindSuccessor | Action::RequestTokens | Action::SaveTokens) && !held {
            if action == Action::RequestTokens {
                self.request_ended(p, c, Outcome::Failed);
            }
            return self.on(p, c, Event::LockLost);
        }
        let fence = connection.lock.as_ref().map_or(0, |lock| lock.fence);
        match action {
            Action::AcquireLock => {
                self.unlock(p, c);
                let lock = self.lock(p, LockName::Token(token));
                let event = if lock.is_some() { Event::LockAcquired } else { Event::LockBusy };
                self.connection(p, c).lock = lock;
                self.on(p, c, event);
            }
            Action::FindSuccessor => self.find_successor(p, c),
            Action::Enqueue => {
                let process = &mut self.processes[p];
                let connection = &mut process.connections[c];
                connection.ticket = Some(process.queue.enqueue(connection.policy.priority(now)));
                connection.lane = connection.expected_priority(now);
            }
            Action::RequestTokens => {
                self.requests += 1;
                self.connection(p, c).pending =
                    Pending::Request { token, sent_at: now, answer: None, has_arrived: false };
                self.check_requests();
            }
            Action::JudgeRefusal => {
                let process = &self.processes[p];
                let shared = self.shared.up.then(|| self.shared.record.others_refused_at(token, now)).flatten();
                let others = later(process.record.others_refused_at(token, now), shared);
                let connection = &process.connections[c];
                let explained =
                    connection.policy.is_explained(others.map(|at| now - at), now - connection.refused_at);
                let connection = self.connection(p, c);
                // A refusal that is judged late does not count: the shared store may have lost the refusal that explains it.
                let counts = !explained && now <= connection.refused_at + JUDGEMENT_LIMIT;
                connection.unexplained += u32::from(counts);
                if !counts {
                    connection.inconclusive_at = Some(now);
                }
                self.on(p, c, Event::RefusalJudged { explained });
            }
            Action::Publish => {
                let published = self.connection(p, c).published;
                let next = if published == token { None } else { self.lock(p, LockName::Token(token)) };
                let newest = self.publish(p, published, Entry { token, died_at: None, fence });
                self.connection(p, c).published = token;
                if next.is_some() {
                    self.unlock(p, c);
                    self.connection(p, c).lock = next;
                }
                self.on(p, c, if newest { Event::Published } else { Event::Superseded });
            }
            Action::WriteTombstone => {
                self.check_tombstone(p, c);
                self.wrongly_declared_dead += u32::from(self.bitbucket.is_alive(token, now));
                let newest = self.publish(p, token, Entry { token, died_at: Some(now), fence });
                self.on(p, c, if newest { Event::Published } else { Event::Superseded });
            }
            Action::SaveTokens => {
                let connection = &self.processes[p].connections[c];
                let generation = connection.policy.generation();
                let is_behind = |holder: &Holder| {
                    let wrapper = &self.wrappers[holder.wrapper];
                    wrapper.epoch != holder.epoch || (!wrapper.ended && wrapper.stored != generation)
                };
                let left: Vec<Holder> = connection.holders.iter().copied().filter(is_behind).collect();
                if left.is_empty() {
                    self.on(p, c, Event::Saved);
                } else {
                    self.connection(p, c).pending = Pending::Stores { token, generation, left, failed: false };
                }
            }
            Action::ReportSaveFailure => self.on(p, c, Event::Reported),
            Action::WaitUntil(_) => self.on(p, c, Event::WaitEnded),
            Action::Done => panic!("no cycle is under way"),
        }
    }

    fn find_successor(&mut self, p: usize, c: usize) {
        let token = self.connection(p, c).token;
        match self.find(p, token) {
            Some(Entry { token: dead, died_at: Some(died_at), .. }) if dead == token => {
                self.on(p, c, Event::TombstoneFound { died_at: Some(died_at) });
            }
            Some(Entry { token: found, .. }) if found != token => {
                // Only the existence of a successor matters here, not whether the successor is dead.
                let times = self.bitbucket.times(found);
                if self.connection(p, c).policy.is_successor(times) {
                    self.accept_tokens(p, c, found);
                    self.connection(p, c).published = found;
                }
                self.on(p, c, Event::SuccessorFound { times, same_refresh_token: false });
            }
            _ if self.connection(p, c).policy.is_refused() => self.find_in_rows(p, c),
            _ => self.on(p, c, Event::NoSuccessor),
        }
    }

    /// Looks for newer tokens in the rows, because a process that shares only the rows with this process may have used the
    /// refresh token.
    fn find_in_rows(&mut self, p: usize, c: usize) {
        let token = self.connection(p, c).token;
        let mut newest = None;
        for holder in self.connection(p, c).holders.clone() {
            let row_token = self.rows[holder.row];
            if !self.bitbucket.is_same_chain(row_token, token) {
                self.end_holder(holder);
            } else if !self.is_known_to_lead_to(p, row_token, holder, token) {
                newest = newest
                    .filter(|one: &Token| self.bitbucket.issued[*one].at >= self.bitbucket.issued[row_token].at);
                newest = newest.or(Some(row_token));
            }
        }
        let wrappers = &self.wrappers;
        let lives = |holder: &Holder| {
            let wrapper = &wrappers[holder.wrapper];
            wrapper.epoch != holder.epoch || !wrapper.ended
        };
        if !self.processes[p].connections[c].holders.iter().any(lives) {
            return self.on(p, c, Event::NoStoreLeft);
        }
        let Some(row_token) = newest else { return self.on(p, c, Event::NoSuccessor) };
        let times = self.bitbucket.times(row_token);
        let connection = self.connection(p, c);
        if connection.policy.is_row_successor(times) {
            let fence = connection.lock.as_ref().map_or(0, |lock| lock.fence);
            self.accept_tokens(p, c, row_token);
            self.connection(p, c).published = row_token;
            // Other wrappers of this process may still have the previous token.
            self.publish(p, token, Entry { token: row_token, died_at: None, fence });
        }
        self.on(p, c, Event::RowTokensFound { times });
    }

    /// Whether the token in a row is the connection's newest token, or a known predecessor of the newest token.
    fn is_known_to_lead_to(&mut self, p: usize, row_token: Token, holder: Holder, token: Token) -> bool {
        row_token == token
            || row_token == holder.first
            || self.find(p, row_token).is_some_and(|entry| entry.token == token)
    }

    fn end_holder(&mut self, holder: Holder) {
        let wrapper = &mut self.wrappers[holder.wrapper];
        wrapper.ended |= wrapper.epoch == holder.epoch;
    }

    /// Accepts newer tokens.
    pub fn accept_tokens(&mut self, p: usize, c: usize, token: Token) {
        let process = &mut self.processes[p];
        let before = std::mem::replace(&mut process.connections[c].token, token);
        assert!(!self.bitbucket.is_before(token, before), "no connection returns to earlier tokens");
        if process.index.get(&before) == Some(&c) {
            process.index.remove(&before);
        }
        process.index.entry(token).or_insert(c);
    }

    /// Lets the first connection in the queue send its request, if the queue admits it.
    pub fn pump(&mut self, p: usize) {
        let now = self.now;
        self.learn(p);
        let process = &mut self.processes[p];
        let has_lock = process.client_lock.as_ref().is_some_and(|lock| !lock.lost);
        match process.queue.admission(now) {
            Admission::First => {
                self.unlock_client(p);
                self.admit(p, false);
            }
            // This process took the lock in an earlier step. `learn` has just read the reports that other processes wrote before
            // they released the lock.
            Admission::FirstExclusive if has_lock => self.admit(p, true),
            Admission::FirstExclusive => {
                self.unlock_client(p);
                let lock = self.lock(p, LockName::Client);
                let process = &mut self.processes[p];
                if lock.is_none() {
                    process.pump_at = now + LOCK_POLL;
                }
                process.client_lock = lock;
            }
            Admission::NoneUntil(time) => {
                process.pump_at = time.min(now + LOOK);
                self.unlock_client(p);
            }
            Admission::None => self.unlock_client(p),
        }
    }

    fn admit(&mut self, p: usize, alone: bool) {
        let step = self.step;
        let process = &mut self.processes[p];
        let ticket = process.queue.admit_first(alone);
        let c = process.connections.iter().position(|connection| connection.ticket == ticket).expect("a ticket");
        process.connections[c].ticket = None;
        let lane = process.connections[c].lane;
        let is_passed_by = |other: &Connection| other.ticket.is_some() && other.lane < lane;
        assert!(
            !process.connections.iter().any(is_passed_by),
            "urgent requests are admitted first, and suspect ones last"
        );
        process.alone = alone.then_some(c);
        process.connections[c].admitted = Some(step);
        self.check_one_at_a_time();
        self.on(p, c, Event::Admitted);
    }

    /// Reads the refusals and grants of other processes.
    fn learn(&mut self, p: usize) {
        let now = self.now;
        let process = &mut self.processes[p];
        let (mut refused_at, mut granted_at) = (process.record.refused_at(now), process.record.granted_at(now));
        if self.shared.up {
            refused_at = later(refused_at, self.shared.record.refused_at(now));
            granted_at = later(granted_at, self.shared.record.granted_at(now));
        }
        process.queue.apply_update(refused_at, granted_at);
    }

    /// Records the result of a request, or that it was not sent.
    pub fn request_ended(&mut self, p: usize, c: usize, outcome: Outcome) {
        let now = self.now;
        let process = &mut self.processes[p];
        let token = process.connections[c].token;
        let shared = self.shared.up.then_some(&mut self.shared.record);
        for record in [Some(&mut process.record), shared].into_iter().flatten() {
            match outcome {
                Outcome::Granted { sent_at } => record.record_grant(sent_at),
                Outcome::Refused => record.record_refusal(token, now),
                Outcome::Failed => {}
            }
        }
        process.queue.on_ended(outcome, now);
        process.connections[c].admitted = None;
        if process.alone == Some(c) {
            process.alone = None;
            self.unlock_client(p);
        }
        if outcome == Outcome::Refused {
            self.processes[p].connections[c].refused_at = now;
            self.noted.push((self.step, now, token));
        }
    }

    pub fn lock(&mut self, p: usize, name: LockName) -> Option<Held> {
        let is_shared = self.shared.up;
        let process = &mut self.processes[p];
        if process.locks.contains(&name) || (is_shared && self.shared.locks.contains_key(&name)) {
            return None;
        }
        process.locks.insert(name);
        self.fence += 1;
        let fence = self.fence;
        if is_shared {
            self.shared.locks.insert(name, Hold { process: p, fence, until: f64::INFINITY });
        }
        Some(Held { name, fence, is_shared, lost: false })
    }

    fn release(&mut self, p: usize, held: Option<Held>) {
        if let Some(Held { name, fence, .. }) = held {
            self.processes[p].locks.remove(&name);
            if self.shared.locks.get(&name).is_some_and(|hold| hold.fence == fence) {
                self.shared.locks.remove(&name);
            }
        }
    }

    fn unlock(&mut self, p: usize, c: usize) {
        let held = self.connection(p, c).lock.take();
        self.release(p, held);
    }

    fn unlock_client(&mut self, p: usize) {
        let held = self.processes[p].client_lock.take();
        self.release(p, held);
    }

    /// Publishes an entry to the memory of the process, and to the shared store if it is reachable.
    fn publish(&mut self, p: usize, key: Token, entry: Entry) -> bool {
        let newest = self.processes[p].links.publish(key, entry);
        if self.shared.up { self.shared.links.publish(key, entry) } else { newest }
    }

    fn find(&mut self, p: usize, key: Token) -> Option<Entry> {
        let process = &self.processes[p];
        if !self.shared.up {
            return follow(&[&process.links], key);
        }
        let found = follow(&[&self.shared.links, &process.links], key)?;
        // If only the shared store or only this process has the entry, it is copied, so that both have it.
        if follow(&[&self.shared.links], key) != Some(found) {
            self.shared.links.publish(key, found);
        }
        if follow(&[&process.links], key) != Some(found) {
            self.processes[p].links.publish(key, found);
        }
        Some(found)
    }

    pub fn save_one(&mut self, p: usize, c: usize, works: bool) {
        let Pending::Stores { token, generation, left, failed } = &mut self.connection(p, c).pending else {
            panic!("there are no tokens to save");
        };
        let (token, generation, holder) = (*token, *generation, left.remove(0));
        *failed |= !works;
        let ended = left.is_empty().then_some(*failed);
        let wrapper = &mut self.wrappers[holder.wrapper];
        if wrapper.epoch == holder.epoch {
            wrapper.offered = generation;
            wrapper.known = generation;
            if works {
                wrapper.stored = generation;
            }
        }
        if works {
            self.store(p, holder, token);
        }
        if let Some(failed) = ended {
            self.connection(p, c).pending = Pending::Nothing;
            self.on(p, c, if failed { Event::SaveFailed } else { Event::Saved });
        }
    }

    /// Saves tokens in a row, unless the row has the tokens of another login, or newer tokens that this process does not know.
    fn store(&mut self, p: usize, holder: Holder, token: Token) {
        let before = self.rows[holder.row];
        if !self.bitbucket.is_same_chain(before, token) {
            return self.end_holder(holder);
        }
        let at = |token: Token| self.bitbucket.issued[token].at;
        let is_newer = at(before) > at(token);
        if !is_newer || self.is_known_to_lead_to(p, before, holder, token) {
            self.rows[holder.row] = token;
            assert!(!self.bitbucket.is_before(token, before), "no older tokens are saved after newer ones");
        }
    }

    /// Passes an event to the policy. Waiting calls ask the policy again after each step.
    pub fn on(&mut self, p: usize, c: usize, event: Event) {
        let (now, random) = (self.now, self.random);
        let connection = self.connection(p, c);
        let before = connection.policy.generation();
        connection.policy.handle(event, now, random);
        if connection.policy.generation() != before {
            connection.busy_until = 0.0;
            connection.unanswered_since = None;
            connection.unexplained = 0;
            connection.inconclusive_at = None;
        }
        if !connection.policy.state().is_under_way() {
            if event == Event::LockBusy {
                connection.busy_until = now + MINUTE;
            }
            connection.holders.clear();
            self.check_end_of_cycle(p, c);
            self.unlock(p, c);
        }
        self.resume_calls(p, c);
    }
}
