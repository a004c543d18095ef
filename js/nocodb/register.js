/**
 * The preload for an unmodified NocoDB: `NODE_OPTIONS="--require nocodb-bitbucket-auth/register"`.
 *
 * In: NocoDB's assignment of its list of integrations. Out: the plugin is loaded and in that list, the callback page is served,
 *   and a log line reports the registration.
 * Never: an exception that leaves the preload.
 *
 * Other files make the changes to NocoDB: registry.js changes the list, integration-model.js the rows, and callback-page.js the
 * responses to callbacks.
 *
 * Other processes, such as npm and workers, inherit `NODE_OPTIONS` too. So the preload loads and logs nothing before it has
 * detected NocoDB.
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
 * `require` is synchronous: the entry is in the list before NocoDB's next statement runs. In an ES module (`node --import`),
 * loading is asynchronous, but ends long before NocoDB listens.
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
    // A process that does not listen is another program, such as the npm that started NocoDB, or a NocoDB that is still starting
    // because its disk is slow or its database does not respond yet. In both cases, there is nothing to report.
    if (!process.getActiveResourcesInfo().includes('TCPServerWrap')) return;
    clearInterval(timer);
    const hint = assignment?.isDisplaced()
      ? 'Another preload waits for the same registry. Load this preload last.'
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
    // `awaitRegistry` fails if built-ins are frozen, for instance. If it has set the timer, the timer later logs that no registry
    // appeared.
  }
}
