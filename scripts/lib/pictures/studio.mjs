// A browser that takes each picture in both themes, with the same result every day.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumArgs, findChromium } from '../browser.mjs';
import { Problem, root, say } from '../run.mjs';
import { annotate, clear } from './annotate.mjs';
import { FOLDER, fileOf, pictures, themes } from './catalogue.mjs';

/** The origin of NocoDB in the pictures, whichever port NocoDB listens on. */
export const ORIGIN = 'http://localhost:8080';

const SIZE = { width: 960, height: 560 };
const SCALE = 1.5;
const PATIENCE_MS = 60_000;

/** The date of creation that every connection has in the pictures. */
const MADE = '2026-01-15 09:30:00+00:00';

/** Makes NocoDB follow the browser's theme, which can be changed without a reload. */
function followBrowser() {
  if (location.protocol.startsWith('http')) localStorage.setItem('nc-theme', 'system');
}

export class Studio {
  /** Names of the pictures that were taken. @type {Set<string>} */
  taken = new Set();

  #browser;
  #context;
  #wanted;

  /**
   * @param {object} options
   * @param {number} options.port on which NocoDB listens
   * @param {string[]} options.wanted names of pictures; others are not written
   */
  static async open({ port, wanted }) {
    const studio = new Studio();
    studio.#wanted = wanted;
    mkdirSync(join(root, FOLDER), { recursive: true });
    const rule = `MAP ${new URL(ORIGIN).host} 127.0.0.1:${port}`;
    studio.#browser = await chromium.launch({
      executablePath: findChromium().path,
      args: [...chromiumArgs, `--host-resolver-rules=${rule}`],
    });
    const context = await studio.#browser.newContext({
      viewport: SIZE, deviceScaleFactor: SCALE, locale: 'en-US', timezoneId: 'UTC', reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(PATIENCE_MS);
    await context.addInitScript(followBrowser);
    // Other hosts are blocked, because NocoDB's pages request a chat widget.
    await context.route(({ hostname }) => hostname !== 'localhost' && hostname !== '127.0.0.1', (route) => route.abort());
    await context.route(({ pathname }) => pathname === '/api/v2/meta/integrations', (route) => withFixedDates(route, port));
    studio.#context = context;
    return studio;
  }

  close() {
    return this.#browser.close();
  }

  newPage() {
    return this.#context.newPage();
  }

  /**
   * Takes a picture in both themes.
   *
   * @param {string} name
   * @param {import('playwright-core').Page} page
   * @param {object} [options]
   * @param {import('playwright-core').Locator[]} [options.places] the places to number
   * @param {import('playwright-core').Locator} [options.under] the element under the mouse; by default none
   * @param {{ width?: number, height?: number }} [options.size] of the window, for a picture without empty space
   */
  async take(name, page, { places = [], under, size } = {}) {
    if (!this.#wanted.includes(name)) return;
    const { marks } = pictures.find((picture) => picture.name === name);
    if (places.length !== marks.length) throw new Error(`${name}: ${places.length} places for ${marks.length} numbers.`);
    const { width, height } = { ...SIZE, ...size };
    await page.setViewportSize({ width, height });
    // The bottom right corner contains nothing with a tooltip.
    await (under ? under.hover() : page.mouse.move(width - 1, height - 1));
    for (const place of places) await place.first().waitFor();
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme });
      await settled(page);
      await annotate(page, places);
      const path = join(root, FOLDER, fileOf(name, theme));
      await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
      await clear(page);
    }
    await page.setViewportSize(SIZE);
    this.taken.add(name);
    say(`${name}`);
  }

  /** Throws a Problem unless every wanted picture was taken. */
  check() {
    const missing = this.#wanted.filter((name) => !this.taken.has(name));
    if (missing.length > 0) throw new Problem(`No scene shows ${missing.join(', ')}.`);
  }
}

/**
 * Waits until fonts are loaded and the page no longer changes (for example, it fades in, or its colours change with the theme).
 */
async function settled(page) {
  await page.evaluate(async () => {
    await document.fonts.ready;
    const endless = (animation) => animation.effect?.getComputedTiming().iterations === Infinity;
    const ending = document.getAnimations().filter((animation) => !endless(animation));
    await Promise.all(ending.map(({ finished }) => finished.catch(() => {})));
    await new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); });
  });
}

/** Rewrites NocoDB's responses about integrations, as if all integrations had been created on the same day. */
async function withFixedDates(route, port) {
  const request = route.request();
  if (request.method() !== 'GET') {
    await route.continue();
    return;
  }
  // Node.js sends this request, and the browser's host rule does not apply to Node.js.
  const response = await route.fetch({ url: request.url().replace(ORIGIN, `http://127.0.0.1:${port}`) });
  const body = (await response.text()).replaceAll(/"(created_at|updated_at)":"[^"]*"/g, `"$1":"${MADE}"`);
  await route.fulfill({ response, body });
}
