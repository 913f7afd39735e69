// How Streamlit calls a component: again and again on one element, with no cleanup before the next call, and perhaps
// with an older call's cleanup afterwards.

/**
 * @typedef {object} MountedComponent
 * @property {any} made what the first call put up
 * @property {number} calls how often it was called since
 */

/**
 * One call. The first on an element makes something, every one updates it, the cleanup of the latest takes it down.
 *
 * @template {{destroy(): void}} Made
 * @param {WeakMap<object, MountedComponent>} known
 * @param {object} element Streamlit's parentElement
 * @param {() => Made} make
 * @param {(made: Made) => void} update
 * @returns {() => void} this call's cleanup
 */
export function updateComponent(known, element, make, update) {
  const standing = known.get(element) ?? { made: make(), calls: 0 };
  known.set(element, standing);
  const call = ++standing.calls;
  update(standing.made);
  return () => {
    if (standing.calls !== call || known.get(element) !== standing) return;
    known.delete(element);
    standing.made.destroy();
  };
}
