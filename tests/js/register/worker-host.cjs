/** Runs the mock NocoDB in a worker thread, and passes on its messages in both directions. */
const { join } = require('node:path');
const { Worker } = require('node:worker_threads');

const worker = new Worker(join(__dirname, 'host.cjs'), { workerData: JSON.parse(process.argv[2]) });
process.on('message', (message) => {
  if (message.command === 'end') process.exit();
  worker.postMessage(message);
});
worker.on('message', (message) => process.send(message));
