/** NocoDB's own Bitbucket sync, which requests endpoints that Atlassian removed, against the simulator. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { startSimulator } from '../support/bitbucket.js';
import { simulatorEnvironment } from '../support/environment.js';
import { COMPLETE, NO_TRACKER, syncConsumer } from './sync-consumer.js';

// A test that waits for ever has failed.
const PATIENT = { timeout: 120_000 };
const HOUR = 3_600_000;

/** The number of repositories of one workspace. One page of NocoDB's list contains at most 100 of them. */
const REPOSITORIES = 130;
const ALL = REPOSITORIES + 3;
const ANY_STATE = ['OPEN', 'MERGED', 'DECLINED', 'SUPERSEDED'].map((state) => `state="${state}"`).join(' OR ');

const OFF = { INTEGRATION_AUTH_BITBUCKET_COMPAT: 'off' };

/** What a version of NocoDB passes to a sync for a connection. */
const HOSTS = {
  'newer NocoDB, which passes the wrapper': async (wrapper) => wrapper,
  'older NocoDB, which passes the client': (wrapper) => wrapper.authenticate(),
};

/** Connects to a simulator that stops after the test. `log` is the list of the log lines. */
async function connect(t, options = {}, variables = {}) {
  const bitbucket = await startSimulator(t, {
    clients: [{ callback: 'http://127.0.0.1:8080/dashboard/' }], repositories: REPOSITORIES, pullRequests: 60, ...options,
  });
  const { wrapper: Wrapper } = createEntry(simulatorEnvironment(bitbucket, variables));
  const [answer] = bitbucket.control.connect();
  const log = [];
  const config = {
    type: 'oauth',
    oauth_token: answer.access_token,
    refresh_token: answer.refresh_token,
    expires_at: new Date(Date.now() + answer.expires_in * 1000).toISOString(),
  };
  const wrapper = new Wrapper(config, { logger: (line) => log.push(line) });
  /** Paths of the API requests, without their queries. */
  const requestedPaths = () => bitbucket.requests
    .map((line) => / (\/2\.0\/\S*?)(?:\?\S*)? /.exec(line)?.[1]?.slice('/2.0'.length))
    .filter((path) => path !== undefined);
  return { bitbucket, Wrapper, config, wrapper, log, requestedPaths };
}

/** Reads the whole list directly from the simulator, with another token. */
async function readDirectly(bitbucket, path) {
  const [{ access_token: token }] = bitbucket.control.connect();
  const values = [];
  for (let next = `${bitbucket.apiUrl}${path}`; next;) {
    const response = await fetch(next, { headers: { authorization: `Bearer ${token}` } });
    const page = await response.json();
    values.push(...page.values);
    ({ next } = page);
  }
  return values;
}

const byName = (values) => values.toSorted((one, other) => (one.full_name < other.full_name ? -1 : 1));

const repositoriesOf = async (bitbucket) => [
  ...await readDirectly(bitbucket, '/repositories/acme?pagelen=100'), ...await readDirectly(bitbucket, '/repositories/acme-labs'),
];

