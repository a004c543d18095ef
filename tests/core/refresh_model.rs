//! The policy of renewal among many: several processes with several wrappers each, over a model of Bitbucket's rules, of
//! the coordination that processes share, and of the host's rows. Each step does one of the things that could happen
//! next; after each, what docs/refresh-policy.md says always holds is checked. The keeper in here is written from
//! the description of a turn there, and from the interface of js/coordination.

use nocodb_bitbucket_auth::refresh_policy::{Action, Answer, Event, Moment, RefreshPolicy, State, Times};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

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

/// A request is given up after this time, and a shared lock outlives its process by this time.
const REQUEST_LIMIT: f64 = 10.0 * SECOND;
const LOCK_LIMIT: f64 = 6.0 * SECOND;

/// A pair of tokens, by its place in what Bitbucket issued.
type Token = usize;

struct Issued {
    row: usize,
    parent: Option<Token>,
    at: f64,
    used_at: Option<f64>,
    refusals: u32,
    lockout_refusals: u32,
}

struct Bitbucket {
    issued: Vec<Issued>,
    revoked: HashSet<usize>,
    locked_until: f64,
    lockout: f64,
}

impl Bitbucket {
    fn issue(&mut self, row: usize, parent: Option<Token>, at: f64) -> Token {
        self.issued.push(Issued { row, parent, at, used_at: None, refusals: 0, lockout_refusals: 0 });
        self.issued.len() - 1
    }

    fn refresh(&mut self, token: Token, now: f64) -> Option<Token> {
        let alive = self.is_alive(token, now);
        let issued = &mut self.issued[token];
        if now < self.locked_until || !alive {
            issued.refusals += 1;
            if now < self.locked_until {
                issued.lockout_refusals += 1;
            } else {
                self.locked_until = now + self.lockout;
            }
            return None;
        }
        issued.used_at.get_or_insert(now);
        let row = issued.row;
        Some(self.issue(row, Some(token), now))
    }

    fn is_alive(&self, token: Token, now: f64) -> bool {
        let issued = &self.issued[token];
        let in_time = issued.used_at.map_or(now < issued.at + UNUSED, |used_at| now < used_at + GRACE);
        in_time && !self.revoked.contains(&issued.row)
    }

    fn accepts_access(&self, token: Token, now: f64) -> bool {
        let issued = &self.issued[token];
        now < issued.at + LIFETIME && !self.revoked.contains(&issued.row)
    }

    fn times(&self, token: Token) -> Times {
        let at = self.issued[token].at;
        Times { obtained_at: Some(at), expires_at: Some(at + LIFETIME) }
    }

    fn is_before(&self, older: Token, newer: Token) -> bool {
        let mut at = self.issued[newer].parent;
        while let Some(token) = at {
            if token == older {
                return true;
            }
            at = self.issued[token].parent;
        }
        false
    }
}

#[derive(Clone, Copy, PartialEq)]
struct Entry {
    token: Token,
    dead: bool,
    fence: u64,
}

/// What follows what.
#[derive(Default)]
struct Links(HashMap<Token, Entry>);

impl Links {
    /// A successor outdoes what is known about the token itself; else the later lock wins.
    fn rank(key: Token, entry: &Entry) -> (bool, u64) {
        (entry.token != key, entry.fence)
    }

    fn publish(&mut self, key: Token, entry: Entry) -> bool {
        match self.0.get(&key).copied() {
            Some(known) if Self::rank(key, &known) > Self::rank(key, &entry) => {
                if entry.token != key && entry.token != known.token {
                    self.0.entry(entry.token).or_insert(known);
                }
                false
            }
            known => {
                if let Some(known) = known.filter(|known| known.token != key && known.token != entry.token) {
                    self.0.entry(known.token).or_insert(entry);
                }
                self.0.insert(key, entry);
                true
            }
        }
    }
}

/// Follows the links of all stores from a token to the newest.
fn follow(stores: &[&Links], from: Token) -> Option<Entry> {
    let mut seen = HashSet::from([from]);
    let (mut at, mut last) = (from, None);
    while let Some(next) = stores.iter().filter_map(|links| links.0.get(&at)).max_by_key(|next| Links::rank(at, next))
    {
        last = Some(*next);
        if !seen.insert(next.token) {
            break;
        }
        at = next.token;
    }
    last
}

struct Shared {
    up: bool,
    links: Links,
    /// Who holds the lock of a token, and until when if that process is dead.
    locks: HashMap<Token, (usize, usize, f64)>,
    lockouts: HashMap<Token, f64>,
}

struct Held {
    key: Token,
    fence: u64,
    lost: bool,
}

