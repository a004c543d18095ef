// Connections to the simulator, and calls to its control endpoints.

/** Calls one of the simulator's control endpoints. */
export async function control(origin, name, argument = {}) {
  const response = await fetch(`${origin}/__control/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(argument),
  });
  if (!response.ok) throw new Error(`the simulator responded ${response.status} to ${name}`);
  return response.json();
}

/** Creates connections, at most a thousand per request, and returns their tokens in NocoDB's format. */
export async function connect(origin, count) {
  const tokens = [];
  while (tokens.length < count) {
    const answers = await control(origin, 'connect', { times: Math.min(1000, count - tokens.length) });
    for (const { access_token, refresh_token } of answers) {
      tokens.push({ oauth_token: access_token, refresh_token });
    }
  }
  return tokens;
}

const HOUR = 60 * 60 * 1000;

/** A stored config, as NocoDB reads it. By default its access token was just received. */
export function config(tokens, receivedAt = Date.now()) {
  return JSON.parse(JSON.stringify({
    type: 'oauth',
    ...tokens,
    expires_at: new Date(receivedAt + HOUR).toISOString(),
    refreshed_at: new Date(receivedAt).toISOString(),
    scopes: ['account', 'repository', 'pullrequest'],
  }));
}
