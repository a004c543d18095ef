/**
 * Loads the core while the page has nothing else to do, so that no click waits for it.
 *
 * In: the page in which the module was loaded. Out: nothing. What never happens here: anything outside of a page (a server
 * that renders one imports the same modules), or an error that anybody hears of: whoever calls the package gets it.
 */

import { init } from './core.js';
import { findWindow, valueOrUndefined } from './page.js';

/** After how many milliseconds a page counts as idle where its browser does not say so, as Safari. */
const IDLE_MS = 200;

/** Loads the core in the page's idle time, unless a first use was quicker. */
export function loadWhenIdle() {
  const page = findWindow(undefined);
  if (!page || valueOrUndefined(() => page.document) === undefined) return;
  const load = () => {
    // A page whose policy forbids WebAssembly, for instance. The call that needs the core fails for the same reason, and says it.
    init().catch(() => {});
  };
  if (page.requestIdleCallback) page.requestIdleCallback(load);
  else page.setTimeout(load, IDLE_MS);
}
