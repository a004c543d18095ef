/**
 * NocoDB's processes, seen from the test.
 *
 * In: commands for worker-main.js. Out: the results of the commands, what a process stores, and all its output. A process ends
 * with `end`, or by SIGKILL, as an out-of-memory killer would end it. No process outlives its test. A process may be suspended,
 * as on a suspended machine.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../../support/environment.js';

const MAIN = fileURLToPath(new URL('worker-main.js', import.meta.url));

export class Worker {
  isAlive = true;

  /** Called when a caller's error says that the user must connect again. @type {(connection: string) => void} */
  onVerdict = () => {};

  output = '';

  #child;
  #waiting = new Map();
  #number = 0;
  #closed;

  /**
   * @param {string} name
   * @param {(connection: string, change?: object) => Promise<object | void>} store called for each write, and without a change
   *   for each read of the row. The process gets the error that `store` throws, unless the process was killed meanwhile
   */
  constructor(name, store) {
    this.name = name;
    this.#child = fork(MAIN, [], { env: childEnvironment(), execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    for (const stream of ['stdout', 'stderr']) {
      this.#child[stream].setEncoding('utf8').on('data', (text) => {
        this.output += text;
      });
    }
    this.#closed = once(this.#child, 'close').then(() => {
      this.isAlive = false;
      for (const { resolve } of this.#waiting.values()) resolve(undefined);
    });
    this.#child.on('message', (message) => this.#receive(message, store));
  }

  async #receive({ number, result, trouble, verdict, store: storeNumber, connection, change }, store) {
    if (verdict !== undefined) {
      this.onVerdict(verdict);
      return;
    }
    if (storeNumber === undefined) {
      const { resolve, reject } = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (trouble === undefined) resolve(result);
      else reject(new Error(`${this.name}: ${trouble}`));
      return;
    }
    let row;
    let refused;
    try {
      row = await store(connection, change);
    } catch (error) {
      refused = error.message;
    }
    this.#post({ stored: storeNumber, row, trouble: refused });
  }

  /** Tries to send a message. The process may end at any time, so a failure is ignored. */
  #post(message) {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  /** Sends the first command, with the process's environment and the seed of its random numbers. */
  init(env, seed) {
    return this.send('init', { name: this.name, env, seed });
  }

  /** @returns {Promise<any>} the result of the command; undefined if the process ended without a result */
  send(command, argument = {}) {
    if (!this.isAlive) return Promise.resolve(undefined);
    this.#number += 1;
    const number = this.#number;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#post({ number, command, argument });
    });
  }

  suspend() {
    this.#child.kill('SIGSTOP');
  }

  resume() {
    this.#child.kill('SIGCONT');
  }

  async kill() {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  async end() {
    // This does not use `disconnect()`, because after a call of `disconnect()`, Node.js does not report a child's 'close'.
    await this.send('end');
    await this.#closed;
  }
}

/** Returns one line for each secret that these texts contain. The line does not contain the secret. */
export function leaks(secrets, texts) {
  const text = texts.join('\n');
  return [...secrets].filter((secret) => text.includes(secret)).map(({ length }) => `a secret of ${length} characters`);
}
