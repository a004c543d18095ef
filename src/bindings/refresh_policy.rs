//! The renewal of the tokens of one connection as JavaScript sees it: refresh_policy.rs.
//!
//! Times are milliseconds since 1970; `random` is from 0 to 1.

use wasm_bindgen::prelude::*;

use super::newest_tokens::times;
use super::{RefreshAction, RefreshAnswer, RefreshEvent};
use crate::error::Code;
use crate::refresh_policy::RefreshPolicy;
use crate::refresh_queue::Lane;
use crate::refresh_turn::{self, Action, Answer, Event, Moment};

/// Whether a token request that failed with an error of this code was refused because of its refresh token.
#[wasm_bindgen(js_name = isRefusal)]
pub fn is_refusal(code: &str) -> bool {
    Code::from_name(code).is_some_and(|code| Event::of_failure(code, false, None) == Event::Refused)
}

/// When the tokens of one connection are renewed.
#[wasm_bindgen(js_name = RefreshPolicy)]
pub struct Policy(RefreshPolicy);

#[wasm_bindgen(js_class = RefreshPolicy)]
impl Policy {
    /// For a pair that comes out of a config or was just exchanged.
    #[wasm_bindgen(constructor)]
    pub fn new(
        obtained_at: Option<f64>,
        expires_at: Option<f64>,
        has_access_token: bool,
        lockout: f64,
        now: f64,
    ) -> Policy {
        Self(RefreshPolicy::new(times(obtained_at, expires_at), has_access_token, lockout, now))
    }

    /// The number of the newest pair.
    #[wasm_bindgen(getter)]
    pub fn generation(&self) -> u32 {
        self.0.generation()
    }

    /// Whether a wish for a newer pair stands.
    #[wasm_bindgen(getter, js_name = isForced)]
    pub fn is_forced(&self) -> bool {
        self.0.is_forced()
    }

    /// Whether Bitbucket refused the refresh token.
    #[wasm_bindgen(getter, js_name = isDoubtful)]
    pub fn is_doubtful(&self) -> bool {
        self.0.is_doubtful()
    }

    /// What is to be done in the turn that is under way.
    #[wasm_bindgen(getter)]
    pub fn action(&self) -> RefreshAction {
        self.0.state().action().into()
    }

    /// For how many milliseconds a wait lasts. It may end earlier than what it is for.
    pub fn pause(&self, now: f64) -> Option<f64> {
        match self.0.state().action() {
            Action::WaitUntil(time) => Some(refresh_turn::wait_until(time, now)),
            _ => None,
        }
    }

    /// Somebody whose store has the pair `known` wants to use the newest, and waits for it until `deadline`.
    pub fn asked(&mut self, known: u32, deadline: f64, now: f64) -> RefreshAnswer {
        self.0.asked(known, deadline, now).into()
    }

    /// Somebody wants a pair that is newer than `generation`, and waits for it until `deadline`.
    pub fn renew(&mut self, generation: u32, deadline: f64, now: f64) -> RefreshAnswer {
        self.0.renew(generation, deadline, now).into()
    }

    /// Why there is no pair for somebody who waits no longer.
    pub fn reason(&self, now: f64) -> RefreshAnswer {
        Answer::GiveUp(self.0.reason(now)).into()
    }

    /// For how many milliseconds from now on no token request is sent; `undefined`: one may be sent.
    pub fn wait(&self, now: f64) -> Option<f64> {
        self.0.wait(now)
    }

    /// In which lane of the line for token requests the connection belongs: a number for `RefreshQueue.enter`.
    pub fn lane(&self, now: f64) -> Lane {
        self.0.lane(now)
    }

    /// Whether the refresh token was unused for too long.
    #[wasm_bindgen(js_name = isIdle)]
    pub fn is_idle(&self, now: f64) -> bool {
        self.0.is_idle(now)
    }

