/** Whether Bitbucket can be reached, through the configured proxy where there is one. */

import { core } from '../../core.js';
import { apiProbe, troubleOf } from '../context.js';
import { findingOf, problemsFor } from '../problems.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../doctor.js').Finding} Finding */

const NODE_CA = 'For a private certificate authority, start NocoDB and this with NODE_EXTRA_CA_CERTS.';

/**
 * The cures of the errors with these codes; `variable` names the proxy, if there is one.
 *
 * @type {readonly [RegExp, (variable?: string) => string | undefined][]}
 */
const CURES = [
  [/CERT|ISSUER|SIGNATURE/, () => NODE_CA],
  [/^(ENOTFOUND|EAI_\w+)$/, (variable) => (variable
    ? `Check the proxy's name in ${variable}, and this machine's name service.`
    : 'Check this machine\'s name service; if it needs a proxy, set HTTPS_PROXY.')],
  [/^ECONNREFUSED$/, (variable) => variable && `Start the proxy, or correct ${variable}.`],
  [/^PROXY_407$/, (variable) => `Correct user and password in ${variable}.`],
  [/^PROXY_5\d\d$/, () => 'See whether the machine of the proxy finds that host.'],
];

/** @type {import('../doctor.js').Check} */
export default {
  async run(context) {
    const problems = problemsFor(context, 'endpoints').map(findingOf);
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
 * @param {string | undefined} url absent where it cannot be used, which is told already
 * @returns {Promise<Finding | []>}
 */
async function reach(context, name, url) {
  if (url === undefined) return [];
  const isForUsers = name === 'authorization endpoint';
  const { origin } = new URL(url);
  const way = wayTo(context, url);
  if (way === undefined) {
    return { verdict: 'skipped', text: `The ${name} at ${origin} was not asked, as the proxy cannot be used.` };
  }
  try {
    const { status } = await context.ask(name === 'API' ? apiProbe(url) : url);
    return {
      reached: /** @type {Finding} */ ({ verdict: 'good', text: `The ${name} at ${origin} answers ${way.words}.` }),
      foreign: /** @type {Finding} */ ({
        verdict: 'bad',
        text: `Something else than Bitbucket answers for the ${name} at ${origin}, ${way.words}: it has the status ${status}.`,
        cure: 'A gateway that wants a login, for instance, has to let NocoDB through; an address of your own has to be right.',
      }),
      failing: /** @type {Finding} */ ({
        verdict: 'warning',
        text: `The ${name} at ${origin} answers, ${way.words}, but with an error of its own (${status}).`,
        cure: 'Look at https://bitbucket.status.atlassian.com, and try it again later.',
      }),
    }[core().endpointStatus(isForUsers, status)];
  } catch (error) {
    const text = `The ${name} at ${origin} cannot be reached ${way.words}: ${troubleOf(error)}.`;
    return { verdict: 'bad', text, cure: cureOf(error, way.variable) };
  }
}

/**
 * @param {unknown} error of a request
 * @param {string} [variable] that names the proxy
 */
function cureOf(error, variable) {
  const { code = '' } = /** @type {{ cause?: NodeJS.ErrnoException }} */ (error).cause ?? {};
  const cure = CURES.find(([pattern]) => pattern.test(code))?.[1](variable);
  return cure ?? 'The firewall, or the proxy, has to let NocoDB get there.';
}

/**
 * The way of a request, in words; `undefined` where there is none.
 *
 * @param {Context} context
 * @param {string} url
 */
function wayTo({ environment: { proxies } }, url) {
  try {
    const proxy = proxies.proxyFor(url);
    return proxy
      ? { words: `through the proxy ${proxy.origin} of ${proxy.variable}`, variable: proxy.variable }
      : { words: 'directly' };
  } catch {
    return undefined;
  }
}
