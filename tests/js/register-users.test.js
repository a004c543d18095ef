/**
 * Connections with an account for each user: the row has no tokens, and NocoDB stores the tokens of each user outside the row.
 * The tests run on the mock editions (imitations of versions of NocoDB) of late 2026, because earlier editions have no such rows.
 *
 * In: two users with two accounts at Bitbucket. Out: checks of whose tokens are used, refreshed, stored and counted.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { authorizationCode, startSimulator } from '../support/bitbucket.js';
import { simulatorVariables } from '../support/environment.js';
import { HOSTS, callsOf, startHost } from './register/hosts.js';

const HOUR = 3_600_000;
const USERS = ['dana', 'robin'];

for (const edition of HOSTS.filter(({ edition: name }) => name !== '0301')) {
  describe(`${edition.name}: a connection with an account for each user`, () => {
    const { ours } = callsOf(edition);

    /** A mock NocoDB with such a connection. */
    async function scene(t, env) {
      const bb = await startSimulator(t, { clients: [{ callback: 'https://nocodb.example.com/dashboard/' }] });
      const { host, kill } = startHost(edition, { env: simulatorVariables(bb, { INTEGRATION_AUTH_BITBUCKET_LOCKOUT_MS: '100', ...env }) });
      t.after(kill);
      await host('start', { registry: edition.registry });
      const id = await host('create', { ...ours, title: 'Bitbucket', credential_mode: 'per_user', config: { type: 'oauth' } });
      const connect = async (user) => host('connectUser', { id, user, payload: { code: await authorizationCode(bb, { user }) } });
      return { bb, host, id, connect };
    }

    test('is created without a code, without a request, and without a line in the log about the connection', async (t) => {
      const { bb, host, id } = await scene(t);
      assert.deepEqual(await host('row', { id }), { type: 'oauth' });
      assert.deepEqual(bb.requests, []);
      const lines = (await host('printed')).filter((line) => line.includes('nocodb-bitbucket-auth'));
      assert.equal(lines.length, 1, lines.join('\n'));
    });

    test("acts for each user with that user's tokens, and refreshes them separately", async (t) => {
      const { bb, host, id, connect } = await scene(t);
      const before = {};
      const wrappers = {};
      for (const user of USERS) {
        await connect(user);
        before[user] = await host('tokensOf', { id, user });
        assert.equal(before[user].account.nickname, user);
      }
      for (const user of USERS) wrappers[user] = await host('open', { id, user });
      for (const round of [1, 2]) {
        for (const user of USERS) assert.equal(await host('account', { first: wrappers[user] }), user);
        bb.control.advance(3 * HOUR);
        for (const user of USERS) assert.equal(await host('account', { first: wrappers[user] }), user);
        assert.equal(bb.control.stats().token.refresh_token.requests, 2 * round);
      }
      const after = {};
      for (const user of USERS) {
        after[user] = await host('tokensOf', { id, user });
        assert.notEqual(after[user].refresh_token, before[user].refresh_token);
        assert.equal(after[user].account.nickname, user);
        // The next wrapper of this user begins with these tokens.
        assert.equal(await host('account', { first: await host('open', { id, user }) }), user);
      }
      assert.notEqual(after.dana.refresh_token, after.robin.refresh_token);
      assert.deepEqual(await host('row', { id }), { type: 'oauth' });
    });

    test("ends for one user only, and the log names that user's account only", async (t) => {
      const { bb, host, id, connect } = await scene(t);
      for (const user of USERS) await connect(user);
      const dead = { refresh_token: 'dead-refresh-token' };
      await host('putUser', { id, user: 'dana', tokens: { ...(await host('tokensOf', { id, user: 'dana' })), ...dead } });
      const dana = await host('open', { id, user: 'dana' });
      const robin = await host('open', { id, user: 'robin' });
      bb.control.advance(3 * HOUR);
      let ending;
      for (let tries = 0; tries < 60 && ending?.code !== 'RECONNECT_REQUIRED'; tries += 1) {
        [ending] = await host('use', { first: dana });
        if (ending?.code !== 'RECONNECT_REQUIRED') await new Promise((resolve) => { setTimeout(resolve, 200); });
      }
      assert.equal(ending?.code, 'RECONNECT_REQUIRED', JSON.stringify(ending));
      assert.equal(await host('account', { first: robin }), 'robin');
      const lines = (await host('printed')).filter((line) => line.includes(' connection-dead, '));
      assert.equal(lines.length, 1, lines.join('\n'));
      assert.ok(lines[0].includes(' connection "Bitbucket, dana": '), lines[0]);
    });

    test('counts the requests of each user separately', async (t) => {
      const { host, id, connect } = await scene(t, { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: '4' });
      for (const user of USERS) {
        await connect(user);
        const first = await host('open', { id, user });
        // Eight requests would be too many for one user.
        for (let n = 0; n < 4; n += 1) assert.deepEqual(await host('use', { first }), [200]);
      }
    });

    test("can be connected again by one user without a change of another user's tokens", async (t) => {
      const { host, id, connect } = await scene(t);
      for (const user of USERS) await connect(user);
      const robin = await host('tokensOf', { id, user: 'robin' });
      await connect('dana');
      assert.deepEqual(await host('tokensOf', { id, user: 'robin' }), robin);
      assert.equal(await host('account', { first: await host('open', { id, user: 'dana' }) }), 'dana');
    });
  });
}
