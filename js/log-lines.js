/**
 * Lines of the log: one for each event, in one form.
 *
 *     WARN refresh-failed, connection "Sales", 231 ms: Bitbucket could not be reached.
 *
 * In: an event, and whose it is. Out: its line. What never happens here: a line has a break in it, or goes to the standard output:
 * that is a program's own.
 */

/**
 * @typedef {object} LogEntry
 * @property {'INFO' | 'WARN' | 'ERROR'} level
 * @property {string} event docs/observability.md lists them
 * @property {string} text for people
 * @property {number} [durationMs]
 */

const LONGEST_TITLE = 100;

/**
 * @param {LogEntry} entry
 * @param {{ title?: string | undefined, name?: string | undefined }} [connection] its title in the host; without one, a name that
 *   tells nothing
 * @returns {string}
 */
export function logLine({ level, event, text, durationMs }, { title, name } = {}) {
  const shown = title === undefined ? name : quoted(title);
  return [
    `${level} ${event}`,
    ...(shown === undefined ? [] : [`connection ${shown}`]),
    ...(durationMs === undefined ? [] : [`${Math.round(durationMs)} ms`]),
  ].join(', ').concat(`: ${text}`);
}

/**
 * Writes a line where no host has a log for it.
 *
 * @param {string} line
 */
export function warn(line) {
  console.warn(`[nocodb-bitbucket-auth] ${line}`);
}

/**
 * A title is anybody's text, and a log is read line by line.
 *
 * @param {string} title
 */
function quoted(title) {
  const characters = [...title.replace(/[\p{C}\p{Z}]+/gu, ' ')];
  return JSON.stringify(characters.slice(0, LONGEST_TITLE).join(''));
}