enum Pending {
    Nothing,
    Request { token: Token, sent_at: f64, answer: Option<Option<Token>> },
    Stores { token: Token, generation: u32, left: Vec<usize>, failed: bool },
}

struct Connection {
    policy: RefreshPolicy,
    token: Token,
    published: Token,
    lock: Option<Held>,
    pending: Pending,
    waiting: Vec<usize>,
    /// Until when the lock counts as busy, the number of the pair that the API refused, and of the one asked for in vain.
    busy_until: f64,
    rejected: u32,
    in_vain: u32,
}

#[derive(Default)]
struct Process {
    dead: bool,
    links: Links,
    locks: HashSet<Token>,
    /// Which tokens were refused, and until when that explains the refusal of others.
    lockouts: HashMap<Token, f64>,
    connections: Vec<Connection>,
    index: HashMap<Token, usize>,
}

#[derive(Clone, Copy, PartialEq)]
enum Call {
    None,
    Use { is_repetition: bool },
    Renew { generation: u32 },
}

struct Wrapper {
    process: usize,
    row: usize,
    connection: usize,
    stored: u32,
    handed: u32,
    call: Call,
    /// Whether the last call ended well.
    succeeded: bool,
}

/// What may go wrong in a run.
#[derive(Debug, Clone, Copy)]
struct Faults {
    network: bool,
    stores: bool,
    deaths: bool,
    coordination: bool,
    lockouts: bool,
    revocation: bool,
}

const NONE: Faults =
    Faults { network: false, stores: false, deaths: false, coordination: false, lockouts: false, revocation: false };

#[derive(Debug, Clone, Copy)]
enum Step {
    Call(usize),
    Renew(usize),
    Remake(usize),
    Go(usize, usize),
    Retry(usize, usize),
    Process(usize, usize),
    Answer(usize, usize),
    Fail(usize, usize),
    StoreOne(usize, usize),
    StoreNot(usize, usize),
    Tick(f64),
    Kill(usize),
    Restart(usize),
    ShareLess,
    ShareAgain,
    ForgetShared,
    LoseLock(usize, usize),
    Lockout,
    Revoke(usize),
}

struct World {
    now: f64,
    random: f64,
    /// Whether the API answers 401 to the next request, whatever the token.
    odd: bool,
    faults: Faults,
    bitbucket: Bitbucket,
    shared: Shared,
    fence: u64,
    processes: Vec<Process>,
    wrappers: Vec<Wrapper>,
    rows: Vec<Token>,
    kills: u32,
    requests: u32,
}

impl World {
    fn new(processes: usize, wrappers: usize, rows: usize, lockout: f64, faults: Faults) -> Self {
        let mut bitbucket =
            Bitbucket { issued: Vec::new(), revoked: HashSet::new(), locked_until: 0.0, lockout: LOCKOUT * lockout };
        let rows: Vec<Token> = (0..rows).map(|row| bitbucket.issue(row, None, START)).collect();
        let mut world = Self {
            now: START,
            random: 0.0,
            odd: false,
            faults,
            bitbucket,
            shared: Shared { up: true, links: Links::default(), locks: HashMap::new(), lockouts: HashMap::new() },
            fence: 0,
            processes: (0..processes).map(|_| Process::default()).collect(),
            wrappers: Vec::new(),
            rows,
            kills: 0,
            requests: 0,
        };
        for process in 0..processes {
            for row in 0..world.rows.len() {
                for _ in 0..wrappers {
                    let wrapper = world.wrapper(process, row);
                    world.wrappers.push(wrapper);
                }
            }
        }
        world
    }

    /// A wrapper starts from the pair of its row, and finds the connection of this process that the pair belongs to.
    fn wrapper(&mut self, process: usize, row: usize) -> Wrapper {
        let token = self.rows[row];
        let times = self.bitbucket.times(token);
        let host = &mut self.processes[process];
        let newest = follow(&[&host.links], token).map_or(token, |entry| entry.token);
        let known = host.index.get(&token).or_else(|| host.index.get(&newest)).copied();
        let connection = known.unwrap_or_else(|| {
            host.connections.push(Connection {
                policy: RefreshPolicy::new(times, true, LOCKOUT, self.now),
                token,
                published: token,
                lock: None,
                pending: Pending::Nothing,
                waiting: Vec::new(),
                busy_until: 0.0,
                rejected: 0,
                in_vain: 0,
            });
            host.index.insert(token, host.connections.len() - 1);
            host.connections.len() - 1
        });
        let newest = &host.connections[connection];
        let stored = if newest.token == token { newest.policy.generation() } else { 0 };
        Wrapper { process, row, connection, stored, handed: 0, call: Call::None, succeeded: false }
    }

