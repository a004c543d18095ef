//! Which tokens are the newest as JavaScript sees it: newest_tokens.rs.
//!
//! Times are milliseconds since 1970.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use super::leave;
use crate::newest_tokens::{Known, News, Place, Publication, Times, Version};

/// What becomes of an entry that is published.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct PublicationStep {
    /// What to store, in a word of the shared store's script.
    #[tsify(type = "'none' | 'join' | 'replace' | 'follow' | 'follow-anew' | 'precede'")]
    step: &'static str,
    /// The fence of what is stored beside the entry.
    by: f64,
    /// Whether the entry is the newest.
    is_newest: bool,
}

impl From<Publication> for PublicationStep {
    fn from(publication: Publication) -> Self {
        let (step, by) = match publication {
            Publication::Outdated => ("none", 0.0),
            Publication::Joins(by) => ("join", by),
            Publication::Replaces => ("replace", 0.0),
            Publication::Follows(by) => ("follow", by),
            Publication::FollowsAnew(by) => ("follow-anew", by),
            Publication::Precedes(by) => ("precede", by),
        };
        Self { step, by, is_newest: matches!(step, "replace" | "follow" | "follow-anew") }
    }
}

/// What becomes of an entry that was obtained under a lock with this fence, and is published where this is known.
#[wasm_bindgen(js_name = publication, unchecked_return_type = "PublicationStep")]
pub fn publication(
    fence: f64,
    place: &str,
    is_first: bool,
    newest: f64,
    highest: f64,
    is_last: bool,
    own: f64,
) -> JsValue {
    let place = match place {
        "newest" => Place::Newest,
        "passed" => Place::Passed,
        "led-there" => Place::LedThere,
        "led-to-newest" => Place::LedToNewest,
        _ => Place::Apart,
    };
    leave(&PublicationStep::from(Publication::of(fence, Known { place, is_first, newest, highest, is_last, own })))
}

/// Whether a pair came after another one, as far as their times tell.
#[wasm_bindgen(js_name = isLater)]
pub fn is_later(
    obtained_at: Option<f64>,
    expires_at: Option<f64>,
    other_obtained_at: Option<f64>,
    other_expires_at: Option<f64>,
) -> bool {
    times(obtained_at, expires_at).is_after(times(other_obtained_at, other_expires_at))
}

/// Whether a published entry cannot have been followed by one that was found.
#[wasm_bindgen(js_name = outdates)]
#[allow(clippy::too_many_arguments)]
pub fn outdates(
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
    version(obtained_at, expires_at, is_dead, fence).outdates(found)
}

/// Whether a shared store lacks an entry that a process knows, and has another one in its place.
#[wasm_bindgen(js_name = isMissingBeside)]
#[allow(clippy::too_many_arguments)]
pub fn is_missing_beside(
    obtained_at: Option<f64>,
    expires_at: Option<f64>,
    is_dead: bool,
    fence: f64,
    shared_obtained_at: Option<f64>,
    shared_expires_at: Option<f64>,
    shared_is_dead: bool,
    shared_fence: f64,
    same_refresh_token: bool,
    leads_there: bool,
) -> bool {
    let shared = version(shared_obtained_at, shared_expires_at, shared_is_dead, shared_fence);
    version(obtained_at, expires_at, is_dead, fence).is_missing_beside(shared, same_refresh_token, leads_there)
}

/// What a published entry is to a connection that looks for news of its pair: the entry has a pair, or says that its refresh
/// token is dead, or both.
#[wasm_bindgen(js_name = newsOf, unchecked_return_type = "'death' | 'pair' | 'nothing'")]
pub fn news_of(has_pair: bool, is_dead: bool, same_refresh_token: bool, same_access_token: bool) -> String {
    let news = match News::of(has_pair, is_dead, same_refresh_token, same_access_token) {
        News::Death => "death",
        News::Pair => "pair",
        News::Nothing => "nothing",
    };
    news.to_owned()
}

fn version(obtained_at: Option<f64>, expires_at: Option<f64>, is_dead: bool, fence: f64) -> Version {
    Version { times: if is_dead { Times::default() } else { times(obtained_at, expires_at) }, fence }
}

pub(super) fn times(obtained_at: Option<f64>, expires_at: Option<f64>) -> Times {
    let real = |time: &f64| time.is_finite();
    Times { obtained_at: obtained_at.filter(real), expires_at: expires_at.filter(real) }
}
