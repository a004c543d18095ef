//! The store that processes share, as js/coordination implements it.
//!
//! In: the entries that a process publishes. Out: the entries that other processes find. Never:
//! a decision about a refresh.

use super::Token;
use std::collections::{HashMap, HashSet};

/// The time for which refusals and grants are kept.
const KEPT: f64 = 30.0 * super::MINUTE;

#[derive(Clone, Copy, PartialEq)]
pub struct Entry {
    pub token: Token,
    /// When the token was declared dead.
    pub died_at: Option<f64>,
    pub fence: u64,
}

/// The successors of tokens.
#[derive(Default)]
pub struct Links(HashMap<Token, Entry>);

impl Links {
    /// An entry that names a successor has precedence over an entry about the token itself, such as a tombstone, which says that
    /// the token is dead. Otherwise the entry with the higher fence has precedence, that is, the entry of the process that took
    /// the lock later.
    fn rank(key: Token, entry: &Entry) -> (bool, u64) {
        (entry.token != key, entry.fence)
    }

    pub fn publish(&mut self, key: Token, entry: Entry) -> bool {
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

/// Follows the links of all stores from a token to its newest successor.
pub fn follow(stores: &[&Links], from: Token) -> Option<Entry> {
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

/// When Bitbucket refused and granted token requests.
#[derive(Default)]
pub struct Record {
    refused_at: HashMap<Token, f64>,
    granted_at: Option<f64>,
}

impl Record {
    pub fn record_refusal(&mut self, token: Token, now: f64) {
        self.refused_at.insert(token, now);
    }

    /// Records that Bitbucket granted a request that was sent at this time.
    pub fn record_grant(&mut self, sent_at: f64) {
        self.granted_at = later(self.granted_at, Some(sent_at));
    }

    pub fn refused_at(&self, now: f64) -> Option<f64> {
        self.refused_at.values().copied().filter(|at| now < at + KEPT).reduce(f64::max)
    }

    pub fn others_refused_at(&self, token: Token, now: f64) -> Option<f64> {
        let others = self.refused_at.iter().filter(|(other, _)| **other != token).map(|(_, at)| *at);
        others.filter(|at| now < at + KEPT).reduce(f64::max)
    }

    pub fn granted_at(&self, now: f64) -> Option<f64> {
        self.granted_at.filter(|at| now < at + KEPT)
    }
}

pub fn later(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    one.into_iter().chain(other).reduce(f64::max)
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum LockName {
    /// The holder of this lock is the only process that sends a token request.
    Client,
    Token(Token),
}

/// A lock in the shared store, and its holder.
pub struct Hold {
    pub process: usize,
    pub fence: u64,
    /// When the lock expires, if its process is dead or stopped.
    pub until: f64,
}

pub struct Shared {
    pub up: bool,
    pub links: Links,
    pub locks: HashMap<LockName, Hold>,
    pub record: Record,
}

impl Shared {
    pub fn new() -> Self {
        Self { up: true, links: Links::default(), locks: HashMap::new(), record: Record::default() }
    }

    /// Empties the store, as another program may do.
    pub fn clear(&mut self) {
        *self = Self { up: self.up, ..Self::new() };
    }
}

/// A lock as its holder knows it.
pub struct Held {
    pub name: LockName,
    pub fence: u64,
    pub is_shared: bool,
    pub lost: bool,
}
