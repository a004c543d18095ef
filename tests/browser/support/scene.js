/**
 * A user in front of a page that uses the package, in a real browser that blocks popups as usual.
 *
 * In: the page's options, and what the user does. Out: the results of the package's functions. Never: a
 * connection to another machine, or a call of the package without a click of the user unless a test asks for it.
 */
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startBitbucket } from '../../../demo/bitbucket/server.js';
import { requestTokens } from '../../support/bitbucket.js';
import { engines, launch } from './engines.js';
import { CALLBACK, startSite } from './site.js';

const PATIENCE_MS = 30_000;
const POLL_MS = 50;

/**
 * Starts a browser for the tests of a file. Returns a function that runs a test in a new scene.
 *
 * @param {Parameters<typeof Scene.open>[1]} [usual] the options of all scenes of the file
 * @param {import('./engines.js').Engine} [engine]
 */
export function scenes(usual, engine = 'chromium') {
  let browser;
  before(async () => {
    browser = await launch(engine);
  });
  after(() => browser?.close());
  const run = async (options, body) => {
    const scene = await Scene.open(browser, { ...usual, ...options });
    try {
      await scene.load();
      await body(scene);
    } finally {
      await scene.close();
    }
  };
  return async function on(options, body) {
    try {
      await run(options, body);
    } catch (error) {
      // WebKit's driver sometimes loses a command when the machine is busy. The test then runs again in a new browser.
      if (!browser.isSilent) throw error;
      await browser.close();
      browser = await launch(engine);
      await run(options, body);
    }
  };
}

/** The quickest engine. Only this engine runs the tests of the core's decisions, which are the same in all engines. */
const QUICKEST = 'webkit';

/**
 * Registers the tests for each engine, or only for the engine that the variable ENGINE names.
 *
 * @param {Parameters<typeof Scene.open>[1]} usual
 * @param {(on: ReturnType<typeof scenes>, once: typeof test) => void} define defines the tests. A test whose result is the same
 *   in all engines uses `once` instead of `test`, and runs in one engine only
 */
export function inEachEngine(usual, define) {
  const { ENGINE: chosen } = process.env;
  if (chosen && !engines.includes(chosen)) throw new Error(`ENGINE takes ${engines.join(', ')}`);
  for (const engine of chosen ? [chosen] : engines) {
    describe(engine, () => define(scenes(usual, engine), engine === QUICKEST ? test : () => {}));
  }
}

export class Scene {
  /**
   * @param {import('playwright-core').Browser | import('./webdriver.js').WebDriverBrowser} browser
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
    scene.context.setDefaultTimeout?.(PATIENCE_MS);
    scene.page = await scene.context.newPage();
    return scene;
  }

  /** Options for the package, with the simulator in Bitbucket's place. */
  get options() {
    const { authorizeUrl, tokenUrl, apiUrl, client } = this.bb;
    return { clientId: client.key, redirectUri: this.redirectUri, endpoints: { authorizeUrl, tokenUrl, apiUrl } };
  }

  /** Loads a page of the site, and waits until the page has loaded the package. */
  async load(page = this.page, path = '/') {
    await page.goto(this.origin + path);
    await ready(page);
    return page;
  }

  /** Opens a page of the site in a new window. */
  async another(path = '/') {
    return this.load(await this.context.newPage(), path);
  }

  /** How many windows there are. */
  async windows() {
    return this.context.count?.() ?? this.context.pages().length;
  }

  /** Runs `body` on the document in the first frame of the page, as soon as that frame has loaded the package. */
  async inFrame(body) {
    const frame = this.page.frames ? this.page.frames()[1] : this.page.frame(0);
    await ready(frame);
    await body(this, frame);
  }

  /**
   * Calls `authorizeInPopup` in a click. Returns the popup as soon as the page has opened it.
   *
   * @param {object} [options]
   * @param {object} [page] the page or the frame with the button
   */
  click(options = this.options, page = this.page) {
    return this.popupOf(page, () => this.call(options, page));
  }

  /** Calls `authorizeInPopup` in a click, whether a popup opens or not. */
  async call(options = this.options, page = this.page) {
    await page.evaluate((given) => {
      window.settled = undefined;
      document.querySelector('button').onclick = () => {
        window.outcome = window.browser.authorizeInPopup({ ...given, ...window.more })
          .then((value) => ({ value }), (error) => ({ error: error.toJSON?.() ?? String(error) }));
        window.outcome.then((outcome) => { window.settled = outcome; });
      };
    }, options);
    await page.click('button');
  }

  /** Sets whether the page reports that it has the focus, because headless browsers differ in this. */
  setFocus(hasFocus, page = this.page) {
    return page.evaluate((given) => { document.hasFocus = () => given; }, hasFocus);
  }

  /** Returns the popup that an action on a page of this scene opens. */
  async popupOf(page, act) {
    if (page.popupOf) return page.popupOf(act, () => page.evaluate(() => Boolean(window.settled)));
    const [popup] = await Promise.all([(page.waitForEvent ? page : this.page).waitForEvent('popup'), act()]);
    return popup;
  }

