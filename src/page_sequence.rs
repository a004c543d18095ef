//! Whoever asks for the pages of a list by their numbers, one after the other: which page it will ask for next.
//!
//! In: the addresses that one client is asked for, in order, and what the answers say of themselves. Out: the address of the
//! one page that may be fetched before it is asked for. What never happens here: a page is foretold to whoever asked for one
//! page only, for several at once, or for something else in between.

use crate::pages_ahead::{Place, last_page, with_number};
use crate::pagination::Page;

/// What one client was asked for.
#[derive(Debug, Clone, Default)]
pub struct PageSequence {
    latest: Option<Asked>,
}

/// The page that was asked for last.
#[derive(Debug, Clone)]
struct Asked {
    address: String,
    place: Place,
    /// Whether it follows the page that was asked for and answered before.
    is_in_sequence: bool,
    /// The last page of the list, as far as an answer told.
    last: Option<u64>,
    is_answered: bool,
}

impl PageSequence {
    /// Takes note of a request of the caller's. Gives the page that may be fetched at once.
    pub fn asked(&mut self, address: &str) -> Option<String> {
        let latest = self.latest.take();
        let place = Place::of(address)?;
        let before = latest.filter(|latest| latest.is_answered && place.is_after(&latest.place));
        let asked = Asked {
            address: address.to_owned(),
            place,
            is_in_sequence: before.is_some(),
            last: before.and_then(|latest| latest.last),
            is_answered: false,
        };
        self.latest.insert(asked).foretold()
    }

    /// Takes note of a request that is none for a page, or not as any other.
    pub fn interrupted(&mut self) {
        self.latest = None;
    }

    /// Takes note that a request was answered as it should be. Whether it matters what the answer says.
    pub fn answered(&mut self, address: &str) -> bool {
        let latest = self.latest.as_mut().filter(|latest| latest.address == address);
        latest.is_some_and(|latest| {
            latest.is_answered = true;
            latest.is_in_sequence
        })
    }

    /// Takes what an answer says of its page. Gives the page that may be fetched now.
    pub fn told(&mut self, address: &str, told: &Page<'_>) -> Option<String> {
        let latest = self.latest.as_mut().filter(|latest| latest.address == address)?;
        let number = latest.place.number;
        let next = told.next.and_then(Place::of).filter(|next| next.is_first_after(&latest.place));
        // A list that is no numbered one, or that ends here, has no page that could be foretold.
        latest.last = next.map(|next| last_page(told).unwrap_or(number).max(next.number));
        latest.foretold()
    }
}

impl Asked {
    fn foretold(&self) -> Option<String> {
        let next = self.place.number.saturating_add(1);
        let is_there = self.is_in_sequence && self.last.is_some_and(|last| next <= last);
        is_there.then(|| with_number(&self.address, next))
    }
}
