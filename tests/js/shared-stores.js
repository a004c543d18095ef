/** The two token stores, which the package does not export, and helpers that their tests share. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

// Loads the core.
import 'nocodb-bitbucket-auth';

const folder = new URL('js/coordination/', import.meta.resolve('nocodb-bitbucket-auth/package.json'));

export const { MemoryTokenStore } = await import(new URL('memory-store.js', folder));
export const { RedisTokenStore } = await import(new URL('redis-store.js', folder));

export const NAMESPACE = 'the-namespace';
export const PREFIX = `nocodb-bitbucket-auth:{${NAMESPACE}}:`;
export const ENCRYPTION_KEY = Buffer.alloc(32, 7);

/** Tokens with secrets that are easy to find in an output. */
export const tokenSet = (name) => ({
  accessToken: `secret-access-${name}`,
  refreshToken: `secret-refresh-${name}`,
  expiresAt: 1,
  obtainedAt: 0,
  scopes: ['account'],
});

/** An entry of a token store. The entry's key is `name`, and `fence` is the number of the lock under which it was published. */
export const entry = (name, fence, value = tokenSet(name)) => ({ key: name, value, fence });

/** Returns the value of a call, and how many milliseconds the call took. */
export async function timed(call) {
  const start = performance.now();
  const value = await call();
  return { value, took: performance.now() - start };
}

/**
 * Starts a store in its own process (fixtures/store-process.js). `ask(method, ...args)` calls a method of the store. The methods
 * of a lock take the key of the lock: `ask('isHeld', key)`, `ask('release', key)`.
 */
export function startStoreProcess(t, options) {
  const file = fileURLToPath(new URL('fixtures/store-process.js', import.meta.url));
  const child = fork(file, [JSON.stringify(options)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  t.after(() => child.kill('SIGKILL'));
  const waiting = new Map();
  child.on('message', ({ id, result }) => {
    waiting.get(id)(result);
    waiting.delete(id);
  });
  let last = 0;
  return {
    ended,
    kill: (signal) => child.kill(signal),
    ask: (method, ...args) => new Promise((resolve) => {
      last += 1;
      waiting.set(last, resolve);
      child.send({ id: last, method, args });
    }),
  };
}
