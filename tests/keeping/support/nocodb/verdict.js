/**
 * The outcome of the calls and of the connections, in words and numbers.
 *
 * In: NocoDB's responses, its log, and the state at the end. Out: the kinds of failure, a verdict, and the lines of a report.
 * Never: a request.
 */

const MESSAGE_LENGTH = 160;

/** The name that each line of the plugin in NocoDB's log contains. */
const PLUGIN = 'nocodb-bitbucket-auth';

/**
 * @typedef {object} Result
 * @property {import('./plan.js').Round[]} plan
 * @property {number} refreshes that Bitbucket carried out
 * @property {number} enough the expected number of refreshes: one for each expiry of a connection, including the expiries in the
 *   final checks
 * @property {number} again how many refreshes used a refresh token that had already been used
 * @property {number} refused how many token requests Bitbucket rejected
 * @property {number} calls
 * @property {number} slowestMs
 * @property {Kinds} failures of calls
 * @property {Kinds} logged by the plugin
 * @property {Record<string, number>} endedByItself how many times each process ended unexpectedly
 * @property {Record<string, Verdict>} connections
 * @property {string[]} problems all other unexpected findings
 */

/**
 * @typedef {object} Verdict on a connection
 * @property {string[]} troubles where and when the connection did not work at the end
 * @property {'newest' | 'usable' | 'used'} row the row has the newest tokens, older tokens whose refresh token was not used, or
 *   tokens whose refresh token was used
 */

/** Counts how often each kind of failure or log line occurred. */
export class Kinds {
  #counts = new Map();

  add(kind) {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  get sum() {
    return [...this.#counts.values()].reduce((sum, times) => sum + times, 0);
  }

  /** A line for each kind, the most frequent first. */
  lines() {
    return [...this.#counts].sort(([, first], [, second]) => second - first)
      .map(([kind, times]) => `${String(times).padStart(7)}  ${kind}`);
  }
}

/** Shortens a message and replaces its numbers, which differ from call to call, so that the same cause gives the same text. */
const inWords = (message) => message.slice(0, MESSAGE_LENGTH).replaceAll(/\d+/g, 'N');

/**
 * Why a call failed; undefined if it succeeded.
 *
 * @param {string} method the exposed method that was called
 * @param {{ status: number, body: any }} answer
 * @returns {string | undefined}
 */
export function failureOf(method, { status, body }) {
  const reason = () => inWords(body?.msg ?? body?.message ?? JSON.stringify(body));
  if (status >= 400) return `HTTP ${status}: ${reason()}`;
  return method === 'testConnection' && body?.success !== true ? `testConnection: ${reason()}` : undefined;
}

/** What the plugin says in a line of NocoDB's log; undefined if the line is not the plugin's. @param {string} line */
export function loggedBy(line) {
  const at = line.indexOf(PLUGIN);
  return at < 0 ? undefined : inWords(line.slice(at + PLUGIN.length).replace(/^\]?:? */, ''));
}

/**
 * A connection is saved when it works in every process and its row contains a refresh token that was not used. No connection is
 * lost unavoidably here: every process runs again long before the grace period of a refresh token ends.
 *
 * @param {Pick<Result, 'connections' | 'problems'>} seen
 * @returns {{ saved: number, unavoidable: number, lost: number, isPassed: boolean }}
 */
export function judge({ connections, problems }) {
  const verdicts = Object.values(connections);
  const saved = verdicts.filter(({ troubles, row }) => troubles.length === 0 && row !== 'used').length;
  const lost = verdicts.length - saved;
  const isPassed = lost === 0 && problems.length === 0 && verdicts.every(({ row }) => row === 'newest');
  return { saved, unavoidable: 0, lost, isPassed };
}

const ROWS = {
  newest: 'its row has the newest tokens',
  usable: 'its row has older tokens whose refresh token was not used',
  used: 'its row has a refresh token that was used',
};

/** The report. @param {Result} result @returns {string[]} */
export function tell({
  plan, refreshes, enough, again, refused, calls, slowestMs, failures, logged, endedByItself, connections, problems,
}) {
  const troubles = plan.flatMap((round) => round.troubles);
  const times = (what) => troubles.filter((trouble) => trouble.what === what).length;
  const outageMs = troubles.reduce((sum, { forMs = 0 }) => sum + forMs, 0);
  const seconds = (ms) => (ms / 1000).toFixed(1);
  const howItWorks = (there) => (there.length === 0 ? 'it works' : there.join('; '));
  return [
    `${plan.length} expiries, ${times('kill')} SIGKILLs, ${times('restart')} restart of main, `
      + `PostgreSQL stopped for ${seconds(outageMs)} s`,
    `refreshes ${refreshes} where ${enough} are enough, of them ${again} with a refresh token that had been used; refused ${refused}`,
    `calls ${calls}, of them ${failures.sum} failed; the slowest took ${seconds(slowestMs)} s`,
    ...failures.lines(),
    `lines of the plugin in NocoDB's log: ${logged.sum}`,
    ...logged.lines(),
    ...Object.entries(endedByItself).filter(([, count]) => count > 0)
      .map(([name, count]) => `${name} ended by itself ${count} times`),
    ...Object.entries(connections).map(([connection, { row, troubles: there }]) => (
      `${connection}: ${ROWS[row]}; ${howItWorks(there)}`)),
    ...problems.map((problem) => `PROBLEM ${problem}`),
  ];
}
