/**
 * Firefox and WebKitGTK, driven by WebDriver, with the members of playwright-core's pages that the tests use.
 *
 * In: commands for a window. Out: what the window's page returns. Never: two commands at once, or a permission that users do
 * not have, such as the permission to open popups without a click. Commands run one after the other, because a WebDriver session
 * has only one current window.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Builder, By, Capabilities, error as errors } from 'selenium-webdriver';
import { findFirefox, findGeckodriver } from '../../../scripts/lib/firefox.mjs';
import { findWebKitDriver, findXvfb } from '../../../scripts/lib/webkit.mjs';
import { freePort } from '../../support/http-server.js';

const PATIENCE_MS = 30_000;
const POLL_MS = 50;

// After this time without a response, the driver counts as silent. The driver's own limit for a page or a script is shorter.
const SILENCE_MS = 2 * PATIENCE_MS;

/** How to start each driver, and how it opens a page. */
const drivers = {
  firefox: {
    // Firefox opens a tab much faster than a window.
    newPage: 'tab',
    command: (port) => [findGeckodriver(), ['--port', port, '--binary', findFirefox()]],
    capabilities: {
      'browserName': 'firefox',
      // The driver allows every popup, which no user's Firefox does.
      'moz:firefoxOptions': { args: ['-headless'], prefs: { 'dom.disable_open_during_load': true } },
    },
  },
  webkit: {
    newPage: 'window',
    needsScreen: true,
    command: (port) => [findWebKitDriver(), [`--port=${port}`]],
    capabilities: { browserName: 'MiniBrowser' },
  },
};

/** Repeats `attempt` until it returns a value. After the time limit, throws the last error. */
async function until(attempt, what) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    let failure;
    try {
      const value = await attempt();
      if (value) return value;
    } catch (error) {
      failure = error;
    }
    if (Date.now() > end) throw failure ?? new Error(`there is no ${what}`);
    await wait(POLL_MS);
  }
}

/** A browser for all tests of a file: `newContext` and `close`, as playwright-core's browsers have them. */
export class WebDriverBrowser {
  #children = [];
  #home;
  #driver;
  #newPage;
  #queue = Promise.resolve();
  /** Whether the driver failed to respond to a command. Such a driver responds to no later command either. */
  isSilent = false;
  /** The window that keeps the session alive between tests. */
  #first;

  /** @param {keyof typeof drivers} engine */
  static async launch(engine) {
    const browser = new WebDriverBrowser();
    try {
      await browser.#start(drivers[engine]);
    } catch (error) {
      await browser.close();
      throw error;
    }
    return browser;
  }

  async #start({ command, capabilities, newPage, needsScreen }) {
    this.#newPage = newPage;
    this.#home = mkdtempSync(join(tmpdir(), 'browser-'));
    const env = { ...process.env, HOME: this.#home, TMPDIR: this.#home };
    if (needsScreen) {
      const screen = this.#spawn(findXvfb(), ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'],
        { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
      const [number] = await once(screen.stdio[3], 'data');
      env.DISPLAY = `:${String(number).trim()}`;
      delete env.WAYLAND_DISPLAY;
    }
    // WebKitWebDriver requires a port as an argument.
    const port = await freePort();
    this.#spawn(...command(String(port)), { stdio: 'ignore', env });
    const server = `http://127.0.0.1:${port}`;
    await until(async () => (await fetch(`${server}/status`)).ok, 'driver');
    this.#driver = await new Builder().usingServer(server).withCapabilities(new Capabilities(capabilities)).build();
    await this.#driver.manage().setTimeouts({ script: PATIENCE_MS, pageLoad: PATIENCE_MS });
    this.#first = await this.#driver.getWindowHandle();
  }

  #spawn(program, args, options) {
    const child = spawn(program, args, options);
    this.#children.push(child);
    // A program that cannot be started emits an error. The start then fails, because there is no driver.
    child.on('error', () => {});
    return child;
  }

  /** @template T @param {(driver: import('selenium-webdriver').WebDriver) => Promise<T>} body @returns {Promise<T>} */
  run(body) {
    const result = this.#queue.then(() => this.#answered(body));
    this.#queue = result.catch(() => {});
    return result;
  }

