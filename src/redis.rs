//! The Redis through which processes share what they know: where it is, which of its databases is theirs, and what its
//! refusals mean.
//!
//! In: the address that an administrator wrote, what its databases hold, and the errors of a connection. Out: a [`Server`]
//! that exists only when all of its address can be used, the [`Choice`] of a database, and the [`Trouble`] in a word. What
//! never happens here: a part of the address in a reason, or an error's own text in a word; both may hold a password.

use serde::Serialize;
use tsify::Tsify;
use url::{Host, ParseError, Url};

use crate::Reason;
use crate::pasted::has_control;
use crate::query;
use crate::secret::{Secret, exposed};

const NO_ADDRESS: Reason = "must be an address that starts with redis:// or rediss://";
const NO_HOST: Reason =
    "has no host that can be used, or a character in its user or password that must be percent-encoded";
const NO_PORT: Reason =
    "has a port that is no number from 1 to 65535, or a character in its password that must be percent-encoded";
const NO_CREDENTIAL: Reason = "has a user or password that is not percent-encoded";
const FRAGMENT: Reason = "must not have a fragment (#…); in a password, # is written as %23";
const NO_DATABASE: Reason = "names a database that is no number, as in redis://host:6379/0";
const NO_FAMILY: Reason = "has a parameter family that is neither 0, 4 nor 6";
const NO_TLS: Reason = "has a parameter tls that is not understood: write rediss:// instead";
const MALFORMED: Reason = "has parameters that are not percent-encoded";
const NO_NUMBER: Reason = "must be the number of a database, as in 5";
const MISPLACED: Reason = "says in a parameter where Redis is: write that before the question mark";

/// Parameters that would lead elsewhere than the address itself.
const MISPLACED_PARAMETERS: [&str; 7] = ["host", "port", "path", "username", "password", "sentinels", "name"];

/// More than any server has, and far from where numbers lose digits.
const LARGEST_DATABASE: u32 = 999_999_999;

const DEFAULT_PORT: u16 = 6379;

/// Where a Redis is, and as whom to talk to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(rename = "RedisServer")]
pub struct Server {
    /// A name or an address, without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Of an ACL; absent for the default user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Absent where none is asked for.
    #[serde(serialize_with = "exposed", skip_serializing_if = "Option::is_none")]
    #[tsify(type = "string")]
    pub password: Option<Secret>,
    /// The number of the database.
    pub database: u32,
    /// Whether the connection is encrypted, or the client's name of an authority that is to be trusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
    /// 4 or 6: the version of IP to be used; 0 for any.
    pub family: u8,
    /// What the names of all keys begin with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_prefix: Option<String>,
}

impl Server {
    /// Reads an address. Parameters that only tune a client are ignored: NocoDB reads the same address.
    pub fn parse(address: &str) -> Result<Self, Reason> {
        let mut tls = match address.split_once("://") {
            Some(("redis", _)) => None,
            Some(("rediss", _)) => Some("true".to_owned()),
            _ => return Err(NO_ADDRESS),
        };
        if address.contains('#') {
            return Err(FRAGMENT);
        }
        // `url` leaves them out.
        if has_control(address) {
            return Err(NO_HOST);
        }
        let url =
            Url::parse(address).map_err(|error| if error == ParseError::InvalidPort { NO_PORT } else { NO_HOST })?;
        let port = url.port().unwrap_or(DEFAULT_PORT);
        if port == 0 {
            return Err(NO_PORT);
        }
        let mut database = parse_database(url.path().strip_prefix('/').unwrap_or_default())?;
        let (mut family, mut key_prefix) = (0, None);
        for pair in query::pairs(url.query().unwrap_or_default()) {
            let (name, value) = pair.map_err(|_| MALFORMED)?;
            match &*name {
                "db" => database = database.or(parse_database(&value)?),
                "family" => {
                    family = value.parse().ok().filter(|family| matches!(family, 0 | 4 | 6)).ok_or(NO_FAMILY)?
                }
                "tls" if matches!(&*value, "true" | "RedisCloudFixed" | "RedisCloudFlexible") => {
                    tls = Some(value.into_owned());
                }
                "tls" => return Err(NO_TLS),
                "keyPrefix" => key_prefix = Some(value.into_owned()),
                name if MISPLACED_PARAMETERS.contains(&name) => return Err(MISPLACED),
                _ => {}
            }
        }
        Ok(Self {
            host: host(&url).ok_or(NO_HOST)?,
            port,
            username: decode(url.username())?,
            password: decode(url.password().unwrap_or_default())?.map(Secret::new),
            database: database.unwrap_or_default(),
            tls,
            family,
            key_prefix,
        })
    }
}

