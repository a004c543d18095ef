//! The JavaScript bindings of src/arguments.rs and src/error.rs: schemas of arguments, and errors that only JavaScript can
//! detect.

use wasm_bindgen::prelude::*;

use super::to_js_value;
use crate::arguments::{Argument, ArgumentProblem};
use crate::error::{Code, ConnectionEnd, Error, Phase};
use crate::grant_type::GrantType;

/// The schema by which js/argument-reader.js reads an argument of a public function.
#[wasm_bindgen(js_name = argumentSchema, unchecked_return_type = "ArgumentSchema")]
pub fn argument_schema(argument: &str) -> JsValue {
    Argument::named(argument).map_or(JsValue::UNDEFINED, |argument| to_js_value(&argument.schema()))
}

/// Throws the error for an invalid argument or member. `grant_type` is the grant type of the token request, if it is known.
#[wasm_bindgen(js_name = throwArgumentError)]
pub fn throw_argument_error(
    argument: &str,
    problem: ArgumentProblem,
    member: &str,
    grant_type: Option<String>,
) -> core::result::Result<(), JsValue> {
    let phase = grant_type.and_then(|name| GrantType::from_name(&name)).map(GrantType::phase);
    Err(Argument::named(argument).map_or(JsValue::UNDEFINED, |known| known.error(problem, member, phase).into()))
}

/// The error object for a failure that only JavaScript can detect. The core defines the message and the flags of each error
/// code. `connection_end` says why a connection ended, if Bitbucket did not refuse its tokens.
#[wasm_bindgen(js_name = errorDetails, unchecked_return_type = "ErrorDetails")]
pub fn error_details(
    code: &str,
    phase: &str,
    field: Option<String>,
    status: Option<u16>,
    retry_after: Option<f64>,
    connection_end: Option<String>,
) -> core::result::Result<JsValue, JsValue> {
    let unknown = |name| Error::argument(Phase::Config, name, "is not known");
    let code = Code::from_name(code).ok_or_else(|| unknown("code"))?;
    let phase = Phase::from_name(phase).ok_or_else(|| unknown("phase"))?;
    let connection_end = connection_end
        .map(|name| ConnectionEnd::from_name(&name).ok_or_else(|| unknown("connectionEnd")))
        .transpose()?;
    let mut error = Error::new(code, phase);
    error.field = field;
    error.status = status;
    error.retry_after = retry_after.map(|wait| wait as u64);
    error.explanation = connection_end.map(ConnectionEnd::explanation);
    Ok(error.into())
}
