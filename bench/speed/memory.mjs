// The memory after many logins: that of the core, and the heap.
import { answer } from '../lib/processes.mjs';
import { OPERATIONS, SETTINGS } from './operations.mjs';

/** The core's memory, which it exports only to its glue. */
let memory;
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(module, imports) {
    super(module, imports);
    if ('./core_bg.js' in imports) ({ memory } = this.exports);
  }
};

const { createClient } = await import('nocodb-bitbucket-auth/oauth');

await answer(({ warm, calls }) => {
  const { clientId, clientSecret, redirectUri } = SETTINGS;
  const client = createClient({ clientId, clientSecret, redirectUri });
  const { callback, refused, request, small } = OPERATIONS;
  const kinds = [
    () => client.createAuthorizationRequest(),
    () => client.validateAuthorizationResponse(...callback.given),
    () => client.buildTokenRequest(...request.given),
    () => client.parseTokenResponse(...small.given),
    () => {
      try {
        client.validateAuthorizationResponse(...refused.given);
      } catch { /* as it should be */ }
    },
  ];
  const run = (count) => {
    for (let call = 0; call < count; call += 1) kinds[call % kinds.length]();
  };
  const look = () => {
    global.gc();
    global.gc();
    return { wasm: memory.buffer.byteLength, heap: process.memoryUsage().heapUsed };
  };
  run(warm);
  const before = look();
  run(calls - warm);
  const after = look();
  return { wasm: after.wasm, grown: after.wasm - before.wasm, heap: after.heap - before.heap };
});
