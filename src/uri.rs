//! Where an address points to (RFC 3986), in a form in which two of them can be compared.
//!
//! In: visible ASCII. Out: a [`Place`], written as the URL standard writes it. What never happens here: a host being
//! mended; what programs read in different ways, or only some of them read, is refused.

use crate::endpoints::Reason;
use crate::text::{cut, find, split_once};

const INVALID: Reason = "is not a valid URL";
const AMBIGUOUS: Reason = "has a host that programs write in different ways: write it as a browser shows it";

/// Scheme, host, port and path of an address of https or http.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    origin: String,
    path: String,
}

impl Place {
    /// The place of an address that [`split_scheme`] split. It has no fragment; its query plays no part.
    pub fn parse(secure: bool, rest: &str) -> Result<Self, Reason> {
        let rest = rest.split('?').next().unwrap_or_default();
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (scheme, default) = if secure { ("https://", 443) } else { ("http://", 80) };
        let (host, port) = split_port(authority);
        let port = if port.is_empty() { port } else { port.strip_prefix(':').ok_or(INVALID)? };
        let port = match port {
            "" => default,
            digits if is_all(digits, u8::is_ascii_digit) => digits.parse::<u16>().map_err(|_| INVALID)?,
            _ => return Err(INVALID),
        };
        check_host(host)?;
        let mut origin = [scheme, host].concat();
        origin.make_ascii_lowercase();
        if port != default {
            origin.push(':');
            origin.push_str(&port.to_string());
        }
        Ok(Self { origin, path: append("", path) })
    }

    /// The place that a text stands for where this one is the base (RFC 3986 section 5). `None` for texts in which two
    /// programs could see two places: a backslash is a slash to some, some skip slashes, and only some decode a host
    /// or look past user info.
    pub fn resolve(&self, text: &str) -> Option<Self> {
        if !is_all(text, u8::is_ascii_graphic) || text.contains(['\\', '#']) {
            return None;
        }
        let text = text.split('?').next().unwrap_or_default();
        let absolute = if has_scheme(text) {
            Some(split_scheme(text)?)
        } else {
            text.strip_prefix("//").map(|rest| (self.origin.starts_with("https:"), rest))
        };
        if let Some((secure, rest)) = absolute {
            return Self::parse(secure, rest).ok();
        }
        let path = match text.strip_prefix('/') {
            Some(path) => append("", path),
            None if text.is_empty() => self.path.clone(),
            None => append(self.path.rsplit_once('/').map_or("", |(folder, _)| folder), text),
        };
        Some(Self { origin: self.origin.clone(), path })
    }

    /// Scheme, host and port, as RFC 6454 writes them.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The path, without dot segments.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The host, in lower case, with the brackets of an IPv6 address.
    pub fn host(&self) -> &str {
        self.host_and_port().0
    }

    /// The port, be it written or the scheme's own.
    pub fn port(&self) -> u16 {
        let own = if self.origin.starts_with("https:") { 443 } else { 80 };
        self.host_and_port().1.strip_prefix(':').and_then(|port| port.parse().ok()).unwrap_or(own)
    }

    fn host_and_port(&self) -> (&str, &str) {
        split_port(split_once(&self.origin, "://").map_or("", |(_, rest)| rest))
    }

    /// Whether traffic to this place stays on this machine (RFC 8252 section 7.3).
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        matches!(host, "localhost" | "[::1]") || host.starts_with("127.") && is_ipv4(host)
    }
}

/// Whether a text begins with a scheme (RFC 3986 section 3.1).
pub fn has_scheme(text: &str) -> bool {
    let (scheme, rest) = cut(text, b':');
    rest.is_some()
        && scheme.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

/// Whether an absolute address is one of https, and what follows its two slashes. `None` for every scheme but http.
pub fn split_scheme(text: &str) -> Option<(bool, &str)> {
    [("https://", true), ("http://", false)].into_iter().find_map(|(scheme, secure)| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        // A third slash would be skipped by some, who would then see an address other than the one that is sent.
        (start.eq_ignore_ascii_case(scheme) && !rest.starts_with('/')).then_some((secure, rest))
    })
}

fn is_all(text: &str, kind: fn(&u8) -> bool) -> bool {
    text.as_bytes().iter().all(kind)
}

/// The host, and the port with the colon before it.
fn split_port(authority: &str) -> (&str, &str) {
    let end = if authority.starts_with('[') { authority.find(']').map(|at| at + 1) } else { authority.find(':') };
    end.and_then(|end| authority.split_at_checked(end)).unwrap_or((authority, ""))
}

/// Accepts the hosts that the URL standard accepts and leaves as they are, but for upper case.
fn check_host(host: &str) -> Result<(), Reason> {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return is_ipv6(address).then_some(()).ok_or(AMBIGUOUS);
    }
    if host.is_empty() || host.contains(['%', '<', '>', '@', '[', ']', '^', '|']) {
        return Err(INVALID);
    }
    if !host.split('.').all(|label| !is_encoded(label) || check_punycode(label).is_some()) {
        return Err(INVALID);
    }
    // Where the last label is a number, the host is read as an IPv4 address, of which there are many notations.
    let last = host.strip_suffix('.').unwrap_or(host).rsplit('.').next().unwrap_or_default();
    let hexadecimal = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    let number = !last.is_empty() && is_all(last, u8::is_ascii_digit)
        || hexadecimal.is_some_and(|digits| is_all(digits, u8::is_ascii_hexdigit));
    if number && !is_ipv4(host) { Err(AMBIGUOUS) } else { Ok(()) }
}

