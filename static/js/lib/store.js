// @ts-check
/** One value that changes by pure reducers, and whoever wants to know. */

/** @template T @param {T} initial */
export function createStore(initial) {
  let value = initial;
  /** @type {Set<(value: T) => void>} */
  const listeners = new Set();
  let announced = true;
  const announce = () => {
    announced = true;
    for (const listener of listeners) listener(value);
  };
  return {
    get: () => value,
    /** Change the value; listeners hear once per frame, however many changes it had.
     * @param {(value: T) => T} reducer */
    update(reducer) {
      const next = reducer(value);
      if (next === value) return;
      value = next;
      if (announced) {
        announced = false;
        requestAnimationFrame(announce);
      }
    },
    /** @param {(value: T) => void} listener */
    subscribe(listener) {
      listeners.add(listener);
      listener(value);
    },
  };
}
