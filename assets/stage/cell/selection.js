// Everything about the selected cell: the numbers of its unit, and vectors of all units shown.

/** @import { Gate, Panel, Phase, Reset } from "../data/scene_types.js" */
/** @import { GateSums } from "../view/surface_types.js" */
/** @import { Store } from "../view/store.js" */
/** @import { Quantity } from "./diagram_layout.js" */
import { layersBelow, previousState } from "../data/layer_reads.js";
import { unitName } from "../view/readings.js";

/** @typedef {Record<Quantity, number | null>} CellNumbers  of the selected unit; null: not known, or more than one number */
/** @typedef {Pick<Store, "scene" | "view" | "tiles" | "sums" | "shown" | "phase" | "overlay" | "answers" | "look">} SelectionState */

/**
 * @typedef {object} Selection
 * @property {"unit" | "layer"} mode
 * @property {number} some  how many units are shown, where not all are; else 0
 * @property {Reset} reset
 * @property {boolean} reverse  the layer computes from the end
 * @property {boolean} below  it reads the states of another layer
 * @property {number} t
 * @property {string} unitName
 * @property {Panel} gate
 * @property {Gate[]} byHand  gates of the selected unit that an edit sets
 * @property {Phase | null} phase
 * @property {CellNumbers} numbers
 * @property {Record<Quantity, Float32Array>} vectors
 * @property {GateSums | null} sums  of the unit's pre-activations, once they are known
 * @property {boolean} canAsk  someone can explain a number
 * @property {boolean} approximate  means of several steps
 * @property {(name: Quantity, value: number) => string} colour
 */

/**
 * Return everything about the selected cell.
 * @param {SelectionState} state
 * @returns {Selection}
 */
export function selectionOf(state) {
  const { view, tiles, scene, look } = state,
    { layer, t, unit } = view,
    below = layersBelow(tiles, layer),
    tile = tiles.finest(layer, t);
  const at = (/** @type {Panel} */ gate) => tiles.vector(gate, layer, t);
  const raw = [at("z"), at("r"), at("n"), at("h"), previousState(tiles, layer, t)];
  const [z, r, n, h, hPrev] = raw.map((vector) => (vector ? vector[unit] : null));
  const [zs, rs, ns, hs, before] = raw.map((vector) => ofShown(state, vector));
  // an upper layer reads the states of the one below, its directions side by side
  const read = below.length ? below.map((row) => tiles.vector("h", row, t)) : [at("x")];
  const x = Float32Array.from(read.every((vector) => vector !== null) ? read.flatMap((vector) => [...vector]) : []);
  // means of several steps do not multiply
  const known = !!tile?.exact && hPrev !== null;
  const keep = known && z !== null ? z * hPrev : null,
    write = known && z !== null && n !== null ? (1 - z) * n : null;
  const vectors = {
    z: zs,
    r: rs,
    n: ns,
    h: hs,
    hPrev: before,
    x,
    keep: zs.map((each, k) => (known ? each * before[k] : NaN)),
    write: zs.map((each, k) => (known ? (1 - each) * ns[k] : NaN)),
  };
  const panel = (/** @type {Quantity} */ name) =>
    name === "hPrev" || name === "keep" || name === "write" || (name === "x" && below.length) ? "h" : name;
  return {
    some: state.shown.length < scene.trace.units ? state.shown.length : 0,
    mode: view.diagram === "layer" ? "layer" : "unit",
    reset: scene.trace.reset,
    reverse: tiles.reverse(layer),
    below: below.length > 0,
    t,
    unitName: unitName(state, unit),
    gate: view.gate,
    phase: state.phase,
    byHand: state.overlay?.setByEdit ?? [],
    numbers: { z, r, n, h, hPrev, keep, write, x: x.length === 1 && !below.length ? x[0] : null },
    vectors,
    sums: tile?.exact ? (state.sums?.at(layer, unit, t) ?? null) : null,
    canAsk: canExplain(state),
    approximate: !tile?.exact,
    colour: (name, value) => look?.palettes[panel(name)].css(value) ?? "",
  };
}

/**
 * Whether a number shown can be explained: an edited one on this page, others by the server.
 * @param {Pick<Store, "overlay" | "answers">} state
 */
export function canExplain({ overlay, answers }) {
  return overlay?.edited ? overlay.explains : answers("explain");
}

/**
 * Pick the units shown, in their order; nothing of a vector that is not known.
 * @param {Pick<Store, "shown">} state
 * @param {ArrayLike<number> | null} vector
 */
function ofShown({ shown }, vector) {
  const out = new Float32Array(vector ? shown.length : 0);
  if (vector) for (let k = 0; k < out.length; k++) out[k] = vector[shown[k]];
  return out;
}

/**
 * Gates that slow motion has not computed yet.
 * @param {Phase | null} phase
 * @returns {Gate[]}
 */
export function notComputed(phase) {
  const order = ["read", "r", "n", "z", "h"];
  return phase
    ? /** @type {Gate[]} */ (["z", "r", "n", "h"]).filter((each) => order.indexOf(phase.name) <= order.indexOf(each))
    : [];
}
