/**
 * A user in front of NocoDB's own GUI, in a real Chromium.
 *
 * In: what the user does, in the terms of the GUI. Out: what the GUI sent to NocoDB, and screenshots of every step.
 * Never: a call of NocoDB's API, or a connection to another machine.
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { chromiumArgs, findChromium } from '../../../scripts/lib/browser.mjs';

const screenshots = fileURLToPath(new URL('../screenshots/', import.meta.url));
const PATIENCE_MS = 60_000;

/** How often NocoDB's GUI polls the URL of its popup. */
const GUI_POLL_MS = 500;

export class Gui {
  /** The requests by which the browser created integrations, with their responses: `{ body, status, answer }`. */
  sent = [];

  /** Authorization codes that came back to NocoDB's URL. @type {string[]} */
  codes = [];

  #browser;
  #page;
  #name;
  #shots = 0;

  /** @param {string} name of the screenshots */
  static async open(name) {
    const gui = new Gui();
    gui.#name = name;
    mkdirSync(screenshots, { recursive: true });
    const { path } = findChromium();
    gui.#browser = await chromium.launch({ executablePath: path, args: chromiumArgs });
    const context = await gui.#browser.newContext({ viewport: { width: 1280, height: 800 } });
    context.setDefaultTimeout(PATIENCE_MS);
    // NocoDB's pages request a chat widget from another host.
    await context.route(({ hostname }) => hostname !== 'localhost' && hostname !== '127.0.0.1', (route) => route.abort());
    context.on('request', (request) => {
      const code = new URL(request.url()).searchParams.get('code');
      if (request.isNavigationRequest() && code) gui.codes.push(code);
    });
    gui.#page = await context.newPage();
    return gui;
  }

  close() {
    return this.#browser.close();
  }

  async screenshot(name) {
    this.#shots += 1;
    const path = `${screenshots}${this.#name}-${String(this.#shots).padStart(2, '0')}-${name}.png`;
    await this.#page.screenshot({ path, animations: 'disabled' });
  }

  /** Runs an action, and takes a screenshot if it fails. */
  async try(action) {
    try {
      return await action();
    } catch (error) {
      await this.screenshot('failed').catch(() => {});
      throw error;
    }
  }

  /** Signs in and skips the questions for a new user. */
  async signIn(url, { email, password }) {
    const page = this.#page;
    await page.goto(`${url}/dashboard/`);
    await page.locator('input[type="password"]').fill(password);
    await page.locator('input').first().fill(email);
    await this.screenshot('sign-in');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Skip', { exact: true }).click();
    await page.getByTestId('nc-sidebar-integrations-btn').waitFor();
  }

  /** Opens the form of a new Bitbucket connection. */
  async newBitbucketConnection(url) {
    const page = this.#page;
    await page.goto(`${url}/dashboard/`);
    await page.getByTestId('nc-sidebar-integrations-btn').click();
    const tile = page.getByText('Bitbucket', { exact: true });
    await tile.scrollIntoViewIfNeeded();
    await this.screenshot('integrations');
    await tile.click();
    // When the form is ready, it moves the focus to its name field. This would close a list of options that was opened earlier.
    await page.waitForFunction(() => {
      const name = document.querySelector('[data-testid="nc-form-input-title"] input');
      return name?.value === 'Bitbucket' && document.activeElement === name;
    });
  }

  /** Counts how often the page of integrations shows "Bitbucket" and "Auth Provider", the title of the category `auth`. */
  async tiles(url) {
    const page = this.#page;
    await page.goto(`${url}/dashboard/`);
    await page.getByTestId('nc-sidebar-integrations-btn').click();
    const [tiles, categories] = ['Bitbucket', 'Auth Provider'].map((text) => page.getByText(text, { exact: true }));
    await tiles.first().waitFor();
    await this.screenshot('integrations');
    return { Bitbucket: await tiles.count(), 'Auth Provider': await categories.count() };
  }

  /** The auth types that the form offers. */
  async authTypes() {
    const page = this.#page;
    const options = page.locator('.ant-select-item-option');
    await page.getByTestId('nc-form-input-config.type').click();
    await options.first().waitFor();
    const names = await options.allInnerTexts();
    await this.screenshot('auth-types');
    await options.first().click();
    return names.map((name) => name.trim());
  }

  async chooseOAuth2() {
    await this.chooseAuthType('OAuth2');
    await this.#page.getByRole('button', { name: 'Authenticate With Bitbucket' }).waitFor();
  }

