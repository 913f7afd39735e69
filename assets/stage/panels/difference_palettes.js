// Colours of differences: centred at 0, with one scale per gate and one for the prediction.

/** @import { Gate, Panel, Scene, Theme } from "../data/scene_types.js" */
import { GATES } from "../data/panel_names.js";
import { Palette } from "../view/palette.js";

/**
 * Return the palette of each panel of differences.
 * @param {Scene} scene
 * @param {Theme} theme
 * @param {{scales: Record<Gate, number>, said: number | null}} scales  ends of the colour scales: of each gate, and of the prediction (null without one)
 * @returns {Partial<Record<Panel, Palette>>}
 */
export function differencePalettes(scene, theme, { scales, said }) {
  const around = (/** @type {number} */ ends) =>
    new Palette({ ...scene.palettes[theme].h, low: -ends, high: ends }, scene.odd);
  const each = Object.fromEntries(GATES.map((gate) => [gate, around(scales[gate])]));
  return { ...each, ...(said !== null && { y: around(said) }) };
}
