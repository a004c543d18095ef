/**
 * NocoDB's registry of integrations: the model class that holds the list, its subclasses, and the plugin's entries in each list.
 *
 * In: the model class that was detected when NocoDB assigned its list, and the plugin. Out: Bitbucket in every list that is
 *   assigned to that class or to a subclass, and the patches of integration-model.js on every such class that NocoDB uses.
 * Never: a change to another integration's entry or to a class that does not inherit from the detected one, or work on rows and
 *   wrappers (integration-model.js does that).
 */

import { INTEGRATION_TYPES, createWrapperClass, patchModel } from './integration-model.js';

/** @typedef {import('./integration-model.js').RegistryEntry} RegistryEntry */
/** @typedef {import('./integration-model.js').IntegrationModel} IntegrationModel */
/** @typedef {import('./integration-model.js').Plugin} Plugin */

/** The static property in which NocoDB's class holds the list. */
export const LIST_PROPERTY = 'availableIntegrations';

/**
 * @param {unknown} target of an assignment
 * @param {unknown} value
 * @returns {target is IntegrationModel} whether this is NocoDB's class and its list
 */
export const isIntegrationModel = (target, value) => Array.isArray(value) && typeof target === 'function' &&
  ['get', 'createIntegration', 'updateIntegration'].every((name) => typeof Reflect.get(target, name) === 'function');

/**
 * Returns accessors for the list that keep one list for each class, because a subclass may have a list of its own.
 *
 * @param {IntegrationModel} model
 * @returns {{ get: (this: IntegrationModel) => unknown, set: (this: IntegrationModel, list: unknown) => void }}
 */
function watchList(model) {
  const { get, set, value } = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(model, LIST_PROPERTY));
  // If another preload has already defined accessors, those are used.
  if (get && set) return { get, set };
  const lists = new WeakMap([[model, value]]);
  return {
    get() {
      /** @type {IntegrationModel | null} */
      let owner = this;
      while (owner && !lists.has(owner)) owner = Object.getPrototypeOf(owner);
      return owner ? lists.get(owner) : undefined;
    },
    set(list) {
      lists.set(this, list);
    },
  };
}

/** @param {IntegrationModel} model */
const hasManifestLookup = (model) => typeof Reflect.get(model, 'getManifestForConfig') === 'function';

/**
 * Receives the outcome of the registration.
 *
 * @typedef {object} Listener
 * @property {(plugin: Plugin, type: string) => void} registered `type`: the type that the GUI offers
 * @property {(error: Error) => void} failed
 */

export class Registry {
  /** The classes that NocoDB uses: the detected one, and subclasses. @type {Set<IntegrationModel>} */
  #models = new Set();

  #baseModel;
  #listener;
  #lists;

  /** @type {Plugin | undefined} */
  #plugin;

  /** @type {RegistryEntry[]} */
  #entries = [];

  /**
   * Whether the GUI offers the type `auth`. The form of this type needs a connection test, and some editions of NocoDB have no
   * connection test.
   */
  #offersAuth = false;

  /** The type that was reported to the listener. @type {string | undefined} */
  #announcedType;

  /**
   * @param {IntegrationModel} model which has just received its list
   * @param {Listener} listener
   */
  constructor(model, listener) {
    this.#baseModel = model;
    this.#listener = listener;
    this.#lists = watchList(model);
    this.#models.add(model);
    const registry = this;
    const { get, set } = this.#lists;
    Object.defineProperty(model, LIST_PROPERTY, {
      configurable: true,
      enumerable: true,
      get() {
        registry.#guard(() => registry.#noteModel(this));
        return get.call(this);
      },
      set(list) {
        set.call(this, list);
        registry.#guard(() => {
          registry.#noteModel(this);
          if (registry.#plugin) registry.#addEntries(this);
        });
      },
    });
  }

  /**
   * Runs an action, and reports its exception to the listener, because NocoDB must keep running even if its list is unusable.
   *
   * @param {() => void} action
   */
  #guard(action) {
    try {
      action();
    } catch (error) {
      this.#listener.failed(/** @type {Error} */ (error));
    }
  }

  /** Adds the entries to every list, including those that NocoDB assigns later. @param {Plugin} plugin */
  add(plugin) {
    const wrapper = createWrapperClass(plugin);
    this.#plugin = plugin;
    this.#entries = INTEGRATION_TYPES.map((type) => this.#createEntry(plugin, type, wrapper));
    for (const model of this.#models) this.#wrap(model, plugin);
    for (const model of this.#models) this.#guard(() => this.#addEntries(model));
  }

  /**
   * @param {Plugin} plugin
   * @param {string} type
   * @param {RegistryEntry['wrapper']} wrapper
   * @returns {RegistryEntry}
   */
  #createEntry(plugin, type, wrapper) {
    const registry = this;
    // Copying the entry reads its form. This logs the environment's problems as soon as NocoDB starts.
    return {
      ...plugin.default,
      type,
      wrapper,
      manifest: {
        ...plugin.default.manifest,
        get hidden() {
          return registry.#offeredType() !== type;
        },
      },
    };
  }

  /** The type that this edition's GUI offers. If another edition created a row, the row may have the other type. */
  #offeredType() {
    this.#offersAuth ||= [...this.#models].some((model) => hasManifestLookup(model) || this.#listOf(model).some((entry) => (
      entry?.type === 'auth' && !this.#entries.includes(entry))));
    return this.#offersAuth ? 'auth' : 'development';
  }

  /**
   * @param {IntegrationModel} model
   * @returns {RegistryEntry[]}
   */
  #listOf(model) {
    const list = this.#lists.get.call(model);
    return Array.isArray(list) ? list : [];
  }

  /**
   * Registers a class that NocoDB uses, and all classes between it and the detected class. Each may have methods of its own.
   *
   * @param {any} receiver of a method call or of an access to the list
   */
  #noteModel(receiver) {
    for (let model = receiver; this.#isUnknown(model); model = Object.getPrototypeOf(model)) {
      this.#models.add(model);
      if (this.#plugin) this.#wrap(model, this.#plugin);
      if (this.#announcedType) this.#announce(this.#offeredType());
    }
  }

  /** @param {any} model */
  #isUnknown(model) {
    return typeof model === 'function' && !this.#models.has(model) && Object.prototype.isPrototypeOf.call(this.#baseModel, model);
  }

  /**
   * @param {IntegrationModel} model
   * @param {Plugin} plugin
   */
  #wrap(model, plugin) {
    patchModel(model, plugin, (receiver) => this.#noteModel(receiver));
  }

  /**
   * Adds the entries to a class's list. An entry replaces NocoDB's own entry for Bitbucket with the same type.
   *
   * @param {IntegrationModel} model
   */
  #addEntries(model) {
    const list = this.#listOf(model);
    if (!Object.isExtensible(list)) throw new Error('its list of integrations cannot be changed.');
    const type = this.#offeredType();
    for (const entry of this.#entries) {
      const existing = list.findIndex((other) => other?.type === entry.type && other.sub_type === entry.sub_type);
      if (existing === -1) list.push(entry);
      else list[existing] = entry;
    }
    this.#announce(type);
  }

  /** @param {string} type */
  #announce(type) {
    if (this.#plugin && type !== this.#announcedType) this.#listener.registered(this.#plugin, type);
    this.#announcedType = type;
  }
}
