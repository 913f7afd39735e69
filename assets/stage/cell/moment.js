// What is known of the chosen cell at this moment: numbers of one unit, vectors of all that are shown.

/** @import { Diagram, Explained, Panel, Phase, Reset, Sums } from "../fields.js" */
/** @import { Quantity } from "./cell_layout.js" */
/** @import { Stage } from "../stage.js" */
/** @import { Wondered } from "./why.js" */
import { real } from "../wording.js";

/** @typedef {Record<Quantity, number | null>} Numbers  of the chosen unit; null: not known, or of more than one number */
/** @typedef {{x: number, h: number, total: number, inner?: number}} PlainSums */

/**
 * What the cell diagram shows.
 * @typedef {object} Moment
 * @property {Diagram} mode
 * @property {Reset} reset
 * @property {boolean} reverse  the layer computes from the end
 * @property {boolean} below  it reads the states of another layer
 * @property {number} t
 * @property {string} unitName
 * @property {Panel} gate
 * @property {Phase | null} phase
 * @property {Numbers} numbers
 * @property {Record<Quantity, Float32Array>} vectors
 * @property {Record<"r" | "z" | "n", PlainSums> | null} sums  of the unit's pre-activations, once Python has told them
 * @property {boolean} approximate  means of several steps
 * @property {boolean} reduced  people asked for little motion
 * @property {(name: Quantity, value: number) => string} colour
 * @property {(name: Quantity) => void} onPick
 */

/**
 * @param {Stage} stage
 * @returns {Moment}
 */
export function momentOf(stage) {
  const { view, tiles, scene } = stage, { layer, t, unit } = view, below = tiles.below(layer), tile = tiles.finest(layer, t);
  /** @param {Panel} gate */
  const at = (gate) => tiles.vector(gate, layer, t);
  const raw = { z: at("z"), r: at("r"), n: at("n"), h: at("h"), hPrev: tiles.previous(layer, t) };
  const [z, r, n, h, hPrev] = [raw.z, raw.r, raw.n, raw.h, raw.hPrev].map((vector) => vector ? vector[unit] : null);
  const [zs, rs, ns, hs, before] = [raw.z, raw.r, raw.n, raw.h, raw.hPrev].map((vector) => shownOf(stage, vector));
  // an upper layer reads the states of the one below, its directions side by side
  const read = below.length ? below.map((row) => tiles.vector("h", row, t)) : [at("x")];
  const x = Float32Array.from(read.every((vector) => vector !== null) ? read.flatMap((vector) => [...vector]) : []);
  // means of several steps do not multiply
  const known = !!tile?.exact && hPrev !== null;
  const keep = known && z !== null ? z * hPrev : null, write = known && z !== null && n !== null ? (1 - z) * n : null;
  const vectors = {
    z: zs, r: rs, n: ns, h: hs, hPrev: before, x,
    keep: zs.map((each, k) => known ? each * before[k] : NaN), write: zs.map((each, k) => known ? (1 - each) * ns[k] : NaN),
  };
  const reply = stage.replyFor();
  /** @param {Quantity} name */
  const panel = (name) => name === "hPrev" || name === "keep" || name === "write" || (name === "x" && below.length) ? "h" : name;
  return {
    mode: view.diagram, reset: scene.trace.reset, reverse: tiles.reverse(layer), below: below.length > 0, t, unitName: nameOf(stage, unit), gate: view.gate,
    phase: stage.phase, numbers: { z, r, n, h, hPrev, keep, write, x: x.length === 1 && !below.length ? x[0] : null }, vectors,
    sums: reply && plainly(reply.sums), approximate: !tile?.exact,
    reduced: stage.still.matches, colour: (name, value) => stage.painter.palettes[panel(name)].css(value), onPick: (name) => stage.visits.pick(name),
  };
}

/**
 * The same cell, to be explained.
 * @param {Stage} stage
 * @param {Moment} moment
 * @returns {Wondered}
 */
export function explanationOf(stage, { numbers, approximate, reset, reverse, colour }) {
  const { view: { gate, layer, t, unit }, scene: { trace, layer_names }, visits } = stage, reply = stage.replyFor();
  return {
    w: stage.w, gate, layer, t, unit, name: nameOf(stage, unit) + layerName(stage), layers: layer_names, back: visits.trail.length ? () => visits.back() : null,
    bidirectional: trace.bidirectional, numbers, inputs: inputsAt(stage, t), loading: !stage.tiles.finest(layer, t),
    approximate, reset, reverse, colour, kind: trace.kind, steps: trace.steps, theme: stage.theme,
    reply: reply?.gate === gate ? reply : null, pending: stage.questions.has("explain"), canAsk: !!stage.options.ask,
  };
}

/**
 * @param {Explained["sums"]} sums
 * @returns {Record<"r" | "z" | "n", PlainSums>}
 */
function plainly({ r, z, n }) {
  /** @param {Sums} sums */
  const plain = ({ x, h, total, inner }) => ({ x: real(x), h: real(h), total: real(total), ...(inner === undefined ? {} : { inner: real(inner) }) });
  return { r: plain(r), z: plain(z), n: plain(n) };
}

/**
 * Of the units shown, in their order; nothing of what is not known.
 * @param {Stage} stage
 * @param {ArrayLike<number> | null} vector
 */
function shownOf({ shown }, vector) {
  const out = new Float32Array(vector ? shown.length : 0);
  if (vector) for (let k = 0; k < out.length; k++) out[k] = vector[shown[k]];
  return out;
}

/**
 * Which layer a number is of, where there are several.
 * @param {Stage} stage
 */
export function layerName({ scene, view }) {
  return scene.layer_names.length > 1 ? ` \u00b7 ${scene.layer_names[view.layer]}` : "";
}

/**
 * @param {Stage} stage
 * @param {number} unit
 */
export function nameOf({ scene }, unit) {
  return scene.unit_names[unit] ?? String(unit);
}

/**
 * The network's input at a step, largest first: [name, value].
 * @param {Stage} stage
 * @param {number} t
 * @returns {[string, number][]}
 */
export function inputsAt({ tiles, panels, view }, t) {
  /** @type {[string, number][]} */
  const inputs = Array.from(tiles.vector("x", view.layer, t) ?? [], (value, k) => [panels.channel(k), value]);
  return inputs.sort(([, p], [, q]) => Math.abs(q) - Math.abs(p));
}
