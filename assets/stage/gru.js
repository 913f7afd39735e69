// The same GRU once more, in the browser: for what-ifs while a hand moves, and where no server is. Nothing else in
// JavaScript knows its equations, and what does imports nothing of the stage. Held to Python by tests/stage/test_gru_js.py.
//
//   gru/layer.js   one layer's equations, over a range of steps
//   gru/plan.js    edits, as what each layer computes at each step
//   gru/bend.js    the whole stack with edits, from the first changed step on, in pieces
//   gru/apart.js   a number as its terms

/** @typedef {import("./gru/layer.js").Gates} Gates */
/** @typedef {import("./gru/layer.js").Layer} Layer */
/** @typedef {import("./gru/layer.js").Span} Span */
/** @typedef {import("./gru/plan.js").Edit} Edit */
/** @typedef {import("./gru/plan.js").Model} Model */
/** @typedef {import("./gru/plan.js").Prepared} Prepared */
/** @typedef {import("./gru/apart.js").Explained} Explained */
/** @typedef {import("./gru/apart.js").Ran} Ran */

export { run, step } from "./gru/layer.js";
export { compile, firstChanged, prepare } from "./gru/plan.js";
export { Bend, below, bend, differing, estimate, finished, restore, room } from "./gru/bend.js";
export { explain, sums } from "./gru/apart.js";
