//! Which pages of a list may be asked for before it is their turn.
//!
//! In: what the answers say of themselves, in the order of the pages, and how many requests ahead were of no use. Out: the
//! addresses that may be asked for now. What never happens here: a page ahead decides about a list. What the list asks for
//! next is up to its last answer; an address ahead is a guess, which that answer confirms or not.
//!
//! Bitbucket promises `next` only, and no number in it. Most lists are numbered all the same: their first answer tells
//! `size` and `pagelen`, and its `next` is the address that was asked for, with the next number.

use crate::error::{Code, Error, Phase, Result};
use crate::pagination::{CURSOR, LARGEST_PAGE, PAGE, Page, resource};
use crate::query;

/// The parameter that says how many values a page has. Answers name the default where the request had none.
const PAGELEN: &str = "pagelen";

/// The most pages of a list that are under way or kept at once, the one that is being consumed included.
const MOST_AT_ONCE: u8 = 6;

/// How many requests more than without pages ahead a list may cost in all: what is under way ahead, and what was of no use.
const MOST_WASTED: usize = 6;

/// Whether what came of a request ahead is what the page has to show when its turn comes: a page, a refusal for the rate limit,
/// or the end of the request's time. To ask again would take the same time, or meet the limit that the refusal has closed.
/// Anything else may have passed by then. `code`: of the error, where there was no answer.
pub fn is_outcome(status: Option<u16>, code: Option<Code>) -> bool {
    matches!(status, Some(200 | 429)) || code == Some(Code::RequestTimeout)
}

/// What is known of the pages to come.
#[derive(Debug, Clone)]
pub struct PagesAhead {
    concurrency: usize,
    /// How many requests ahead may still turn out to be of no use.
    spare: usize,
    course: Course,
}

#[derive(Debug, Clone, Copy)]
enum Course {
    /// No page was answered.
    Unknown,
    /// The pages are numbered, up to this one at least.
    Numbered { last: u64 },
    /// Only an answer tells where the next page is.
    Opaque,
}

impl PagesAhead {
    /// `concurrency`: how many pages may be under way or kept at once; absent: as many as there may be. With 1, a page is
    /// asked for when the one before it was consumed.
    pub fn new(concurrency: Option<f64>) -> Result<Self> {
        let most = f64::from(MOST_AT_ONCE);
        let concurrency = concurrency.unwrap_or(most);
        if concurrency.fract() != 0.0 || !(1.0..=most).contains(&concurrency) {
            return Err(Error::argument(Phase::Api, "concurrency", "must be a whole number from 1 to 6"));
        }
        Ok(Self { concurrency: concurrency as usize, spare: MOST_WASTED, course: Course::Unknown })
    }

    /// Learns from an answer to `asked` where the next page is. Gives the address to ask for: that of the guess where the
    /// answer names the same page in another way.
    pub fn answered(&mut self, asked: &str, next: String, told: &Page<'_>) -> String {
        let last = self.course.follow(&Place::of(asked), &Place::of(&next), told);
        let is_known = matches!(self.course, Course::Numbered { .. });
        self.course = last.map_or(Course::Opaque, |last| Course::Numbered { last });
        match last.and_then(|_| Place::of(&next)) {
            Some(place) if is_known => with_number(asked, place.number),
            _ => next,
        }
    }

    /// The addresses that may be asked for while the caller holds so many pages that it consumes: that of the page whose turn
    /// is next, and those after it.
    pub fn addresses(&self, next: &str, held: usize) -> Vec<String> {
        let numbers = match (self.course, Place::of(next)) {
            (Course::Numbered { last }, Some(place)) => Some(place.number.saturating_add(1)..=last),
            _ => None,
        };
        let ahead = numbers.into_iter().flatten().map(|number| with_number(next, number));
        std::iter::once(next.to_owned()).chain(ahead).take(self.concurrency.saturating_sub(held)).collect()
    }

    /// Whether one more request may go ahead where the answers of so many are not used yet.
    pub fn may_go_ahead(&self, ahead: usize) -> bool {
        ahead < self.spare
    }

    /// Takes note that a request ahead was of no use.
    pub fn wasted(&mut self) {
        self.spare = self.spare.saturating_sub(1);
    }
}

impl Course {
    /// The last page that may be asked for ahead after an answer, if the pages are numbered. It only comes nearer: a page that
    /// was given up because the list had become shorter is not asked for ahead again.
    fn follow(self, asked: &Option<Place>, next: &Option<Place>, told: &Page<'_>) -> Option<u64> {
        let (asked, next) = (asked.as_ref()?, next.as_ref()?);
        match self {
            Self::Unknown => {
                let is_next = told.next.is_some() && next.is_first_after(asked);
                last_page(told).filter(|_| is_next)
            }
            Self::Numbered { last } => {
                next.is_after(asked).then(|| last_page(told).map_or(last, |told| told.min(last)))
            }
            Self::Opaque => None,
        }
    }
}

/// Where a page stands in a list that may be numbered.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    base: String,
    pub(crate) number: u64,
    /// The other parameters, in an order of their own: answers may have another one, and encode them in another way.
    others: Vec<(String, String)>,
}

impl Place {
    /// `None` for an address with a cursor, and one whose query cannot be read.
    pub(crate) fn of(address: &str) -> Option<Self> {
        let (base, query) = query::split(address);
        let mut place = Self { base: base.to_owned(), number: 1, others: Vec::new() };
        for pair in query::pairs(query) {
            let (name, value) = pair.ok()?;
            match &*name {
                PAGE => {
                    place.number = value.parse().ok().filter(|number| (1..LARGEST_PAGE as u64).contains(number))?
                }
                CURSOR => return None,
                _ => place.others.push((name.into_owned(), value.into_owned())),
            }
        }
        place.others.sort();
        Some(place)
    }

    pub(crate) fn is_after(&self, before: &Self) -> bool {
        self.number == before.number.saturating_add(1) && self.base == before.base && self.others == before.others
    }

    /// The same for the first answer, which may write the list's address in its own way.
    pub(crate) fn is_first_after(&self, before: &Self) -> bool {
        let is_usual =
            |(name, _): &&(String, String)| name == PAGELEN && !before.others.iter().any(|(name, _)| name == PAGELEN);
        let is_same = self.others.iter().filter(|pair| !is_usual(pair)).eq(&before.others);
        self.number == before.number.saturating_add(1) && resource(&self.base) == resource(&before.base) && is_same
    }
}

/// How many pages the list has, as an answer tells.
pub(crate) fn last_page(told: &Page<'_>) -> Option<u64> {
    let whole =
        |number: Option<f64>| number.filter(|number| number.fract() == 0.0 && (1.0..LARGEST_PAGE).contains(number));
    Some((whole(told.size)? / whole(told.pagelen)?).ceil() as u64)
}

/// The address of another page of a numbered list.
pub(crate) fn with_number(address: &str, number: u64) -> String {
    let (base, query) = query::split(address);
    let page = format!("{PAGE}={number}");
    query::join(base, query::written(query).map(|(name, text)| if name == PAGE { page.as_str() } else { text }))
}