describe("NocoDB's sync", PATIENT, () => {
  for (const [host, handOver] of Object.entries(HOSTS)) {
    for (const trackerStatus of [410, 404]) {
      test(`gets all repositories, pull requests and comments when /issues responds ${trackerStatus} (${host})`, async (t) => {
        const { bitbucket, wrapper, requestedPaths } = await connect(t, { trackerStatus });
        let pages = 0;
        const consumer = syncConsumer(await handOver(wrapper), () => {
          pages += 1;
          // After pages 1, 26, 51 and so on, the access token expires at Bitbucket, earlier than the config says.
          if (pages % 25 === 1) bitbucket.control.advance(2 * HOUR);
        });
        const repositories = await consumer.repositories();
        assert.equal(repositories.length, ALL);
        const times = repositories.map(({ updated_on: time }) => time);
        assert.deepEqual(times, times.toSorted().reverse());
        for (const { full_name: fullName } of [repositories[0], repositories.at(-1)]) {
          const { issues, pullRequests } = await consumer.sync(fullName, ANY_STATE);
          assert.deepEqual(issues, { values: [], comments: [], outcome: NO_TRACKER });
          assert.equal(pullRequests.outcome, COMPLETE);
          const path = `/repositories/${fullName}/pullrequests`;
          const query = `q=${encodeURIComponent(ANY_STATE)}&sort=-updated_on&pagelen=50`;
          assert.deepEqual(pullRequests.values, await readDirectly(bitbucket, `${path}?${query}`));
          assert.equal(pullRequests.values.length, 60);
          const comments = [];
          for (const { id } of pullRequests.values) {
            comments.push(...await readDirectly(bitbucket, `${path}/${id}/comments?sort=-updated_on`));
          }
          assert.deepEqual(pullRequests.comments, comments);
          assert.ok(comments.length > 60);
        }
        const refreshes = bitbucket.requests.filter((line) => line.includes('grant=refresh_token'));
        assert.equal(refreshes.length, Math.floor((pages - 2) / 25) + 1);
        assert.ok(!requestedPaths().includes('/repositories'));
        assert.deepEqual(byName(repositories), byName(await repositoriesOf(bitbucket)));
      });
    }
  }

  test('gets all repositories when the access token expired before the list is collected', async (t) => {
    const { bitbucket, wrapper } = await connect(t);
    const client = await wrapper.authenticate();
    await client.get('/user');
    bitbucket.control.advance(2 * HOUR);
    assert.equal((await syncConsumer(wrapper).repositories()).length, ALL);
    bitbucket.control.advance(2 * HOUR);
    assert.equal((await syncConsumer(client).repositories()).length, ALL);
  });

  test("gets Bitbucket's own responses with INTEGRATION_AUTH_BITBUCKET_COMPAT=off", async (t) => {
    const { bitbucket, wrapper, log, requestedPaths } = await connect(t, {}, OFF);
    const consumer = syncConsumer(wrapper);
    assert.deepEqual(await consumer.repositories(), []);
    const client = await wrapper.authenticate();
    const { response, bitbucket: meaning } = await thrownBy(() => client.get('/repositories', { params: { role: 'member' } }));
    assert.deepEqual([response.status, meaning.code], [410, 'API_GONE']);
    assert.match(response.data.error.message, /^CHANGE-2770/);
    const { issues, pullRequests } = await consumer.sync('acme/billing-service');
    assert.deepEqual([issues.outcome, pullRequests.outcome, pullRequests.values.length], ['ended: 410', COMPLETE, 30]);
    assert.ok(!requestedPaths().includes('/user/workspaces'));
    assert.deepEqual(log, []);
    assert.ok(bitbucket.requests.length > 0);
  });
});

