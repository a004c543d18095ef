//! Which tokens of a connection are the newest. Whoever compares pairs of tokens does it here.
//!
//! In: when pairs were received and expire, under which locks they were obtained, and where their refresh tokens led. Out: which
//! pair is the newer one, and what becomes of one that is published. What never happens here: a token held; whoever asks
//! knows which refresh token is which.
//!
//! There are two measures. The *times* are those of the clocks of different machines. The *fence* is the number of a lock, greater
//! for each later one; only who may write to the shared store can forge it. The pair of a *later* refresh token needs
//! neither: it was obtained with the one before.

/// When the tokens of a pair were received and when its access token dies, in milliseconds since 1970, as far as known.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Times {
    /// When they were received.
    pub obtained_at: Option<f64>,
    /// When the access token dies.
    pub expires_at: Option<f64>,
}

impl Times {
    /// Whether a pair with these times came after one with others. What cannot be compared did not.
    pub fn is_after(self, other: Self) -> bool {
        let both = [(self.obtained_at, other.obtained_at), (self.expires_at, other.expires_at)];
        both.into_iter().find_map(|(one, other)| Some(one? > other?)).unwrap_or(false)
    }
}

/// What tells which of two entries that were published is the newer one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Version {
    /// The times of the pair. The news that a refresh token is dead has none.
    pub times: Times,
    /// The fence of the lock under which it was obtained.
    pub fence: f64,
}

impl Version {
    /// Whether a pair that is found elsewhere cannot have followed this one: it was obtained earlier, and not under a later
    /// lock. Whoever can write to the place where it was found can put an earlier one back, but cannot raise its fence.
    pub fn outdates(self, found: Self) -> bool {
        self.times.is_after(found.times) && found.fence <= self.fence
    }

    /// Whether a shared store lacks this entry, which a process knows: it has the other one in its place. `leads_there`: it
    /// knows that this one led to that, or, if both have the same refresh token, it was told of this one.
    pub fn is_missing_beside(self, shared: Self, same_refresh_token: bool, leads_there: bool) -> bool {
        self.outdates(shared) || !leads_there || (same_refresh_token && self.fence > shared.fence)
    }
}

/// Where the refresh token of a published entry stands among those that followed the one that it is published to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It is the newest of them.
    Newest,
    /// It is one of them, and something followed it.
    Passed,
    /// It led to that one.
    LedThere,
    /// It led to the newest of them on another way.
    LedToNewest,
    /// It has nothing to do with them.
    Apart,
}

/// What is known where an entry is published: of the refresh token that it is to follow (`before`), and of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// Where its own stands.
    pub place: Place,
    /// Nothing followed the one before so far.
    pub is_first: bool,
    /// The fence of the newest entry that followed the one before; zero where there is none.
    pub newest: f64,
    /// The highest fence on the way there.
    pub highest: f64,
    /// Nothing followed its own so far.
    pub is_last: bool,
    /// The highest fence of what followed its own.
    pub own: f64,
}

/// What becomes of an entry that is published.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Publication {
    /// Nothing: something newer is known.
    Outdated,
    /// All that its own refresh token led to leads to what is newer, by this fence.
    Joins(f64),
    /// It takes the place of the entry of its refresh token.
    Replaces,
    /// It follows what was the newest, by this fence.
    Follows(f64),
    /// The same, and what its own refresh token led to is forgotten: that was a way back.
    FollowsAnew(f64),
    /// What followed its own refresh token is the newest now, by this fence.
    Precedes(f64),
}

impl Publication {
    /// What becomes of an entry that was obtained under a lock with this fence.
    pub fn of(fence: f64, known: Known) -> Self {
        let Known { place, is_first, newest, highest, is_last, own } = known;
        let by = own.max(fence);
        match place {
            Place::Newest if newest <= fence => Self::Replaces,
            // News of a refresh token is nothing to what followed it, whatever the fences.
            Place::Newest | Place::Passed | Place::LedToNewest => Self::Outdated,
            Place::LedThere if fence > own.max(highest) => Self::FollowsAnew(fence),
            Place::LedThere => Self::Outdated,
            // A successor is newer than all that is known about what it follows.
            Place::Apart if !is_first && highest > by => Self::Joins(highest),
            Place::Apart if is_last && own <= fence => Self::Follows(by),
            Place::Apart => Self::Precedes(by),
        }
    }
}

/// What a published entry is to a connection that looks for news of its pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// Its refresh token is dead.
    Death,
    /// A pair that may follow its own.
    Pair,
    /// Nothing new.
    Nothing,
}

impl News {
    /// What an entry is that has a pair, or says that its refresh token is dead, or both.
    pub fn of(has_pair: bool, is_dead: bool, same_refresh_token: bool, same_access_token: bool) -> Self {
        // That a later refresh token is dead may be a mistake: it is the one to be reviewed.
        if is_dead && (same_refresh_token || !has_pair) {
            Self::Death
        } else if has_pair && !(same_refresh_token && same_access_token) {
            Self::Pair
        } else {
            Self::Nothing
        }
    }
}
