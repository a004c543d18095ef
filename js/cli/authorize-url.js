/**
 * The command `authorize-url`: prints the address at which NocoDB's form begins a login.
 *
 * In: the environment. Out: the address. What never happens here: state or a PKCE challenge in it; NocoDB's form appends those,
 * and an address with them would be half of a login that nobody waits for.
 */

import '../../pkg/inlined/core.wasm.js';
import { readEnvironment } from '../nocodb/environment.js';
import { requireClient } from './problems.js';

/** @typedef {import('./run.js').Surroundings} Surroundings */

/**
 * @param {unknown} _options
 * @param {Surroundings} surroundings
 * @returns {Promise<number>}
 */
export async function run(_options, { env }) {
  console.log(requireClient(readEnvironment(env)).authorizationUrl());
  console.error('For looking at it: without state and PKCE, which NocoDB adds, it completes no login.');
  return 0;
}
