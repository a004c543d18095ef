/**
 * The start, beside that of the package as it was: NocoDB takes the entry and asks for its form, somebody uses the first
 * connection, and somebody clicks on the login of a page.
 *
 * In: how often. Out: figures, most of them how many times as fast today's package is. What never happens here: a measurement
 * (the programs in start/ take them, in processes and pages in which nothing was loaded before).
 */
import { before } from './lib/before.mjs';
import { root } from '../scripts/lib/run.mjs';
import { startsInNode } from './start/node.mjs';
import { clicksIn } from './start/click.mjs';

export const title = 'The start, and the first click';

export async function* measure({ quick }) {
  const earlier = before();
  const folders = { today: root, before: earlier.folder };
  try {
    yield* startsInNode(folders, quick ? 3 : 31);
    for (const engine of ['chromium', 'firefox']) yield* clicksIn(engine, folders, quick ? 7 : 25);
  } finally {
    earlier.remove();
  }
}
