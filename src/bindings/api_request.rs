//! Requests to the API as JavaScript sees them: api_request.rs.

use wasm_bindgen::prelude::*;

use super::leave;
use crate::api_request::{self, Answered, Following, Step};
use crate::endpoints::{Address, Endpoint, argument_error};
use crate::rate_limit::resource_group;

/// The API as its requests see it.
#[wasm_bindgen]
pub struct Api(Address);

#[wasm_bindgen]
impl Api {
    /// For the API's base, as the environment gave it.
    #[wasm_bindgen(constructor)]
    pub fn new(url: &str) -> core::result::Result<Api, JsValue> {
        Ok(Self(Endpoint::Api.parse(Some(url)).map_err(|reason| argument_error("apiUrl", reason))?))
    }

    /// The path, below the API's base, of a request, which is one to the API.
    pub fn admit(&self, url: &str) -> core::result::Result<String, JsValue> {
        Ok(api_request::path(&self.0, url)?)
    }

    /// What to do with an answer: `undefined` to hand it on, `'renew'` to send the request again if there is a newer
    /// credential, or what the request is like that follows a redirect.
    #[wasm_bindgen(unchecked_return_type = "'renew' | Redirect | undefined")]
    #[expect(clippy::too_many_arguments, reason = "an object would cost more than it tells")]
    pub fn judge(
        &self,
        method: &str,
        url: &str,
        with_credential: bool,
        status: u16,
        location: Option<String>,
        followed: u32,
        most: Option<f64>,
        following: &str,
    ) -> core::result::Result<JsValue, JsValue> {
        let step = api_request::judge(
            &self.0,
            &Answered {
                method,
                url,
                with_credential,
                status,
                location: location.as_deref(),
                followed,
                most,
                // Axios hands on whatever its user gave.
                following: Following::from_name(following).unwrap_or(Following::Follow),
            },
        )?;
        Ok(match step {
            Step::Deliver => JsValue::UNDEFINED,
            Step::Renew => JsValue::from_str("renew"),
            Step::Follow(redirect) => leave(&redirect),
        })
    }
}

/// The group of resources, for the rate limit, that a path below the API's base belongs to.
#[wasm_bindgen(js_name = resourceGroup)]
pub fn group_of(path: &str) -> String {
    resource_group(path).to_owned()
}

/// Whether a caller's header field, its name in lower case, goes along.
#[wasm_bindgen(js_name = mayCarry)]
pub fn may_carry(name: &str, to_api: bool, with_body: bool) -> bool {
    api_request::may_carry(name, to_api, with_body)
}
