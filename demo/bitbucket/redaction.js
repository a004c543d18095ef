/**
 * One log line per request, with nothing in it that is worth stealing.
 *
 * In: method, URL, status and a few words about what happened. Out: text. Values are shown by permission,
 * not hidden by prohibition: a parameter that nobody thought of is `[redacted]`. Headers and bodies are
 * never shown at all.
 */
const SHOWN_EVERYWHERE = ['response_type', 'scope', 'code_challenge_method'];
const SHOWN_ON_API = ['page', 'pagelen', 'state', 'role'];
const KNOWN_NAMES = [
  ...SHOWN_EVERYWHERE,
  ...SHOWN_ON_API,
  'client_id',
  'redirect_uri',
  'code',
  'code_challenge',
  'code_verifier',
  'access_token',
  'refresh_token',
  'client_secret',
  'grant_type',
  'error',
  'next',
  'q',
  'sort',
  'fields',
];
const HARMLESS = /^[A-Za-z0-9:_ -]{1,200}$/;
const OWN_PATHS = [
  /^\/site\/(oauth2\/(authorize|access_token)|signin)$/,
  /^\/2\.0\/[A-Za-z0-9._~%{}/-]{0,200}$/,
  /^\/(__control\/[a-z]{1,20}|elsewhere)$/,
];

function describeQuery(searchParams, isApi) {
  const shown = isApi ? [...SHOWN_EVERYWHERE, ...SHOWN_ON_API] : SHOWN_EVERYWHERE;
  return [...searchParams]
    .map(([name, value]) => {
      const shownValue =
        shown.includes(name) && HARMLESS.test(value) ? value.replaceAll(' ', '+') : '[redacted]';
      return `${KNOWN_NAMES.includes(name) ? name : '[redacted]'}=${shownValue}`;
    })
    .join('&');
}

/**
 * @param {string} method
 * @param {URL | null} url null when it could not be parsed
 * @param {number | string} status
 * @param {string[]} notes words of the simulator's own
 */
export function logLine(method, url, status, notes = []) {
  const path = url && OWN_PATHS.some((own) => own.test(url.pathname)) ? url.pathname : '[unknown path]';
  const query = url ? describeQuery(url.searchParams, url.pathname.startsWith('/2.0/')) : '';
  return [method, query ? `${path}?${query}` : path, status, ...notes].join(' ');
}
