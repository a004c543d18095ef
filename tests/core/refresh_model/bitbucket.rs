//! Bitbucket's rules for refresh tokens. Bitbucket accepts a used refresh token only for a grace period. A token that it no
//! longer accepts is dead. After a use of a dead token, Bitbucket refuses all tokens of the client for a while: the lockout.
//!
//! In: uses of tokens. Out: new tokens, or refusals. Never: a decision that depends on the caller.

use super::{GRACE, LIFETIME, Token, UNUSED};
use nocodb_bitbucket_auth::newest_tokens::Times;
use std::collections::HashSet;

pub struct Issued {
    /// The number of the token's chain. A chain consists of the first token after a login and all tokens that were
    /// obtained by refreshing it.
    pub chain: usize,
    parent: Option<Token>,
    pub at: f64,
    pub used_at: Option<f64>,
    pub refusals: u32,
    /// How many requests with this token failed within the grace period after its first use, because of a lockout or a lost
    /// response.
    pub failures_in_grace: u32,
    /// When Bitbucket last refused this token.
    pub refused_at: Option<f64>,
}

pub struct Bitbucket {
    pub issued: Vec<Issued>,
    chains: usize,
    revoked: HashSet<usize>,
    pub locked_until: f64,
    lockout: f64,
}

impl Bitbucket {
    pub fn new(lockout: f64) -> Self {
        Self { issued: Vec::new(), chains: 0, revoked: HashSet::new(), locked_until: 0.0, lockout }
    }

    /// Issues the first tokens after a login.
    pub fn log_in(&mut self, at: f64) -> Token {
        self.chains += 1;
        self.issue(self.chains, None, at)
    }

    fn issue(&mut self, chain: usize, parent: Option<Token>, at: f64) -> Token {
        self.issued.push(Issued {
            chain,
            parent,
            at,
            used_at: None,
            refusals: 0,
            failures_in_grace: 0,
            refused_at: None,
        });
        self.issued.len() - 1
    }

    /// The use of a dead token locks out the whole client, and each further use of a dead token prolongs the lockout. A valid
    /// token is refused during the lockout, but does not prolong it.
    pub fn refresh(&mut self, token: Token, now: f64) -> Option<Token> {
        let is_locked = now < self.locked_until;
        let is_alive = self.is_alive(token, now);
        if !is_alive {
            self.lock_out(now);
        }
        if is_locked || !is_alive {
            self.note_failure(token, now);
            let issued = &mut self.issued[token];
            issued.refusals += 1;
            issued.refused_at = Some(now);
            return None;
        }
        let issued = &mut self.issued[token];
        issued.used_at.get_or_insert(now);
        let chain = issued.chain;
        Some(self.issue(chain, Some(token), now))
    }

    /// Counts a request with this token that returned no tokens.
    pub fn note_failure(&mut self, token: Token, now: f64) {
        let is_in_grace = self.issued[token].used_at.is_some() && self.is_alive(token, now);
        self.issued[token].failures_in_grace += u32::from(is_in_grace);
    }

    /// Begins or prolongs the lockout, after a use of a dead token of this client.
    pub fn lock_out(&mut self, now: f64) {
        self.locked_until = now + self.lockout;
    }

    pub fn revoke(&mut self, token: Token) {
        self.revoked.insert(self.issued[token].chain);
    }

    pub fn is_revoked(&self, token: Token) -> bool {
        self.revoked.contains(&self.issued[token].chain)
    }

    pub fn is_alive(&self, token: Token, now: f64) -> bool {
        let issued = &self.issued[token];
        let in_time = issued.used_at.map_or(now < issued.at + UNUSED, |used_at| now < used_at + GRACE);
        in_time && !self.is_revoked(token)
    }

    pub fn accepts_access(&self, token: Token, now: f64) -> bool {
        now < self.issued[token].at + LIFETIME && !self.is_revoked(token)
    }

    pub fn times(&self, token: Token) -> Times {
        let at = self.issued[token].at;
        Times { obtained_at: Some(at), expires_at: Some(at + LIFETIME) }
    }

    pub fn parent(&self, token: Token) -> Option<Token> {
        self.issued[token].parent
    }

    pub fn is_before(&self, older: Token, newer: Token) -> bool {
        std::iter::successors(self.parent(newer), |token| self.parent(*token)).any(|token| token == older)
    }

    pub fn is_same_chain(&self, one: Token, other: Token) -> bool {
        self.issued[one].chain == self.issued[other].chain
    }
}
