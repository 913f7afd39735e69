// Check by Python: it computes the same what-if once nothing has changed for a moment. Its numbers are compared with
// the page's, or replace them where the page would take too long.

/** @import { Gate, StageResponse } from "../data/scene_types.js" */
/** @import { Tables } from "../model/table.js" */
/** @import { StageRequest } from "../data/scene_types.js" */
/** @import { Scene, View, Words } from "../data/scene_types.js" */
/** @import { Tiles } from "../data/tiles.js" */
/** @import { ListedEdit } from "./edit_text.js" */
/** @import { Outcome } from "./outcome.js" */
/** @import { Signal } from "./signal.js" */
import { GATES } from "../data/panel_names.js";
import { Tile } from "../data/tiles.js";
import { act } from "./edits.js";
import { PythonOutcome } from "./outcome.js";
import { toSegments } from "./signal.js";

const REST = 600; // ms without a change
const APART = 1e-4; // more than rounding

/**
 * The edited run to check.
 * @typedef {object} CheckSubject
 * @property {Outcome | PythonOutcome | null} outcome
 * @property {ListedEdit[]} edits
 * @property {Signal | null} signal
 * @property {Signal | null} first  the sequence's own input
 * @property {boolean} inputEdited
 * @property {boolean} large  too much of the input is edited to be sent
 * @property {View} view
 * @property {Scene} given
 * @property {Words} words
 * @property {Tiles} free
 */

/**
 * @typedef {object} CheckPorts
 * @property {() => boolean} canAsk
 * @property {(request: StageRequest) => void} ask
 * @property {() => CheckSubject} subject
 * @property {(outcome: PythonOutcome) => void} replaced  the page has no numbers of its own: these are shown
 * @property {() => void} changed
 */

export class PythonCheck {
  /** @param {CheckPorts} ports */
  constructor(ports) {
    this.ports = ports;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.asked = 0;
    this.pending = false;
    /** Largest difference of any gate's number; null before it is known. @type {number | null} */
    this.off = null;
    /** @type {string} */
    this.computed = "";
    this.trouble = ""; // a sentence of Python's
  }

  forget() {
    clearTimeout(this.timer);
    this.asked++;
    this.pending = false;
    this.off = null;
    this.trouble = "";
  }

  /** Request a check of the current edits once they have not changed for REST ms. */
  wait() {
    this.forget();
    if (!this.ports.canAsk()) {
      const { outcome, words } = this.ports.subject();
      if (!outcome) this.trouble = words.whatif_too_large;
      return;
    }
    this.pending = true;
    this.timer = setTimeout(() => this.ask(), REST);
  }

  ask() {
    const { ports, asked } = this,
      { edits, signal, first, inputEdited, large, view, given } = ports.subject(),
      { layer } = view;
    if (large && inputEdited) {
      this.pending = false; // the request would be tens of megabytes
      return ports.changed();
    }
    const steps = signal?.steps ?? given.trace.steps,
      drawn = inputEdited && signal && first ? toSegments(signal, first) : null;
    ports.ask({ kind: "what_if", edits: act(edits), drawn, layer, first: 0, last: steps - 1, asked });
  }

  /**
   * @param {StageResponse & {kind: "what_if" | "error"}} header
   * @param {Tables} arrays
   */
  respond(header, arrays) {
    const { ports } = this,
      { outcome, given, free } = ports.subject();
    if (header.asked !== this.asked) return;
    this.pending = false;
    if (header.kind === "error") {
      this.trouble = header.reason ?? "";
    } else {
      this.computed = header.computed;
      const tile = new Tile(header.tile, arrays),
        own = outcome?.ran ? outcome.tiles.covering(tile.layer, tile.first, tile.last) : null;
      if (own) this.off = apart(own, tile);
      else {
        ports.replaced(new PythonOutcome(tile, given, free.covering(tile.layer, 0, given.trace.steps - 1)));
        this.off = null;
      }
    }
    ports.changed();
  }

  /** Whether Python's numbers differ from the page's by more than rounding. */
  get differs() {
    return this.off !== null && !(this.off <= APART);
  }
}

/**
 * Return the largest difference between the page's tile and Python's, which may have several steps per column.
 * @param {Tile} own
 * @param {Tile} told
 */
function apart(own, told) {
  const rows = Int32Array.from({ length: told.units }, (_, unit) => unit),
    out = new Float64Array(told.units);
  let most = 0;
  for (const gate of GATES) {
    const values = told.arrays[gate];
    for (let column = 0; column < told.columns; column++) {
      own.pool(out, gate, "mean", told.first - own.first + column * told.each, told.each, rows, 1);
      for (let unit = 0; unit < told.units; unit++) {
        const a = out[unit],
          b = values[column * told.units + unit];
        if (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b))) continue;
        const off = Math.abs(a - b);
        most = off > most || Number.isNaN(off) ? off : most;
      }
    }
  }
  return most;
}
