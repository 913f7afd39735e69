// Functions for the edited input, re-exported from one module: edits, pulses, text form.

/** @typedef {import("./signal_edits.js").Signal} Signal */
/** @typedef {import("./pulses.js").Pulse} Pulse */
/** @typedef {import("./signal_text.js").SignalIssue} SignalIssue */

export {
  ROUGH,
  alignSteps,
  firstEditedStep,
  isOneHot,
  addNoise,
  originalSignal,
  setValues,
  removeSteps,
  repeatSteps,
  drawLine,
  toggleValue,
} from "./signal_edits.js";
export { insertSteps, isPulse, movePulse, pulseAt, findPulses, removePulse, restOf } from "./pulses.js";
export { readSignal, toSegments, writeSignal } from "./signal_text.js";
