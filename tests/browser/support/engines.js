/**
 * The three browser engines that run the tests. playwright-core drives Chromium. WebDriver drives Firefox and WebKit, because
 * playwright-core drives only its own builds of them.
 */
import { chromium } from 'playwright-core';
import { chromiumArgs, findChromium } from '../../../scripts/lib/browser.mjs';
import { WebDriverBrowser } from './webdriver.js';

/** A host name that resolves to this machine, but is not a loopback name, so pages over plain http are no secure contexts. */
export const PLAIN_HOST = 'nocodb.test';

const launchers = {
  chromium: () => chromium.launch({
    executablePath: findChromium().path,
    args: [...chromiumArgs, `--host-resolver-rules=MAP ${PLAIN_HOST} 127.0.0.1`],
    // Playwright allows every popup, which no user's browser does.
    ignoreDefaultArgs: ['--disable-popup-blocking'],
  }),
  firefox: () => WebDriverBrowser.launch('firefox'),
  webkit: () => WebDriverBrowser.launch('webkit'),
};

/** @typedef {keyof typeof launchers} Engine */

/** @type {Engine[]} */
export const engines = Object.keys(launchers);

/** A browser for all tests of a file. @param {Engine} engine */
export const launch = (engine) => launchers[engine]();
