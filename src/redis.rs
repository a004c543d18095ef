//! The Redis that processes share: its URL, which of its databases the plugin uses, and what its errors mean.
//!
//! In: the URL that an administrator wrote, what the databases contain, and the errors of a connection. Out: a [`Server`], which
//! exists only if the whole URL is valid, the [`Choice`] of a database, and a [`Problem`] with a short name for the log. Never: a
//! part of the URL in a reason, or the text of an error in the short name. Both may contain a password.

use serde::Serialize;
use tsify::Tsify;
use url::{Host, ParseError, Url};

use crate::Reason;
use crate::pasted::has_control;
use crate::query;
use crate::secret::{Secret, exposed};

const NOT_A_REDIS_URL: Reason = "must be a URL that starts with redis:// or rediss://";
const NO_HOST: Reason = "has no valid host, or a user or password with a character that must be percent-encoded";
const NO_PORT: Reason =
    "has a port that is not a number from 1 to 65535, or a password with a character that must be percent-encoded";
const UNDECODABLE_CREDENTIAL: Reason = "has a user or password that is not percent-encoded";
const FRAGMENT: Reason = "must not have a fragment (#…); in a password, # is written as %23";
const NO_DATABASE: Reason = "has a database that is not a number: write it as in redis://host:6379/0";
const INVALID_FAMILY: Reason = "has a parameter family that is neither 0, 4 nor 6";
const NO_TLS: Reason = "has an unknown value for the parameter tls: write rediss:// instead";
const MALFORMED: Reason = "has parameters that are not percent-encoded";
const NO_NUMBER: Reason = "must be the number of a database, as in 5";
const MISPLACED: Reason =
    "has a part of the address in a parameter, such as host or password: write it before the question mark";

/// Parameters that would override the address in the URL.
const MISPLACED_PARAMETERS: [&str; 7] = ["host", "port", "path", "username", "password", "sentinels", "name"];

/// The highest number of a database that is accepted. No server has so many databases, and JavaScript represents the number
/// exactly.
const MAX_DATABASE: u32 = 999_999_999;

const DEFAULT_PORT: u16 = 6379;

/// The location of a Redis, and the credentials for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(rename = "RedisServer")]
pub struct Server {
    /// A host name or an IP address, without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The name of an ACL user; absent for the default user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The password; absent if Redis needs none.
    #[serde(serialize_with = "exposed", skip_serializing_if = "Option::is_none")]
    #[tsify(type = "string")]
    pub password: Option<Secret>,
    /// The number of the database.
    pub database: u32,
    /// `true` for an encrypted connection, or the name of a TLS profile of ioredis, which trusts another certificate authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
    /// The version of IP, 4 or 6; 0 for either.
    pub family: u8,
    /// The prefix of all keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_prefix: Option<String>,
}

impl Server {
    /// Parses a URL. Parameters that only tune a client are ignored, because NocoDB uses the same URL.
    pub fn parse(address: &str) -> Result<Self, Reason> {
        let mut tls = match address.split_once("://") {
            Some(("redis", _)) => None,
            Some(("rediss", _)) => Some("true".to_owned()),
            _ => return Err(NOT_A_REDIS_URL),
        };
        if address.contains('#') {
            return Err(FRAGMENT);
        }
        // The `url` crate drops control characters.
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
                    family = value.parse().ok().filter(|family| matches!(family, 0 | 4 | 6)).ok_or(INVALID_FAMILY)?
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
    // Container names may contain underscores.
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
        Ok(number) if digits && number <= MAX_DATABASE => Ok(Some(number)),
        _ => Err(NO_DATABASE),
    }
}

/// Parses a value that is only the number of a database.
pub fn parse_database_number(text: &str) -> Result<u32, Reason> {
    parse_database(text).ok().flatten().ok_or(NO_NUMBER)
}