    fn connection(&mut self, process: usize, connection: usize) -> &mut Connection {
        &mut self.processes[process].connections[connection]
    }

    /// What could happen next.
    fn steps(&self, amount: f64) -> Vec<Step> {
        let mut steps = Vec::new();
        for (id, wrapper) in self.wrappers.iter().enumerate() {
            if !self.processes[wrapper.process].dead && wrapper.call == Call::None {
                steps.extend([Step::Call(id), Step::Remake(id)]);
                if amount < 0.2 {
                    steps.push(Step::Renew(id));
                }
            }
        }
        steps.extend(self.work());
        for (p, process) in self.processes.iter().enumerate() {
            if process.dead {
                steps.push(Step::Restart(p));
                continue;
            }
            if self.faults.deaths && amount < 0.1 {
                steps.push(Step::Kill(p));
            }
            for (c, connection) in process.connections.iter().enumerate() {
                match &connection.pending {
                    Pending::Request { .. } if self.faults.network => steps.push(Step::Fail(p, c)),
                    Pending::Stores { .. } if self.faults.stores => steps.push(Step::StoreNot(p, c)),
                    _ => {}
                }
                if self.faults.coordination && connection.lock.as_ref().is_some_and(|lock| !lock.lost) && amount < 0.3
                {
                    steps.push(Step::LoseLock(p, c));
                }
            }
        }
        let limit = self.next_time() - self.now;
        if limit > 0.0 {
            let busy = self.processes.iter().flat_map(|p| &p.connections).any(|c| c.policy.state().is_under_way());
            let far = match amount {
                _ if busy => SECOND * amount,
                0.0..0.5 => 10.0 * MINUTE * amount,
                0.5..0.97 => HOUR * amount,
                _ => 95.0 * DAY * (amount - 0.97) / 0.03,
            };
            steps.extend([Step::Tick(far.min(limit)), Step::Tick((far / 10.0).min(limit))]);
            if limit.is_finite() {
                steps.push(Step::Tick(limit));
            }
        }
        if self.faults.coordination && amount < 0.2 {
            steps.push(if self.shared.up { Step::ShareLess } else { Step::ShareAgain });
            steps.push(Step::ForgetShared);
        }
        if self.faults.lockouts && amount < 0.1 {
            steps.push(Step::Lockout);
        }
        if self.faults.revocation && amount < 0.005 {
            steps.push(Step::Revoke(0));
        }
        steps
    }

    /// What goes on by itself.
    fn work(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for (p, process) in self.processes.iter().enumerate().filter(|(_, process)| !process.dead) {
            for (c, connection) in process.connections.iter().enumerate() {
                match &connection.pending {
                    Pending::Request { answer: None, .. } => steps.push(Step::Process(p, c)),
                    Pending::Request { .. } => steps.push(Step::Answer(p, c)),
                    Pending::Stores { .. } => steps.push(Step::StoreOne(p, c)),
                    Pending::Nothing => match connection.policy.state().action() {
                        Action::WaitUntil(time) if self.now < time => {}
                        _ if connection.policy.state().is_under_way() => steps.push(Step::Go(p, c)),
                        _ if connection.policy.retry_at(self.now) == Some(self.now) => steps.push(Step::Retry(p, c)),
                        _ => {}
                    },
                }
            }
        }
        steps
    }

