/**
 * Formats the log: one line for each event.
 *
 *     WARN refresh-failed, connection "Sales", 231 ms: Bitbucket could not be reached.
 *
 * In: an event, and its connection. Out: a line. Never: a line break in a line, or a line on the standard output. The standard
 * output belongs to the program.
 */

/**
 * @typedef {object} LogEntry
 * @property {'INFO' | 'WARN' | 'ERROR'} level
 * @property {string} event one of the names in docs/observability.md
 * @property {string} text for people
 * @property {number} [durationMs]
 */

const MAX_TITLE_LENGTH = 100;

/**
 * @param {LogEntry} entry
 * @param {{ title?: string | undefined, name?: string | undefined }} [connection] its title in NocoDB; without one, a name that
 *   reveals nothing
 * @returns {string}
 */
export function logLine({ level, event, text, durationMs }, { title, name } = {}) {
  const shown = title === undefined ? name : quote(title);
  return [
    `${level} ${event}`,
    ...(shown === undefined ? [] : [`connection ${shown}`]),
    ...(durationMs === undefined ? [] : [`${Math.round(durationMs)} ms`]),
  ].join(', ').concat(`: ${text}`);
}

/**
 * Writes a line to the standard error output, for code that has no logger of NocoDB.
 *
 * @param {string} line
 */
export function warn(line) {
  console.warn(`[nocodb-bitbucket-auth] ${line}`);
}

/**
 * Escapes a title, because users choose titles, and a program may read the log line by line.
 *
 * @param {string} title
 */
function quote(title) {
  const characters = [...title.replace(/[\p{C}\p{Z}]+/gu, ' ')];
  return JSON.stringify(characters.slice(0, MAX_TITLE_LENGTH).join(''));
}