describe('the list of all repositories', PATIENT, () => {
  const LIST = ['/repositories', { params: { role: 'member', pagelen: 100, sort: '-updated_on' } }];

  test("has the shape of Bitbucket's lists, and next links that lead to all pages", async (t) => {
    const { bitbucket, wrapper } = await connect(t);
    const client = await wrapper.authenticate();
    const { data, status, headers } = await client.get(...LIST);
    assert.equal(status, 200);
    assert.match(headers['content-type'], /^application\/json/);
    const { values, ...about } = data;
    const next = `${bitbucket.apiUrl}/repositories?role=member&sort=-updated_on&pagelen=100&page=2`;
    assert.deepEqual([values.length, about], [100, { page: 1, pagelen: 100, size: ALL, next }]);
    const second = (await client.get(next)).data;
    const { values: rest, ...aboutRest } = second;
    assert.deepEqual([rest.length, aboutRest], [ALL - 100, { page: 2, pagelen: 100, size: ALL }]);
    const paginated = [];
    for await (const value of client.paginate('/repositories', { role: 'member', sort: '-updated_on' })) paginated.push(value);
    assert.deepEqual(paginated, [...values, ...rest]);
  });

  test('is filtered and sorted as the query says', async (t) => {
    const { bitbucket, wrapper } = await connect(t);
    const client = await wrapper.authenticate();
    const { data: { values, ...about } } = await client.get('/repositories', {
      params: { role: 'member', q: 'name ~ "billing"', sort: 'name', pagelen: 3, page: 2 },
    });
    const found = (await repositoriesOf(bitbucket)).filter(({ name }) => name.includes('billing'));
    const sorted = found.toSorted((one, other) => (one.name < other.name ? -1 : Number(one.name > other.name)));
    assert.deepEqual(values, sorted.slice(3, 6));
    assert.deepEqual([about.page, about.pagelen, about.size], [2, 3, found.length]);
  });

  test('is collected with no more requests than the rate limit allows', async (t) => {
    const controller = new AbortController();
    const { Wrapper, config, requestedPaths } = await connect(t, {}, { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: '2' });
    const logger = (line) => {
      if (/rate limit \(2 an hour\) is used up/.test(line)) controller.abort();
    };
    const client = await new Wrapper(config, { logger }).authenticate();
    const [path, options] = LIST;
    // The list takes two pages of one workspace and one of the other. The third request has to wait, because the limit is two.
    const error = await thrownBy(() => client.get(path, { ...options, signal: controller.signal }));
    assert.equal(error.bitbucket.code, 'REQUEST_ABORTED');
    assert.ok(requestedPaths().filter((one) => one.startsWith('/repositories/')).length <= 2, requestedPaths().join(' '));
  });

  test('is not collected again from the beginning after a 429: only the rejected request is repeated', async (t) => {
    const { bitbucket, wrapper, requestedPaths } = await connect(t);
    bitbucket.control.fault({ target: 'api', kind: 'status', status: 429, retryAfter: 0, path: '/repositories/acme-labs' });
    const client = await wrapper.authenticate();
    assert.equal((await client.get(...LIST)).data.size, ALL);
    const count = (path) => requestedPaths().filter((one) => one === path).length;
    assert.deepEqual(['/user/workspaces', '/repositories/acme', '/repositories/acme-labs'].map(count), [1, 2, 2]);
  });

  for (const [what, fault, expected] of [
    ['a workspace for which Bitbucket responds with 403 to this user', { status: 403 }, undefined],
    ['status 403 from a proxy', { kind: 'html', status: 403 }, 403],
    ['status 404 from a proxy', { kind: 'html', status: 404 }, 404],
    ['a workspace for which Bitbucket responds with its HTML page for missing repositories', { kind: 'missing-page' }, undefined],
    ['a workspace for which Bitbucket responds with 404', { status: 404 }, undefined],
    ['a workspace for which Bitbucket responds with 410, because the workspace is marked as spam', { status: 410 }, undefined],
  ]) {
    test(`${expected ? 'fails after' : 'leaves out'} ${what}, and the log names the workspace`, async (t) => {
      const { bitbucket, wrapper, log } = await connect(t);
      bitbucket.control.fault({ target: 'api', kind: 'status', ...fault, path: '/repositories/acme-labs' });
      const client = await wrapper.authenticate();
      const listRequest = client.get(...LIST);
      if (expected) {
        const { response } = await thrownBy(() => listRequest);
        assert.equal(response.status, expected);
      } else {
        assert.equal((await listRequest).data.size, REPOSITORIES);
      }
      const lines = log.filter((line) => line.includes('acme-labs'));
      assert.equal(lines.length, 1);
      assert.match(lines[0], expected ? /so the whole list fails/ : /so the list omits this workspace/);
      if (expected) assert.equal((await client.get(...LIST)).data.size, ALL);
    });
  }

  test('fails when the scope for the list of workspaces is missing', async (t) => {
    const { bitbucket, Wrapper } = await connect(t);
    const [answer] = bitbucket.control.connect({ scopes: ['repository'] });
    const client = await new Wrapper({ type: 'oauth', oauth_token: answer.access_token, refresh_token: answer.refresh_token }).authenticate();
    const { response, bitbucket: meaning } = await thrownBy(() => client.get(...LIST));
    assert.deepEqual([response.status, meaning.code, meaning.required], [403, 'API_INSUFFICIENT_SCOPE', ['account']]);
  });

  test('contains only repositories of the workspace in the config, for a credential without a user', async (t) => {
    const scopes = ['repository', 'account'];
    const { Wrapper } = await connect(t, {
      accessTokens: [{ token: 'the-workspace-token', kind: 'workspace', workspace: 'acme-labs', scopes }],
    });
    const config = { type: 'api_key', token: 'the-workspace-token' };
    const client = await new Wrapper({ ...config, workspace: 'acme-labs' }).authenticate();
    assert.equal((await client.get(...LIST)).data.size, 3);
    const without = await new Wrapper(config).authenticate();
    assert.equal((await thrownBy(() => without.get(...LIST))).response.status, 403);
  });

  test('is cached for wrappers of the same connection, and for no other connection', async (t) => {
    const { bitbucket, Wrapper, config, wrapper, requestedPaths } = await connect(t);
    const count = () => requestedPaths().filter((path) => path === '/user/workspaces').length;
    await (await wrapper.authenticate()).get(...LIST);
    await (await new Wrapper(config).authenticate()).get(...LIST);
    assert.equal(count(), 1);
    const [answer] = bitbucket.control.connect();
    const other = new Wrapper({ type: 'oauth', oauth_token: answer.access_token, refresh_token: answer.refresh_token });
    await (await other.authenticate()).get(...LIST);
    assert.equal(count(), 2);
  });
});

describe("a request that NocoDB's sync does not send", PATIENT, () => {
  for (const path of ['/user/permissions/workspaces', '/user/permissions/repositories', '/repositories', '/workspaces']) {
    test(`gets Bitbucket's own response: ${path}`, async (t) => {
      const { wrapper } = await connect(t);
      const client = await wrapper.authenticate();
      const { response, bitbucket: meaning } = await thrownBy(() => client.get(path));
      assert.deepEqual([response.status, meaning.code], [410, 'API_GONE']);
    });
  }
});
