/**
 * Detects the first relevant assignment of a static property, on any class.
 *
 * In: the property's name. Out: the class and the assigned value. When a class does not have the property itself, an assignment
 *   calls an inherited setter, so this module defines one on `Function.prototype` until then.
 * Never: what the property means. Other preloads that wait in the same way, before or after this one, behave as they would
 *   without it.
 */

/**
 * @param {string} property
 * @param {(target: Function, value: unknown) => boolean} onAssigned called after each assignment; returns whether it was the
 *   relevant one
 * @returns {{ isDisplaced: () => boolean }} whether another preload has replaced this setter with its own
 */
export function onPropertyAssigned(property, onAssigned) {
  const installed = () => Object.getOwnPropertyDescriptor(Function.prototype, property);
  let isWaiting = true;
  /** The setter of a preload that was loaded earlier. */
  let inherited = installed();

  /** @type {PropertyDescriptor & ThisType<Function>} */
  const setter = {
    configurable: true,
    enumerable: false,
    get() {
      return inherited?.get?.call(this);
    },
    set(value) {
      if (inherited?.set) inherited.set.call(this, value);
      else Reflect.defineProperty(this, property, { value, writable: true, enumerable: true, configurable: true });
      // The other preload has seen its assignment and believes that it removed its own setter.
      if (!installed()) inherited = undefined;
      if (isWaiting) isWaiting = !onAssigned(this, value);
      install();
    },
  };

  /** Installs the setter that is needed from now on, unless a later preload has installed its own. */
  function install() {
    const current = installed();
    if (current && current.set !== setter.set) return;
    const needed = isWaiting ? setter : inherited;
    if (needed) Object.defineProperty(Function.prototype, property, needed);
    else Reflect.deleteProperty(Function.prototype, property);
  }

  Object.defineProperty(Function.prototype, property, setter);
  return { isDisplaced: () => isWaiting && installed()?.set !== setter.set };
}
