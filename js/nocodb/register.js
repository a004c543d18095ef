/**
 * The preload for an unmodified NocoDB: `NODE_OPTIONS="--require nocodb-bitbucket-auth/register"`.
 *
 * In: NocoDB's assignment of its list of integrations. Out: the plugin is loaded and in that list, the callback page is served,
 *   and a log line reports the registration.
 * Never: changes to the list (registry.js), to rows (integration-model.js) or to requests (callback-page.js), or an
 *   exception that leaves the preload.
 *   Other processes inherit `NODE_OPTIONS`, too (npm, workers). So the preload loads and logs nothing before it has detected
 *   NocoDB.
 */

import { onPropertyAssigned } from './assignment.js';
import { LIST_PROPERTY, Registry, isIntegrationModel } from './registry.js';

/** @typedef {import('./integration-model.js').IntegrationModel} IntegrationModel */
/** @typedef {import('./integration-model.js').Plugin} Plugin */
/** @typedef {[Plugin, typeof import('./callback-page.js')]} Modules loaded when NocoDB was detected */

const NAME = 'nocodb-bitbucket-auth';
const LOADED = Symbol.for(`${NAME}/register`);
const WAIT_S = 60;

/**
 * `require` is synchronous: the entry is in the list before NocoDB's next statement runs. An ES module (`node --import`) can
 * only load asynchronously, and finishes long before NocoDB listens.
 *
 * @type {() => Modules | Promise<Modules>}
 */
const load = typeof require === 'function'
  ? () => [require('./plugin.js'), require('./callback-page.js')]
  : () => Promise.all([import('./plugin.js'), import('./callback-page.js')]);

/** @type {import('./registry.js').Listener} */
const log = {
  registered({ default: { manifest } }, type) {
    console.log(`[${NAME}] Version ${manifest.version}: Bitbucket is registered as an integration of type "${type}".`);
  },
  failed({ message }) {
    console.error(`[${NAME}] NocoDB runs without Bitbucket: ${message}`);
  },
};

/**
 * @param {IntegrationModel} model which has just received its list
 */
function register(model) {
  try {
    const modules = load();
    const registry = new Registry(model, log);
    /** @param {Modules} loaded */
    const use = ([plugin, { serveCallbackPage }]) => {
      registry.add(plugin);
      serveCallbackPage();
    };
    if (modules instanceof Promise) modules.then(use).catch(log.failed);
    else use(modules);
  } catch (error) {
    log.failed(/** @type {Error} */ (error));
  }
}

function awaitRegistry() {
  let waited = 0;
  /** @type {{ isDisplaced: () => boolean } | undefined} */
  let assignment;
  const timer = setInterval(() => {
    waited += WAIT_S;
    // A process that does not listen is either another program (npm, for instance, runs as long as the NocoDB that it started),
    // or a NocoDB that is still starting, because its disk is slow or because it waits for its database.
    if (!process.getActiveResourcesInfo().includes('TCPServerWrap')) return;
    clearInterval(timer);
    const hint = assignment?.isDisplaced()
      ? 'Another preload waits for the same list. Name this preload last.'
      : 'If this process is NocoDB and has finished starting, this version of NocoDB is not supported and offers no Bitbucket.';
    console.warn(`[${NAME}] No registry of integrations appeared within ${waited} s. ${hint}`);
  }, WAIT_S * 1000);
  timer.unref();

  assignment = onPropertyAssigned(LIST_PROPERTY, (target, value) => {
    if (!isIntegrationModel(target, value)) return false;
    clearInterval(timer);
    register(target);
    return true;
  });
}

if (!Reflect.has(globalThis, LOADED)) {
  Object.defineProperty(globalThis, LOADED, { value: true });
  try {
    awaitRegistry();
  } catch {
    // Built-ins may be frozen, for instance. If the timer was set, it logs later that the registry did not appear.
  }
}
