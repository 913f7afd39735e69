// Texts about a step or a cell.

/** @import { Cell } from "../model/explain.js" */
/** @import { Store } from "./store.js" */
import { targetAt, labelAt } from "../data/step_texts.js";
import { inputName } from "../data/input_rows.js";
import { fill } from "./format.js";

/** @typedef {Pick<Store, "scene" | "view" | "tiles" | "words">} ReadState */

/**
 * Return the name of the selected layer, with a separator; "" if there is one layer.
 * @param {Pick<ReadState, "scene" | "view">} state
 */
export function layerName({ scene, view }) {
  return scene.layer_names.length > 1 ? ` \u00b7 ${scene.layer_names[view.layer]}` : "";
}

/**
 * Return a unit's name, or its number.
 * @param {Pick<ReadState, "scene">} state
 * @param {number} unit
 */
export function unitName({ scene }, unit) {
  return scene.unit_names[unit] ?? String(unit);
}

/**
 * Return the network's input at a step as [name, value], largest first.
 * @param {Pick<ReadState, "scene" | "view" | "tiles">} state
 * @param {number} t
 * @returns {[string, number][]}
 */
export function inputsAt({ tiles, scene, view }, t) {
  /** @type {[string, number][]} */
  const inputs = Array.from(tiles.vector("x", view.layer, t) ?? [], (value, k) => [inputName(scene, k), value]);
  return inputs.sort(([, p], [, q]) => Math.abs(q) - Math.abs(p));
}

/**
 * Return the label of a step with its target; "" if it has neither.
 * @param {Pick<ReadState, "tiles" | "words">} state
 * @param {number} t
 */
export function stepLabel({ tiles, words }, t) {
  const target = targetAt(tiles, t);
  return [labelAt(tiles, t), target && fill(words.due_at, { target })].filter(Boolean).join(" \u00b7 ");
}

/**
 * Return the tooltip of a link to a cell.
 * @param {Pick<ReadState, "scene" | "words">} state
 * @param {Cell} at
 */
export function linkHint({ words, scene }, { gate, layer, t, unit }) {
  if (gate === "x") return fill(words.go_input, { name: inputName(scene, Math.floor(unit / scene.tile.x_each)), t });
  const where = fill(words.go_cell, { gate, unit: unitName({ scene }, unit), t });
  return where + (scene.layer_names.length > 1 ? ` \u00b7 ${scene.layer_names[layer]}` : "");
}