    /// Time does not go on beyond this before something was done.
    fn next_time(&self) -> f64 {
        let living = self.processes.iter().filter(|process| !process.dead);
        let times =
            living.flat_map(|process| &process.connections).filter_map(|connection| match connection.pending {
                Pending::Request { sent_at, .. } => Some(sent_at + REQUEST_LIMIT),
                _ => match connection.policy.state().action() {
                    Action::WaitUntil(time) => Some(time),
                    _ => connection.policy.retry_at(self.now),
                },
            });
        times.fold(f64::INFINITY, f64::min)
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Call(wrapper) => self.call(wrapper),
            Step::Renew(wrapper) => {
                let Wrapper { process, connection, .. } = self.wrappers[wrapper];
                let generation = self.connection(process, connection).policy.generation();
                self.wrappers[wrapper].call = Call::Renew { generation };
                self.ask(wrapper, self.wrappers[wrapper].stored);
            }
            Step::Remake(wrapper) => {
                let Wrapper { process, row, .. } = self.wrappers[wrapper];
                self.wrappers[wrapper] = self.wrapper(process, row);
            }
            Step::Go(p, c) => self.go(p, c),
            Step::Retry(p, c) => {
                let now = self.now;
                let policy = &mut self.connection(p, c).policy;
                assert_eq!(policy.asked(policy.generation(), now), Answer::Turn, "a retry begins a turn");
            }
            Step::Process(p, c) => self.process_request(p, c),
            Step::Answer(p, c) => {
                let pending = std::mem::replace(&mut self.connection(p, c).pending, Pending::Nothing);
                let Pending::Request { answer: Some(answer), .. } = pending else { panic!("no answer") };
                match answer {
                    None => {
                        self.learn_of_lockouts(p, c);
                        self.on(p, c, Event::Refused);
                        self.tell_of_lockout(p, c);
                    }
                    Some(token) => {
                        self.pair(p, c, token);
                        let times = self.bitbucket.times(token);
                        self.on(p, c, Event::Renewed(times));
                    }
                }
            }
            Step::Fail(p, c) => {
                let connection = self.connection(p, c);
                connection.pending = Pending::Nothing;
                connection.in_vain = connection.policy.generation();
                let retry_after = (self.random < 0.2).then_some(20.0 * SECOND);
                self.on(p, c, Event::FailedInPassing { retry_after });
            }
            Step::StoreOne(p, c) => self.store_one(p, c, true),
            Step::StoreNot(p, c) => self.store_one(p, c, false),
            Step::Tick(time) => {
                self.now += time;
                let now = self.now;
                self.shared.locks.retain(|_, (.., until)| now < *until);
            }
            Step::Kill(p) => self.kill(p),
            Step::Restart(p) => {
                self.processes[p] = Process::default();
                for wrapper in 0..self.wrappers.len() {
                    if self.wrappers[wrapper].process == p {
                        self.wrappers[wrapper] = self.wrapper(p, self.wrappers[wrapper].row);
                    }
                }
            }
            Step::ShareLess => self.shared.up = false,
            Step::ShareAgain => self.shared.up = true,
            Step::ForgetShared => {
                self.shared.links = Links::default();
                self.shared.locks.clear();
                for process in &mut self.processes {
                    process.connections.iter_mut().filter_map(|c| c.lock.as_mut()).for_each(|lock| lock.lost = true);
                }
            }
            Step::LoseLock(p, c) => {
                let key = self.connection(p, c).lock.as_mut().map(|lock| {
                    lock.lost = true;
                    lock.key
                });
                self.shared.locks.remove(&key.unwrap());
            }
            Step::Lockout => self.bitbucket.locked_until = self.now + self.bitbucket.lockout,
            Step::Revoke(row) => {
                self.bitbucket.revoked.insert(row);
            }
        }
        self.check_requests();
    }

    fn process_request(&mut self, p: usize, c: usize) {
        let Pending::Request { token, .. } = self.connection(p, c).pending else { panic!("no request") };
        let result = self.bitbucket.refresh(token, self.now);
        if let Pending::Request { answer, .. } = &mut self.connection(p, c).pending {
            *answer = Some(result);
        }
    }

    fn kill(&mut self, p: usize) {
        self.kills += 1;
        for c in 0..self.processes[p].connections.len() {
            // A request that is on its way may still arrive.
            if matches!(self.connection(p, c).pending, Pending::Request { answer: None, .. }) && self.random < 0.5 {
                self.process_request(p, c);
            }
        }
        let until = self.now + LOCK_LIMIT;
        for (owner, _, limit) in self.shared.locks.values_mut() {
            if *owner == p {
                *limit = until;
                *owner = usize::MAX;
            }
        }
        self.processes[p] = Process { dead: true, ..Process::default() };
        for wrapper in self.wrappers.iter_mut().filter(|wrapper| wrapper.process == p) {
            wrapper.call = Call::None;
        }
    }

    /// A wrapper's call: what is fresh and was handed is used at once.
    fn call(&mut self, wrapper: usize) {
        let Wrapper { process, connection, stored, .. } = self.wrappers[wrapper];
        let now = self.now;
        let connection = &self.processes[process].connections[connection];
        let policy = &connection.policy;
        let generation = policy.generation();
        let fresh = now < self.bitbucket.issued[connection.token].at + LIFETIME - SKEW
            && ![connection.rejected, connection.in_vain].contains(&generation)
            && !policy.is_forced();
        let under_way = policy.state().is_under_way();
        self.wrappers[wrapper].call = Call::Use { is_repetition: false };
        self.ask(wrapper, stored);
        let Wrapper { process, connection, call, .. } = self.wrappers[wrapper];
        let connection = &self.processes[process].connections[connection];
        if fresh && stored == generation && connection.rejected != generation {
            assert_eq!(connection.policy.state().is_under_way(), under_way, "a fresh pair needs no turn");
            assert!(call == Call::None, "a fresh pair is used at once");
        }
    }

    fn ask(&mut self, wrapper: usize, known: u32) {
        let Wrapper { process, connection: c, call, .. } = self.wrappers[wrapper];
        let now = self.now;
        let connection = self.connection(process, c);
        let answer = match call {
            Call::None => panic!("nobody calls"),
            Call::Use { .. } => connection.policy.asked(known, now),
            Call::Renew { generation } => connection.policy.renew(generation, now),
        };
        match (answer, call) {
            (Answer::GiveUp, _) => {
                assert_eq!(connection.policy.state(), State::Dead);
                self.end(wrapper, false);
            }
            (Answer::Turn, _) => {
                assert!(connection.policy.state().is_under_way(), "who waits, waits for a turn");
                connection.waiting.push(wrapper);
            }
            (Answer::Use, Call::Renew { .. }) => {
                self.wrappers[wrapper].call = Call::Use { is_repetition: false };
                self.ask(wrapper, known);
            }
            (Answer::Use, Call::Use { is_repetition }) => self.use_pair(wrapper, is_repetition),
            (Answer::Use, Call::None) => {}
        }
    }

    fn use_pair(&mut self, wrapper: usize, is_repetition: bool) {
        let Wrapper { process, connection, stored, handed, .. } = self.wrappers[wrapper];
        let (now, odd) = (self.now, std::mem::take(&mut self.odd));
        let connection = &self.processes[process].connections[connection];
        let generation = connection.policy.generation();
        let handed_to_its_store = stored == generation || handed == generation;
        let excepted = now < connection.busy_until || connection.policy.state() == State::Dead;
        assert!(handed_to_its_store || excepted, "a pair is handed to the store before it is used");

        let accepted = self.bitbucket.accepts_access(connection.token, now) && !odd;
        let status = if accepted { 200 } else { 401 };
        let (process, c) = (process, self.wrappers[wrapper].connection);
        let connection = self.connection(process, c);
        let repeat = connection.policy.answered(status, generation, is_repetition, now);
        if status == 401 && is_repetition {
            // One that this process did not renew is rejected, too.
            connection.rejected = generation;
        }
        if repeat {
            connection.rejected = generation;
            self.wrappers[wrapper].call = Call::Use { is_repetition: true };
            self.ask(wrapper, stored.max(handed));
        } else {
            self.end(wrapper, accepted);
        }
    }

    fn end(&mut self, wrapper: usize, succeeded: bool) {
        self.wrappers[wrapper].call = Call::None;
        self.wrappers[wrapper].succeeded = succeeded;
    }

    /// Takes a newer pair.
    fn pair(&mut self, p: usize, c: usize, token: Token) {
        let process = &mut self.processes[p];
        let before = std::mem::replace(&mut process.connections[c].token, token);
        if process.index.get(&before) == Some(&c) {
            process.index.remove(&before);
        }
        process.index.entry(token).or_insert(c);
    }

    fn look(&mut self, p: usize, c: usize, token: Token) {
        match self.find(p, token) {
            Some(Entry { dead: true, token: dead, .. }) if dead == token => self.on(p, c, Event::FoundDead),
            Some(Entry { token: found, .. }) if found != token => {
                // Of a dead token that follows this one, only that it follows is of interest here.
                let times = self.bitbucket.times(found);
                if self.connection(p, c).policy.believes(times) {
                    self.pair(p, c, found);
                    self.connection(p, c).published = found;
                }
                self.on(p, c, Event::Found { times, same_refresh_token: false });
            }
            _ => self.on(p, c, Event::NothingFound),
        }
    }

    /// What others than this connection were refused.
    fn learn_of_lockouts(&mut self, p: usize, c: usize) {
        let token = self.processes[p].connections[c].token;
        let shared = self.shared.up.then_some(&self.shared.lockouts);
        let known = [Some(&self.processes[p].lockouts), shared].into_iter().flatten().flatten();
        let until = known.filter(|(refused, _)| **refused != token).map(|(_, until)| *until).fold(0.0, f64::max);
        let now = self.now;
        self.connection(p, c).policy.lock_out(until - now, now);
    }

    fn tell_of_lockout(&mut self, p: usize, c: usize) {
        let Connection { token, policy, .. } = &self.processes[p].connections[c];
        let (token, now) = (*token, self.now);
        let lockout = policy.lockout_of_others().expect("a refusal is told");
        self.processes[p].lockouts.insert(token, now + lockout);
        if self.shared.up {
            self.shared.lockouts.insert(token, now + lockout);
        }
    }

    fn lock(&mut self, p: usize, c: usize, key: Token) -> Option<Held> {
        let process = &mut self.processes[p];
        if process.locks.contains(&key) || (self.shared.up && self.shared.locks.contains_key(&key)) {
            return None;
        }
        process.locks.insert(key);
        if self.shared.up {
            self.shared.locks.insert(key, (p, c, f64::INFINITY));
        }
        self.fence += 1;
        Some(Held { key, fence: self.fence, lost: false })
    }

    fn unlock(&mut self, p: usize, c: usize) {
        if let Some(Held { key, .. }) = self.connection(p, c).lock.take() {
            self.processes[p].locks.remove(&key);
            if self.shared.locks.get(&key).is_some_and(|(owner, of, _)| (*owner, *of) == (p, c)) {
                self.shared.locks.remove(&key);
            }
        }
    }

    /// What is published goes to the memory of the process, and to the shared store if that is there.
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
        // What only one of them knows, both do from now on.
        if follow(&[&self.shared.links], key) != Some(found) {
            self.shared.links.publish(key, found);
        }
        if follow(&[&process.links], key) != Some(found) {
            self.processes[p].links.publish(key, found);
        }
        Some(found)
    }

    /// Carries out the next action of a turn.
    fn go(&mut self, p: usize, c: usize) {
        let connection = self.connection(p, c);
        let token = connection.token;
        let held = connection.lock.as_ref().is_some_and(|lock| !lock.lost);
        let action = connection.policy.state().action();
        if matches!(action, Action::Look | Action::Refresh | Action::Store) && !held {
            return self.on(p, c, Event::LockLost);
        }
        let fence = connection.lock.as_ref().map_or(0, |lock| lock.fence);
        match action {
            Action::Lock => {
                self.unlock(p, c);
                let lock = self.lock(p, c, token);
                let event = if lock.is_some() { Event::Locked } else { Event::LockBusy };
                self.connection(p, c).lock = lock;
                self.on(p, c, event);
            }
            Action::Look => {
                self.learn_of_lockouts(p, c);
                self.look(p, c, token);
            }
            Action::Refresh => {
                let sent_at = self.now;
                self.requests += 1;
                self.connection(p, c).pending = Pending::Request { token, sent_at, answer: None };
            }
            Action::Publish => {
                let published = self.connection(p, c).published;
                let next = if published == token { None } else { self.lock(p, c, token) };
                let newest = self.publish(p, published, Entry { token, dead: false, fence });
                self.connection(p, c).published = token;
                if next.is_some() {
                    self.unlock(p, c);
                    self.connection(p, c).lock = next;
                }
                self.on(p, c, if newest { Event::Published } else { Event::Superseded });
            }
            Action::Bury => {
                let newest = self.publish(p, token, Entry { token, dead: true, fence });
                self.on(p, c, if newest { Event::Published } else { Event::Superseded });
            }
            Action::Store => {
                let connection = &self.processes[p].connections[c];
                let generation = connection.policy.generation();
                let behind = |id: &usize| self.wrappers[*id].stored != generation;
                let left: Vec<usize> = connection.waiting.iter().copied().filter(behind).collect();
                if left.is_empty() {
                    self.on(p, c, Event::Stored);
                } else {
                    self.connection(p, c).pending = Pending::Stores { token, generation, left, failed: false };
                }
            }
            Action::Report => self.on(p, c, Event::Reported),
            Action::WaitUntil(_) => self.on(p, c, Event::Woke),
            Action::Rest | Action::GiveUp(_) => panic!("no turn is under way"),
        }
    }

    fn store_one(&mut self, p: usize, c: usize, works: bool) {
        let Pending::Stores { token, generation, left, failed } = &mut self.connection(p, c).pending else {
            panic!("nothing to store");
        };
        let (token, generation, id) = (*token, *generation, left.remove(0));
        *failed |= !works;
        let ended = left.is_empty().then_some(*failed);
        let wrapper = &mut self.wrappers[id];
        wrapper.handed = generation;
        if works {
            wrapper.stored = generation;
            let row = wrapper.row;
            let before = std::mem::replace(&mut self.rows[row], token);
            let older = self.bitbucket.is_before(token, before);
            assert!(self.faults.coordination || !older, "no older pair is stored after a newer one");
        }
        if let Some(failed) = ended {
            self.connection(p, c).pending = Pending::Nothing;
            self.on(p, c, if failed { Event::StoreFailed } else { Event::Stored });
        }
    }

    /// Tells the policy what happened. At the end of a turn, whoever waited asks again or has failed.
    fn on(&mut self, p: usize, c: usize, event: Event) {
        let moment = Moment { now: self.now, random: self.random };
        let connection = self.connection(p, c);
        let before = connection.policy.generation();
        let action = connection.policy.on(event, moment);
        if connection.policy.generation() != before {
            connection.busy_until = 0.0;
        }
        match action {
            Action::Rest => {
                if event == Event::LockBusy {
                    connection.busy_until = moment.now + MINUTE;
                }
            }
            Action::GiveUp(_) => {}
            _ => return,
        }
        if connection.policy.state() == State::Dead {
            self.check_death(p, c);
        }
        self.unlock(p, c);
        let waiting = std::mem::take(&mut self.connection(p, c).waiting);
        for id in waiting {
            let policy = &self.processes[p].connections[c].policy;
            let Wrapper { stored, handed, call, .. } = self.wrappers[id];
            let in_vain = matches!(call, Call::Renew { generation } if generation == policy.generation());
            if action != Action::Rest || (in_vain && !policy.is_forced()) {
                self.end(id, false);
            } else {
                self.ask(id, stored.max(handed));
            }
        }
    }

    fn check_death(&mut self, p: usize, c: usize) {
        let token = self.connection(p, c).token;
        assert!(self.bitbucket.issued[token].refusals >= 2, "only Bitbucket's word kills, said twice");
        if !self.faults.coordination {
            let successor = follow(&[&self.shared.links, &self.processes[p].links], token);
            assert!(successor.is_none_or(|entry| entry.token == token), "what has a successor is not dead");
        }
    }

    fn check_requests(&self) {
        let mut everywhere = HashSet::new();
        for process in &self.processes {
            let mut here = HashSet::new();
            for connection in &process.connections {
                if let Pending::Request { token, .. } = connection.pending {
                    assert!(here.insert(token), "one process uses a refresh token once at a time");
                    let first = everywhere.insert(token);
                    assert!(self.faults.coordination || first, "all processes use a refresh token once at a time");
                }
            }
        }
    }

    /// Lets everything that is under way come to its end.
    fn settle(&mut self) {
        for _ in 0..200_000 {
            self.random = (self.random * 7.3 + 0.37).fract();
            let work = self.work();
            if !work.is_empty() {
                let at = (self.random * work.len() as f64) as usize;
                self.take(work[at]);
            } else if self.next_time().is_finite() {
                self.take(Step::Tick(self.next_time() - self.now));
            } else {
                assert!(self.wrappers.iter().all(|wrapper| wrapper.call == Call::None), "nobody waits at rest");
                return;
            }
        }
        panic!("no end");
    }

    /// Who holds a dead connection gets the error, and no request is made.
    fn check_dead_calls_are_free(&mut self, row: usize) {
        for id in 0..self.wrappers.len() {
            let Wrapper { process, connection, row: of, .. } = self.wrappers[id];
            if of == row && self.connection(process, connection).policy.state() == State::Dead {
                let before = self.requests;
                self.call(id);
                self.settle();
                assert!(
                    self.wrappers[id].call == Call::None && self.requests == before,
                    "a dead connection costs nothing"
                );
            }
        }
    }

    /// The good refresh tokens that are in a row, or that follow it and are in a living process or in the shared store.
    /// When coordination fails, a process may know a newer token without knowing what it follows, because the row went
    /// back or the shared store forgot; of that one nobody can tell whose it is.
    fn survivors(&self, row: usize) -> Vec<Token> {
        let stored = self.rows[row];
        let mut found = vec![stored];
        found.extend(follow(&[&self.shared.links], stored).map(|entry| entry.token));
        for process in self.processes.iter().filter(|process| !process.dead) {
            found.extend(follow(&[&self.shared.links, &process.links], stored).map(|entry| entry.token));
            if !self.faults.coordination {
                found.extend(process.connections.iter().map(|connection| connection.token));
            }
        }
        found.sort_unstable();
        found.dedup();
        found.retain(|token| {
            let issued = &self.bitbucket.issued[*token];
            let follows = *token == stored || self.bitbucket.is_before(stored, *token);
            follows && issued.used_at.is_none() && self.bitbucket.is_alive(*token, self.now + HOUR)
        });
        found
    }
}

