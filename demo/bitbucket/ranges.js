/**
 * Range and conditional requests (RFC 9110 sections 13 and 14). In: a request and the whole body. Out: 200, 206, 304 or 416. A
 * request for several ranges gets the whole body, which RFC 9110 section 14.2 allows.
 */
import { createHash } from 'node:crypto';
import { nothing } from './http.js';

/** @returns {import('./http.js').HttpResponse} */
export function bytes(request, body, contentType) {
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"`;
  const headers = { 'content-type': contentType, etag, 'accept-ranges': 'bytes' };
  const known = (request.headers['if-none-match'] ?? '').split(',').map((value) => value.trim().replace(/^W\//, ''));
  // A 304 may state the length of the body that it does not send (RFC 9110 section 8.6).
  if (known.includes(etag)) return nothing(304, { etag, 'content-length': String(body.length) });
  const range = rangeOf(request.headers.range, body.length);
  const condition = request.headers['if-range'];
  if (range === undefined || (condition !== undefined && condition !== etag)) return { status: 200, headers, body };
  const { start, end } = range;
  if (start >= body.length) return nothing(416, { 'content-range': `bytes */${body.length}` });
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${start}-${end}/${body.length}` },
    body: body.subarray(start, end + 1),
  };
}

/** @returns {{ start: number, end: number } | undefined} both inclusive; undefined without a valid single range */
function rangeOf(header, length) {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (!first && !last) return undefined;
  if (!first) return { start: Math.max(0, length - Number(last)), end: length - 1 };
  if (!last) return { start: Number(first), end: length - 1 };
  if (Number(first) > Number(last)) return undefined;
  return { start: Number(first), end: Math.min(Number(last), length - 1) };
}

/** Whether `Accept` allows bytes of an unspecified type. */
export function acceptsBytes({ headers: { accept } }) {
  if (accept === undefined) return true;
  return accept.split(',').some((range) => {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const isExcluded = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    return !isExcluded && ['*/*', 'application/*', 'application/octet-stream'].includes(type);
  });
}
