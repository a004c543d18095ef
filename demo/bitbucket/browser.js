/**
 * Acts as a browser and its user, for tests that need no real browser.
 *
 * In: an authorization URL and the user's decision. Out: the URL to which a browser would finally be redirected, byte for
 * byte. Like a browser, this module uses the simulator's HTTP interface: cookies, forms, redirects.
 */
const ENTITIES = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
const unescape = (value) => value.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity]);

/** The action, fields and buttons of the only form on a page. */
function readForm(page) {
  const action = /<form method="post" action="([^"]*)">/.exec(page);
  if (!action) throw new Error('the page has no form');
  const inputs = page.matchAll(/<input[^>]*? name="([^"]*)"[^>]*? value="([^"]*)"/g);
  const fields = [...inputs].map(([, name, value]) => [name, unescape(value)]);
  return { action: unescape(action[1]), fields, hasDecision: page.includes('name="decision"') };
}

/**
 * @param {{ origin: string, url: string, grant: boolean, user?: { nickname: string, password: string } }} options `user`: the
 *   user who logs in; by default the user whose name the login page contains
 * @returns {Promise<string>} the callback URL
 * @throws {Error} with the page's title when the provider shows an error page
 */
export async function authorizeInBrowser({ origin, url, grant, user }) {
  const cookies = new Map();
  let target = new URL(url, origin);
  let request = { method: 'GET' };
  for (let step = 0; step < 10; step += 1) {
    const response = await fetch(target, {
      ...request,
      redirect: 'manual',
      headers: {
        ...request.headers,
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [name, value] = cookie.split(';')[0].split('=');
      cookies.set(name, value);
    }
    const page = await response.text();
    const location = response.headers.get('location');
    if (location !== null) {
      const next = new URL(location, target);
      if (next.origin !== origin || !next.pathname.startsWith('/site/')) return location;
      target = next;
      request = { method: 'GET' };
    } else if (response.status === 200) {
      const { action, fields, hasDecision } = readForm(page);
      const body = new URLSearchParams(fields);
      if (hasDecision) body.set('decision', grant ? 'grant' : 'deny');
      if (user && body.has('username')) {
        body.set('username', user.nickname);
        body.set('password', user.password);
      }
      target = new URL(action, target);
      request = {
        method: 'POST',
        body: body.toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      };
    } else {
      const title = unescape(/<h1>([^<]*)<\/h1>/.exec(page)?.[1] ?? 'no page');
      throw new Error(`the authorize page responded with ${response.status}: ${title}`);
    }
  }
  throw new Error('too many redirects and forms before the callback');
}