fn host(url: &Url) -> Option<String> {
    // The names of containers have underscores.
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    match url.host()? {
        Host::Domain(name) => (!name.is_empty() && name.bytes().all(is_name)).then(|| name.to_owned()),
        Host::Ipv4(address) => Some(address.to_string()),
        Host::Ipv6(address) => Some(address.to_string()),
    }
}

fn parse_database(text: &str) -> Result<Option<u32>, Reason> {
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits && number <= LARGEST_DATABASE => Ok(Some(number)),
        _ => Err(NO_DATABASE),
    }
}

/// Reads the number of a database that stands by itself.
pub fn parse_database_number(text: &str) -> Result<u32, Reason> {
    parse_database(text).ok().flatten().ok_or(NO_NUMBER)
}

fn decode(text: &str) -> Result<Option<String>, Reason> {
    let text = query::percent_decode(text).map_err(|_| NO_CREDENTIAL)?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// Which database of a server the plugin uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// The one of this number, whatever is in it: an administrator wrote it down for this plugin.
    Named(u32),
    /// Another one than NocoDB's own: its cache empties its database whenever the main process starts.
    Sought {
        /// The database of the address.
        home: u32,
        /// Those that NocoDB's other variables name, on this server or on others.
        others: Vec<u32>,
    },
}

/// What a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// The server has no database of that number.
    Missing,
    Empty,
    /// Keys of this plugin only.
    Ours,
    /// Keys of others.
    Others,
    /// The mark by which all processes know that it is theirs, and no keys of others.
    Marked,
    /// The mark, and keys of others.
    Invaded,
}

impl Content {
    /// Of the words that the survey uses.
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "missing" => Self::Missing,
            "empty" => Self::Empty,
            "ours" => Self::Ours,
            "others" => Self::Others,
            "marked" => Self::Marked,
            "invaded" => Self::Invaded,
            _ => return None,
        })
    }

    /// What may be taken, the best first: where others of this plugin are already, and nobody else.
    const PREFERRED: [Self; 3] = [Self::Marked, Self::Ours, Self::Empty];
}

/// The databases that are looked at, and the order in which equally good ones are taken: NocoDB's own first, which is only
/// taken when there is no other. People take low numbers for what comes next, so the highest of the 16 that servers have by
/// default comes before those; where there are more, they come after. Last are those that NocoDB's other variables name:
/// they may be empty now, and NocoDB's cache may empty them later.
pub fn database_candidates(home: u32, others: &[u32]) -> Vec<u32> {
    let rest = || (0..16).rev().chain(16..64).filter(|number| *number != home);
    let free = rest().filter(|number| !others.contains(number));
    [home].into_iter().chain(free).chain(rest().filter(|number| others.contains(number))).collect()
}

/// Where the plugin's data is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(rename = "RedisChoice")]
pub struct Choice {
    /// The number of the database.
    pub database: u32,
    /// Why it is NocoDB's own; absent when it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(type = "string")]
    pub fallback_reason: Option<Reason>,
}

impl Choice {
    const NO_OTHER: Reason = "it has no other database";
    const OCCUPIED: Reason = "keys of others are in all its other databases";

    /// Chooses among [`database_candidates`], by a word for each. All processes that see the same choose the same.
    pub fn of(surveyed: &[u32], survey: &str) -> Self {
        let home = surveyed.first().copied().unwrap_or_default();
        let words = survey.split(' ').map(Content::parse);
        let others = || surveyed.iter().zip(words.clone()).skip(1);
        let found =
            Content::PREFERRED.into_iter().find_map(|wanted| others().find(|(_, content)| *content == Some(wanted)));
        match found {
            Some((database, _)) => Self { database: *database, fallback_reason: None },
            None if others().all(|(_, content)| content == Some(Content::Missing)) => {
                Self { database: home, fallback_reason: Some(Self::NO_OTHER) }
            }
            None => Self { database: home, fallback_reason: Some(Self::OCCUPIED) },
        }
    }
}

/// Why a Redis cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It wants another password or user, or one at all.
    Password,
    /// The user may not do what the plugin does.
    Permission,
    /// It is a replica that only reads.
    ReadOnly,
    /// It has fewer replicas than it wants before it takes anything.
    Replicas,
    /// Its memory is used up.
    Memory,
    /// It cannot write to its disk, and therefore takes nothing.
    Disk,
    /// It is a node of a cluster, and the keys are elsewhere.
    Cluster,
    /// It does not know a command: it is a sentinel, or somebody renamed the command.
    Command,
    /// It does not have the database of that number.
    Database,
    /// It is still reading its data.
    Loading,
    /// It has as many connections as it takes.
    Connections,
    /// Its certificate is not accepted.
    Certificate,
    /// It does not speak TLS, or not the same.
    Tls,
    /// It hung up at once, as one that wants TLS does.
    HungUp,
    /// It answers nothing.
    Silent,
    /// It speaks something else than Redis' protocol.
    Protocol,
    /// The connection could not be made, or broke.
    Unreachable,
    /// A single key holds what the plugin never wrote there. Redis itself is well.
    Value,
    /// It was told a password and wants none. Redis itself is well.
    Needless,
    /// Something else.
    Other,
}