/// How a run ended for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum End {
    Works,
    Revoked,
    /// A process was killed, and no unused refresh token survived.
    Lost,
    /// A refresh token was refused twice because of somebody else's lockout.
    LockedOut,
    /// It was unused for three months.
    Unused,
}

/// Runs a world, then ends all faults and uses every row from every process.
fn run(mut world: World, choices: &[u32]) -> Vec<End> {
    let mut was_idle = vec![false; world.rows.len()];
    for choice in choices {
        let amount = f64::from(choice & 0xffff) / 65536.0;
        world.random = f64::from(choice.rotate_left(7) & 0xffff) / 65536.0;
        world.odd = choice & 0x7f_0000 == 0;
        let steps = world.steps(amount);
        world.take(steps[(choice >> 16) as usize % steps.len()]);
        for (row, token) in world.rows.iter().enumerate() {
            was_idle[row] |= world.now >= world.bitbucket.issued[*token].at + UNUSED;
        }
    }

    let coordination = world.faults.coordination;
    world.faults = Faults { coordination, ..NONE };
    world.odd = false;
    world.shared.up = true;
    world.bitbucket.locked_until = 0.0;
    for p in 0..world.processes.len() {
        if world.processes[p].dead {
            world.take(Step::Restart(p));
        }
    }
    let survivors: Vec<Vec<Token>> = (0..world.rows.len()).map(|row| world.survivors(row)).collect();
    world.settle();
    for _ in 0..4 {
        for wrapper in 0..world.wrappers.len() {
            world.take(Step::Remake(wrapper));
            world.take(Step::Call(wrapper));
            world.settle();
        }
        world.take(Step::Tick(2.0 * MINUTE));
    }

    let mut ends = Vec::new();
    for (row, survivors) in survivors.iter().enumerate() {
        let works = world.wrappers.iter().filter(|wrapper| wrapper.row == row).all(|wrapper| wrapper.succeeded);
        let issued = &world.bitbucket.issued;
        let locked_out = |token: &Token| issued[*token].lockout_refusals >= 2;
        let of_row = |row| (0..issued.len()).filter(move |token| issued[*token].row == row);
        ends.push(if works {
            End::Works
        } else if world.bitbucket.revoked.contains(&row) {
            world.check_dead_calls_are_free(row);
            End::Revoked
        } else if was_idle[row] {
            End::Unused
        } else if !survivors.is_empty() {
            assert!(survivors.iter().any(locked_out), "what survived works again");
            End::LockedOut
        } else if world.kills > 0 {
            End::Lost
        } else {
            assert!(of_row(row).any(|token| locked_out(&token)), "no refresh token is lost in a process that lives");
            End::LockedOut
        });
    }
    ends
}

