// What a user does in NocoDB to get to each picture, in three acts. In each act, NocoDB has different environment variables.
// In: a studio (it takes the pictures), a NocoDB, the simulator. Out: pictures. Never: a text of the guide, or a coordinate.
import { ADMIN } from '../../../tests/e2e/support/host.js';
import { simulatorVariables } from '../../../tests/support/environment.js';
import { ORIGIN } from './studio.mjs';
import { inTerminal } from './terminal.mjs';

const SECRET = 'INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET';
const BUTTON = { name: 'Authenticate With Bitbucket' };
const WINDOW = { width: 500, height: 720 };
/** The window size for a list with all of its columns. */
const WIDE = { width: 1280, height: 620 };
const SMALL_WINDOW = { width: 500, height: 260 };

/** @typedef {{ studio: import('./studio.mjs').Studio, host: import('../../../tests/e2e/support/host.js').Host,
 *   page: import('playwright-core').Page }} Stage */

const dialog = (page) => page.locator('.nc-form-builder');
const field = (page, model) => page.getByTestId(`nc-form-input-${model}`);
const authType = (page) => field(page, 'config.type').locator('.ant-select-selector');
const option = (page, name) => page.locator('.ant-select-item-option', { hasText: name });
const create = (page) => page.getByRole('button', { name: 'Create integration' });

async function signIn({ page }) {
  await page.goto(`${ORIGIN}/dashboard/`);
  await page.locator('input[type="password"]').fill(ADMIN.password);
  await page.locator('input').first().fill(ADMIN.email);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Skip', { exact: true }).click();
  await page.getByTestId('nc-sidebar-integrations-btn').waitFor();
}

async function openIntegrations({ page }) {
  await page.goto(`${ORIGIN}/dashboard/`);
  await page.getByTestId('nc-sidebar-integrations-btn').click();
  const tile = page.getByText('Bitbucket', { exact: true });
  await tile.scrollIntoViewIfNeeded();
  return tile;
}

async function openForm(stage) {
  const { page } = stage;
  await (await openIntegrations(stage)).click();
  // When the form is ready, it selects the text of its name field, which closes a list of options that was opened earlier.
  await page.waitForFunction(() => {
    const name = document.querySelector('[data-testid="nc-form-input-title"] input');
    return name?.value === 'Bitbucket' && document.activeElement === name;
  });
}

async function openAuthTypes({ page }) {
  await field(page, 'config.type').click();
  await page.locator('.ant-select-item-option').first().waitFor();
}

async function chooseAuthType(stage, name) {
  await openAuthTypes(stage);
  await option(stage.page, name).click();
  await stage.page.locator('.ant-select-dropdown').waitFor({ state: 'hidden' });
}

/** Opens Bitbucket's window, and logs in if Bitbucket shows the login page. */
async function openConsent({ page }) {
  const opened = page.waitForEvent('popup');
  await page.getByRole('button', BUTTON).click();
  const popup = await opened;
  const logIn = popup.getByRole('button', { name: 'Log in' });
  const grant = popup.getByRole('button', { name: 'Grant access' });
  await grant.or(logIn).waitFor();
  if (await logIn.isVisible()) await logIn.click();
  await grant.waitFor();
  return popup;
}

async function grant(popup) {
  const closed = popup.waitForEvent('close');
  await popup.getByRole('button', { name: 'Grant access' }).click();
  await closed;
}

async function withoutSecret(stage) {
  const { studio, page } = stage;
  await openForm(stage);
  await openAuthTypes(stage);
  await studio.take('variable-missing', page, { places: [page.locator('.ant-select-item-option')] });
  await option(page, 'Access token').click();
  await studio.take('access-token', page, {
    places: [
      authType(page),
      field(page, 'config.token'),
      field(page, 'config.workspace').or(field(page, 'config.repository')),
    ],
    size: { height: 740 },
  });
}

async function withWrongSecret(stage) {
  const { studio, page } = stage;
  await openForm(stage);
  await chooseAuthType(stage, 'OAuth2');
  await grant(await openConsent(stage));
  await create(page).click();
  const message = page.locator('.ant-message-notice-content', { hasText: /secret/i });
  await message.waitFor();
  // Hides the progress bar, which shows how much of the message's time has passed.
  await page.addStyleTag({ content: '.nc-alert-progress-wrapper { visibility: hidden }' });
  // As long as the mouse is over the message, the message stays, and the form stays busy.
  await studio.take('wrong-secret', page, {
    places: [page.locator('.ant-tooltip-inner', { hasText: /secret/i })],
    under: message,
  });
}

