/**
 * Measures the cost of the API client: the time that it adds to each request, compared with a bare Axios instance.
 *
 * In: whether this is a quick run. Out: figures, each with its limit. Never: a measurement in this process.
 * client/get.mjs measures in a second process, and the server runs in a third.
 */
import { environmentFor } from './lib/environment.mjs';
import { runPart, startPartAndWait } from './lib/processes.mjs';

export const title = 'The API client';

// Rounds, and requests in each round.
const SIZES = [200, 100];
const QUICK = [2, 10];

const MAX_PERCENT = 10;

/** Pull requests in the response. A typical page has more pull requests, so the client's share of the time is smaller. */
const PAGELEN = 10;

export async function* measure({ quick }) {
  const { answer: { apiUrl, bytes }, stop } = await startPartAndWait('client/server.mjs', { pagelen: PAGELEN });
  const env = environmentFor(apiUrl);
  try {
    yield `A page of ${PAGELEN} pull requests (${bytes.toLocaleString('en-GB')} bytes) over loopback, added time of the client`;
    for (const [kind, adapter, most] of [
      ['access token', 'http', MAX_PERCENT],
      ['OAuth2', 'http', MAX_PERCENT],
      ['OAuth2', 'fetch', undefined],
    ]) {
      const task = { apiUrl, kind, adapter, sizes: quick ? QUICK : SIZES };
      const { more, less, difference, quartiles } = await runPart('client/get.mjs', task, { env });
      const percent = (time) => 100 * time / less;
      yield {
        name: `${kind}, over bare Axios with ${adapter === 'http' ? 'its default adapter' : 'its fetch adapter'}`,
        value: percent(difference),
        unit: '%',
        ...(most && { most }),
        note: `${more.toFixed(0)} µs against ${less.toFixed(0)} µs; middle half of the rounds `
          + quartiles.map((time) => `${percent(time).toFixed(1)} %`).join(' to '),
      };
    }
  } finally {
    await stop();
  }
}
