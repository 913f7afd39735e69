// Numbers of the selected cell: those of its unit, and vectors of all visible units.

/** @import { Gate, Panel, Phase, Reset } from "../data/scene_types.js" */
/** @import { GateSums } from "../view/surface_types.js" */
/** @import { Store } from "../view/store.js" */
/** @import { Quantity } from "./diagram_layout.js" */
import { layersBelow, previousState } from "../data/layer_reads.js";
import { unitName } from "../view/readings.js";

/** @typedef {Record<Quantity, number | null>} CellNumbers  of the selected unit; null: not known, or more than one number */
/** @typedef {Pick<Store, "scene" | "view" | "tiles" | "sums" | "visibleUnits" | "phase" | "overlay" | "canAnswer" | "look">} SelectionState */

/**
 * @typedef {object} Selection
 * @property {"unit" | "layer"} mode
 * @property {number} some  number of visible units; 0 if all are visible
 * @property {Reset} reset
 * @property {boolean} reverse  the layer computes from the end
 * @property {boolean} below  the layer reads the states of another layer
 * @property {number} t
 * @property {string} unitName
 * @property {Panel} gate
 * @property {Gate[]} byHand  gates of the selected unit that an edit sets
 * @property {Phase | null} phase
 * @property {CellNumbers} numbers
 * @property {Record<Quantity, Float32Array>} vectors
 * @property {GateSums | null} sums  of the unit's pre-activations, once they are known
 * @property {boolean} canExplain  numbers can be explained
 * @property {boolean} isApproximate  means of several steps
 * @property {(name: Quantity, value: number) => string} colour
 */

/**
 * Return the numbers of the selected cell.
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
  const [zs, rs, ns, hs, before] = raw.map((vector) => ofVisible(state, vector));
  // an upper layer reads the concatenated states of the layer below
  const sources = below.length ? below.map((row) => tiles.vector("h", row, t)) : [at("x")];
  const x = Float32Array.from(
    sources.every((vector) => vector !== null) ? sources.flatMap((vector) => [...vector]) : [],
  );
  // a mean of products is not the product of means
  const isExact = !!tile?.exact && hPrev !== null;
  const keep = isExact && z !== null ? z * hPrev : null,
    write = isExact && z !== null && n !== null ? (1 - z) * n : null;
  const vectors = {
    z: zs,
    r: rs,
    n: ns,
    h: hs,
    hPrev: before,
    x,
    keep: zs.map((each, k) => (isExact ? each * before[k] : NaN)),
    write: zs.map((each, k) => (isExact ? (1 - each) * ns[k] : NaN)),
  };
  const panel = (/** @type {Quantity} */ name) =>
    name === "hPrev" || name === "keep" || name === "write" || (name === "x" && below.length) ? "h" : name;
  return {
    some: state.visibleUnits.length < scene.trace.units ? state.visibleUnits.length : 0,
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
    canExplain: canExplain(state),
    isApproximate: !tile?.exact,
    colour: (name, value) => look?.palettes[panel(name)].css(value) ?? "",
  };
}

/**
 * Whether numbers can be explained: those of an edited run in the page, others by the server.
 * @param {Pick<Store, "overlay" | "canAnswer">} state
 */
export function canExplain({ overlay, canAnswer }) {
  return overlay?.isEdited ? overlay.canExplain : canAnswer("explain");
}

/**
 * Return the numbers of the visible units, in their order; empty if the vector is not known.
 * @param {Pick<Store, "visibleUnits">} state
 * @param {ArrayLike<number> | null} vector
 */
function ofVisible({ visibleUnits }, vector) {
  const out = new Float32Array(vector ? visibleUnits.length : 0);
  if (vector) for (let k = 0; k < out.length; k++) out[k] = vector[visibleUnits[k]];
  return out;
}

/**
 * Return the gates that slow motion has not computed yet.
 * @param {Phase | null} phase
 * @returns {Gate[]}
 */
export function pendingGates(phase) {
  const order = ["read", "r", "n", "z", "h"];
  return phase
    ? /** @type {Gate[]} */ (["z", "r", "n", "h"]).filter((each) => order.indexOf(phase.name) <= order.indexOf(each))
    : [];
}
