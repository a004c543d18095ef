//! What JavaScript is told of arguments, and of failures that only it can see: arguments.rs and error.rs.

use wasm_bindgen::prelude::*;

use super::Members;
use crate::arguments::Argument;
use crate::error::{Code, Ending, Error, Phase, Result};
use crate::host::Properties;

/// `{ name, phase, reads }`: what an argument is called, to which step it belongs, and for which members it is read.
#[wasm_bindgen(js_name = describeArgument)]
pub fn describe_argument(argument: &str) -> JsValue {
    let Some(argument) = Argument::named(argument) else { return JsValue::UNDEFINED };
    let names: Vec<String> = argument.reads().iter().map(|name| (*name).to_owned()).collect();
    Members::new()
        .text("name", Some(argument.name()))
        .text("phase", Some(argument.phase().as_str()))
        .texts("reads", Some(&names))
        .into_js()
}

/// Throws for a member that an argument cannot have.
#[wasm_bindgen(js_name = checkMember)]
pub fn check_member(argument: &str, member: &str) -> core::result::Result<(), JsValue> {
    Ok(Argument::named(argument).map_or(Ok(()), |argument| argument.check(member))?)
}

/// The error object for a failure that only JavaScript can see, with the message and flags of the one table.
#[wasm_bindgen]
pub fn failure(code: &str, phase: &str, details: &JsValue) -> core::result::Result<JsValue, JsValue> {
    let unknown = |name| Error::argument(Phase::Config, name, "is not known");
    let code = Code::from_name(code).ok_or_else(|| unknown("code"))?;
    let phase = Phase::from_name(phase).ok_or_else(|| unknown("phase"))?;
    let mut error = Error::new(code, phase);
    if !details.is_undefined() {
        let details = Properties::of(details, "details", phase)?;
        let number = |name| -> Result<Option<f64>> { Ok(details.get(name)?.and_then(|value| value.as_f64())) };
        error.status = number("status")?.map(|status| status as u16);
        error.retry_after = number("retryAfter")?.map(|wait| wait as u64);
        error.field = details.string("field")?;
        error.explanation = match details.string("ending")? {
            Some(ending) => Some(Ending::from_name(&ending).ok_or_else(|| unknown("ending"))?.explanation()),
            None => None,
        };
    }
    Ok(error.into())
}
