/**
 * Describes why a request to Bitbucket failed in the network.
 *
 * In: an error of Node.js, OpenSSL, zlib or undici. Out: a `BitbucketAuthError`. Only the code of the original error is
 * kept, because some errors hold sockets and URLs.
 */

import { failure } from './core.js';

/** @typedef {import('./error.js').BitbucketAuthError} BitbucketAuthError */
/** @typedef {import('./error.js').Phase} Phase */

const TIMEOUT = /^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/;

/** What the error codes mean to an administrator. @type {readonly [RegExp, string][]} */
const CAUSES = [
  [/^(ENOTFOUND|EAI_\w+)$/, 'the host name could not be resolved'],
  [/^ECONNREFUSED$/, 'the connection was refused'],
  [
    // The last two codes mean that a body ended early after the response announced that the connection would be closed.
    /^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|HPE_INVALID_EOF_STATE)$/,
    'the connection was closed before the response was complete',
  ],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES|EPERM)$/, 'the host is unreachable'],
  [
    /CERT|ISSUER|SIGNATURE/,
    'the TLS certificate is not accepted; if a private authority issued the certificate, NODE_EXTRA_CA_CERTS must name the '
      + 'certificate file of that authority',
  ],
  [/^(EPROTO|ERR_SSL_\w+|ERR_TLS_\w+)$/, 'the TLS handshake failed'],
  [/^(HPE_\w+|HTTPParserError|UND_ERR_HEADERS_OVERFLOW)$/, 'the response is not valid HTTP'],
  [/^(Z_\w+|ERR_\w*BROTLI\w*|ERR__ERROR\w*)$/, 'the compressed response is damaged'],
  [/^PROXY_407$/, 'the proxy requires credentials in its URL, as http://user:password@host:port'],
  [/^PROXY_5\d\d$/, 'the proxy could not reach the host'],
  [/^PROXY_\d+$/, 'the proxy refused the connection; its rules must allow this host'],
];

/** The codes of requests that undici refuses to send. */
const UNSENDABLE = /^UND_ERR_(INVALID_ARG|NOT_SUPPORTED|REQ_CONTENT_LENGTH_MISMATCH)$/;

/** undici names the invalid part of the request only in the message. */
const UNSENDABLE_PART = /^(?:invalid )?(?:request )?(method|path|(?:content-length|transfer-encoding|connection|keep-alive|expect|upgrade|host)(?= header))/;

/** For a response that ended early, undici omits its parser's error code, so only the message shows that the response ended. */
const ENDED_EARLY = /\(Invalid EOF state\)$/;

/** The cause of a 407 if the request sent credentials to the proxy. For a request without credentials, see `CAUSES`. */
const REFUSED_CREDENTIALS = 'the proxy does not accept the credentials in its URL';

const GENERIC_NAMES = ['Error', 'TypeError', 'AggregateError'];

/**
 * @param {unknown} error
 * @param {Phase} phase
 * @param {import('../pkg/core.js').Proxy} [proxy] of the request
 * @returns {BitbucketAuthError}
 */
export function networkFailure(error, phase, proxy) {
  const code = errorCodeOf(error);
  if (code && TIMEOUT.test(code)) return failure('REQUEST_TIMEOUT', phase, undefined, { cause: safeCause(code, code) });
  if (code && UNSENDABLE.test(code)) {
    return failure('INVALID_ARGUMENT', phase, { field: unsendablePart(code, error) }, { detail: code });
  }
  const known = CAUSES.find(([pattern]) => code && pattern.test(code))?.[1] ?? 'the request could not be sent';
  const cause = code === 'PROXY_407' && proxy?.authorization !== undefined ? REFUSED_CREDENTIALS : known;
  const detail = [cause, code, proxy && `the request used the proxy of ${proxy.variable}, and NO_PROXY can exempt the host`];
  return failure('REQUEST_FAILED', phase, undefined, {
    detail: detail.filter(Boolean).join('; '),
    cause: safeCause(cause, code),
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
 * An error that holds nothing but the message and the code.
 *
 * @param {string} message
 * @param {string | undefined} code
 * @returns {Error}
 */
function safeCause(message, code) {
  return Object.assign(new Error(message), code && { code });
}

/**
 * The first error code in the chain of causes, or the first name that is not generic.
 *
 * @param {unknown} error
 * @returns {string | undefined}
 */
function errorCodeOf(error) {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; depth += 1) {
    if (current.name === 'HTTPParserError' && ENDED_EARLY.test(current.message)) return 'HPE_INVALID_EOF_STATE';
    const code = 'code' in current && typeof current.code === 'string' ? current.code : current.name;
    if (/^\w{1,64}$/.test(code) && !GENERIC_NAMES.includes(code)) return code;
    current = current instanceof AggregateError ? current.errors[0] : current.cause;
  }
  return undefined;
}
