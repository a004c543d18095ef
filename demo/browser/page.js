/**
 * The script of the example page: connects to Bitbucket, and shows each step of the login.
 *
 * In: clicks. Out: what a page that uses the package sees, abbreviated. Never: a code, verifier or state that is shown in full,
 * stored, or written to the console.
 */
import { authorizeInPopup, beginRedirect, completeRedirect } from 'nocodb-bitbucket-auth/browser';
import { watched } from './watch.js';

/** Key under which the steps are stored while this tab shows Bitbucket. */
const KEPT = 'example:steps';
const SECRET = new Set(['state', 'code', 'code_challenge']);

const steps = document.querySelector('#steps');
const buttons = document.querySelectorAll('button');
const options = await (await fetch('/options.json')).json();
let shown = [];

const shorten = (value) => `${value.slice(0, 6)}…`;

/** The parts of a URL, as rows of a table. */
function parts(url) {
  const { origin, pathname, searchParams } = new URL(url);
  const rows = [...searchParams].map(([name, value]) => [name, SECRET.has(name) ? shorten(value) : value]);
  return [['URL', origin + pathname], ...rows];
}

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

/** Adds a step to the page. `kind` is good, bad or plain. */
function show(step) {
  const { title, text, rows = [], kind = 'plain' } = step;
  shown.push(step);
  const item = element('li', '', { class: kind });
  item.append(element('h3', title));
  if (text) item.append(element('p', text));
  if (rows.length > 0) {
    const list = element('dl', '');
    for (const [name, value] of rows) list.append(element('dt', name), element('dd', value));
    item.append(list);
  }
  steps.append(item);
  item.scrollIntoView({ block: 'nearest' });
}

function clear() {
  shown = [];
  steps.replaceChildren();
}

function setBusy(isBusy) {
  buttons.forEach((button) => { button.disabled = isBusy; });
  steps.setAttribute('aria-busy', String(isBusy));
}

const watch = (way) => watched({
  built: (url) => {
    show({
      title: 'The authorization URL is built',
      text: 'With a fresh state and a fresh PKCE challenge; the verifier stays in this page.',
      rows: parts(url),
    });
    show({ title: way === 'popup' ? 'The popup shows Bitbucket' : 'This page goes to Bitbucket' });
  },
  returned: (url) => {
    if (url.split('?')[0] === options[way].redirectUri) showCallback(url);
  },
});

const windows = { popup: watch('popup'), page: watch('page') };

function showCallback(url) {
  show({ title: 'The callback has arrived', text: 'Nothing in it is trusted yet.', rows: parts(url) });
}

async function showOutcome(way, outcome) {
  let grant;
  try {
    grant = await outcome;
  } catch (error) {
    show({ title: error.code ?? error.name, text: error.message, kind: 'bad' });
    return;
  }
  if (grant === null) {
    show({ title: 'Cancelled', text: 'The window was closed, or access was denied.', kind: 'bad' });
    return;
  }
  show({
    title: 'The callback is valid',
    text: 'State, origin and path match. This is what goes to the server:',
    rows: [['code', shorten(grant.code)], ['code_verifier', shorten(grant.code_verifier)]],
    kind: 'good',
  });
  const response = await fetch('/exchange', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ way, grant }),
  });
  const result = await response.json();
  if (response.ok) {
    show({
      title: 'The server has tokens',
      text: 'Only the server knows the client secret, and it keeps the tokens.',
      rows: [['scopes', result.scopes.join(' ')], ['until', new Date(result.expiresAt).toLocaleTimeString()]],
      kind: 'good',
    });
  } else {
    show({ title: result.code ?? 'The server got no tokens', text: result.message, kind: 'bad' });
  }
}

document.querySelector('#popup').addEventListener('click', async () => {
  clear();
  // No `await` may precede this call, because a browser lets a page open a popup only in the click handler.
  const outcome = authorizeInPopup({ ...options.popup, window: windows.popup });
  setBusy(true);
  await showOutcome('popup', outcome);
  setBusy(false);
});

document.querySelector('#page').addEventListener('click', async () => {
  clear();
  setBusy(true);
  try {
    await beginRedirect({ ...options.page, window: windows.page });
    sessionStorage.setItem(KEPT, JSON.stringify(shown));
  } catch (error) {
    show({ title: error.code ?? error.name, text: error.message, kind: 'bad' });
    setBusy(false);
  }
});

// If Bitbucket has redirected the user back to this page, the page shows the earlier steps again, and completes the login.
const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? '[]');
sessionStorage.removeItem(KEPT);
const url = location.href;
if (kept.length > 0) {
  kept.forEach(show);
  showCallback(url);
  await showOutcome('page', completeRedirect());
} else if (location.search) {
  await showOutcome('page', completeRedirect());
}
setBusy(false);
document.documentElement.dataset.ready = 'yes';
