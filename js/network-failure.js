/**
 * What went wrong on the way to Bitbucket, in words.
 *
 * In: an error of Node.js, OpenSSL, zlib or undici. Out: a `BitbucketAuthError`. What never happens here: anything but the
 * code of that error is kept; some hold sockets and addresses.
 */

import { failure } from './core.js';

/** @typedef {import('./error.js').BitbucketAuthError} BitbucketAuthError */
/** @typedef {import('./error.js').Phase} Phase */

const TIMEOUT = /^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/;

/** What the codes mean to an administrator. @type {readonly [RegExp, string][]} */
const TROUBLES = [
  [/^(ENOTFOUND|EAI_\w+)$/, 'the host name could not be resolved'],
  [/^ECONNREFUSED$/, 'the connection was refused'],
  [
    // The last two are the codes of a body that ends early, where the answer said that the connection would be closed.
    /^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|HPE_INVALID_EOF_STATE)$/,
    'the connection was closed before the answer was complete',
  ],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES|EPERM)$/, 'there is no way to the host'],
  [
    /CERT|ISSUER|SIGNATURE/,
    'the TLS certificate is not accepted; if it comes from a private authority, NODE_EXTRA_CA_CERTS must name its file',
  ],
  [/^(EPROTO|ERR_SSL_\w+|ERR_TLS_\w+)$/, 'the TLS handshake failed'],
  [/^(HPE_\w+|HTTPParserError|UND_ERR_HEADERS_OVERFLOW)$/, 'the answer is not HTTP as it should be'],
  [/^(Z_\w+|ERR_\w*BROTLI\w*|ERR__ERROR\w*)$/, 'the compressed answer is damaged'],
  [/^PROXY_407$/, 'the proxy asks for credentials, which belong into its address: http://user:password@host:port'],
  [/^PROXY_5\d\d$/, 'the proxy could not reach the host'],
  [/^PROXY_\d+$/, 'the proxy turned the connection down, so its rules must allow this host'],
];

/** The codes of requests that undici does not send. */
const UNSENDABLE = /^UND_ERR_(INVALID_ARG|NOT_SUPPORTED|REQ_CONTENT_LENGTH_MISMATCH)$/;

/** Only these words of undici's say which part of a request it is. */
const UNSENDABLE_PART = /^(?:invalid )?(?:request )?(method|path|(?:content-length|transfer-encoding|connection|keep-alive|expect|upgrade|host)(?= header))/;

/** Only these words say that an answer ended too early: undici leaves out its parser's code. */
const ENDED_EARLY = /\(Invalid EOF state\)$/;

/** To what was sent with credentials: others are not asked for. */
const REFUSED_CREDENTIALS = 'the proxy does not accept the credentials in its address';

const TELLING_NOTHING = ['Error', 'TypeError', 'AggregateError'];

/**
 * @param {unknown} error
 * @param {Phase} phase
 * @param {import('../pkg/core.js').Proxy} [proxy] that was asked
 * @returns {BitbucketAuthError}
 */
export function networkFailure(error, phase, proxy) {
  const code = codeOf(error);
  if (code && TIMEOUT.test(code)) return failure('REQUEST_TIMEOUT', phase, undefined, { cause: scrubbed(code, code) });
  if (code && UNSENDABLE.test(code)) {
    return failure('INVALID_ARGUMENT', phase, { field: unsendablePart(code, error) }, { detail: code });
  }
  const known = TROUBLES.find(([pattern]) => code && pattern.test(code))?.[1] ?? 'the request could not be sent';
  const trouble = code === 'PROXY_407' && proxy?.authorization !== undefined ? REFUSED_CREDENTIALS : known;
  const detail = [trouble, code, proxy && `the proxy of ${proxy.variable} is in use unless NO_PROXY excepts the host`];
  return failure('REQUEST_FAILED', phase, undefined, {
    detail: detail.filter(Boolean).join('; '),
    cause: scrubbed(trouble, code),
  });
}

/**
 * @param {string} code
 * @param {unknown} error
 */
function unsendablePart(code, error) {
  if (code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH') return 'content-length';
  return UNSENDABLE_PART.exec(error instanceof Error ? error.message : '')?.[1] ?? 'request';
}

/**
 * @param {string} message
 * @param {string | undefined} code
 * @returns {Error}
 */
function scrubbed(message, code) {
  return Object.assign(new Error(message), code && { code });
}

/**
 * The first error code along the chain of causes, or else a telling name.
 *
 * @param {unknown} error
 * @returns {string | undefined}
 */
function codeOf(error) {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; depth += 1) {
    if (at.name === 'HTTPParserError' && ENDED_EARLY.test(at.message)) return 'HPE_INVALID_EOF_STATE';
    const code = 'code' in at && typeof at.code === 'string' ? at.code : at.name;
    if (/^\w{1,64}$/.test(code) && !TELLING_NOTHING.includes(code)) return code;
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return undefined;
}