fn decode(text: &str) -> Result<Option<String>, Reason> {
    let text = query::percent_decode(text).map_err(|_| UNDECODABLE_CREDENTIAL)?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// How the plugin's database on a server is determined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// An administrator configured this number for the plugin. It is used whatever the database contains.
    Named(u32),
    /// The plugin searches for a database other than NocoDB's own, because NocoDB's cache empties NocoDB's own database
    /// whenever NocoDB's main process starts.
    Searched {
        /// The database in the URL.
        home: u32,
        /// The databases in NocoDB's other variables, on this server or on others.
        others: Vec<u32>,
    },
}

/// What a database contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// Nothing: the server has no database with that number.
    Missing,
    Empty,
    /// Only keys of this plugin.
    Ours,
    /// Keys of other software.
    Others,
    /// The plugin's mark, by which all processes recognize their database, and no keys of other software.
    Marked,
    /// The plugin's mark, and keys of other software.
    Invaded,
}

impl Content {
    /// Parses one word of the survey, which a script in Redis returns.
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

    /// The contents of databases that the plugin may use, the preferred first. The plugin prefers a database that its other
    /// processes already use and other software does not.
    const PREFERRED: [Self; 3] = [Self::Marked, Self::Ours, Self::Empty];
}

/// Returns the databases to survey. Of several equally good databases, the plugin prefers the one that comes first. NocoDB's
/// own database is the first in the list, but is used only if no other one can be used. Then come the 16 databases that
/// servers have by default, the highest number first: administrators tend to use the next low number for other software.
/// Databases with higher numbers follow. The databases in NocoDB's other variables come last: they may be empty now, and
/// NocoDB's cache may empty them later.
pub fn database_candidates(home: u32, others: &[u32]) -> Vec<u32> {
    let rest = || (0..16).rev().chain(16..64).filter(|number| *number != home);
    let free = rest().filter(|number| !others.contains(number));
    [home].into_iter().chain(free).chain(rest().filter(|number| others.contains(number))).collect()
}

/// The database for the plugin's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(rename = "RedisChoice")]
pub struct Choice {
    /// The number of the database.
    pub database: u32,
    /// Why the plugin uses NocoDB's own database; absent when it uses another database.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(type = "string")]
    pub fallback_reason: Option<Reason>,
}

impl Choice {
    const NO_OTHER: Reason = "it has no other database";
    const OCCUPIED: Reason = "all of its other databases contain keys of other software";

