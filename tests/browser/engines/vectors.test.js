/** The shared cases of tests/vectors in a page, with the core as WebAssembly. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inEachEngine } from '../support/scene.js';
import { files, vectorPages } from '../support/vectors-bundle.js';

inEachEngine({ site: { pages: await vectorPages() } }, (on) => {
  test('each case of tests/vectors has its expected outcome in a page', () => on({}, async (scene) => {
    const page = await scene.another('/vectors');
    const problems = [];
    for (const file of files) {
      const { ran, failed } = await page.evaluate((name) => window.runVectors(name), file);
      console.log(`vectors: ${file} ${ran}`);
      problems.push(...failed.map((failure) => `${file}: ${failure}`));
    }
    assert.deepEqual(problems, []);
  }));
});
