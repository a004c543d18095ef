/**
 * The command `authorize-url`: prints the authorization URL with which NocoDB's form starts a login.
 *
 * In: the environment. Out: the URL. Never: a state or a PKCE challenge in the URL. NocoDB's form appends these parameters and
 * receives the callback. Without the form, no program would receive the callback.
 */

import '../../pkg/inlined/core.wasm.js';
import { readEnvironment } from '../nocodb/environment.js';
import { requireClient } from './problems.js';

/** @typedef {import('./run.js').ProcessInfo} ProcessInfo */

/**
 * @param {unknown} _options
 * @param {ProcessInfo} processInfo
 * @returns {Promise<number>}
 */
export async function run(_options, { env }) {
  console.log(requireClient(readEnvironment(env)).authorizationUrl());
  console.error('For inspection only: NocoDB adds state and PKCE. A login with this URL alone fails.');
  return 0;
}
