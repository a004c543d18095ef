/**
 * A person in front of a page that uses the package, in a real Chromium that blocks popups as it does for everybody.
 *
 * In: the page's options and what the person does. Out: what the package's functions gave. What never happens here: a
 * connection to anything but this machine, or a function of the package called without the person's click unless asked.
 */
import { after, before } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { startBitbucket } from '../../../demo/bitbucket/server.js';
import { chromiumArgs, findChromium } from '../../../scripts/lib/browser.mjs';
import { CALLBACK, startSite } from './site.js';

const PATIENCE_MS = 30_000;

/** A host name that is this machine but no loopback name, so that plain http on it is no secure context. */
export const PLAIN_HOST = 'nocodb.test';

/** A Chromium for all tests of a file. */
export function launch() {
  return chromium.launch({
    executablePath: findChromium().path,
    args: [...chromiumArgs, `--host-resolver-rules=MAP ${PLAIN_HOST} 127.0.0.1`],
    // Playwright lets every popup through, which nobody's browser does.
    ignoreDefaultArgs: ['--disable-popup-blocking'],
  });
}

/**
 * For the tests of a file: a Chromium of their own, and a function that runs a test on a scene of its own.
 *
 * @param {Parameters<typeof Scene.open>[1]} [usual] what all scenes of the file have
 */
export function scenes(usual) {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());
  return async function on(options, body) {
    const scene = await Scene.open(browser, { ...usual, ...options });
    try {
      await scene.load();
      await body(scene);
    } finally {
      await scene.close();
    }
  };
}

export class Scene {
  /**
   * @param {import('playwright-core').Browser} browser
   * @param {{ site?: Parameters<typeof startSite>[0], bitbucket?: object, callback?: string, host?: string }} [options]
   *   `callback` is the path of the redirect URI
   */
  static async open(browser, { site = {}, bitbucket = {}, callback = CALLBACK, host = 'localhost' } = {}) {
    const scene = new Scene();
    scene.site = await startSite(site);
    scene.origin = `http://${host}:${scene.site.port}`;
    scene.redirectUri = scene.origin + callback;
    scene.bb = await startBitbucket({ clients: [{ callback: scene.redirectUri }], ...bitbucket });
    scene.context = await browser.newContext();
    scene.context.setDefaultTimeout(PATIENCE_MS);
    scene.page = await scene.context.newPage();
    return scene;
  }

  /** Options for the package, with the simulator in Bitbucket's place. */
  get options() {
    const { authorizeUrl, tokenUrl, apiUrl, client } = this.bb;
    return { clientId: client.key, redirectUri: this.redirectUri, endpoints: { authorizeUrl, tokenUrl, apiUrl } };
  }

  /** Loads a page of the site with the package in it. */
  async load(page = this.page, path = '/') {
    await page.goto(this.origin + path);
    await page.locator('html[data-ready]').waitFor();
    return page;
  }

  /** Calls `authorizeInPopup` in a click. The popup, once the page has opened it. */
  async click(options = this.options, page = this.page) {
    await page.evaluate((given) => {
      document.querySelector('button').onclick = () => {
        window.outcome = window.browser.authorizeInPopup({ ...given, ...window.more })
          .then((value) => ({ value }), (error) => ({ error: error.toJSON?.() ?? String(error) }));
      };
    }, options);
    const opened = page.waitForEvent('popup');
    await page.click('button');
    return opened;
  }

  /** What the call of the last click gave: `{ value }` or `{ error }`. */
  async outcome(page = this.page) {
    // The page's own clock may be moved, so it is here that patience ends.
    const patience = new AbortController();
    const late = wait(PATIENCE_MS, undefined, patience).then(() => {
      throw new Error('there is no outcome');
    });
    try {
      return await Promise.race([page.evaluate(() => window.outcome), late]);
    } finally {
      late.catch(() => {});
      patience.abort();
    }
  }

  /** Whether the call of the last click has no outcome yet. */
  isPending(page = this.page) {
    return page.evaluate(() => Promise.race([window.outcome.then(() => false), true]));
  }

  /** Logs in if asked, and decides. @param {'Grant access' | 'Deny'} decision */
  async decide(page, decision) {
    const decide = page.getByRole('button', { name: decision });
    const logIn = page.getByRole('button', { name: 'Log in' });
    await decide.or(logIn).waitFor();
    if (await logIn.isVisible()) await logIn.click();
    await decide.click();
  }

  /** Whether the code and the verifier are ones that NocoDB's server can exchange. */
  async exchange({ code, code_verifier: verifier }) {
    const { key, secret } = this.bb.client;
    const response = await fetch(this.bb.tokenUrl, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        redirect_uri: this.redirectUri,
      }),
    });
    return { status: response.status, ...await response.json() };
  }

  async close() {
    await this.context.close();
    await this.site.close();
    await this.bb.close();
  }
}

/** Resolves when a popup is gone. @param {import('playwright-core').Page} popup */
export async function gone(popup) {
  if (!popup.isClosed()) await popup.waitForEvent('close', { timeout: PATIENCE_MS });
}
