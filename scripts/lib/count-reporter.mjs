// A reporter for `node --test`: prints one JSON line for each test, for lib/suites.mjs. A `describe` around tests gets no line,
// unless it was skipped, is marked as todo or has failed. In these cases, its tests may not have been reported.
import { resolve } from 'node:path';

export default async function* countReporter(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const left = data.skip !== undefined ? 'skipped' : data.todo !== undefined ? 'todo' : undefined;
    if (data.details?.type === 'suite' && type === 'test:pass' && !left) continue;
    yield `${JSON.stringify({
      passed: type === 'test:pass',
      name: data.name,
      file: data.file,
      // Node reports a file that contains no test, or that crashed, as a test with the file's name.
      isFile: resolve(data.name) === data.file,
      left,
    })}\n`;
  }
}
