//! Which proxy a request goes through: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, judged once.
//!
//! In: the variables as an administrator wrote them, then the address of each request. Out: the proxy to ask for a tunnel
//! (RFC 9110 section 9.3.6) with the credentials that it gets, or none. What never happens here: a value in an error, a
//! look at a variable that another one takes precedence over, or a request past a proxy that cannot be used.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use tsify::Tsify;
use url::Url;

use crate::Reason;
use crate::endpoints::{is_loopback, origin, parse_web_url, split_address};
use crate::error::{Code, Error, Phase, Result};
use crate::secret::{Secret, exposed};
use crate::{pasted, query};

/// The variables that may name the proxy. The first one that is set counts, and no other is looked at: this is the order
/// of `EnvHttpProxyAgent` of undici.
const PROXY: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];

/// The variables that may name hosts to which requests go directly, in the same way.
const NO_PROXY: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// All of them.
pub const VARIABLES: [&str; 6] = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"];

const NOT_ENCODED: Reason =
    "has a user name or a password with a character that must be percent-encoded: %2F for /, %3F for ?, %23 for #";

/// A proxy that can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Tsify)]
pub struct Proxy {
    /// The variable that names it.
    pub variable: &'static str,
    /// Scheme, host and port.
    pub origin: String,
    /// The value of `Proxy-Authorization` (RFC 7617), if the address holds credentials.
    #[serde(serialize_with = "exposed", skip_serializing_if = "Option::is_none")]
    #[tsify(type = "string")]
    pub authorization: Option<Secret>,
}

/// The proxy that is named, and the hosts that are excepted.
#[derive(Debug, Clone)]
pub struct Proxies {
    named: Option<(&'static str, core::result::Result<Proxy, Reason>)>,
    excepted: Vec<Exception>,
    /// Why a list of exceptions, by its variable, cannot be what was meant.
    misread: Option<(&'static str, Reason)>,
}

impl Proxies {
    /// Reads the variables through `get`. White space around a value is trimmed; an empty value counts as absent.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: &[&'static str]| {
            names.iter().find_map(|name| {
                let value = get(name)?.trim().to_owned();
                (!value.is_empty()).then_some((*name, value))
            })
        };
        let named = first(&PROXY).map(|(variable, value)| (variable, parse(variable, &value)));
        let (mut excepted, mut misread) = (Vec::new(), None);
        if let Some((variable, value)) = first(&NO_PROXY) {
            let entries = value.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty());
            misread = entries.clone().find_map(|entry| check_exception(entry).err()).map(|reason| (variable, reason));
            excepted.extend(entries.map(Exception::parse));
        }
        Self { named, excepted, misread }
    }

    /// What is wrong with the variables that count. Without a proxy there are no exceptions either.
    pub fn problems(&self) -> impl Iterator<Item = Box<Error>> {
        let named = self.named.as_ref().and_then(|(variable, named)| Some((*variable, *named.as_ref().err()?)));
        let misread = self.misread.filter(|_| self.named.is_some());
        named.into_iter().chain(misread).map(|(variable, reason)| unusable(variable, reason))
    }

    /// The proxy for a request to this address, unless the request goes directly: plain http is accepted for loopback
    /// because it stays on this machine, and a proxy would get secrets in clear. `INVALID_CONFIG` where the proxy cannot be
    /// used; whoever demands one does not want the request to go past it.
    pub fn proxy_for(&self, url: &str) -> Result<Option<&Proxy>> {
        let Some((variable, named)) = &self.named else { return Ok(None) };
        let is_direct = |url: Url| is_loopback(&url) || self.excepted.iter().any(|entry| entry.is(&url));
        if Url::parse(url).is_ok_and(is_direct) {
            return Ok(None);
        }
        named.as_ref().map(Some).map_err(|reason| unusable(variable, reason))
    }
}

fn unusable(variable: &str, reason: Reason) -> Box<Error> {
    Error::new(Code::InvalidConfig, Phase::Config).with_field(variable).with_reason(reason)
}

fn parse(variable: &'static str, value: &str) -> core::result::Result<Proxy, Reason> {
    pasted::check_without_quotes(value)?;
    if value.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err("must not contain white space or control characters");
    }
    if value.contains('\\') {
        return Err("must not contain a backslash");
    }
    let address = if value.contains("://") { value.to_owned() } else { ["http://", value].concat() };
    let (scheme, authority, after) = split_address(&address);
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Err(
            "must start with http:// or https://: proxies of other kinds, SOCKS for instance, are not supported",
        );
    }
    if !matches!(after, "" | "/") {
        return Err(if after.contains('@') { NOT_ENCODED } else { "must not have a path, a query or a fragment" });
    }
    let (user_info, host) = authority.rsplit_once('@').map_or((None, authority), |(info, host)| (Some(info), host));
    let authorization = user_info.map(parse_user_info).transpose()?.flatten();
    let url = parse_web_url(&[scheme, "://", host].concat())?;
    if url.port() == Some(0) {
        return Err("has port 0");
    }
    Ok(Proxy { variable, origin: origin(&url).to_owned(), authorization })
}

/// `Basic base64(user ":" password)` (RFC 7617 section 2). Some proxies take a token in place of the user name, without
/// any password.
fn parse_user_info(user_info: &str) -> core::result::Result<Option<Secret>, Reason> {
    let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
    let decode = |text: &str| {
        query::percent_decode(text).map_err(|_| {
            "has a user name or a password with a % that is not followed by two hexadecimal digits (write %25), or bytes that are not UTF-8"
        })
    };
    let (user, password) = (decode(user)?, decode(password)?);
    if user.contains(':') {
        return Err("has a user name with a colon, which proxies take for the end of the user name");
    }
    if [&user, &password].into_iter().any(|text| text.chars().any(char::is_control)) {
        return Err("has a user name or a password with control characters");
    }
    let is_empty = user.is_empty() && password.is_empty();
    Ok((!is_empty).then(|| Secret::new(format!("Basic {}", STANDARD.encode([&user, ":", &password].concat())))))
}

/// Refuses what excepts no host: then requests that were meant to go directly go through the proxy.
fn check_exception(entry: &str) -> core::result::Result<(), Reason> {
    pasted::check_without_quotes(entry)?;
    if entry.contains("://") {
        return Err("holds an address, which excepts no host: write the host alone");
    }
    Ok(())
}

/// A host of `NO_PROXY`, with all that is below it: `example.com`, `.example.com`, `*.example.com`, `example.com:8443`, an
/// IP address, or `*` for all hosts.
#[derive(Debug, Clone)]
struct Exception {
    host: String,
    port: Option<u16>,
}

impl Exception {
    fn parse(entry: &str) -> Self {
        let has_port = entry.matches(':').count() == 1 || entry.starts_with('[');
        let port = has_port.then(|| entry.rsplit_once(':')).flatten();
        let port = port.and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)));
        let (host, port) = port.map_or((entry, None), |(host, port)| (host, Some(port)));
        let host = host.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(host);
        Self { host: bare(host.strip_prefix('.').unwrap_or(host)), port }
    }

    fn is(&self, url: &Url) -> bool {
        if self.port.is_some_and(|port| Some(port) != url.port_or_known_default()) {
            return false;
        }
        let host = bare(url.host_str().unwrap_or_default());
        let is_below = || host.strip_suffix(self.host.as_str()).is_some_and(|rest| rest.ends_with('.'));
        self.host == "*" || host == self.host || is_below()
    }
}

/// A host as it is compared: in lower case, without brackets and without the dot of the root.
fn bare(host: &str) -> String {
    let host = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}