fn faults() -> impl Strategy<Value = Faults> {
    any::<[bool; 6]>().prop_map(|[network, stores, deaths, coordination, lockouts, revocation]| Faults {
        network,
        stores,
        deaths,
        coordination,
        lockouts,
        revocation,
    })
}

proptest! {
    // PROPTEST_CASES in the environment asks for more.
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn whatever_happens_in_whatever_order_no_connection_is_lost_that_can_be_saved(
        processes in 1usize..4,
        wrappers in 1usize..4,
        rows in 1usize..3,
        lockout in 0.1f64..1.0,
        faults in faults(),
        choices in prop::collection::vec(any::<u32>(), 0..500),
    ) {
        run(World::new(processes, wrappers, rows, lockout, faults), &choices);
    }
}

/// Runs of a world by numbers that follow from a seed.
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
        for end in run(World::new(processes, 2, 1, 0.5, faults), &choices) {
            *ends.entry(end).or_default() += 1;
        }
    }
    ends
}

#[test]
fn without_deaths_and_lockouts_every_connection_works_in_the_end() {
    for (processes, coordination) in [(1, false), (3, false), (1, true), (3, true)] {
        let faults = Faults { network: true, stores: true, coordination, ..NONE };
        let ends = ends(200, processes, faults);
        let expected = [End::Works, End::Unused];
        assert!(ends.keys().all(|end| expected.contains(end)), "{processes} {coordination} {ends:?}");
        assert!(ends[&End::Works] > 150, "{processes} {coordination} {ends:?}");
    }
}

#[test]
fn the_model_can_lose_a_connection_in_the_ways_that_are_documented() {
    for (faults, end) in [
        (Faults { deaths: true, ..NONE }, End::Lost),
        (Faults { lockouts: true, ..NONE }, End::LockedOut),
        (Faults { revocation: true, ..NONE }, End::Revoked),
    ] {
        let ends = ends(200, 2, faults);
        assert!(ends.contains_key(&end), "{end:?} {ends:?}");
        assert!(ends.keys().all(|one| [end, End::Works, End::Unused].contains(one)), "{end:?} {ends:?}");
    }
}
