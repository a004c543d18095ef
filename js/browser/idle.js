/**
 * Loads the core while the page is idle, so that no click has to wait for it.
 *
 * In: the page that loaded the module. Out: nothing. Never: an effect outside of a page, or a reported error. A server that
 * renders pages imports this module too, but needs no core. If loading fails, the first call that needs the core throws the same
 * error.
 */

import { init } from './core.js';
import { findWindow, valueOrUndefined } from './page.js';

/** Delay in milliseconds after which a page counts as idle, in browsers without `requestIdleCallback` such as Safari. */
const IDLE_MS = 200;

/** Loads the core when the page is idle, unless a call has loaded it before. */
export function loadWhenIdle() {
  const page = findWindow(undefined);
  if (!page || valueOrUndefined(() => page.document) === undefined) return;
  const load = () => {
    // Loading fails, for instance, where a policy forbids WebAssembly. The call that needs the core then fails for the same
    // reason, and reports it.
    init().catch(() => {});
  };
  if (page.requestIdleCallback) page.requestIdleCallback(load);
  else page.setTimeout(load, IDLE_MS);
}
