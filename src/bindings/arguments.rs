//! What JavaScript is told of arguments, and of failures that only it can see: arguments.rs and error.rs.

use wasm_bindgen::prelude::*;

use super::leave;
use crate::arguments::{Argument, Misfit};
use crate::error::{Code, Ending, Error, Phase};
use crate::grant::Grant;

/// How an argument is taken apart.
#[wasm_bindgen(js_name = describeArgument, unchecked_return_type = "ArgumentDescription")]
pub fn describe_argument(argument: &str) -> JsValue {
    Argument::named(argument).map_or(JsValue::UNDEFINED, |argument| leave(&argument.describe()))
}

/// Throws for what does not fit. `grant`: what tokens were asked for with, where that is known.
#[wasm_bindgen(js_name = refuseArgument)]
pub fn refuse_argument(
    argument: &str,
    misfit: Misfit,
    member: &str,
    grant: Option<String>,
) -> core::result::Result<(), JsValue> {
    let phase = grant.and_then(|grant| Grant::from_name(&grant)).map(Grant::phase);
    Err(Argument::named(argument).map_or(JsValue::UNDEFINED, |known| known.refuse(misfit, member, phase).into()))
}

/// The error object for a failure that only JavaScript can see, with the message and flags of the one table. `ending`: of the
/// wrapper's connection, though Bitbucket refused nothing.
#[wasm_bindgen(unchecked_return_type = "Failure")]
pub fn failure(
    code: &str,
    phase: &str,
    field: Option<String>,
    status: Option<u16>,
    retry_after: Option<f64>,
    ending: Option<String>,
) -> core::result::Result<JsValue, JsValue> {
    let unknown = |name| Error::argument(Phase::Config, name, "is not known");
    let code = Code::from_name(code).ok_or_else(|| unknown("code"))?;
    let phase = Phase::from_name(phase).ok_or_else(|| unknown("phase"))?;
    let ending = ending.map(|name| Ending::from_name(&name).ok_or_else(|| unknown("ending"))).transpose()?;
    let mut error = Error::new(code, phase);
    error.field = field;
    error.status = status;
    error.retry_after = retry_after.map(|wait| wait as u64);
    error.explanation = ending.map(Ending::explanation);
    Ok(error.into())
}
