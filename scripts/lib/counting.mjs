// Counts passed and failed tests from the output of the test runners. Each of these also counts as failed: a test that did not
// run, a suite without tests, a suite that ended early, and a runner whose exit status contradicts its counts.

/** The sum of the summary lines of Rust's test harness and of wasm-bindgen-test-runner, which have the same format. */
export function countRust(lines, status) {
  const plain = lines.map((line) => line.replaceAll(/\x1b\[[0-9;]*m/g, ''));
  const pattern = /^test result: .*?(\d+) passed; (\d+) failed; (\d+) ignored;/;
  const counts = { passed: 0, failed: 0, notes: [] };
  let ignored = 0;
  for (const match of plain.map((line) => line.match(pattern)).filter(Boolean)) {
    counts.passed += Number(match[1]);
    counts.failed += Number(match[2]);
    ignored += Number(match[3]);
  }
  if (ignored > 0) addFailure(counts, `${ignored} ignored`, ignored);
  return settle(counts, status);
}

/** Counts the lines that lib/count-reporter.mjs printed for these test files. */
export function countNode(text, files, status) {
  const counts = { passed: 0, failed: 0, notes: [] };
  const events = text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  for (const { passed, name, file, isFile, left } of events) {
    if (!passed) counts.failed += 1;
    else if (left) addFailure(counts, `${left}: ${name}`);
    else if (isFile) addFailure(counts, `no tests in ${file}`);
    else counts.passed += 1;
  }
  for (const file of files) {
    if (!events.some((event) => event.file === file)) addFailure(counts, `no results from ${file}`);
  }
  return settle(counts, status);
}

function addFailure(counts, note, number = 1) {
  counts.failed += number;
  counts.notes.push(note);
}

function settle(counts, status) {
  if (counts.passed + counts.failed === 0) addFailure(counts, 'no test ran');
  else if (status !== 0 && counts.failed === 0) addFailure(counts, `exit status ${status}`);
  return counts;
}
