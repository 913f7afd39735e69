// The input redrawn: all there is to do with one, from signals/ and texts/.

/** @typedef {import("./signals/redrawn.js").Signal} Signal */
/** @typedef {import("./signals/pulses.js").Pulse} Pulse */
/** @typedef {import("./texts/signal_text.js").Segment} Segment */
/** @typedef {import("./texts/signal_text.js").Left} Left */

export { aligned, firstChanged, isOneHot, noise, original, put, remove, repeat, stroke, toggle } from "./signals/redrawn.js";
export { insert, isPulse, movePulse, pulseAt, pulses, removePulse, restOf } from "./signals/pulses.js";
export { readSignal, toSegments, writeSignal } from "./texts/signal_text.js";
