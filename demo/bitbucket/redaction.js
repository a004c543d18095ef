/**
 * One log line per request, without any secret.
 *
 * In: method, URL, status and a short note about the outcome. Out: text. Only the values of listed parameters are shown; every
 * other value is `[redacted]`. Headers and bodies are never shown.
 */
import { PULL_REQUEST_STATES } from './catalogue.js';
import { DESCRIPTIONS, parseScopes } from './scopes.js';

/** Parameters whose values are shown if they have the expected form. Other values may be secrets in the wrong parameter. */
const SHOWN = {
  response_type: (value) => ['code', 'token'].includes(value),
  scope: (value) => parseScopes(value).every((scope) => Object.hasOwn(DESCRIPTIONS, scope)),
  code_challenge_method: (value) => ['S256', 'plain'].includes(value),
};
const SHOWN_ON_API = {
  page: (value) => /^\d{1,9}$/.test(value),
  pagelen: (value) => /^\d{1,9}$/.test(value),
  role: (value) => ['owner', 'admin', 'contributor', 'member'].includes(value),
  state: (value) => PULL_REQUEST_STATES.includes(value),
};
const KNOWN_NAMES = new Set(
  [...Object.keys(SHOWN), ...Object.keys(SHOWN_ON_API)].concat(
    ['client_id', 'client_secret', 'redirect_uri', 'code', 'code_challenge', 'code_verifier'],
    ['access_token', 'refresh_token', 'grant_type', 'error', 'next', 'q', 'sort', 'fields'],
    ['ctx', 'status', 'target.branch', 'path', 'from_pullrequest_id', 'topic', 'async', 'expires', 'signature'],
    ['include', 'exclude', 'max_depth'],
  ),
);
const OWN_PATHS = [
  /^\/site\/(oauth2\/(authorize|access_token)|signin)$/,
  /^\/2\.0(\/[A-Za-z0-9._~%{}-]{0,62}){1,8}$/,
  /^\/(__control\/[a-z]{1,20}|elsewhere)$/,
  /^\/(logs|media)(\/[A-Za-z0-9._-]{1,80}){1,4}$/,
];

function describeQuery(searchParams, isApi) {
  const shown = isApi ? { ...SHOWN, ...SHOWN_ON_API } : SHOWN;
  return [...searchParams]
    .map(([name, value]) => {
      const isHarmless = Object.hasOwn(shown, name) && shown[name](value);
      const shownName = KNOWN_NAMES.has(name) ? name : '[redacted]';
      return `${shownName}=${isHarmless ? value.replaceAll(' ', '+') : '[redacted]'}`;
    })
    .join('&');
}

/**
 * @param {string} method
 * @param {URL | null} url null when it could not be parsed
 * @param {number | string} status
 * @param {string[]} notes texts of the simulator
 */
export function logLine(method, url, status, notes = []) {
  const path = url && OWN_PATHS.some((own) => own.test(url.pathname)) ? url.pathname : '[unknown path]';
  const query = url ? describeQuery(url.searchParams, url.pathname.startsWith('/2.0/')) : '';
  return [method, query ? `${path}?${query}` : path, status, ...notes].join(' ');
}
