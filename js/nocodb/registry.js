/**
 * NocoDB's registry of integrations: the model class that holds the list, its subclasses, and our entries in each list.
 *
 * In: the class that was caught when its list was assigned, and the plugin. Out: Bitbucket in every list that is assigned to
 *   that class or to a subclass, and rows.js applied to every one of these classes that NocoDB uses.
 * Never here: an integration of somebody else, a class that does not inherit from the one that was caught, or what happens
 *   to rows and wrappers.
 */

import { TYPES, wrapModel, wrapperOf } from './rows.js';

/** @typedef {import('./rows.js').Entry} Entry */
/** @typedef {import('./rows.js').Host} Host */
/** @typedef {import('./rows.js').Plugin} Plugin */

/** The member of NocoDB's class that holds the list. */
export const PROPERTY = 'availableIntegrations';

/**
 * @param {unknown} target what something is assigned to
 * @param {unknown} value
 * @returns {target is Host} whether it is NocoDB's class, receiving its list
 */
export const isHost = (target, value) => Array.isArray(value) && typeof target === 'function' &&
  ['get', 'createIntegration', 'updateIntegration'].every((name) => typeof Reflect.get(target, name) === 'function');

/**
 * The list of each class: subclasses may have one of their own.
 *
 * @param {Host} host
 * @returns {{ get: (this: Host) => unknown, set: (this: Host, list: unknown) => void }}
 */
function listsOf(host) {
  const { get, set, value } = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(host, PROPERTY));
  // Another preload watches the list as well.
  if (get && set) return { get, set };
  const lists = new WeakMap([[host, value]]);
  return {
    get() {
      /** @type {Host | null} */
      let holder = this;
      while (holder && !lists.has(holder)) holder = Object.getPrototypeOf(holder);
      return holder ? lists.get(holder) : undefined;
    },
    set(list) {
      lists.set(this, list);
    },
  };
}

/** @param {Host} model */
const isNewer = (model) => typeof Reflect.get(model, 'getManifestForConfig') === 'function';

/**
 * What is told of the registration.
 *
 * @typedef {object} Listener
 * @property {(plugin: Plugin, type: string) => void} registered `type`: the one that the GUI offers
 * @property {(error: Error) => void} failed
 */

export class Registry {
  /** The classes that NocoDB uses: the one that was caught, and subclasses. @type {Set<Host>} */
  #models = new Set();

  #host;
  #listener;
  #lists;

  /** @type {Plugin | undefined} */
  #plugin;

  /** @type {Entry[]} */
  #entries = [];

  /** The GUI's form for `auth` asks for a connection test, which not every edition carries out. */
  #offersAuth = false;

  /** The type that the listener knows. @type {string | undefined} */
  #told;

  /**
   * @param {Host} host which has just received its list
   * @param {Listener} listener
   */
  constructor(host, listener) {
    this.#host = host;
    this.#listener = listener;
    this.#lists = listsOf(host);
    this.#models.add(host);
    const registry = this;
    const { get, set } = this.#lists;
    Object.defineProperty(host, PROPERTY, {
      configurable: true,
      enumerable: true,
      get() {
        registry.#try(() => registry.#use(this));
        return get.call(this);
      },
      set(list) {
        set.call(this, list);
        registry.#try(() => {
          registry.#use(this);
          if (registry.#plugin) registry.#fill(this);
        });
      },
    });
  }

  /** NocoDB goes on, whatever it has in its list. @param {() => void} action */
  #try(action) {
    try {
      action();
    } catch (error) {
      this.#listener.failed(/** @type {Error} */ (error));
    }
  }

  /** Adds the entries to every list that NocoDB has assigned so far, and from now on. @param {Plugin} plugin */
  add(plugin) {
    const wrapper = wrapperOf(plugin);
    this.#plugin = plugin;
    this.#entries = TYPES.map((type) => this.#entry(plugin, type, wrapper));
    for (const model of this.#models) this.#wrap(model, plugin);
    for (const model of this.#models) this.#try(() => this.#fill(model));
  }

  /**
   * @param {Plugin} plugin
   * @param {string} type
   * @param {Entry['wrapper']} wrapper
   * @returns {Entry}
   */
  #entry(plugin, type, wrapper) {
    const registry = this;
    // Copying reads the form: what is wrong with the environment is in the log as soon as NocoDB starts.
    return {
      ...plugin.default,
      type,
      wrapper,
      manifest: {
        ...plugin.default.manifest,
        get hidden() {
          return registry.#offered() !== type;
        },
      },
    };
  }

  /** The type that the GUI of this host offers. A row may be of the other one: it outlives the host that made it. */
  #offered() {
    this.#offersAuth ||= [...this.#models].some((model) => isNewer(model) || this.#listOf(model).some((entry) => (
      entry?.type === 'auth' && !this.#entries.includes(entry))));
    return this.#offersAuth ? 'auth' : 'development';
  }

  /**
   * @param {Host} model
   * @returns {Entry[]}
   */
  #listOf(model) {
    const list = this.#lists.get.call(model);
    return Array.isArray(list) ? list : [];
  }

  /**
   * Notes a class that NocoDB uses, and those between it and the one that was caught: each may have methods of its own.
   *
   * @param {any} receiver of one of the methods, or of the list
   */
  #use(receiver) {
    for (let model = receiver; this.#isUnknown(model); model = Object.getPrototypeOf(model)) {
      this.#models.add(model);
      if (this.#plugin) this.#wrap(model, this.#plugin);
      if (this.#told) this.#tell(this.#offered());
    }
  }

  /** @param {any} model */
  #isUnknown(model) {
    return typeof model === 'function' && !this.#models.has(model) && Object.prototype.isPrototypeOf.call(this.#host, model);
  }

  /**
   * @param {Host} model
   * @param {Plugin} plugin
   */
  #wrap(model, plugin) {
    wrapModel(model, plugin, (receiver) => this.#use(receiver));
  }

  /**
   * Adds the entries to the list of a class, each in the place of NocoDB's own for the same type.
   *
   * @param {Host} model
   */
  #fill(model) {
    const list = this.#listOf(model);
    if (!Object.isExtensible(list)) throw new Error('its list of integrations cannot be changed.');
    const type = this.#offered();
    for (const entry of this.#entries) {
      const existing = list.findIndex((other) => other?.type === entry.type && other.sub_type === entry.sub_type);
      if (existing === -1) list.push(entry);
      else list[existing] = entry;
    }
    this.#tell(type);
  }

  /** @param {string} type */
  #tell(type) {
    if (this.#plugin && type !== this.#told) this.#listener.registered(this.#plugin, type);
    this.#told = type;
  }
}
