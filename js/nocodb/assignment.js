/**
 * The first assignment of a static property that matters, by whichever class.
 *
 * In: the property's name. Out: who assigned what. An assignment to a property that a class does not have itself goes to an
 *   inherited setter, if there is one, so one is put on `Function.prototype` until then.
 * Never here: what the property means. Other preloads that wait in the same way, before or after this one, get what they would
 *   get without it.
 */

/**
 * @param {string} property
 * @param {(target: Function, value: unknown) => boolean} onAssigned is told of each assignment once it was made, and says whether it was
 *   the one
 * @returns {{ isDisplaced: () => boolean }} whether another preload has put its setter in the place of this one
 */
export function onPropertyAssigned(property, onAssigned) {
  const installed = () => Object.getOwnPropertyDescriptor(Function.prototype, property);
  let isWaiting = true;
  /** The setter of a preload that came first. */
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
      // It has seen what it waited for, and believes that it removed its own setter.
      if (!installed()) inherited = undefined;
      if (isWaiting) isWaiting = !onAssigned(this, value);
      install();
    },
  };

  /** Leaves the setter there that is needed from now on, unless a later preload has put its own on top. */
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
