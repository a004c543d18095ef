/**
 * A user in front of NocoDB's own GUI, in a real Firefox, with only the steps for a connection. gui.js has all steps in Chromium.
 *
 * In: what the user does, in the terms of the GUI. Out: screenshots. Never: a call of NocoDB's API.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gone } from '../../browser/support/scene.js';
import { WebDriverBrowser } from '../../browser/support/webdriver.js';

const screenshots = fileURLToPath(new URL('../screenshots/', import.meta.url));

/** How often NocoDB's GUI polls the URL of its popup. */
const GUI_POLL_MS = 500;

export class FirefoxGui {
  #browser;
  #page;
  #name;

  /** @param {string} name of the screenshots */
  static async open(name) {
    const gui = new FirefoxGui();
    gui.#name = name;
    mkdirSync(screenshots, { recursive: true });
    gui.#browser = await WebDriverBrowser.launch('firefox');
    gui.#page = await gui.#browser.newPage();
    return gui;
  }

  close() {
    return this.#browser.close();
  }

  /** Runs an action, and takes a screenshot if it fails. */
  async try(action) {
    try {
      return await action();
    } catch (error) {
      await this.#screenshot(this.#page, 'failed').catch(() => {});
      throw error;
    }
  }

  async #screenshot(page, name) {
    writeFileSync(`${screenshots}${this.#name}-${name}.png`, await page.screenshot());
  }

  /** Presses the element with this text as soon as the element is visible. */
  async #press(text, page = this.#page, selector = 'button') {
    await page.waitForFunction(([wanted, among]) => {
      const found = [...document.querySelectorAll(among)].find((element) =>
        element.textContent.trim() === wanted && element.getClientRects().length > 0 && !element.disabled);
      document.querySelector('[data-pressed]')?.removeAttribute('data-pressed');
      found?.setAttribute('data-pressed', '');
      return Boolean(found);
    }, [text, selector]);
    await page.click('[data-pressed]');
  }

  /** Signs in as a user who has already answered NocoDB's questions to new users. */
  async signIn(url, { email, password }) {
    const page = this.#page;
    await page.goto(`${url}/dashboard/`);
    await page.fill('input[type="password"]', password);
    await page.fill('input', email);
    await page.click('button[type="submit"]');
    await page.waitForFunction(() => document.querySelector('[data-testid="nc-sidebar-integrations-btn"]') !== null);
  }

  /** Opens the form of a new Bitbucket connection, and waits until it shows the button for OAuth2. */
  async newBitbucketConnection(url) {
    const page = this.#page;
    await page.goto(`${url}/dashboard/`);
    await page.click('[data-testid="nc-sidebar-integrations-btn"]');
    await this.#press('Bitbucket', page, 'div, span');
    await page.waitForFunction(() => (
      [...document.querySelectorAll('button')].some((button) => button.textContent.trim() === 'Authenticate With Bitbucket')));
  }

  /** Grants access in the popup, which NocoDB closes. */
  async grant() {
    const popup = await this.#openPopup();
    await this.#decide(popup, 'Grant access');
    await gone(popup);
  }

  /** Denies access in the popup, closes the popup with its own button, and returns the text that the popup showed. */
  async deny() {
    const popup = await this.#openPopup();
    await this.#decide(popup, 'Deny');
    const words = await popup.waitForFunction(() => (
      document.querySelector('button')?.textContent === 'Close this window' && document.querySelector('main').innerText));
    // During this wait, NocoDB's page polls the popup's URL.
    await wait(GUI_POLL_MS * 3);
    await this.#screenshot(popup, 'denied');
    await this.#press('Close this window', popup);
    await gone(popup);
    return words;
  }

  /** Presses the button that stores the connection, and waits until the list shows the connection. */
  async createIntegration() {
    await this.#press('Create integration');
    await this.#page.waitForFunction(() => (
      [...document.querySelectorAll('tr')].some((row) => row.textContent.includes('Bitbucket'))));
    await this.#screenshot(this.#page, 'connected');
  }

  async #openPopup() {
    return this.#page.popupOf(() => this.#press('Authenticate With Bitbucket'), () => false);
  }

  async #decide(popup, decision) {
    const wanted = await popup.waitForFunction((names) => [...document.querySelectorAll('button')]
      .map((button) => button.textContent.trim()).find((name) => names.includes(name)), [decision, 'Log in']);
    if (wanted === 'Log in') await this.#press('Log in', popup);
    await this.#press(decision, popup);
  }
}
