/**
 * Compares today's package with an earlier build in three situations: NocoDB loads the entry and reads its form, a user uses
 * the first connection, and a user clicks the login of a page.
 *
 * In: whether this is a quick run. Out: figures, most of them ratios: how many times as fast today's package is. Never: a
 * measurement in this process. The programs in start/ measure, in processes and pages that have loaded nothing before.
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
    // The times of Firefox vary so much that the ratio of 25 pairs is not reliable.
    for (const engine of ['chromium', 'firefox']) yield* clicksIn(engine, folders, quick ? 7 : 75);
  } finally {
    earlier.remove();
  }
}