fn is_ipv4(host: &str) -> bool {
    host.split('.').count() == 4
        && host.split('.').all(|part| {
            is_all(part, u8::is_ascii_digit) && (part == "0" || !part.starts_with('0')) && part.parse::<u8>().is_ok()
        })
}

/// Whether this is the one way to write an IPv6 address of RFC 5952 section 4, without dots: no leading zeros, and `::`
/// for the longest run of zeros, the first of equally long ones, but not for a single one.
fn is_ipv6(address: &str) -> bool {
    let (head, tail) = split_once(address, "::").map_or((address, None), |(head, tail)| (head, Some(tail)));
    let Some((mut pieces, tail)) = zeros(head).zip(tail.map_or(Some(None), |tail| zeros(tail).map(Some))) else {
        return false;
    };
    let gap = tail.map(|tail| {
        let gap = (pieces.len(), 8usize.saturating_sub(pieces.len() + tail.len()));
        pieces.extend(core::iter::repeat_n('0', gap.1));
        pieces.push_str(&tail);
        gap
    });
    let longest = (2..=8).rev().find_map(|run| find(&pieces, &"0".repeat(run)).map(|at| (at, run)));
    pieces.len() == 8 && longest == gap
}

/// A `0` for each piece of an IPv6 address that is zero, and another character for each other one.
fn zeros(pieces: &str) -> Option<String> {
    let known = |piece: &str| match piece {
        "0" => Some('0'),
        _ if piece.starts_with('0') || !matches!(piece.len(), 1..=4) => None,
        _ => is_all(piece, u8::is_ascii_hexdigit).then_some('1'),
    };
    pieces.split(':').filter(|_| !pieces.is_empty()).map(known).collect()
}

fn is_encoded(label: &str) -> bool {
    label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"))
}

/// Decodes a label, keeping nothing but whether that is possible (RFC 3492 section 6.2).
fn check_punycode(label: &str) -> Option<()> {
    let encoded = label.get(4..).filter(|_| label.len() <= 63)?;
    let (basic, digits) = match encoded.rsplit_once('-') {
        Some(("", _)) => return None,
        Some(split) => split,
        None => ("", encoded),
    };
    let mut digits = digits.bytes().peekable();
    digits.peek()?;
    let (mut code_point, mut at, mut bias) = (128, 0, 72);
    let mut length = basic.len() as u64;
    let mut starts_with_joiner = false;
    while digits.peek().is_some() {
        let (before, mut weight, mut k) = (at, 1, 36);
        loop {
            // Letters are 0 to 25, digits 26 to 35.
            let digit = u64::from((char::from(digits.next()?).to_digit(36)? + 26) % 36);
            at += digit * weight;
            if at > u64::from(u32::MAX) {
                return None;
            }
            let threshold = u64::clamp(k - u64::min(k, bias), 1, 26);
            if digit < threshold {
                break;
            }
            weight *= 36 - threshold;
            k += 36;
        }
        length += 1;
        let mut delta = (at - before) / if before == 0 { 700 } else { 2 };
        delta += delta / length;
        bias = 0;
        while delta > 455 {
            delta /= 35;
            bias += 36;
        }
        bias += 36 * delta / (delta + 38);
        code_point += at / length;
        at %= length;
        let decoded = u32::try_from(code_point).ok().and_then(char::from_u32)?;
        // No host has the replacement character, nor does one begin with a joiner.
        if decoded == '\u{fffd}' {
            return None;
        }
        if at == 0 {
            starts_with_joiner = matches!(decoded, '\u{200c}' | '\u{200d}');
        }
        at += 1;
    }
    (!starts_with_joiner).then_some(())
}

/// Appends a relative path to a folder (RFC 3986 section 5.2.4), with the characters percent-encoded that are not
/// allowed in a path but accepted by browsers.
fn append(folder: &str, relative: &str) -> String {
    let mut path = [folder, "/"].concat();
    for segment in relative.split_inclusive('/') {
        let name = segment.strip_suffix('/').unwrap_or(segment);
        let is = |dots: &&str| name.eq_ignore_ascii_case(dots);
        if ["..", ".%2e", "%2e.", "%2e%2e"].iter().any(is) {
            let mut folders = path.rsplit('/').skip(1);
            let parent = folders.next().unwrap_or_default();
            // What looks like the letter of a drive has no parent for some programs.
            let drive = matches!(parent.as_bytes(), [letter, b':' | b'|'] if letter.is_ascii_alphabetic());
            if !drive && folders.next().is_some() {
                path.truncate(path.len() - parent.len() - 1);
            }
        } else if ![".", "%2e"].iter().any(is) {
            for c in segment.chars() {
                match c {
                    '"' => path.push_str("%22"),
                    '<' => path.push_str("%3C"),
                    '>' => path.push_str("%3E"),
                    '`' => path.push_str("%60"),
                    '{' => path.push_str("%7B"),
                    '}' => path.push_str("%7D"),
                    _ => path.push(c),
                }
            }
        }
    }
    path
}
