/**
 * Calls that a user waits for in a dialog, and calls in a background job: both end in time and report what happened, even when
 * Bitbucket is slow or fails.
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { startRedis } from '../support/redis.js';
import { pause, until } from '../support/waiting.js';
import { startScene } from './support/scene.js';

const HOUR = 3_600_000;

const DIALOG_MS = 15_000;
const CALL_MS = 60_000;

/** The additional time that a busy machine may take. */
const SLACK_MS = 1500;

/**
 * The simulator's lockout (the time in which it rejects a client's valid refresh tokens after a dead one), and the longer lockout
 * that the plugin assumes by default.
 */
const LOCKOUT = { lockoutMs: 20_000, variables: { INTEGRATION_AUTH_BITBUCKET_LOCKOUT_MS: '30000' } };

/** The message that each dialog shows to the user. If a dialog's call throws, the dialog shows the error's message. */
const DIALOGS = {
  testConnection: async (wrapper) => {
    const { success, message } = await wrapper.testConnection();
    assert.equal(success, false);
    return message;
  },
  listRepositories: async (wrapper) => (await thrownBy(() => wrapper.listRepositories({ workspace: 'acme' }))).message,
  listWorkspaces: async (wrapper) => (await thrownBy(() => wrapper.listWorkspaces())).message,
};

/**
 * Creates connections whose access tokens have expired, and returns a wrapper for each connection. The refresh token of a dead
 * connection was used up elsewhere; the refresh token of a healthy connection is valid.
 */
async function start(t, { dead = 0, healthy = 1, host, ...settings }) {
  const scene = await startScene({ accessTokenLifetimeMs: HOUR, ...settings });
  t.after(() => scene.close());
  const { wrapper: Wrapper } = createEntry(scene.environment);
  const open = async (name, isDead) => {
    const config = await scene.connect(name);
    if (isDead) await scene.refreshElsewhere(config.refresh_token);
    const [refreshed_at, expires_at] = [-HOUR - 1000, -1000].map((ms) => new Date(Date.now() + ms).toISOString());
    return new Wrapper({ ...config, refreshed_at, expires_at }, host);
  };
  const all = (count, isDead) => Promise.all(Array.from({ length: count }, (_, index) => open(`${isDead} ${index}`, isDead)));
  const wrappers = { dead: await all(dead, true), healthy: await all(healthy, false) };
  // The access tokens expire, and the grace period of the used refresh tokens ends.
  scene.bitbucket.control.advance(HOUR + 1000);
  return { ...scene, ...wrappers };
}

async function within(limitMs, call) {
  const begun = performance.now();
  const result = await call();
  const tookMs = performance.now() - begun;
  assert.ok(tookMs < limitMs + SLACK_MS, `it took ${tookMs} ms`);
  return result;
}

describe('a call in a dialog or a background job ends in time and reports what happened', { concurrency: true }, () => {
  for (const [name, open] of Object.entries(DIALOGS)) {
    for (const [limit, timeoutMs] of [['the usual time limit', 10_000], ['a longer time limit', 60_000]]) {
      test(`while the token endpoint hangs: ${name}, with ${limit} for requests`, async (t) => {
        const variables = { INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: String(timeoutMs) };
        const { tap, healthy: [wrapper] } = await start(t, { variables });
        tap.outage = { kind: 'hang' };
        assert.match(await within(DIALOG_MS, () => open(wrapper)), /did not respond in time/);
      });
    }

    test(`while Bitbucket rejects valid refresh tokens because it got a used-up one: ${name}`, async (t) => {
      const { tap, dead: [dead], healthy: [wrapper] } = await start(t, { dead: 1, ...LOCKOUT });
      const outcome = dead.use((client) => client.get('/user')).catch(() => {});
      assert.ok(await until(() => tap.requests.some(({ status }) => status === 400)));
      assert.match(await within(DIALOG_MS, () => open(wrapper)), /not been refreshed yet.*No action is needed/);
      await outcome;
    });
  }

  test("while another process holds the connection's lock and waits: testConnection", async (t) => {
    const { tap, environment, dead: [dead], healthy: [wrapper] } = await start(t, { dead: 1, ...LOCKOUT });
    const outcomes = [dead.use((client) => client.get('/user')).catch(() => {})];
    assert.ok(await until(() => tap.requests.some(({ status }) => status === 400)));
    outcomes.push(wrapper.use((client) => client.get('/user')).catch(() => {}));
    // The second connection waits in the queue, or Bitbucket rejected its refresh token as well: on a busy machine, it may have
    // sent its request before this process had handled the rejection of the first connection's token.
    await pause(500);
    const { length: before } = tap.requests;
    // A copy of the module shares only the token store with this one, like another process.
    const copy = createRequire(import.meta.url)('nocodb-bitbucket-auth');
    const other = new (copy.createEntry(environment).wrapper)(wrapper.config);
    const { success, message } = await within(DIALOG_MS, () => other.testConnection());
    assert.deepEqual([success, tap.requests.length], [false, before]);
    assert.match(message, /not been refreshed yet.*No action is needed/);
    await Promise.all(outcomes);
  });

  test('while NocoDB never finishes storing the tokens: testConnection succeeds, because the new tokens are valid', async (t) => {
    const { healthy: [wrapper] } = await start(t, { host: { saveConfig: () => new Promise(() => {}) } });
    const { success, message } = await within(DIALOG_MS, () => wrapper.testConnection());
    assert.ok(success, message);
  });

  test('while neither the token endpoint nor Redis responds: connectionStatus', async (t) => {
    const redis = await startRedis(t);
    const { tap, healthy: [wrapper] } = await start(t, {
      variables: { INTEGRATION_AUTH_BITBUCKET_REDIS_URL: redis.url },
    });
    tap.outage = { kind: 'hang' };
    redis.pause();
    t.after(() => redis.resume());
    assert.equal((await within(DIALOG_MS, () => wrapper.connectionStatus())).kind, 'oauth');
  });

  test('while Bitbucket rejects valid refresh tokens because it got a used-up one: background jobs', async (t) => {
    const { tap, dead: [dead], healthy } = await start(t, { dead: 1, healthy: 8, ...LOCKOUT });
    const ask = (wrapper) => wrapper.use((client) => client.get('/user')).then(() => undefined, (error) => error);
    const calls = [ask(dead)];
    assert.ok(await until(() => tap.requests.some(({ status }) => status === 400)));
    calls.push(...healthy.map(ask));
    const [ofTheDead, ...others] = await within(CALL_MS, () => Promise.all(calls));
    // By then, the plugin does not know yet whether Bitbucket will ever accept the refresh token of the first connection again.
    // The other calls may have succeeded in time.
    for (const { code, retryable, retryAfter, message } of [ofTheDead, ...others.filter(Boolean)]) {
      assert.deepEqual([code, retryable], ['REFRESH_PENDING', true]);
      assert.ok(retryAfter > 0);
      assert.match(message, /not been refreshed yet.*No action is needed/);
    }
  });
});
