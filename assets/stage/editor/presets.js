// Preset edits for the current input. Presets that do not fit the input are left out.

/** @import { ListedEdit } from "./edit_text.js" */
/** @import { Pulse, Signal } from "./signal.js" */
import { findPulses, removePulse, repeatSteps } from "./signal.js";

/** @typedef {"z1" | "z0" | "r1" | "r0" | "pulse" | "gap" | "letter"} PresetName */
/** @typedef {{name: PresetName, edits: ListedEdit[], signal: Signal}} Preset */

/**
 * @typedef {object} PresetInput
 * @property {Signal} signal  the input to edit: the original or an edited one
 * @property {Signal} original
 * @property {number} layers
 * @property {number} units
 * @property {{h: Float32Array}} free  states of `layer` in the free run of the original input, [t * units + unit]
 * @property {{w: ArrayLike<number>} | null} head  w: [output * units + unit]
 * @property {(unit: number) => number | null} [effect]  change of the output if the unit is removed; null if computing it would take too long
 * @property {number} [layer]  layer of the states in `free`; the last by default
 * @property {number} [mostSteps]
 */

const SHORTEST_GAP = 2; // steps
const LONGEST_PULSE = 1 / 3,
  LONGEST_AT_AN_END = 1 / 20; // share of all steps; a longer pulse at an end is a level

/**
 * Return the presets that fit any input.
 * @param {number} layers
 * @returns {{name: PresetName, edits: ListedEdit[]}[]}
 */
export function gatePresets(layers) {
  const gates = /** @type {[PresetName, "z" | "r", number][]} */ ([
    ["z1", "z", 1],
    ["z0", "z", 0],
    ["r1", "r", 1],
    ["r0", "r", 0],
  ]);
  return gates.map(([name, gate, value]) => ({
    name,
    edits: Array.from({ length: layers }, (_, layer) => ({
      do: "clamp",
      gate,
      value,
      units: null,
      steps: null,
      layer,
    })),
  }));
}

/**
 * Return the presets that apply to an input.
 * @param {PresetInput} input
 * @returns {Preset[]}
 */
export function makePresets(input) {
  const { signal, layers, units, layer = layers - 1, mostSteps = 2000 } = input;
  /** @type {Preset[]} */
  const list = gatePresets(layers).map((each) => ({ ...each, signal }));
  const clearPulses = findPulses(signal).filter((pulse) => pulse.clear),
    first = clearPulses.find((pulse) => isShort(pulse, signal.steps));
  if (first) list.push({ name: "pulse", edits: [], signal: removePulse(signal, first) });
  const gap = longestGap(clearPulses, signal.steps);
  // all of the gap or nothing: half of it would not double it
  if (gap && signal.steps + gap[1] - gap[0] + 1 <= mostSteps)
    list.push({ name: "gap", edits: [], signal: repeatSteps(signal, ...gap, mostSteps) });
  const unit = memoryUnit(input, gap ?? [0, signal.steps - 1]);
  if (unit !== null && units > 1)
    list.push({ name: "letter", edits: [{ do: "lesion", units: [unit], layer }], signal });
  return list;
}

/**
 * Whether a pulse is short enough to be an event. The limit is lower at the ends of the input.
 * @param {Pulse} pulse
 * @param {number} steps
 */
function isShort({ first, last }, steps) {
  const long = last - first + 1;
  return long === 1 || long <= steps * (first === 0 || last === steps - 1 ? LONGEST_AT_AN_END : LONGEST_PULSE);
}

/**
 * Return the longest gap between two pulses; after a single pulse, the steps before the last one, which may have a target.
 * @param {Pulse[]} pulses
 * @param {number} steps
 * @returns {[number, number] | null}
 */
function longestGap(pulses, steps) {
  /** @type {[number, number] | null} */
  let longest = null;
  const ends = pulses.length === 1 ? [steps - 1] : pulses.slice(1).map(({ first }) => first);
  ends.forEach((end, k) => {
    const from = pulses[k].last + 1;
    if (end - from >= SHORTEST_GAP && (!longest || end - from > longest[1] - longest[0] + 1)) longest = [from, end - 1];
  });
  return longest;
}

/**
 * Return the unit that carries the memory: the one whose removal changes the prediction most; if that is unknown, the one
 * with the largest state over the gap, weighted by the head.
 * @param {PresetInput} input
 * @param {[number, number]} gap
 * @returns {number | null}
 */
function memoryUnit({ signal, original, units, free, head, effect }, [first, last]) {
  const stateSum = (/** @type {number} */ unit) => {
    let sum = 0;
    for (let t = first; t <= last; t++) {
      const from = signal.origin[t];
      if (from >= 0 && from < original.steps) sum += Math.abs(free.h[from * units + unit]);
    }
    return sum;
  };
  const weights = head?.w,
    readoutNorm = (/** @type {number} */ unit) => {
      let sum = 0;
      for (let at = unit; weights && at < weights.length; at += units) sum += weights[at] ** 2;
      return Math.sqrt(sum);
    };
  let best = null,
    most = 0;
  for (let unit = 0; unit < units; unit++) {
    const effectSize = head && effect ? effect(unit) : null,
      weight = effectSize !== null ? effectSize : head ? stateSum(unit) * readoutNorm(unit) : stateSum(unit);
    if (weight > most) [best, most] = [unit, weight];
  }
  return best;
}