/// What Redis' own errors hold, wherever in them: those of scripts begin with other words in other versions.
const REPLIES: [(&str, Trouble); 35] = [
    ("without any password configured", Trouble::Needless),
    ("no password is set", Trouble::Needless),
    ("WRONGTYPE", Trouble::Value),
    ("not an integer", Trouble::Value),
    ("would overflow", Trouble::Value),
    ("NOAUTH", Trouble::Password),
    ("WRONGPASS", Trouble::Password),
    ("invalid password", Trouble::Password),
    ("invalid username-password", Trouble::Password),
    ("NOPERM", Trouble::Permission),
    ("ACL failure", Trouble::Permission),
    ("can't run this command", Trouble::Permission),
    ("can't access at least one of the keys", Trouble::Permission),
    ("DENIED", Trouble::Permission),
    // MULTI was refused before.
    ("EXEC without MULTI", Trouble::Permission),
    ("READONLY", Trouble::ReadOnly),
    ("NOREPLICAS", Trouble::Replicas),
    ("OOM", Trouble::Memory),
    ("MISCONF", Trouble::Disk),
    ("MOVED", Trouble::Cluster),
    ("ASK ", Trouble::Cluster),
    ("CLUSTERDOWN", Trouble::Cluster),
    ("CROSSSLOT", Trouble::Cluster),
    ("cluster mode", Trouble::Cluster),
    ("non local key", Trouble::Cluster),
    ("unknown command", Trouble::Command),
    ("Unknown Redis command", Trouble::Command),
    ("DB index", Trouble::Database),
    ("LOADING", Trouble::Loading),
    ("MASTERDOWN", Trouble::Loading),
    ("BUSY ", Trouble::Silent),
    ("max number of clients", Trouble::Connections),
    ("wrong version number", Trouble::Tls),
    ("Protocol error", Trouble::Protocol),
    ("Connection is closed", Trouble::HungUp),
];

/// The same for codes of Node.js and OpenSSL.
const CODES: [(&str, Trouble); 12] = [
    ("CERT", Trouble::Certificate),
    ("ISSUER", Trouble::Certificate),
    ("SIGNATURE", Trouble::Certificate),
    ("ERR_SSL", Trouble::Tls),
    ("ERR_TLS", Trouble::Tls),
    ("EPROTO", Trouble::Tls),
    ("ECONNRESET", Trouble::HungUp),
    ("EPIPE", Trouble::HungUp),
    ("TIMEDOUT", Trouble::Silent),
    ("TIMEOUT", Trouble::Silent),
    ("ECONN", Trouble::Unreachable),
    ("ENOTFOUND", Trouble::Unreachable),
];

impl Trouble {
    /// What an error of a connection means, by its code and its message.
    pub fn of(code: &str, message: &str) -> Self {
        let known = |table: &[(&str, Self)], text: &str| {
            table.iter().find(|(part, _)| text.contains(part)).map(|(_, trouble)| *trouble)
        };
        known(&CODES, code).or_else(|| known(&REPLIES, message)).unwrap_or(if code.is_empty() {
            Self::Other
        } else {
            Self::Unreachable
        })
    }

    /// Whether Redis cannot be used for it.
    pub fn is_serious(self) -> bool {
        !matches!(self, Self::Value | Self::Needless)
    }

    /// Why the plugin stays in NocoDB's own database, when this is what came of looking at the others. `None`: nothing can be
    /// done with this Redis at present, in no database.
    pub fn fallback_reason(self) -> Option<Reason> {
        match self {
            Self::Permission => Some("its user may not do what it takes to find another database"),
            Self::Cluster => Some("it is part of a cluster, which has no other database"),
            Self::Command | Self::Database | Self::Other => {
                Some("it does not let a script look at its other databases")
            }
            _ => None,
        }
    }

    /// The trouble in a word or two, for the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Permission => "permission",
            Self::ReadOnly => "read-only",
            Self::Replicas => "too few replicas",
            Self::Memory => "memory",
            Self::Disk => "disk",
            Self::Cluster => "cluster",
            Self::Command => "sentinel or missing command",
            Self::Database => "database number",
            Self::Loading => "loading",
            Self::Connections => "too many connections",
            Self::Certificate => "certificate",
            Self::Tls => "TLS",
            Self::HungUp => "connection closed, perhaps for want of rediss://",
            Self::Silent => "no answer",
            Self::Protocol => "not a Redis",
            Self::Unreachable => "not reachable",
            Self::Value => "foreign value",
            Self::Needless => "needless password",
            Self::Other => "error",
        }
    }
}
