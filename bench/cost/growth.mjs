// Measures many connections in one process: memory, open handles, and the time of `use()`.
import entry from 'nocodb-bitbucket-auth';
import { config, connect } from '../lib/connections.mjs';
import { usedMemory } from '../lib/memory.mjs';
import { answer } from '../lib/processes.mjs';

const AT_ONCE = 50;
const MEASURED_USES = 20_000;

const open = (kind) => process.getActiveResourcesInfo().filter((name) => name === kind).length;

/** Each wrapper gets its own services (id, title and logger), as in NocoDB. */
function wrap(tokens, index) {
  const wrapper = new entry.wrapper(config(tokens), { id: `connection ${index}`, title: 'One', logger: () => {} });
  wrapper.setTokenRefreshCallback(() => {});
  return wrapper;
}

async function callEach(wrappers) {
  for (let from = 0; from < wrappers.length; from += AT_ONCE) {
    await Promise.all(wrappers.slice(from, from + AT_ONCE).map((wrapper) => wrapper.use((client) => client.get('/user'))));
  }
}

await answer(async ({ origin, connections }) => {
  // Compiles code and opens sockets before the measurement begins, because all connections share them.
  await callEach((await connect(origin, AT_ONCE)).map(wrap));
  const before = { bytes: await usedMemory(), timers: open('Timeout'), sockets: open('TCPSocketWrap') };

  const wrappers = (await connect(origin, connections)).map(wrap);
  await callEach(wrappers);
  const [timers, sockets] = [open('Timeout'), open('TCPSocketWrap')];
  const bytes = await usedMemory() - before.bytes;

  const nothing = async () => {};
  const times = [];
  for (let done = 0; done < MEASURED_USES; done += AT_ONCE) {
    const from = performance.now();
    for (let i = done; i < done + AT_ONCE; i += 1) await wrappers[i % connections].use(nothing);
    times.push((performance.now() - from) / AT_ONCE * 1000);
  }
  return { bytes: bytes / connections, timers, sockets, microseconds: times.toSorted((a, b) => a - b)[times.length >> 1] };
});
