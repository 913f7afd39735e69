// The same experiment computed by Python, once hands rest: how far its numbers are from the page's, or in their place
// where the page would take too long.

/** @import { Gate, Reply } from "../../fields.js" */
/** @import { Tables } from "../../numbers/unpack.js" */
/** @import { Experiment } from "../experiment.js" */
import { GATES } from "../../fields.js";
import { Tile } from "../../numbers/tiles.js";
import { act } from "../edits.js";
import { Remote } from "./outcome.js";
import { toSegments } from "../signal.js";

const REST = 600;  // ms without a change
const APART = 1e-4;  // more than rounding

export class Proof {
  /** @param {Experiment} experiment */
  constructor(experiment) {
    this.experiment = experiment;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.asked = 0;
    this.pending = false;
    /** Largest difference of any gate's number; null before it is known. @type {number | null} */
    this.off = null;
    /** @type {string} */
    this.computed = "";
    this.trouble = "";  // a sentence of Python's
  }

  forget() {
    clearTimeout(this.timer);
    this.asked++;
    this.pending = false;
    this.off = null;
    this.trouble = "";
  }

  /** Another what-if: it is asked for once this has been the last for a while. */
  wait() {
    this.forget();
    if (!this.experiment.stage.options.ask) return;
    this.pending = true;
    this.timer = setTimeout(() => this.ask(), REST);
  }

  ask() {
    const { experiment, asked } = this, { stage, edits, signal, first, redrawn } = experiment, { layer } = stage.view;
    if (experiment.large && redrawn) {
      this.pending = false;  // it would be tens of megabytes
      return experiment.workbench.write();
    }
    const steps = signal?.steps ?? stage.given.trace.steps, drawn = redrawn && signal && first ? toSegments(signal, first) : null;
    stage.ask({ kind: "what_if", edits: act(edits), drawn, layer, first: 0, last: steps - 1, asked });
  }

  /**
   * @param {Reply & {kind: "what_if" | "error"}} header
   * @param {Tables} arrays
   */
  answered(header, arrays) {
    const { experiment } = this, { stage, outcome } = experiment;
    if (header.asked !== this.asked) return;
    this.pending = false;
    if (header.kind === "error") {
      this.trouble = header.reason ?? "";
    } else {
      this.computed = header.computed;
      const tile = new Tile(header.tile, arrays), own = outcome?.ran ? outcome.tiles.covering(tile.layer, tile.first, tile.last) : null;
      if (own) this.off = apart(own, tile);
      else {
        experiment.takeFrom(new Remote(tile, stage.given, stage.free.covering(tile.layer, 0, stage.given.trace.steps - 1)));
        this.off = null;
      }
    }
    experiment.workbench.write();
  }

  /** Whether Python's numbers are others than the page's. */
  get differs() {
    return this.off !== null && !(this.off <= APART);
  }
}

/**
 * The largest difference between the page's tile and Python's, which may hold several steps a column.
 * @param {Tile} own
 * @param {Tile} told
 */
function apart(own, told) {
  const rows = Int32Array.from({ length: told.units }, (_, unit) => unit), out = new Float64Array(told.units);
  let most = 0;
  for (const gate of GATES) {
    const values = told.arrays[gate];
    for (let column = 0; column < told.columns; column++) {
      own.pool(out, gate, "mean", told.first - own.first + column * told.each, told.each, rows, 1);
      for (let unit = 0; unit < told.units; unit++) {
        const a = out[unit], b = values[column * told.units + unit];
        if (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b))) continue;
        const off = Math.abs(a - b);
        most = off > most || Number.isNaN(off) ? off : most;
      }
    }
  }
  return most;
}
