/**
 * The preload for an unmodified NocoDB: `NODE_OPTIONS="--require nocodb-bitbucket-auth/register"`.
 *
 * In: the moment at which NocoDB assigns its list of integrations. Out: the plugin loaded and added to that list, its callback
 *   page served, and a line in the log that says so.
 * Never here: what is done to the list (registry.js), to rows (rows.js) or to requests (callback-page.js), or an exception
 *   that leaves the preload.
 *   Other processes inherit `NODE_OPTIONS` too (npm, workers), so the plugin is not loaded and nothing is said before
 *   NocoDB has shown itself.
 */

import { PROPERTY, addTo, isHost } from './registry.js';

/** @typedef {import('./rows.js').Host} Host */
/** @typedef {import('./rows.js').Plugin} Plugin */
/** @typedef {[Plugin, typeof import('./callback-page.js')]} Modules what is loaded when NocoDB has shown itself */

const NAME = 'nocodb-bitbucket-auth';
const LOADED = Symbol.for(`${NAME}/register`);
const PATIENCE_S = 60;

/**
 * `require` is synchronous: the entry is in the list before NocoDB's next statement runs. An ES module
 * (`node --import`) has only the asynchronous way, which ends long before NocoDB listens.
 *
 * @type {() => Modules | Promise<Modules>}
 */
const load = typeof require === 'function'
  ? () => [require('./entry.js'), require('./callback-page.js')]
  : () => Promise.all([import('./entry.js'), import('./callback-page.js')]);

/**
 * @param {Host} host
 * @param {Modules} modules
 */
function register(host, [plugin, { serveCallbackPage }]) {
  const type = addTo(host, plugin);
  serveCallbackPage();
  const { version } = plugin.default.manifest;
  console.log(`[${NAME}] Version ${version}: Bitbucket is registered as an integration of type "${type}".`);
}

/** @param {Error} error */
const sayNotLoaded = (error) => console.error(`[${NAME}] NocoDB runs without Bitbucket: ${error.message}`);

function awaitRegistry() {
  let waited = 0;
  const timer = setInterval(() => {
    waited += PATIENCE_S;
    // What serves nobody is not NocoDB: npm for instance, which lives as long as the NocoDB that it started. Or it is
    // NocoDB, and still starts: with a slow disk, or waiting for its database.
    if (!process.getActiveResourcesInfo().includes('TCPServerWrap')) return;
    clearInterval(timer);
    console.warn(`[${NAME}] No registry of integrations appeared within ${waited} s. If this process is NocoDB, ` +
      'and not still starting, this version of it is not supported and offers no Bitbucket.');
  }, PATIENCE_S * 1000);
  timer.unref();

  const stopWaiting = () => {
    clearInterval(timer);
    Reflect.deleteProperty(Function.prototype, PROPERTY);
  };

  // An assignment to a property that a class does not have itself goes to an inherited setter, if there is one.
  Object.defineProperty(Function.prototype, PROPERTY, {
    configurable: true,
    enumerable: false,
    get: () => undefined,
    set(value) {
      Object.defineProperty(this, PROPERTY, { value, writable: true, enumerable: true, configurable: true });
      if (!isHost(this, value)) return;
      stopWaiting();
      try {
        const modules = load();
        if (modules instanceof Promise) modules.then((loaded) => register(this, loaded)).catch(sayNotLoaded);
        else register(this, modules);
      } catch (error) {
        sayNotLoaded(/** @type {Error} */ (error));
      }
    },
  });
}

if (!Reflect.has(globalThis, LOADED)) {
  Object.defineProperty(globalThis, LOADED, { value: true });
  try {
    awaitRegistry();
  } catch {
    // Frozen built-ins, for instance. The timer, if it was set, will say that the registry did not appear.
  }
}
