// @ts-nocheck  its types are still to be written
// What is known of the chosen cell at this moment: numbers of one unit, vectors of all that are shown.

import { GATES } from "./fields.js";

/**
 * @param {import("./stage.js").Stage} stage
 */
export function momentOf(stage) {
  const { view, tiles, scene } = stage, { layer, t, unit } = view, below = tiles.below(layer);
  const tile = tiles.finest(layer, t), vectors = {}, pick = (vector) => vector ? shownOf(stage, vector) : new Float32Array(0);
  const raw = Object.fromEntries(GATES.map((gate) => [gate, tiles.vector(gate, layer, t)]));
  raw.hPrev = tiles.previous(layer, t);
  const numbers = Object.fromEntries(Object.entries(raw).map(([name, vector]) => [name, vector ? vector[unit] : null]));
  for (const name of [...GATES, "hPrev"]) vectors[name] = pick(raw[name]);
  // an upper layer reads the states of the one below, its directions side by side
  const read = below.length ? below.map((row) => tiles.vector("h", row, t)) : [tiles.vector("x", layer, t)];
  vectors.x = Float32Array.from(read.every(Boolean) ? read.flatMap((vector) => [...vector]) : []);
  // means of several steps do not multiply
  const known = numbers.hPrev !== null && tile.exact;
  numbers.keep = known ? numbers.z * numbers.hPrev : null;
  numbers.write = known ? (1 - numbers.z) * numbers.n : null;
  vectors.keep = vectors.z.map((z, k) => known ? z * vectors.hPrev[k] : NaN);
  vectors.write = vectors.z.map((z, k) => known ? (1 - z) * vectors.n[k] : NaN);
  numbers.x = vectors.x.length === 1 && !below.length ? vectors.x[0] : null;
  const palette = (gate) => stage.palettes[gate === "x" && below.length ? "h" : gate] ?? stage.palettes.h;
  return {
    mode: view.diagram, reset: scene.trace.reset, reverse: tiles.reverse(layer), below: below.length > 0, t, unitName: nameOf(stage, unit), gate: view.gate,
    phase: stage.phase, numbers, vectors, sums: stage.replyFor()?.sums ?? null, approximate: !tile?.exact,
    reduced: stage.still.matches, colour: (gate, value) => palette(gate).css(value), onPick: (name) => stage.pick(name),
  };
}

function shownOf({ shown }, vector) {
  const out = new Float32Array(shown.length);
  for (let k = 0; k < out.length; k++) out[k] = vector[shown[k]];
  return out;
}

/** Which layer a number is of, where there are several. */
export function layerName({ scene, view }) {
  return scene.layer_names.length > 1 ? ` \u00b7 ${scene.layer_names[view.layer]}` : "";
}

export function nameOf({ scene }, unit) {
  return scene.unit_names[unit] ?? String(unit);
}

/** The network's input at a step, largest first: [name, value]. */
export function inputsAt({ tiles, panels, view }, t) {
  const values = tiles.vector("x", view.layer, t) ?? [];
  return Array.from(values, (value, k) => [panels.channel(k), value]).sort(([, p], [, q]) => Math.abs(q) - Math.abs(p));
}
