/**
 * The API's error responses. In: a status and a text. Out: one of the forms that Bitbucket has been observed to use: an
 * error object with or without `type`, plain text, or no body at all.
 */
import { json, nothing, text } from './http.js';

export const RATE_LIMITED = 'Rate limit for this resource has been exceeded.';
export const ACCESS_DENIED = 'Access denied. You must have write or admin access.';

/** `{ type: 'error', error: { message, detail?, data?, fields? } }` */
export function apiError(status, message, extra = {}, headers = {}) {
  return json(status, { type: 'error', error: { message, ...extra } }, headers);
}

/** The published description does not require `type`. The errors of pipelines have the useful text in `detail`. */
export function untypedError(status, message, detail) {
  return json(status, { error: { message, detail } });
}

/** 400 with the names of the invalid members of a body. @param {Record<string, string[]>} fields */
export function invalidFields(fields) {
  return apiError(400, 'Bad request', { fields });
}

/** The response to a simulated fault of kind `status`, by the fault's `form`. @returns {import('./http.js').HttpResponse} */
export const STATUS_FORMS = {
  typed: (status) => apiError(status, messageFor(status)),
  untyped: (status) => untypedError(status, messageFor(status), `The details of the status ${status}.`),
  plain: (status) => text(status, status === 403 ? ACCESS_DENIED : messageFor(status)),
  none: (status) => nothing(status),
};

const messageFor = (status) => (status === 429 ? RATE_LIMITED : `Status ${status}`);
