// @ts-check
/** Entries of the server's stores that can't be read; pure. */

/** Put the broken entries of one store into the state. @param {StoreName} store @param {BrokenEntry[]} entries
 * @returns {Reducer} */
export const brokenIn = (store, entries) => (state) => ({ ...state, broken: { ...state.broken, [store]: entries } });

/** @param {State} state @param {StoreName} store */
export const brokenOf = ({ broken }, store) => broken[store] ?? [];

/** The names that the server can take, so that it can delete what is called so. */
const PLAIN = /^[A-Za-z0-9][\w.-]{0,63}$/;

/** @param {BrokenEntry} entry */
export const canDelete = ({ name }) => PLAIN.test(name);
