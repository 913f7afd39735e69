// The GRU in the browser, for edits during a drag and for pages without a server. Only this folder has its equations in
// JavaScript. It imports nothing from the rest of the stage. tests/protocol/test_browser_gru.py compares it with Python.
//
//   layer.js          one layer's equations over a range of steps
//   interventions.js  edits, compiled for each layer and step
//   rerun.js          the whole stack with edits, from the first changed step on, in pieces
//   explain.js        the terms of a number

/** @typedef {import("./layer.js").Gates} Gates */
/** @typedef {import("./layer.js").Layer} Layer */
/** @typedef {import("./layer.js").Span} Span */
/** @typedef {import("./interventions.js").Edit} Edit */
/** @typedef {import("./interventions.js").Model} Model */
/** @typedef {import("./interventions.js").PreparedModel} PreparedModel */
/** @typedef {import("./explain.js").Explained} Explained */
/** @typedef {import("./explain.js").TracedRun} TracedRun */

export { run, step } from "./layer.js";
export { compile, firstChangedStep, prepare } from "./interventions.js";
export {
  Rerun,
  rowsBelow,
  startRerun,
  differingSteps,
  estimateWork,
  finishRerun,
  restore,
  allocateGates,
} from "./rerun.js";
export { explain, sums } from "./explain.js";
