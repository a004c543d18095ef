/** Runs the fake host in a worker thread, and passes on what it is told and what it says. */
const { join } = require('node:path');
const { Worker } = require('node:worker_threads');

const worker = new Worker(join(__dirname, 'fake-nocodb.cjs'));
process.once('message', (message) => worker.postMessage(message));
worker.once('message', (message) => {
  process.send(message, () => process.disconnect());
});
