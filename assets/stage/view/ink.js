// Colours of canvas drawings, read from the stage's CSS variables.

/**
 * CSS colours.
 * @typedef {object} Ink
 * @property {string} ink
 * @property {string} muted
 * @property {string} line
 * @property {string} surface
 * @property {string} accent
 * @property {string} halo
 * @property {string} onAccent
 * @property {string} wrong
 * @property {string[]} inputs  lines of the inputs
 */

/**
 * Read the colours.
 * @param {HTMLElement} root
 * @param {Record<string, string>} lines  of the inputs after the first, by name
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
