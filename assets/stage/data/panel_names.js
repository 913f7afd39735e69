// The gates and the panels of a scene, in order.

/** @import { Gate, Panel, Scene } from "./scene_types.js" */

/** @type {readonly Gate[]} */
export const GATES = ["z", "r", "n", "h"];
/** @type {readonly Panel[]} The panels from the top. */
export const ROWS = ["x", ...GATES, "y"];

/**
 * Whether a name is that of a gate.
 * @param {unknown} name
 * @returns {name is Gate}
 */
export function isGate(name) {
  return GATES.some((gate) => gate === name);
}

/**
 * Return the panels of a scene, from the top. A model without a head has no outputs.
 * @param {Pick<Scene, "answer">} scene
 * @returns {readonly Panel[]}
 */
export function panelsOf({ answer }) {
  return answer ? ROWS : ROWS.filter((name) => name !== "y");
}