  /** Waits until the call of `authorizeInPopup` in the last click ends, and returns `{ value }` or `{ error }`. */
  outcome(page = this.page) {
    // The page's own clock may be moved, so the time limit is measured here.
    return soon(() => page.evaluate(() => window.settled ?? undefined), 'outcome');
  }

  /** Whether the call of the last click has no outcome yet. */
  isPending(page = this.page) {
    return page.evaluate(() => window.settled === undefined);
  }

  /** Waits until a page shows one of these buttons, and returns the button's name. */
  shows(page, ...names) {
    return page.waitForFunction((wanted) => {
      const buttons = [...document.querySelectorAll('button')];
      buttons.forEach((button) => button.setAttribute('data-name', button.textContent.trim()));
      return buttons.map((button) => button.dataset.name).find((name) => wanted.includes(name));
    }, names).then((found) => found.jsonValue?.() ?? found);
  }

  /** Presses a button as soon as the page shows it. */
  async press(page, name) {
    await this.shows(page, name);
    await page.click(`button[data-name="${name}"]`, { againAfter: CLICK_LOST_MS });
  }

  /** Logs in if the page requires it, and presses the button of the decision. @param {'Grant access' | 'Deny'} decision */
  async decide(page, decision) {
    if (await this.shows(page, decision, 'Log in') === 'Log in') await this.press(page, 'Log in');
    await this.press(page, decision);
  }

  /** Exchanges the code and the verifier for tokens, as NocoDB's server does, and returns the token response. */
  exchange({ code, code_verifier: verifier }) {
    return requestTokens(this.bb, {
      grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: this.redirectUri,
    });
  }

  /**
   * Lets the test control the page's clock: time passes as usual, and `pass` advances the clock. Timers of more than a minute
   * fire only when `pass` is called. Shorter timers are left alone, because they may be WebDriver's own.
   */
  async holdClock(page = this.page) {
    await page.evaluate(() => {
      // Sets the members of `window`, because Firefox runs a driver's scripts with a separate `Date`.
      const { Date } = window;
      const { now } = Date;
      const { setTimeout: start, clearTimeout: stop } = window;
      const timers = new Map();
      let passed = 0;
      Date.now = () => now() + passed;
      window.setTimeout = (call, ms, ...more) => {
        const id = start(() => timers.has(id) || call(), ms, ...more);
        if (ms > 60_000) timers.set(id, { call, due: Date.now() + ms });
        return id;
      };
      window.clearTimeout = (id) => {
        timers.delete(id);
        stop(id);
      };
      window.pass = (ms) => {
        passed += ms;
        for (const [id, { call, due }] of timers) {
          if (due > Date.now()) continue;
          window.clearTimeout(id);
          call();
        }
      };
    });
  }

  /** Advances a page's controlled clock. Before and after that, waits until the page has polled its popup. */
  async pass(ms, page = this.page) {
    await wait(POPUP_POLL_MS);
    await page.evaluate((given) => window.pass(given), ms);
    await wait(POPUP_POLL_MS);
  }

  async close() {
    try {
      await this.context.close();
    } finally {
      await this.site.close();
      await this.bb.close();
    }
  }
}

/** A button that is still there after this time is pressed again: WebKit may lose a click while it replaces a page's process. */
const CLICK_LOST_MS = 10_000;

/** Long enough for the page to poll its popup, which it does every 100 milliseconds. */
export const POPUP_POLL_MS = 400;

/** Waits until a page has loaded the package. */
export function ready(page) {
  return page.waitForFunction(() => document.documentElement.dataset.ready === 'yes');
}

/** Calls `ask` until it returns a value. A call that fails is repeated, because it may fail while a page is being loaded. */
async function soon(ask, what) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await wait(POLL_MS)) {
    const found = await ask().catch(() => undefined);
    if (found !== undefined && found !== null) return found;
  }
  throw new Error(`there is no ${what}`);
}

/** Navigates a popup to a URL, and repeats this until the popup has left its page, because WebKit may lose a navigation. */
export async function sendTo(popup, address) {
  const before = await popup.url();
  const hasLeft = async () => await popup.isClosed() || await popup.url() !== before;
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    await popup.evaluate((to) => { setTimeout(() => { location.href = to; }); }, address);
    for (const again = Date.now() + CLICK_LOST_MS; Date.now() < again; await wait(POLL_MS)) {
      if (await hasLeft().catch(() => false)) return;
    }
  }
  throw new Error('the popup did not leave its page');
}

/** Resolves when a popup is closed. */
export async function gone(popup) {
  await soon(async () => await popup.isClosed() || undefined, 'end of the popup');
}

/** Waits until a page's URL meets the condition. @param {(url: URL) => boolean} condition */
export async function at(page, condition) {
  await soon(async () => condition(new URL(await page.url())) || undefined, 'such address');
}
