/**
 * NocoDB's registry of integrations: the model class that holds the list, and our entry in it.
 *
 * In: the class that was caught when its list was assigned, and the plugin. Out: Bitbucket in that list.
 * Never here: an integration of somebody else, or what happens to rows and wrappers (rows.js).
 */

import { wrapModel, wrapperOf } from './rows.js';

/** @typedef {import('./rows.js').Host} Host */
/** @typedef {import('./rows.js').Plugin} Plugin */

/** The member of NocoDB's class that holds the list. */
export const PROPERTY = 'availableIntegrations';

/**
 * @param {unknown} target what something is assigned to
 * @param {unknown} value
 * @returns {target is Host} whether it is NocoDB's class, receiving its list
 */
export const isHost = (target, value) => Array.isArray(value) && typeof target === 'function' &&
  ['get', 'createIntegration', 'updateIntegration'].every((name) => typeof Reflect.get(target, name) === 'function');

/**
 * @param {Host} host
 * @param {Plugin} plugin
 * @returns {string} the type that Bitbucket is listed under
 */
export function addTo(host, plugin) {
  const registry = host[PROPERTY];
  const offered = plugin.default;
  // The GUI's form for `auth` asks for a connection test, which only editions with other `auth` entries carry out.
  const type = registry.some((other) => other.type === offered.type) ? offered.type : 'development';
  // Copying reads the form as well: what is wrong with the environment is in the log as soon as NocoDB starts.
  const entry = { ...offered, type, wrapper: wrapperOf(plugin) };
  wrapModel(host, plugin);
  const existing = registry.findIndex((other) => other.type === type && other.sub_type === entry.sub_type);
  if (existing === -1) registry.push(entry);
  else registry[existing] = entry;
  return type;
}
