//! The JavaScript bindings of `src/newest_tokens.rs`: the comparison of token sets. That file explains entries, fences
//! and chains.
//!
//! Times are milliseconds since 1970.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use super::to_js_value;
use crate::newest_tokens::{ChainPosition, EntryKind, Publication, PublicationContext, Times, Version};

/// How the shared token store processes a published entry.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct PublicationStep {
    /// The name of the step in the shared store's script.
    #[tsify(type = "'none' | 'join' | 'replace' | 'follow' | 'follow-anew' | 'precede'")]
    step: &'static str,
    /// The fence that the step stores with the link from one refresh token to the next.
    link_fence: f64,
    /// Whether the entry becomes the newest one.
    is_newest: bool,
}

impl From<Publication> for PublicationStep {
    fn from(publication: Publication) -> Self {
        let (step, link_fence) = match publication {
            Publication::Outdated => ("none", 0.0),
            Publication::Joins(fence) => ("join", fence),
            Publication::Replaces => ("replace", 0.0),
            Publication::Follows(fence) => ("follow", fence),
            Publication::FollowsAnew(fence) => ("follow-anew", fence),
            Publication::Precedes(fence) => ("precede", fence),
        };
        Self { step, link_fence, is_newest: matches!(step, "replace" | "follow" | "follow-anew") }
    }
}

/// Decides what the store does with an entry that was obtained under a lock with this fence. The other arguments are
/// the fields of `PublicationContext`.
#[wasm_bindgen(js_name = decidePublication, unchecked_return_type = "PublicationStep")]
pub fn decide_publication(
    fence: f64,
    position: &str,
    is_first: bool,
    newest_fence: f64,
    highest_fence: f64,
    is_last: bool,
    own_fence: f64,
) -> JsValue {
    let position = match position {
        "newest" => ChainPosition::Newest,
        "superseded" => ChainPosition::Superseded,
        "predecessor" => ChainPosition::Predecessor,
        "predecessor-of-newest" => ChainPosition::PredecessorOfNewest,
        _ => ChainPosition::Unrelated,
    };
    let context = PublicationContext { position, is_first, newest_fence, highest_fence, is_last, own_fence };
    to_js_value(&PublicationStep::from(Publication::decide(fence, context)))
}

/// Whether a token set was issued after another one, as far as their times show.
#[wasm_bindgen(js_name = isIssuedLater)]
pub fn is_issued_later(
    obtained_at: Option<f64>,
    expires_at: Option<f64>,
    other_obtained_at: Option<f64>,
    other_expires_at: Option<f64>,
) -> bool {
    times(obtained_at, expires_at).is_after(times(other_obtained_at, other_expires_at))
}

/// Whether a published entry is newer than the entry that was found in the shared store in its place. If so, the found
/// entry cannot be the successor of the published entry.
#[wasm_bindgen(js_name = isEntryNewer)]
#[allow(clippy::too_many_arguments)]
pub fn is_entry_newer(
    obtained_at: Option<f64>,
    expires_at: Option<f64>,
    is_dead: bool,
    fence: f64,
    found_obtained_at: Option<f64>,
    found_expires_at: Option<f64>,
    found_is_dead: bool,
    found_fence: f64,
) -> bool {
    let found = version(found_obtained_at, found_expires_at, found_is_dead, found_fence);
    version(obtained_at, expires_at, is_dead, fence).is_newer_than(found)
}

/// Whether the shared store has lost an entry that a process knows, and has another entry in its place.
#[wasm_bindgen(js_name = isMissingFromSharedStore)]
#[allow(clippy::too_many_arguments)]
pub fn is_missing_from_shared_store(
    obtained_at: Option<f64>,
    expires_at: Option<f64>,
    is_dead: bool,
    fence: f64,
    shared_obtained_at: Option<f64>,
    shared_expires_at: Option<f64>,
    shared_is_dead: bool,
    shared_fence: f64,
    same_refresh_token: bool,
    is_linked: bool,
) -> bool {
    let shared = version(shared_obtained_at, shared_expires_at, shared_is_dead, shared_fence);
    let known = version(obtained_at, expires_at, is_dead, fence);
    known.is_missing_from_shared_store(shared, same_refresh_token, is_linked)
}

/// Classifies a published entry for a connection that searches for a successor of its token set. The entry has
/// tokens, a tombstone, or both.
#[wasm_bindgen(js_name = classifyEntry, unchecked_return_type = "'tombstone' | 'tokens' | 'nothing'")]
pub fn classify_entry(has_tokens: bool, is_dead: bool, same_refresh_token: bool, same_access_token: bool) -> String {
    let kind = match EntryKind::of(has_tokens, is_dead, same_refresh_token, same_access_token) {
        EntryKind::Tombstone => "tombstone",
        EntryKind::Tokens => "tokens",
        EntryKind::Nothing => "nothing",
    };
    kind.to_owned()
}

fn version(obtained_at: Option<f64>, expires_at: Option<f64>, is_dead: bool, fence: f64) -> Version {
    Version { times: if is_dead { Times::default() } else { times(obtained_at, expires_at) }, fence }
}

pub(super) fn times(obtained_at: Option<f64>, expires_at: Option<f64>) -> Times {
    let real = |time: &f64| time.is_finite();
    Times { obtained_at: obtained_at.filter(real), expires_at: expires_at.filter(real) }
}
