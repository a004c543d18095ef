/**
 * Detects the first relevant assignment of a static property, on any class.
 *
 * In: the property's name. Out: the class and the assigned value. If a class does not have the property itself, an assignment
 *   calls an inherited setter. So this module defines a setter on `Function.prototype`, and removes it after the relevant
 *   assignment.
 * Never: knowledge of what the property means, or a change in the behaviour of other preloads (modules that Node.js loads before
 *   NocoDB) that wait for an assignment by the same method. They may be loaded before or after this preload.
 */

/**
 * @param {string} property
 * @param {(target: Function, value: unknown) => boolean} onAssigned called after each assignment; returns whether this
 *   assignment was the relevant one
 * @returns {{ isDisplaced: () => boolean }} `isDisplaced`: whether another preload has replaced this setter with its own
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
      // If no setter is installed now, the earlier preload has found its assignment. It meant to remove its own setter, but has
      // removed the setter of this module.
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
