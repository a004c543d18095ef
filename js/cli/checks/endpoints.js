/** Checks whether Bitbucket can be reached, through the configured proxy if there is one. */

import { core } from '../../core.js';
import { apiProbeUrl, failureReason } from '../context.js';
import { toFinding, problemsFor } from '../problems.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../doctor.js').Finding} Finding */

const NODE_CA = 'For a private certificate authority, start NocoDB and this command with NODE_EXTRA_CA_CERTS.';

/**
 * The cures by error code. `variable` is the name of the environment variable that configures the proxy, if a proxy is used.
 *
 * @type {readonly [RegExp, (variable?: string) => string | undefined][]}
 */
const CURES = [
  [/CERT|ISSUER|SIGNATURE/, () => NODE_CA],
  [/^(ENOTFOUND|EAI_\w+)$/, (variable) => (variable
    ? `Check the proxy's name in ${variable}, and this machine's name service.`
    : 'Check this machine\'s name service. If the machine needs a proxy, set HTTPS_PROXY.')],
  [/^ECONNREFUSED$/, (variable) => variable && `Start the proxy, or correct ${variable}.`],
  [/^PROXY_407$/, (variable) => `Correct the user name and the password in ${variable}.`],
  [/^PROXY_5\d\d$/, () => 'Check whether the proxy\'s machine can reach that host.'],
];

/** @type {import('../doctor.js').Check} */
export default {
  async run(context) {
    const problems = problemsFor(context, 'endpoints').map(toFinding);
    const { authorizeUrl, tokenUrl, apiUrl } = context.environment;
    const found = await Promise.all([
      reach(context, 'authorization endpoint', authorizeUrl),
      reach(context, 'token endpoint', tokenUrl),
      reach(context, 'API', apiUrl),
    ]);
    return [...problems, ...found.flat()];
  },
};

/**
 * @param {Context} context
 * @param {'authorization endpoint' | 'token endpoint' | 'API'} name
 * @param {string | undefined} url absent if the configured URL is invalid; another finding reports that
 * @returns {Promise<Finding | []>}
 */
async function reach(context, name, url) {
  if (url === undefined) return [];
  const isForUsers = name === 'authorization endpoint';
  const { origin } = new URL(url);
  const route = routeTo(context, url);
  if (route === undefined) {
    return { verdict: 'skipped', text: `The ${name} at ${origin} was not checked, because the proxy cannot be used.` };
  }
  try {
    const { status } = await context.get(name === 'API' ? apiProbeUrl(url) : url);
    return {
      reached: /** @type {Finding} */ ({ verdict: 'good', text: `The ${name} at ${origin} answers ${route.words}.` }),
      foreign: /** @type {Finding} */ ({
        verdict: 'bad',
        text: `A server other than Bitbucket answers for the ${name} at ${origin}, ${route.words}, with the status ${status}.`,
        cure: 'If a gateway requires a login, let NocoDB through. If you configured the URL, correct it.',
      }),
      failing: /** @type {Finding} */ ({
        verdict: 'warning',
        text: `The ${name} at ${origin} answers ${route.words}, but with a server error (${status}).`,
        cure: 'Check https://bitbucket.status.atlassian.com, and try again later.',
      }),
    }[core().endpointStatus(isForUsers, status)];
  } catch (error) {
    const text = `The ${name} at ${origin} cannot be reached ${route.words}: ${failureReason(error)}.`;
    return { verdict: 'bad', text, cure: cureFor(error, route.variable) };
  }
}

/**
 * @param {unknown} error of a request
 * @param {string} [variable] the environment variable that configures the proxy
 */
function cureFor(error, variable) {
  const { code = '' } = /** @type {{ cause?: NodeJS.ErrnoException }} */ (error).cause ?? {};
  const cure = CURES.find(([pattern]) => pattern.test(code))?.[1](variable);
  return cure ?? 'Have the firewall or the proxy allow this connection.';
}

/**
 * Describes in words how a request reaches its server; `undefined` if the proxy is invalid.
 *
 * @param {Context} context
 * @param {string} url
 */
function routeTo({ environment: { proxies } }, url) {
  try {
    const proxy = proxies.proxyFor(url);
    return proxy
      ? { words: `through the proxy ${proxy.origin} of ${proxy.variable}`, variable: proxy.variable }
      : { words: 'directly' };
  } catch {
    return undefined;
  }
}
