//! Compares the token sets of one connection. Decides which token set is the newest, and what the shared token store
//! does with a published token set.
//!
//! In: when token sets were received and when they expire, under which locks they were obtained, and which refresh
//! token followed which. Out: the newer token set, and the step that the shared token store takes. Never: a token. The
//! caller compares the refresh tokens and passes on only the results.
//!
//! An *entry* is what a process publishes to the shared store under a refresh token: the token set, a tombstone, or both.
//! A *tombstone* says that the refresh token is dead, that is, no longer accepted by Bitbucket. A *chain* is a sequence
//! of refresh tokens, each of which was obtained with the one before.
//!
//! There are two measures of age. *Times* come from the clocks of different machines. A *fence* is the number of the
//! lock under which an entry was obtained. Each later lock has a greater number. The shared store keeps an entry
//! encrypted together with its fence, so only a process with the key can forge a fence. A *successor* is newer whatever
//! its times and its fence are, because it was obtained with the refresh token that it replaced.

/// When a token set was received and when its access token expires, in milliseconds since 1970, if that is known.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Times {
    /// When the token set was received.
    pub obtained_at: Option<f64>,
    /// When the access token expires.
    pub expires_at: Option<f64>,
}

impl Times {
    /// Whether a token set with these times was issued after a token set with the other times. False if the times
    /// cannot be compared.
    pub fn is_after(self, other: Self) -> bool {
        let both = [(self.obtained_at, other.obtained_at), (self.expires_at, other.expires_at)];
        both.into_iter().find_map(|(one, other)| Some(one? > other?)).unwrap_or(false)
    }
}

/// The properties of a published entry that determine whether it is newer than another one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Version {
    /// The times of the token set. A tombstone has none.
    pub times: Times,
    /// The fence of the lock under which the entry was obtained.
    pub fence: f64,
}

impl Version {
    /// Whether this entry is newer than `found`, the entry that the shared store has in place of this entry. If so,
    /// `found` was obtained earlier, and not under a later lock, so `found` cannot be the successor of this entry. An
    /// attacker who can write to the shared store can restore an earlier entry there, but cannot raise the fence of that
    /// entry without the key.
    pub fn is_newer_than(self, found: Self) -> bool {
        self.times.is_after(found.times) && found.fence <= self.fence
    }

    /// Whether the shared store has lost this entry, which a process knows, and has the entry `shared` in its place.
    /// `is_linked` says whether the shared store has received this entry. If the two entries have the same refresh
    /// token, `is_linked` is true when this entry was published. Otherwise, `is_linked` is true when the links in the
    /// shared store lead from this entry to `shared`.
    pub fn is_missing_from_shared_store(self, shared: Self, same_refresh_token: bool, is_linked: bool) -> bool {
        self.is_newer_than(shared) || !is_linked || (same_refresh_token && self.fence > shared.fence)
    }
}

/// The position of a published entry's refresh token in the chain of refresh tokens that the entry is to join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainPosition {
    /// It is the newest refresh token of the chain.
    Newest,
    /// It is in the chain, and another refresh token followed it.
    Superseded,
    /// According to the store, it led to the refresh token that the entry is to follow.
    Predecessor,
    /// According to the store, it led to the newest refresh token of the chain, but not through the refresh token that
    /// the entry is to follow.
    PredecessorOfNewest,
    /// It is not related to the chain.
    Unrelated,
}

/// The facts by which a store decides what to do with an entry that it receives. They concern two refresh tokens: the
/// entry's own refresh token, and the *replaced* refresh token, which the entry is to follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PublicationContext {
    /// The position of the entry's own refresh token.
    pub position: ChainPosition,
    /// No entry has followed the replaced refresh token yet.
    pub is_first: bool,
    /// The fence of the newest entry in the chain of the replaced refresh token; zero if the store has no such entry.
    pub newest_fence: f64,
    /// The highest fence on the path from the replaced refresh token to that newest entry.
    pub highest_fence: f64,
    /// No entry has followed the entry's own refresh token yet.
    pub is_last: bool,
    /// The highest fence that the store knows of the entry's own refresh token and of the entries that followed it.
    pub own_fence: f64,
}

/// What the store does with a published entry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Publication {
    /// The store drops the entry, because the store knows a newer entry.
    Outdated,
    /// The store keeps the newest entry that it has, and links the chain of the published refresh token to that entry,
    /// with this fence.
    Joins(f64),
    /// The store replaces the entry of the same refresh token.
    Replaces,
    /// The store links the newest entry to the published entry, with this fence. The published entry becomes the
    /// newest.
    Follows(f64),
    /// Like `Follows`. The store also deletes the link from the entry's own refresh token to another refresh token,
    /// because that link led backwards.
    FollowsAnew(f64),
    /// The store links the chain of the replaced refresh token to the newest entry in the chain of the entry's own
    /// refresh token, with this fence.
    Precedes(f64),
}

impl Publication {
    /// Decides what the store does with an entry that was obtained under a lock with this fence.
    pub fn decide(fence: f64, context: PublicationContext) -> Self {
        let PublicationContext { position, is_first, newest_fence, highest_fence, is_last, own_fence } = context;
        let link_fence = own_fence.max(fence);
        match position {
            ChainPosition::Newest if newest_fence <= fence => Self::Replaces,
            // A successor always takes precedence over an update to the refresh token that it replaced, whatever their
            // fences are.
            ChainPosition::Newest | ChainPosition::Superseded | ChainPosition::PredecessorOfNewest => Self::Outdated,
            ChainPosition::Predecessor if fence > own_fence.max(highest_fence) => Self::FollowsAnew(fence),
            ChainPosition::Predecessor => Self::Outdated,
            // A successor is newer than everything that is known about the refresh token that it follows.
            ChainPosition::Unrelated if !is_first && highest_fence > link_fence => Self::Joins(highest_fence),
            ChainPosition::Unrelated if is_last && own_fence <= fence => Self::Follows(link_fence),
            ChainPosition::Unrelated => Self::Precedes(link_fence),
        }
    }
}

/// The meaning of a published entry for a connection that searches for a successor of its token set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// The entry says that its refresh token is dead.
    Tombstone,
    /// A token set that may follow the connection's own.
    Tokens,
    /// The entry has nothing that is new to the connection.
    Nothing,
}

impl EntryKind {
    /// Classifies an entry that has tokens, a tombstone, or both.
    pub fn of(has_tokens: bool, is_dead: bool, same_refresh_token: bool, same_access_token: bool) -> Self {
        // A tombstone of a later refresh token may be a mistake. So the connection takes over the tokens of the entry,
        // and tests later whether that refresh token is really dead.
        if is_dead && (same_refresh_token || !has_tokens) {
            Self::Tombstone
        } else if has_tokens && !(same_refresh_token && same_access_token) {
            Self::Tokens
        } else {
            Self::Nothing
        }
    }
}
