// Measures the memory of a connection without its tokens: wrapper, config, token keeper, token store, and the refresh policy in
// the core. The memory of the tokens, which is subtracted, is measured first, with the same strings in plain objects.
import entry from 'nocodb-bitbucket-auth';
import { config, connect } from '../lib/connections.mjs';
import { usedMemory } from '../lib/memory.mjs';
import { answer } from '../lib/processes.mjs';

/** The total length of the tokens, in characters. Each character takes one byte. */
const characters = (wrappers) => wrappers.reduce((sum, { config: { oauth_token, refresh_token } }) =>
  sum + oauth_token.length + refresh_token.length, 0);

const host = { logger: () => {} };
const store = () => {};

function wrap(tokens) {
  const wrapper = new entry.wrapper(config(tokens), host);
  wrapper.setTokenRefreshCallback(store);
  return wrapper;
}

/** @param {InstanceType<typeof entry.wrapper>[]} wrappers */
async function refresh(wrappers) {
  for (let from = 0; from < wrappers.length; from += 500) {
    await Promise.all(wrappers.slice(from, from + 500).map((wrapper) => wrapper.refreshToken(wrapper.config)));
  }
}

/** Attaches the wrappers to their connections without creating Axios clients. */
const attach = (wrappers) => Promise.all(wrappers.map((wrapper) => wrapper.renewIdle()));

await answer(async ({ origin, connections, often }) => {
  // Creates what all connections share before the measurement begins, above all sockets and compiled code.
  const others = (await connect(origin, Math.min(100, connections))).map(wrap);
  await attach(others);
  for (let i = 0; i < 2 * often.times; i += 1) await refresh(others);

  const empty = await usedMemory();
  let plain = await connect(origin, connections);
  const tokens = await usedMemory() - empty;
  const wrappers = plain.map(wrap);
  plain = [];
  await attach(wrappers);
  const before = characters(wrappers);
  /** The memory that was added since `empty`, without that of the tokens. */
  const beside = async () => await usedMemory() - empty - tokens - (characters(wrappers) - before);
  const attached = await beside();

  await refresh(wrappers);
  const refreshed = await beside();

  const some = wrappers.slice(0, often.connections);
  for (let i = 1; i < often.times; i += 1) await refresh(some);
  const refreshedOften = await beside();

  for (const wrapper of some) await wrapper.authenticate();
  const withClient = await beside();
  return {
    tokens: tokens / connections,
    attached: attached / connections,
    refreshed: refreshed / connections,
    refreshedOften: refreshed / connections + (refreshedOften - refreshed) / some.length,
    withClient: (withClient - refreshedOften) / some.length,
  };
});
