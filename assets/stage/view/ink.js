// The colours a stage's drawings take from its styles, as they are on the page now.

/**
 * Colours as CSS has them.
 * @typedef {object} Ink
 * @property {string} ink
 * @property {string} muted
 * @property {string} line
 * @property {string} surface
 * @property {string} accent
 * @property {string} halo
 * @property {string} onAccent
 * @property {string} wrong
 * @property {string[]} inputs  of the input's lines
 */

/**
 * @param {HTMLElement} root
 * @param {Record<string, string>} lines  of the input after the first, by name
 * @returns {Ink}
 */
export function inkOf(root, lines) {
  const style = getComputedStyle(root),
    colour = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  const ink = colour("ink");
  return {
    ink,
    muted: colour("muted"),
    line: colour("line"),
    surface: colour("surface"),
    accent: colour("accent"),
    halo: colour("halo"),
    onAccent: colour("on-accent"),
    wrong: colour("wrong"),
    inputs: [ink, ...Object.values(lines)],
  };
}