    /// Chooses one of the [`database_candidates`]. `survey` has one word for each candidate. Processes with the same survey
    /// choose the same database.
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
pub enum Problem {
    /// The password or the user is missing or wrong.
    Password,
    /// The user lacks permissions that the plugin needs.
    Permission,
    /// The server is a read-only replica.
    ReadOnly,
    /// The server has fewer replicas than it requires for writes.
    Replicas,
    /// The server has used up its memory.
    Memory,
    /// The server cannot write to its disk, and therefore rejects writes.
    Disk,
    /// The server is a node of a cluster, and another node has the keys.
    Cluster,
    /// The server does not know a command: it is a sentinel, or an administrator renamed the command.
    Command,
    /// The server has no database with that number.
    Database,
    /// The server is still loading its data.
    Loading,
    /// The server has reached its limit of connections.
    Connections,
    /// The server's certificate is not trusted.
    Certificate,
    /// The server does not support TLS, or no common version of it.
    Tls,
    /// The server closed the connection at once. A server that requires TLS does so.
    ConnectionClosed,
    /// The server does not respond.
    NoResponse,
    /// The server does not use Redis' protocol.
    Protocol,
    /// The connection could not be established, or broke.
    Unreachable,
    /// A single key has a value that the plugin did not write. Redis itself works.
    Value,
    /// The URL has a password, and Redis needs none. Redis itself works.
    UnneededPassword,
    /// Something else.
    Other,
}

/// Parts of error messages, nearly all of them from Redis itself. The whole message is searched for them, because the messages
/// of errors in scripts begin with different words in different versions of Redis.
const REPLIES: [(&str, Problem); 35] = [
    ("without any password configured", Problem::UnneededPassword),
    ("no password is set", Problem::UnneededPassword),
    ("WRONGTYPE", Problem::Value),
    ("not an integer", Problem::Value),
    ("would overflow", Problem::Value),
    ("NOAUTH", Problem::Password),
    ("WRONGPASS", Problem::Password),
    ("invalid password", Problem::Password),
    ("invalid username-password", Problem::Password),
    ("NOPERM", Problem::Permission),
    ("ACL failure", Problem::Permission),
    ("can't run this command", Problem::Permission),
    ("can't access at least one of the keys", Problem::Permission),
    ("DENIED", Problem::Permission),
    // Redis returns this after it rejected MULTI.
    ("EXEC without MULTI", Problem::Permission),
    ("READONLY", Problem::ReadOnly),
    ("NOREPLICAS", Problem::Replicas),
    ("OOM", Problem::Memory),
    ("MISCONF", Problem::Disk),
    ("MOVED", Problem::Cluster),
    ("ASK ", Problem::Cluster),
    ("CLUSTERDOWN", Problem::Cluster),
    ("CROSSSLOT", Problem::Cluster),
    ("cluster mode", Problem::Cluster),
    ("non local key", Problem::Cluster),
    ("unknown command", Problem::Command),
    ("Unknown Redis command", Problem::Command),
    ("DB index", Problem::Database),
    ("LOADING", Problem::Loading),
    ("MASTERDOWN", Problem::Loading),
    ("BUSY ", Problem::NoResponse),
    ("max number of clients", Problem::Connections),
    ("wrong version number", Problem::Tls),
    ("Protocol error", Problem::Protocol),
    ("Connection is closed", Problem::ConnectionClosed),
];

/// Parts of the error codes of Node.js and OpenSSL.
const CODES: [(&str, Problem); 12] = [
    ("CERT", Problem::Certificate),
    ("ISSUER", Problem::Certificate),
    ("SIGNATURE", Problem::Certificate),
    ("ERR_SSL", Problem::Tls),
    ("ERR_TLS", Problem::Tls),
    ("EPROTO", Problem::Tls),
    ("ECONNRESET", Problem::ConnectionClosed),
    ("EPIPE", Problem::ConnectionClosed),
    ("TIMEDOUT", Problem::NoResponse),
    ("TIMEOUT", Problem::NoResponse),
    ("ECONN", Problem::Unreachable),
    ("ENOTFOUND", Problem::Unreachable),
];

impl Problem {
    /// Classifies an error of a connection by its code and its message.
    pub fn of(code: &str, message: &str) -> Self {
        let known = |table: &[(&str, Self)], text: &str| {
            table.iter().find(|(part, _)| text.contains(part)).map(|(_, problem)| *problem)
        };
        known(&CODES, code).or_else(|| known(&REPLIES, message)).unwrap_or(if code.is_empty() {
            Self::Other
        } else {
            Self::Unreachable
        })
    }

    /// Whether this problem makes all of Redis unusable.
    pub fn is_serious(self) -> bool {
        !matches!(self, Self::Value | Self::UnneededPassword)
    }

    /// Returns why the plugin uses NocoDB's own database, if the survey of the others failed with this problem; `None` when
    /// no database of this Redis can be used at present.
    pub fn fallback_reason(self) -> Option<Reason> {
        match self {
            Self::Permission => Some("its user lacks the permissions to find another database"),
            Self::Cluster => Some("it is part of a cluster, which has no other database"),
            Self::Command | Self::Database | Self::Other => {
                Some("it does not allow a script to read its other databases")
            }
            _ => None,
        }
    }

    /// The problem in a word or two, for the log.
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
            Self::ConnectionClosed => "connection closed, perhaps because Redis requires rediss://",
            Self::NoResponse => "no response",
            Self::Protocol => "not a Redis server",
            Self::Unreachable => "not reachable",
            Self::Value => "value of another program",
            Self::UnneededPassword => "unneeded password",
            Self::Other => "error",
        }
    }
}
