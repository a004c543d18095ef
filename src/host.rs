//! The shape of a JavaScript value.
//!
//! In: JavaScript values of any kind, since callers may pass anything. Out: Rust values or an error that names the
//! field. What never happens here: a rule of OAuth, or a call into JavaScript that may throw without being caught. A
//! getter or a proxy of the caller's may throw anywhere, and an exception that passes through WebAssembly leaves its
//! stack where it was: after enough of them nothing works any more in the whole process.

use js_sys::{Function, Reflect, Symbol, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

use crate::Reason;
use crate::error::{Error, Phase, Result};
use crate::scope::{MOST_SCOPES, ScopeSet, TOO_MANY};

/// Reads the properties of one argument; what is missing or of the wrong type is named in the error.
#[derive(Clone, Copy)]
pub struct Properties<'a> {
    object: &'a JsValue,
    prefix: &'static str,
    phase: Phase,
}

impl<'a> Properties<'a> {
    /// Takes an argument apart. `name` is what the argument is called when it is not an object.
    pub fn of(object: &'a JsValue, name: &str, phase: Phase) -> Result<Self> {
        if object.is_object() || object.is_function() {
            Ok(Self { object, prefix: "", phase })
        } else {
            Err(Error::argument(phase, name, "is not an object"))
        }
    }

    /// Puts a prefix before the names in errors, as in `endpoints.tokenUrl`.
    pub fn with_prefix(self, prefix: &'static str) -> Self {
        Self { prefix, ..self }
    }

    /// Gives the errors another phase.
    pub fn in_phase(self, phase: Phase) -> Self {
        Self { phase, ..self }
    }

    /// A property; `undefined` and `null` are absent.
    pub fn get(&self, name: &str) -> Result<Option<JsValue>> {
        Reflect::get(self.object, &JsValue::from_str(name))
            .map(|value| if value.is_undefined() || value.is_null() { None } else { Some(value) })
            .map_err(|_| self.error(name, "cannot be read"))
    }

    /// A property that is a string if it is there.
    pub fn string(&self, name: &str) -> Result<Option<String>> {
        self.get(name)?.map(|value| value.as_string().ok_or_else(|| self.error(name, "is not a string"))).transpose()
    }

    /// A property that must be a string.
    pub fn required_string(&self, name: &str) -> Result<String> {
        self.string(name)?.ok_or_else(|| self.error(name, "is missing"))
    }

    /// A property that must be a number.
    pub fn required_number(&self, name: &str) -> Result<f64> {
        self.get(name)?.and_then(|value| value.as_f64()).ok_or_else(|| self.error(name, "is not a number"))
    }

    /// A property that is a list of scopes if it is there.
    pub fn scopes(&self, name: &str) -> Result<Option<ScopeSet>> {
        self.get(name)?.map(|value| scopes(&value).map_err(|reason| self.error(name, reason))).transpose()
    }

    /// The error for one of these properties.
    pub fn error(&self, name: &str, reason: &'static str) -> Box<Error> {
        Error::argument(self.phase, &format!("{}{name}", self.prefix), reason)
    }
}

/// A string argument that must be there.
pub fn string(value: &JsValue, name: &str, phase: Phase) -> Result<String> {
    optional_string(value, name, phase)?.ok_or_else(|| Error::argument(phase, name, "is missing"))
}

/// A string argument that may be left out.
pub fn optional_string(value: &JsValue, name: &str, phase: Phase) -> Result<Option<String>> {
    match value.as_string() {
        Some(text) => Ok(Some(text)),
        None if value.is_undefined() || value.is_null() => Ok(None),
        None => Err(Error::argument(phase, name, "is not a string")),
    }
}

/// Scopes in one string or in a list of strings, or why they are none.
pub fn scopes(value: &JsValue) -> core::result::Result<ScopeSet, Reason> {
    if let Some(text) = value.as_string() {
        return ScopeSet::parse(&text);
    }
    let texts = texts(value).ok_or("is neither a string nor a list of strings")?;
    ScopeSet::read(texts?.iter().map(String::as_str))
}

/// The strings of a list, unless it is longer than a list of scopes may be; `None` for anything else.
fn texts(value: &JsValue) -> Option<core::result::Result<Vec<String>, Reason>> {
    if !is_array(value).ok()? {
        return None;
    }
    let length = get(value, "length")?.as_f64()? as usize;
    if length > MOST_SCOPES {
        return Some(Err(TOO_MANY));
    }
    let text = |at| Reflect::get_u32(value, u32::try_from(at).ok()?).ok()?.as_string();
    (0..length).map(text).collect::<Option<_>>().map(Ok)
}

#[wasm_bindgen]
extern "C" {
    /// Throws for a proxy that was revoked.
    #[wasm_bindgen(catch, js_namespace = Array, js_name = isArray)]
    fn is_array(value: &JsValue) -> core::result::Result<bool, JsValue>;

    /// False for whatever only looks like an array of bytes.
    #[wasm_bindgen(catch, js_namespace = ArrayBuffer, js_name = isView)]
    fn is_view(value: &JsValue) -> core::result::Result<bool, JsValue>;

    /// `new Uint8Array(…)`, which copies the bytes of another one, whatever properties that was given.
    #[wasm_bindgen(js_name = Uint8Array)]
    type Copy;
    #[wasm_bindgen(catch, constructor, js_class = "Uint8Array")]
    fn new(bytes: &JsValue) -> core::result::Result<Copy, JsValue>;
}

/// A property, or `None` where reading it throws.
fn get(value: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(value, &JsValue::from_str(name)).ok()
}

/// What kind of callback a caller gave.
pub enum CallbackValue {
    /// A string, or the address of a `URL`.
    Text(String),
    /// The text of `URLSearchParams`.
    Query(String),
}

/// What an object says it is. The tag, not `instanceof`, is asked: a value from another realm (a frame, a test
/// runner's sandbox) is as good as one from this realm.
fn tag(value: &JsValue) -> Option<String> {
    if value.is_object() { Reflect::get(value, &Symbol::to_string_tag()).ok()?.as_string() } else { None }
}

/// Bytes, if a value is a `Uint8Array`.
pub fn bytes(value: &JsValue) -> Option<Uint8Array> {
    if !is_view(value).ok()? || tag(value)? != "Uint8Array" {
        return None;
    }
    Copy::new(value).ok().map(JsCast::unchecked_into)
}

/// Reads a callback.
pub fn callback(value: &JsValue) -> Option<CallbackValue> {
    if let Some(text) = value.as_string() {
        return Some(CallbackValue::Text(text));
    }
    match tag(value)?.as_str() {
        "URL" => get(value, "href")?.as_string().map(CallbackValue::Text),
        "URLSearchParams" => {
            let text = get(value, "toString")?.dyn_into::<Function>().ok()?.call0(value).ok()?;
            text.as_string().map(CallbackValue::Query)
        }
        _ => None,
    }
}