  /** @param {string} name as the form shows it */
  async chooseAuthType(name) {
    const page = this.#page;
    await page.getByTestId('nc-form-input-config.type').click();
    await page.locator('.ant-select-item-option', { hasText: name }).click();
    await page.locator('.ant-select-dropdown').waitFor({ state: 'hidden' });
    await this.screenshot(name.toLowerCase().replaceAll(' ', '-'));
  }

  /** The fields of the form, in order: the path that a field writes to, and the type of its input. */
  fields() {
    return this.#page.locator('[data-testid^="nc-form-input-config."]').evaluateAll((elements) => elements.map((element) => (
      [element.dataset.testid.replace('nc-form-input-', ''), element.querySelector('input')?.type]
    )));
  }

  /** @param {string} model the path that the field writes to @param {string} text */
  async enter(model, text) {
    const field = this.#page.getByTestId(`nc-form-input-${model}`).locator('input');
    // NocoDB makes the field editable only while it has the focus, so that browsers do not fill in passwords.
    await field.click();
    await field.fill(text);
  }

  /** Grants access in the popup, after a login if the page requires it. NocoDB polls the popup's URL, and closes it. */
  async grant() {
    const popup = await this.#openPopup();
    const closed = popup.waitForEvent('close');
    await this.#decide(popup, 'Grant access');
    await closed;
    await this.screenshot('after-granted');
  }

  /**
   * Denies access in the popup, closes the popup with its own button, and returns the text that the popup showed. While the
   * popup is open, the form's button can be pressed again.
   */
  async deny() {
    const popup = await this.#openPopup();
    await this.#decide(popup, 'Deny');
    const close = popup.getByRole('button', { name: 'Close this window' });
    await close.waitFor();
    const words = await popup.locator('main').innerText();
    // By then, NocoDB's page has polled the popup's URL.
    await this.#page.waitForTimeout(GUI_POLL_MS * 3);
    await popup.screenshot({ path: `${screenshots}${this.#name}-denied.png` });
    await this.screenshot('after-denied');
    const closed = popup.waitForEvent('close');
    // A driver may not report the end of a click that closes the window.
    await close.click().catch(() => {});
    await closed;
    return words;
  }

  async #openPopup() {
    const opened = this.#page.waitForEvent('popup');
    await this.#page.getByRole('button', { name: 'Authenticate With Bitbucket' }).click();
    return opened;
  }

  async #decide(popup, decision) {
    const decide = popup.getByRole('button', { name: decision });
    const logIn = popup.getByRole('button', { name: 'Log in' });
    await decide.or(logIn).waitFor();
    if (await logIn.isVisible()) await logIn.click();
    await decide.waitFor();
    await popup.screenshot({ path: `${screenshots}${this.#name}-consent.png` });
    await decide.click();
  }

  /** Presses the button that stores the connection, and waits for NocoDB's response. */
  async createIntegration() {
    const page = this.#page;
    const answered = page.waitForResponse((response) =>
      response.request().method() === 'POST' && new URL(response.url()).pathname.endsWith('/api/v2/meta/integrations'));
    await page.getByRole('button', { name: 'Create integration' }).click();
    const response = await answered;
    const exchange = {
      body: response.request().postDataJSON(),
      status: response.status(),
      answer: await response.json(),
    };
    this.sent.push(exchange);
    return exchange;
  }

  /** Presses the form's button, waits for the message `text`, and returns whether the GUI sent no request. */
  async createIsRefusedWith(text) {
    let requests = 0;
    const count = (request) => {
      if (request.method() === 'POST' && request.url().includes('/meta/integrations')) requests += 1;
    };
    this.#page.on('request', count);
    await this.#page.getByRole('button', { name: 'Create integration' }).click();
    await this.#page.getByText(text).first().waitFor();
    await this.screenshot('incomplete');
    this.#page.off('request', count);
    return requests === 0;
  }

  /** Waits for a text on the page. */
  async see(text, name) {
    await this.#page.getByText(text).first().waitFor();
    await this.screenshot(name);
  }

  /** Waits until the list of connections shows Bitbucket that many times. */
  async seeConnection(times = 1) {
    await this.#page.locator('tr', { hasText: 'Bitbucket' }).first().waitFor();
    await this.#page.getByText(times === 1 ? '1 record' : `${times} records`).waitFor();
    await this.screenshot('connected');
  }
}