  async #answered(body) {
    const controller = new AbortController();
    const silence = wait(SILENCE_MS, undefined, { signal: controller.signal }).then(() => {
      this.isSilent = true;
    }, () => {});
    try {
      const value = this.isSilent ? undefined : await Promise.race([body(this.#driver), silence]);
      if (this.isSilent) throw new Error('the driver does not answer');
      return value;
    } finally {
      controller.abort();
    }
  }

  /** All windows that tests have opened, with their popups. */
  async handles() {
    return (await this.run((driver) => driver.getAllWindowHandles())).filter((handle) => handle !== this.#first);
  }

  async newContext() {
    return new Context(this);
  }

  async newPage() {
    const handle = await this.run(async (driver) => {
      await driver.switchTo().window(this.#first);
      await driver.switchTo().newWindow(this.#newPage);
      return driver.getWindowHandle();
    });
    return new Page(this, handle);
  }

  async close() {
    if (!this.isSilent) await this.#driver?.quit().catch(() => {});
    // The processes that were started last end first: a browser's driver before its screen.
    for (const child of this.#children.reverse()) {
      if (child.pid === undefined || child.exitCode !== null) continue;
      child.kill(this.isSilent ? 'SIGKILL' : 'SIGTERM');
      await once(child, 'exit');
    }
    if (this.#home) rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The windows of one test. Each test serves its pages on its own ports, so it shares no storage with other tests. */
class Context {
  #browser;

  constructor(browser) {
    this.#browser = browser;
  }

  newPage() {
    return this.#browser.newPage();
  }

  /** How many windows there are. */
  async count() {
    return (await this.#browser.handles()).length;
  }

  async close() {
    for (const handle of await this.#browser.handles()) await new Page(this.#browser, handle).close();
  }
}

class Page {
  #browser;
  #handle;
  #frame;

  /** @param {WebDriverBrowser} browser @param {string} [handle] absent if the window is gone @param {number} [frame] */
  constructor(browser, handle, frame) {
    this.#browser = browser;
    this.#handle = handle;
    this.#frame = frame;
  }

  /** Makes this page the driver's current window, and runs `body`. */
  #in(body) {
    return this.#browser.run(async (driver) => {
      if (this.#handle === undefined) throw new errors.NoSuchWindowError('the window is gone');
      await driver.switchTo().window(this.#handle);
      if (this.#frame !== undefined) await driver.switchTo().frame(this.#frame);
      return body(driver);
    });
  }

  /** The document in the frame with this number. */
  frame(number) {
    return new Page(this.#browser, this.#handle, number);
  }

  async evaluate(task, argument) {
    const script = `const [argument, done] = arguments;
      Promise.resolve(argument ?? undefined).then(${task}).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value, error } = await this.#in((driver) => driver.executeAsyncScript(script, argument));
    if (error !== undefined) throw new Error(error);
    return value;
  }

  /** Waits until a condition holds, and returns its value. Errors are ignored, because a page may still be loading. */
  waitForFunction(condition, argument) {
    return until(() => this.evaluate(condition, argument), 'page on which the condition holds');
  }

  goto(address) {
    return this.#in((driver) => driver.get(address));
  }

  goBack() {
    return this.#in((driver) => driver.navigate().back());
  }

  url() {
    return this.#in((driver) => driver.getCurrentUrl());
  }

  /**
   * Clicks an element. With `againAfter`, clicks it again if it is still there after this number of milliseconds.
   *
   * @param {string} selector
   * @param {{ againAfter?: number }} [options]
   */
  async click(selector, { againAfter } = {}) {
    let wasClicked = false;
    await until(async () => {
      try {
        const element = await this.#in(async (driver) => {
          const found = await driver.findElement(By.css(selector));
          await found.click();
          wasClicked = true;
          return found;
        });
        if (againAfter === undefined) return true;
        for (const end = Date.now() + againAfter; Date.now() < end; await wait(POLL_MS)) {
          await this.#in(() => element.isEnabled());
        }
        return false;
      } catch (error) {
        // After a click, these errors mean that the window is closed or shows another page.
        const isGone = error instanceof errors.NoSuchWindowError;
        const isOther = error instanceof errors.StaleElementReferenceError || error instanceof errors.NoSuchElementError;
        if (!isGone && !(wasClicked && isOther)) throw error;
        return true;
      }
    }, selector);
  }

  /** Replaces the content of a field. */
  async fill(selector, text) {
    await until(() => this.#in(async (driver) => {
      const field = await driver.findElement(By.css(selector));
      await field.clear();
      await field.sendKeys(text);
      return true;
    }), selector);
  }

  /** A picture of what the window shows, as PNG. */
  async screenshot() {
    return Buffer.from(await this.#in((driver) => driver.takeScreenshot()), 'base64');
  }

  /** Returns the popup that `act` opens. A popup that closes at once may go unnoticed. */
  async popupOf(act, isSettled) {
    const before = await this.#browser.handles();
    await act();
    let handle;
    await until(async () => {
      handle = (await this.#browser.handles()).find((other) => !before.includes(other));
      return handle ?? await isSettled();
    }, 'popup');
    return new Page(this.#browser, handle);
  }

  async isClosed() {
    return !(await this.#browser.handles()).includes(this.#handle);
  }

  async close() {
    await this.#in((driver) => driver.close()).catch((error) => {
      if (!(error instanceof errors.NoSuchWindowError)) throw error;
    });
  }
}