async function showForm(stage) {
  const { studio, page } = stage;
  const tile = (text) => page.locator('.source-card', { has: page.getByText(text, { exact: true }) });
  // The size must change before the page scrolls to the tile.
  await page.setViewportSize(WIDE);
  await openIntegrations(stage);
  await studio.take('integrations', page, {
    places: [page.getByTestId('nc-sidebar-integrations-btn'), tile('Bitbucket'), tile('BitBucket')],
    size: WIDE,
  });
  await openForm(stage);
  await openAuthTypes(stage);
  await studio.take('form', page, {
    places: [field(page, 'title').locator('input'), option(page, 'OAuth2'), option(page, 'token')],
  });
  await option(page, 'OAuth2').click();
  await studio.take('authenticate', page, { places: [authType(page), page.getByRole('button', BUTTON)] });
}

async function deny(stage) {
  const popup = await openConsent(stage);
  await stage.studio.take('consent', popup, {
    places: [
      popup.locator('.badge'),
      popup.locator('li'),
      popup.getByRole('button', { name: 'Grant access' }),
      popup.getByRole('button', { name: 'Deny' }),
    ],
    size: WINDOW,
  });
  await popup.getByRole('button', { name: 'Deny' }).click();
  await popup.getByRole('button', { name: 'Close this window' }).waitFor();
  await stage.studio.take('denied', popup, { size: SMALL_WINDOW });
  await popup.close();
}

async function connect(stage) {
  const { studio, page } = stage;
  await openForm(stage);
  await chooseAuthType(stage, 'OAuth2');
  await grant(await openConsent(stage));
  const button = page.getByRole('button', BUTTON);
  await button.locator('.text-success').waitFor();
  await studio.take('authenticated', page, { places: [button, create(page)] });
  await create(page).click();
  await page.locator('tr', { hasText: ADMIN.email }).waitFor();
  await dialog(page).waitFor({ state: 'hidden' });
  await studio.take('connected', page, { size: { ...WIDE, height: 420 } });
}

/** Opens the callback page in a tab of its own, because NocoDB closes the login window too early for a picture. */
async function showCallback({ studio }) {
  const page = await studio.newPage();
  await page.goto(`${ORIGIN}/?code=sample&state=sample`);
  await page.getByRole('heading').waitFor();
  await studio.take('callback', page, { size: SMALL_WINDOW });
  await page.close();
}

async function testConnection({ studio, host }) {
  const [{ id }] = await host.integrations();
  const { body: { token } } = await host.request('POST', '/api/v1/tokens', { description: 'Connection test' });
  const path = `/api/v2/integrations/${id}/testConnection`;
  const response = await fetch(new URL(path, host.url), { method: 'POST', headers: { 'xc-token': token } });
  const body = await response.json();
  const page = await studio.newPage();
  const line = await inTerminal(page, {
    command: `curl -X POST -H "xc-token: $TOKEN" \\\n  ${ORIGIN}${path.replace(id, '$ID')}`,
    answer: {
      ...body,
      account: { ...body.account, uuid: '{00000000-0000-4000-8000-000000000000}' },
      expiresAt: Date.UTC(2026, 0, 15, 11, 30),
    },
  });
  await studio.take('connection-test', page, {
    places: [line('curl').or(line('testConnection')), line('"message"'), line('"missingScopes"')],
    size: { width: 1060, height: 360 },
  });
  await page.close();
}

async function withClient(stage) {
  await showForm(stage);
  await deny(stage);
  await connect(stage);
  await showCallback(stage);
  await testConnection(stage);
}

/** The acts, with NocoDB's environment variables in each. */
export const acts = [
  { shows: ['variable-missing', 'access-token'], env: { [SECRET]: '' }, play: withoutSecret },
  { shows: ['wrong-secret'], env: { [SECRET]: 'a-wrong-secret' }, play: withWrongSecret },
  {
    shows: ['integrations', 'form', 'authenticate', 'consent', 'denied', 'authenticated', 'connected', 'callback',
      'connection-test'],
    env: {},
    play: withClient,
  },
];

/** Plays the acts that contain a wanted picture. */
export async function play({ studio, host, port, bitbucket, wanted }) {
  const page = await studio.newPage();
  const stage = { studio, host, page };
  let isSignedIn = false;
  for (const act of acts.filter(({ shows }) => shows.some((name) => wanted.includes(name)))) {
    await host.stop();
    await host.start(port, simulatorVariables(bitbucket, { NC_PUBLIC_URL: ORIGIN, ...act.env }));
    if (!isSignedIn) await signIn(stage);
    isSignedIn = true;
    await act.play(stage);
  }
}
