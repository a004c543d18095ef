/**
 * A simulator with a proxy in front of its token endpoint, and connections to the simulator.
 *
 * In: the simulator's settings. Out: the environment of the processes, stored configs, and a way to clean up.
 */
import { createEntry } from 'nocodb-bitbucket-auth';
import { startBitbucket } from '../../../demo/bitbucket/server.js';
import { connectUser, requestTokens } from '../../support/bitbucket.js';
import { simulatorEnvironment } from '../../support/environment.js';
import { TokenTap } from './token-tap.js';

/**
 * The lockout that the plugin assumes: the plugin waits at least this long after Bitbucket rejects a refresh token. The assumed
 * lockout is longer than the simulator's lockout.
 */
export const LOCKOUT_WAIT_MS = 400;
/** The simulator's lockout: after a client has sent a used-up refresh token, its valid ones are rejected for this long. */
const LOCKOUT_MS = 200;
const HOUR_MS = 3_600_000;
/** So long that no request times out only because the tests keep the machine busy. */
const TIMEOUT_MS = 60_000;

export async function startScene({ variables, ...settings } = {}) {
  const bitbucket = await startBitbucket({
    backend: 'newer',
    clients: [{ callback: 'http://127.0.0.1:8080/dashboard/' }],
    rateLimit: null,
    lockoutMs: LOCKOUT_MS,
    ...settings,
  });
  const tap = await new TokenTap(bitbucket.tokenUrl).start();
  tap.secrets.add(bitbucket.client.secret);
  const environment = simulatorEnvironment(bitbucket, {
    INTEGRATION_AUTH_BITBUCKET_TOKEN_URL: tap.url,
    INTEGRATION_AUTH_BITBUCKET_LOCKOUT_MS: String(LOCKOUT_WAIT_MS),
    INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: String(TIMEOUT_MS),
    // These tests send thousands of requests in a minute. The simulator has no rate limit here.
    INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: 'off',
    ...variables,
  });
  return {
    bitbucket,
    tap,
    environment,
    /** A user connects. @returns the config as NocoDB stores it */
    connect: async (connection) => {
      const config = await connectUser(bitbucket, createEntry(environment).wrapper);
      tap.name(connection, config);
      return config;
    },
    /** A user connects, and the access token expired a second ago. @returns the config as NocoDB stores it */
    async connectExpired(connection) {
      const [refreshed_at, expires_at] = [-HOUR_MS - 1000, -1000].map((ms) => new Date(Date.now() + ms).toISOString());
      return { ...await this.connect(connection), refreshed_at, expires_at };
    },
    /**
     * Refreshes a token directly at the simulator, without the plugin and the proxy, as a second NocoDB with a copy of
     * the database would.
     * @returns {Promise<number>} the status of the response
     */
    refreshElsewhere: async (refreshToken) => {
      const { status } = await requestTokens(bitbucket, { grant_type: 'refresh_token', refresh_token: refreshToken });
      return status;
    },
    close: async () => {
      await tap.close();
      await bitbucket.close();
    },
  };
}
