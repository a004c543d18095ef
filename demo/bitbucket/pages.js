/**
 * The pages that a person sees: login, consent, error. In: plain text. Out: HTML. Only this module escapes text. The pages
 * contain no scripts or images, load nothing, and do not imitate Atlassian's pages.
 */
import { html } from './http.js';
import { DESCRIPTIONS } from './scopes.js';

const STYLE = `
  :root { color-scheme: light dark; --page: #eef1f5; --sheet: #fff; --text: #1d2939; --quiet: #475467; --faint: #667085;
    --edge: #d5dbe5; --rule: #e4e8ee; --control: #b6c0cf; --primary: #1f5fbf; --focus: #8fb8f4;
    --badge: #fff3d6; --badge-edge: #ecd291; --badge-text: #6b4e00;
    --alert: #fdecea; --alert-edge: #f0b4ad; --alert-text: #8a1c10; }
  @media (prefers-color-scheme: dark) {
    :root { --page: #15181d; --sheet: #1f242b; --text: #e6eaf0; --quiet: #b3bcc9; --faint: #97a1b0;
      --edge: #363d47; --rule: #313841; --control: #566070; --primary: #2f6fd0; --focus: #8fb8f4;
      --badge: #3d3115; --badge-edge: #7a6226; --badge-text: #f5d88a;
      --alert: #42211e; --alert-edge: #7d3a34; --alert-text: #f7b9b2; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; padding: 28px 16px; background: var(--page); color: var(--text);
    font: 15px/1.5 system-ui, sans-serif; }
  main { max-width: 480px; margin: 0 auto; padding: 28px 32px; background: var(--sheet); border: 1px solid var(--edge);
    border-radius: 10px; }
  .badge { display: inline-block; margin: 0 0 14px; padding: 3px 10px; border: 1px solid var(--badge-edge);
    border-radius: 99px; background: var(--badge); color: var(--badge-text); font-size: 13px; font-weight: 600; }
  h1 { margin: 0 0 8px; font-size: 21px; line-height: 1.3; }
  p { margin: 0 0 16px; color: var(--quiet); }
  ul { margin: 0 0 24px; padding: 0; list-style: none; border-top: 1px solid var(--rule); }
  li { padding: 5px 2px; line-height: 1.35; border-bottom: 1px solid var(--rule); }
  li code { display: block; color: var(--faint); font-size: 12px; }
  label { display: block; margin: 0 0 16px; font-weight: 600; }
  input { display: block; width: 100%; margin-top: 4px; padding: 9px 11px; border: 1px solid var(--control);
    border-radius: 6px; font: inherit; font-weight: 400; }
  .buttons { display: flex; gap: 12px; }
  button { flex: 1; padding: 10px 14px; border: 1px solid var(--control); border-radius: 6px; background: var(--sheet);
    color: inherit; font: inherit; font-weight: 600; cursor: pointer; }
  button.primary { background: var(--primary); border-color: var(--primary); color: #fff; }
  button:focus-visible, input:focus-visible { outline: 3px solid var(--focus); outline-offset: 1px; }
  .alert { padding: 10px 12px; border: 1px solid var(--alert-edge); border-radius: 6px; background: var(--alert);
    color: var(--alert-text); }
  p:last-child { margin-bottom: 0; }
  footer { margin: 18px 0 0; color: var(--faint); font-size: 13px; }
`;

const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // No form-action: Chromium also applies this directive to the redirect after the form, which leads to the client.
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
};

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escape(value) {
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

function page(status, title, content) {
  return html(
    status,
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} · Bitbucket simulator</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<div class="badge">Bitbucket simulator</div>
<h1>${escape(title)}</h1>
${content}
</main>
</body>
</html>
`,
    HEADERS,
  );
}

export function loginPage({ action, next, users: [user, ...others], failed }) {
  const names = others.map(({ nickname }) => nickname).join(', ');
  return page(
    failed ? 401 : 200,
    'Log in',
    `
${failed ? '<p class="alert" role="alert">The user name or the password is wrong.</p>' : ''}
<p>Both fields are filled in. Others who can log in, with their names as passwords: ${escape(names)}.</p>
<form method="post" action="${escape(action)}">
<input type="hidden" name="next" value="${escape(next)}">
<label>User name
<input name="username" value="${escape(user.nickname)}" autocomplete="username" required></label>
<label>Password
<input name="password" type="password" value="${escape(user.password)}" autocomplete="current-password" required>
</label>
<div class="buttons"><button class="primary" type="submit">Log in</button></div>
</form>`,
  );
}

export function consentPage({ action, requestId, client, scopes, user, redirectUri }) {
  const destination = new URL(redirectUri).host;
  const items = scopes
    .map((scope) => `<li>${escape(DESCRIPTIONS[scope])} <code>${escape(scope)}</code></li>`)
    .join('\n');
  return page(
    200,
    `${client.name} asks for access`,
    `
<p>${escape(client.name)} would like to use your Bitbucket account. It would be able to:</p>
<ul>
${items}
</ul>
<form method="post" action="${escape(action)}">
<input type="hidden" name="request" value="${escape(requestId)}">
<div class="buttons">
<button class="primary" type="submit" name="decision" value="grant">Grant access</button>
<button type="submit" name="decision" value="deny">Deny</button>
</div>
</form>
<footer>Logged in as ${escape(user.displayName)}.
Afterwards your browser goes to ${escape(destination)}.</footer>`,
  );
}

export function errorPage(status, title, explanation) {
  return page(status, title, `<p class="alert" role="alert">${escape(explanation)}</p>`);
}

/** The page that Bitbucket may send instead of JSON if a repository is missing. The page contains the user's profile. */
export function missingRepositoryPage({ nickname, displayName, email, accountId }) {
  const profile = JSON.stringify({ nickname, displayName, email, accountId });
  return page(
    404,
    'Repository not found',
    `
<p>You may not have access to this repository, or it is no longer there.</p>
<p data-profile="${escape(profile)}">Logged in as ${escape(displayName)}</p>`,
  );
}
