/**
 * Lines of the log: one for each event, in one form.
 *
 *     WARN refresh-failed, connection "Sales", 231 ms: Bitbucket could not be reached.
 *
 * In: an event, and whose it is. Out: its line. What never happens here: something is written, or a line has a break in it.
 */

/**
 * @typedef {object} LogEntry
 * @property {'INFO' | 'WARN' | 'ERROR'} level
 * @property {string} event README lists them
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
  // A title is anybody's text, and a log is read line by line.
  const shown = title === undefined ? name : `"${title.replace(/\p{C}+/gu, ' ').slice(0, LONGEST_TITLE)}"`;
  return [
    `${level} ${event}`,
    ...(shown === undefined ? [] : [`connection ${shown}`]),
    ...(durationMs === undefined ? [] : [`${Math.round(durationMs)} ms`]),
  ].join(', ').concat(`: ${text}`);
}
