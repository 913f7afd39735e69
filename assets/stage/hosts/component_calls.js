// Life cycle of components in Streamlit. Streamlit calls a component repeatedly on one element. It does not clean up before
// the next call, and may run the cleanup of an older call after it.

/**
 * @typedef {object} ComponentEntry
 * @property {any} component  created by the first call
 * @property {number} calls  number of calls so far
 */

/**
 * Create the component in the first call on an element and update it in every call. Only the cleanup of the latest call
 * destroys it.
 * @template {{destroy(): void}} Mounted
 * @param {WeakMap<object, ComponentEntry>} entries
 * @param {object} element  Streamlit's parentElement
 * @param {() => Mounted} make
 * @param {(component: Mounted) => void} update
 * @returns {() => void} cleanup of this call
 */
export function updateComponent(entries, element, make, update) {
  const entry = entries.get(element) ?? { component: make(), calls: 0 };
  entries.set(element, entry);
  const call = ++entry.calls;
  update(entry.component);
  return () => {
    if (entry.calls !== call || entries.get(element) !== entry) return;
    entries.delete(element);
    entry.component.destroy();
  };
}