    /// In how many milliseconds to see whether a turn is to begin although nobody asks; 0: now.
    #[wasm_bindgen(js_name = retryIn)]
    pub fn retry_in(&self, now: f64) -> Option<f64> {
        self.0.retry_at(now).map(|time| refresh_turn::wait_until(time, now))
    }

    /// Whether a request that the API answered 401, after so many repetitions, is to be repeated.
    pub fn reject(&mut self, generation: u32, repetitions: u32, now: f64) -> bool {
        self.0.reject(generation, repetitions, now)
    }

    /// Whether work that failed as with a bad token, after so many repetitions, is to be done again with a newer pair.
    pub fn suspect(&mut self, generation: u32, repetitions: u32, now: f64) -> bool {
        self.0.suspect(generation, repetitions, now)
    }

    /// Whether the pair of a config with the newest refresh token and another access token is to be used.
    pub fn configured(&mut self, obtained_at: Option<f64>, expires_at: Option<f64>, now: f64) -> bool {
        self.0.configured(times(obtained_at, expires_at), now)
    }

    /// Whether a pair with these times, found elsewhere, is to be taken for one that follows this one.
    pub fn believes(&self, obtained_at: Option<f64>, expires_at: Option<f64>) -> bool {
        self.0.believes(times(obtained_at, expires_at))
    }

    /// Goes on after an event.
    pub fn on(&mut self, event: RefreshEvent, now: f64, random: f64) -> RefreshAction {
        self.go_on(event.into(), now, random)
    }

    /// Goes on after a successor was found.
    pub fn found(
        &mut self,
        obtained_at: Option<f64>,
        expires_at: Option<f64>,
        same_refresh_token: bool,
        now: f64,
        random: f64,
    ) -> RefreshAction {
        self.go_on(Event::Found { times: times(obtained_at, expires_at), same_refresh_token }, now, random)
    }

    /// Goes on after a pair with another refresh token was found in a row of the host's, where nobody remembers that one of
    /// them led to the other.
    #[wasm_bindgen(js_name = foundInRow)]
    pub fn found_in_row(
        &mut self,
        obtained_at: Option<f64>,
        expires_at: Option<f64>,
        now: f64,
        random: f64,
    ) -> RefreshAction {
        self.go_on(Event::FoundInRow { times: times(obtained_at, expires_at) }, now, random)
    }

    /// Goes on after it was found that the refresh token was declared dead.
    #[wasm_bindgen(js_name = foundDead)]
    pub fn found_dead(&mut self, died_at: Option<f64>, now: f64, random: f64) -> RefreshAction {
        self.go_on(Event::FoundDead { died_at: died_at.filter(|time| time.is_finite()) }, now, random)
    }

    /// Goes on after Bitbucket sent a new pair.
    pub fn renewed(&mut self, obtained_at: f64, expires_at: Option<f64>, now: f64, random: f64) -> RefreshAction {
        self.go_on(Event::Renewed(times(Some(obtained_at), expires_at)), now, random)
    }

    /// Goes on after a token request failed with an error of this code.
    pub fn failed(
        &mut self,
        code: &str,
        retryable: bool,
        retry_after: Option<f64>,
        now: f64,
        random: f64,
    ) -> RefreshAction {
        let code = Code::from_name(code).unwrap_or(Code::RequestFailed);
        self.go_on(Event::of_failure(code, retryable, retry_after), now, random)
    }

    /// Goes on after a refusal was judged by what the shared record tells: how long ago another connection of the client was
    /// refused, and how long ago this one was, in milliseconds.
    pub fn judged(
        &mut self,
        others_refused_ago: Option<f64>,
        refused_ago: f64,
        now: f64,
        random: f64,
    ) -> RefreshAction {
        let explained = self.0.is_explained(others_refused_ago, refused_ago);
        self.go_on(Event::Judged { explained }, now, random)
    }

    fn go_on(&mut self, event: Event, now: f64, random: f64) -> RefreshAction {
        self.0.on(event, Moment { now, random }).into()
    }
}
