/**
 * Opens the user's browser.
 *
 * In: a URL. Out: nothing; rejects if no browser could be started. Never: a shell that
 * interprets the URL.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The commands by platform. All other platforms use the command of Linux. @type {Partial<Record<NodeJS.Platform, string[]>>} */
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
