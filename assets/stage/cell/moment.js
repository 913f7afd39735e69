// What is known of the chosen cell at this moment: numbers of one unit, vectors of all that are shown.

/** @import { Cell, Gate, Panel, Phase, Reset } from "../fields.js" */
/** @import { Quantity } from "./cell_layout.js" */
/** @import { Written4 } from "./equations.js" */
/** @import { Course } from "./lines.js" */
/** @import { PlainSums } from "../numbers/sums.js" */
/** @import { Stage } from "../stage.js" */
/** @import { Wondered } from "./why.js" */
import { GATES } from "../fields.js";
import { askedAt } from "./says.js";
import { seen } from "../hands/zoom.js";
import { channel } from "../panels/rows/input.js";
import { fill } from "../wording.js";

/** @typedef {Record<Quantity, number | null>} Numbers  of the chosen unit; null: not known, or of more than one number */

/**
 * What the cell diagram shows.
 * @typedef {object} Moment
 * @property {"unit" | "layer"} mode
 * @property {number} some  as many units are shown where not all are; else 0
 * @property {Reset} reset
 * @property {boolean} reverse  the layer computes from the end
 * @property {boolean} below  it reads the states of another layer
 * @property {number} t
 * @property {string} unitName
 * @property {Panel} gate
 * @property {Gate[]} byHand  gates of the chosen unit that an experiment sets
 * @property {Phase | null} phase
 * @property {Numbers} numbers
 * @property {Record<Quantity, Float32Array>} vectors
 * @property {Record<"r" | "z" | "n", PlainSums> | null} sums  of the unit's pre-activations, once Python has told them
 * @property {boolean} canAsk  Python is there to tell them
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
  /** @param {Quantity} name */
  const panel = (name) => name === "hPrev" || name === "keep" || name === "write" || (name === "x" && below.length) ? "h" : name;
  return {
    some: stage.shown.length < scene.trace.units ? stage.shown.length : 0,
    mode: view.diagram === "layer" ? "layer" : "unit", reset: scene.trace.reset, reverse: tiles.reverse(layer), below: below.length > 0, t, unitName: nameOf(stage, unit), gate: view.gate,
    phase: stage.phase, byHand: stage.experiment.picture.byHand, numbers: { z, r, n, h, hPrev, keep, write, x: x.length === 1 && !below.length ? x[0] : null }, vectors,
    sums: tile?.exact ? stage.sums.at(layer, unit, t) : null, canAsk: isThere(stage), approximate: !tile?.exact,
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
  const { view: { gate, layer, t, unit }, scene: { trace }, visits } = stage, reply = stage.replyFor();
  return {
    w: stage.w, gate, layer, t, unit, name: nameOf(stage, unit) + layerName(stage), back: visits.trail.length ? () => visits.back() : null,
    bidirectional: trace.bidirectional, numbers, inputs: inputsAt(stage, t), loading: !stage.tiles.finest(layer, t),
    approximate, reset, reverse, colour, kind: trace.kind, steps: trace.steps, theme: stage.theme,
    reply: reply?.gate === gate ? reply : null, pending: stage.questions.has("explain"), canAsk: isThere(stage), byHand: stage.experiment.picture.byHand.some((each) => each === gate),
    hintOf: (at) => hintOf(stage, at), answer: gate === "y" ? askedAt(stage) : null,
  };
}

/**
 * The same cell, to be written as equations.
 * @param {Stage} stage
 * @param {Moment} moment
 * @param {Gate[]} hidden  not computed yet, in slow motion
 * @returns {Written4}
 */
export function equationsAt(stage, { numbers, sums, approximate, reset, reverse, canAsk }, hidden) {
  const { view: { gate, layer, t, unit, equations }, scene } = stage, before = reverse ? t + 1 : t - 1;
  return {
    w: stage.w, mode: equations, reset, reverse, gate, numbers, sums, approximate, canAsk, hidden, byHand: stage.experiment.picture.byHand, hintOf: (at) => hintOf(stage, at),
    placeOf: ({ gate: name, previous }) => !previous ? { gate: name, layer, t, unit } : before >= 0 && before < scene.trace.steps ? { gate: name, layer, t: before, unit } : null,
  };
}

/**
 * The chosen unit over the steps seen.
 * @param {Stage} stage
 * @param {Moment} moment
 * @returns {Course}
 */
export function courseOf(stage, { numbers, approximate, phase }) {
  const { view: { gate, layer, t, unit }, scene, tiles, window, w, painter } = stage, { n, h } = scene.reach, label = stage.labelOf(t);
  return {
    w, tile: tiles.covering(layer, ...seen(scene.trace.steps, window)), window, steps: scene.trace.steps, t, at: `${w.step} ${t}${label ? ` (${label})` : ""}`,
    unit, name: nameOf(stage, unit) + layerName(stage), gate: GATES.find((each) => each === gate) ?? "x", numbers, approximate, reach: Math.max(n, h),
    colours: scene.lines[stage.theme], ink: painter.ink, phase,
  };
}

/**
 * Whether there is anybody who can take a number apart: in an experiment the page itself, where it knows the model.
 * @param {Stage} stage
 */
function isThere({ experiment, options }) {
  return experiment.acting ? !!experiment.outcome?.ran : !!options.ask;
}

/**
 * Where a link to a cell leads, in words.
 * @param {Stage} stage
 * @param {Cell} at
 */
function hintOf(stage, { gate, layer, t, unit }) {
  const { w, scene } = stage;
  if (gate === "x") return fill(w.go_input, { name: channel(scene, Math.floor(unit / scene.tile.x_each)), t });
  return fill(w.go_cell, { gate, unit: nameOf(stage, unit), t }) + (scene.layer_names.length > 1 ? ` \u00b7 ${scene.layer_names[layer]}` : "");
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
export function inputsAt({ tiles, scene, view }, t) {
  /** @type {[string, number][]} */
  const inputs = Array.from(tiles.vector("x", view.layer, t) ?? [], (value, k) => [channel(scene, k), value]);
  return inputs.sort(([, p], [, q]) => Math.abs(q) - Math.abs(p));
}
