/**
 * Opens the user's browser.
 *
 * In: an address. Out: nothing; rejects where no browser could be started. What never happens here: a shell reads the address.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What each platform has for it. Those that are not listed are like Linux. @type {Partial<Record<NodeJS.Platform, string[]>>} */
const OPENERS = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** @param {string} url */
export async function openBrowser(url) {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const opener = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
  await once(opener, 'spawn');
  opener.unref();
}
