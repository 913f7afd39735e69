// Experiments that teach, made for the input at hand; what would make no sense of it is left out.

/** @import { ListedEdit } from "./edit_text.js" */
/** @import { Pulse, Signal } from "./signal.js" */
import { pulses, removePulse, repeat } from "./signal.js";

/** @typedef {"z1" | "z0" | "r1" | "r0" | "pulse" | "gap" | "letter"} PresetName */
/** @typedef {{name: PresetName, edits: ListedEdit[], signal: Signal}} Preset */

/**
 * @typedef {object} PresetInput
 * @property {Signal} signal  what they start from: the original, or what was made of it
 * @property {Signal} original
 * @property {number} layers
 * @property {number} units
 * @property {{h: Float32Array}} free  of the original's run: the states of `layer`, [t * units + unit]
 * @property {{w: ArrayLike<number>} | null} head  w: [answer * units + unit]
 * @property {(unit: number) => number | null} [effect]  how far the answer is off once the unit is cut out; null where it would take too long to tell
 * @property {number} [layer]  whose states these are, the last where not given
 * @property {number} [mostSteps]
 */

const SHORTEST_GAP = 2; // steps
const LONGEST_PULSE = 1 / 3,
  LONGEST_AT_AN_END = 1 / 20; // of all steps: a longer one is a level

/**
 * Those that need to know nothing of the input.
 * @param {number} layers
 * @returns {{name: PresetName, edits: ListedEdit[]}[]}
 */
export function frozen(layers) {
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
 * @param {PresetInput} given
 * @returns {Preset[]}
 */
export function presets(given) {
  const { signal, layers, units, layer = layers - 1, mostSteps = 2000 } = given;
  /** @type {Preset[]} */
  const made = frozen(layers).map((each) => ({ ...each, signal }));
  const clear = pulses(signal).filter((pulse) => pulse.clear),
    first = clear.find((pulse) => isShort(pulse, signal.steps));
  if (first) made.push({ name: "pulse", edits: [], signal: removePulse(signal, first) });
  const quiet = longestGap(clear, signal.steps);
  // half a gap more would not be the gap doubled
  if (quiet && signal.steps + quiet[1] - quiet[0] + 1 <= mostSteps)
    made.push({ name: "gap", edits: [], signal: repeat(signal, ...quiet, mostSteps) });
  const unit = carrier(given, quiet ?? [0, signal.steps - 1]);
  if (unit !== null && units > 1)
    made.push({ name: "letter", edits: [{ do: "lesion", units: [unit], layer }], signal });
  return made;
}

/**
 * @param {Pulse} pulse
 * @param {number} steps
 */
function isShort({ first, last }, steps) {
  const long = last - first + 1;
  return long === 1 || long <= steps * (first === 0 || last === steps - 1 ? LONGEST_AT_AN_END : LONGEST_PULSE);
}

/**
 * The longest stretch between two events; after a lone one, what comes ahead of the last step, at which an answer may be due.
 * @param {Pulse[]} events
 * @param {number} steps
 * @returns {[number, number] | null}
 */
function longestGap(events, steps) {
  /** @type {[number, number] | null} */
  let longest = null;
  const ends = events.length === 1 ? [steps - 1] : events.slice(1).map(({ first }) => first);
  ends.forEach((end, k) => {
    const from = events[k].last + 1;
    if (end - from >= SHORTEST_GAP && (!longest || end - from > longest[1] - longest[0] + 1)) longest = [from, end - 1];
  });
  return longest;
}

/**
 * The unit that carries what is remembered: whose loss changes the answer most; where nobody can tell, the one that holds
 * most over the quiet stretch, as far as the answer reads it.
 * @param {PresetInput} given
 * @param {[number, number]} quiet
 * @returns {number | null}
 */
function carrier({ signal, original, units, free, head, effect }, [first, last]) {
  const held = (/** @type {number} */ unit) => {
    let sum = 0;
    for (let t = first; t <= last; t++) {
      const from = signal.origin[t];
      if (from >= 0 && from < original.steps) sum += Math.abs(free.h[from * units + unit]);
    }
    return sum;
  };
  const weights = head?.w,
    read = (/** @type {number} */ unit) => {
      let sum = 0;
      for (let at = unit; weights && at < weights.length; at += units) sum += weights[at] ** 2;
      return Math.sqrt(sum);
    };
  let found = null,
    most = 0;
  for (let unit = 0; unit < units; unit++) {
    const told = head && effect ? effect(unit) : null,
      weight = told !== null ? told : head ? held(unit) * read(unit) : held(unit);
    if (weight > most) [found, most] = [unit, weight];
  }
  return found;
}
