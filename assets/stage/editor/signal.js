// The edited input: its edits, pulses and text form, exported from one module.

/** @typedef {import("./signal_edits.js").Signal} Signal */
/** @typedef {import("./pulses.js").Pulse} Pulse */
/** @typedef {import("./signal_text.js").Left} Left */

export {
  ROUGH,
  aligned,
  firstChanged,
  isOneHot,
  noise,
  original,
  put,
  remove,
  repeat,
  stroke,
  toggle,
} from "./signal_edits.js";
export { insert, isPulse, movePulse, pulseAt, pulses, removePulse, restOf } from "./pulses.js";
export { readSignal, toSegments, writeSignal } from "./signal_text.js";
