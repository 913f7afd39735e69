// Palettes of differences, centred at 0: one per gate and one for the prediction.

/** @import { Gate, Panel, Scene, Theme } from "../data/scene_types.js" */
import { GATES } from "../data/panel_names.js";
import { Palette } from "../view/palette.js";

/**
 * Return the palette of each panel of differences.
 * @param {Scene} scene
 * @param {Theme} theme
 * @param {{scales: Record<Gate, number>, outputScale: number | null}} scales  ends of the colour scales: of each gate, and of the prediction (null without one)
 * @returns {Partial<Record<Panel, Palette>>}
 */
export function differencePalettes(scene, theme, { scales, outputScale }) {
  const paletteOf = (/** @type {number} */ ends) =>
    new Palette({ ...scene.palettes[theme].h, low: -ends, high: ends }, scene.odd);
  const each = Object.fromEntries(GATES.map((gate) => [gate, paletteOf(scales[gate])]));
  return { ...each, ...(outputScale !== null && { y: paletteOf(outputScale) }) };
}
