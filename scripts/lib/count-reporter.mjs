// A reporter for `node --test`: one JSON line for each test (not for a `describe` around it), read by lib/suites.mjs.
import { resolve } from 'node:path';

export default async function* countReporter(events) {
  for await (const { type, data } of events) {
    if ((type !== 'test:pass' && type !== 'test:fail') || data.details?.type === 'suite') continue;
    yield `${JSON.stringify({
      passed: type === 'test:pass',
      name: data.name,
      file: data.file,
      // Node reports a file that holds no test, or that crashed, as a test with the file's name.
      isFile: resolve(data.name) === data.file,
      left: data.skip !== undefined ? 'skipped' : data.todo !== undefined ? 'todo' : undefined,
    })}\n`;
  }
}
