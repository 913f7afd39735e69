// The GRU in the browser: for what-ifs during a drag, and without a server. Only this folder has its equations in
// JavaScript, and it imports nothing from the rest of the stage. tests/protocol/test_browser_gru.py compares it with
// Python.
//
//   layer.js   one layer's equations, over a range of steps
//   interventions.js    edits, as what each layer computes at each step
//   rerun.js    the whole stack with edits, from the first changed step on, in pieces
//   explain.js   a number as its terms

/** @typedef {import("./layer.js").Gates} Gates */
/** @typedef {import("./layer.js").Layer} Layer */
/** @typedef {import("./layer.js").Span} Span */
/** @typedef {import("./interventions.js").Edit} Edit */
/** @typedef {import("./interventions.js").Model} Model */
/** @typedef {import("./interventions.js").PreparedModel} PreparedModel */
/** @typedef {import("./explain.js").Explained} Explained */
/** @typedef {import("./explain.js").TracedRun} TracedRun */

export { run, step } from "./layer.js";
export { compile, firstChanged, prepare } from "./interventions.js";
export { Rerun, below, startRerun, differing, estimate, finishRerun, restore, allocateGates } from "./rerun.js";
export { explain, sums } from "./explain.js";
