/**
 * Counts the calls between JavaScript and the WebAssembly.
 *
 * In: nothing. Out: the numbers of calls as figures, some with a limit. Never: counting in this process. crossings/count.mjs
 * counts in a second process, and the simulator runs in a third process.
 */
import { runPart, startPartAndWait } from './lib/processes.mjs';

export const title = "Calls between JavaScript and the WebAssembly, without wasm-bindgen's own calls that only pass memory";

/**
 * The operations and their limits. `into` limits the calls into the core, and `back` the calls from the core into JavaScript.
 * `named` requires an exact number of calls of one binding.
 */
const OPERATIONS = {
  form: { title: 'From the environment to the form, once per process', into: 3, back: 25 },
  tokenResponse: { title: 'One parseTokenResponse', back: 12 },
  exchange: { title: 'From a code to tokens for NocoDB to store, including the account' },
  authenticate: { title: 'From a stored config to a client (authenticate)', named: ['readCredential', 1] },
  request: { title: 'One request to the API through the wrapper' },
};

export async function* measure() {
  const { answer: { origin, env }, stop } = await startPartAndWait('lib/simulator.mjs', { backend: 'newer' });
  try {
    const counted = await runPart('crossings/count.mjs', { origin, env });
    for (const [id, { title: what, into, back, named }] of Object.entries(OPERATIONS)) {
      yield what;
      const { calls, names } = counted[id];
      yield { name: 'calls into the core', value: calls.into, ...(into && { upTo: into }) };
      yield { name: 'calls back into JavaScript', value: calls.back, ...(back && { upTo: back }) };
      if (named) yield { name: `calls of ${named[0]}`, value: names[named[0]] ?? 0, exactly: named[1] };
    }
  } finally {
    await stop();
  }
}
