// Check of the edited run by Python: Python computes the same run once the edits have not changed for a moment. Its
// numbers are compared with the page's; if the page has none, they are shown.

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
import { activeEdits } from "./edits.js";
import { PythonOutcome } from "./python_outcome.js";
import { toSegments } from "./signal.js";

const REST = 600; // ms without a change
const TOLERANCE = 1e-4; // a larger difference is not rounding

/**
 * The edited run to check.
 * @typedef {object} CheckSubject
 * @property {Outcome | PythonOutcome | null} outcome
 * @property {ListedEdit[]} edits
 * @property {Signal | null} signal
 * @property {Signal | null} originalInput  the input before any edit
 * @property {boolean} isInputEdited
 * @property {boolean} isTooLarge  too much of the input is edited for a request
 * @property {View} view
 * @property {Scene} baseScene
 * @property {Words} words
 * @property {Tiles} free
 */

/**
 * @typedef {object} CheckPorts
 * @property {() => boolean} canAsk
 * @property {(request: StageRequest) => void} ask
 * @property {() => CheckSubject} subject
 * @property {(outcome: PythonOutcome) => void} onOutcome  called with Python's outcome if the page has none
 * @property {() => void} onChange
 */

export class PythonCheck {
  /** @param {CheckPorts} ports */
  constructor(ports) {
    this.ports = ports;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.requestNumber = 0;
    this.isPending = false;
    /** Largest difference of any gate's number; null before it is known. @type {number | null} */
    this.largestDifference = null;
    /** @type {string} */
    this.source = "";
    this.trouble = ""; // sentence on an error
  }

  forget() {
    clearTimeout(this.timer);
    this.requestNumber++;
    this.isPending = false;
    this.largestDifference = null;
    this.trouble = "";
  }

  /** Request a check of the current edits once they have not changed for REST ms. */
  schedule() {
    this.forget();
    if (!this.ports.canAsk()) {
      const { outcome, words } = this.ports.subject();
      if (!outcome) this.trouble = words.whatif_too_large;
      return;
    }
    this.isPending = true;
    this.timer = setTimeout(() => this.ask(), REST);
  }

  ask() {
    const { ports, requestNumber } = this,
      { edits, signal, originalInput, isInputEdited, isTooLarge, view, baseScene } = ports.subject(),
      { layer } = view;
    if (isTooLarge && isInputEdited) {
      this.isPending = false; // the request would be tens of megabytes
      return ports.onChange();
    }
    const steps = signal?.steps ?? baseScene.trace.steps,
      segments = isInputEdited && signal && originalInput ? toSegments(signal, originalInput) : null;
    ports.ask({
      kind: "what_if",
      edits: activeEdits(edits),
      drawn: segments,
      layer,
      first: 0,
      last: steps - 1,
      asked: requestNumber,
    });
  }

  /**
   * @param {StageResponse & {kind: "what_if" | "error"}} header
   * @param {Tables} arrays
   */
  respond(header, arrays) {
    const { ports } = this,
      { outcome, baseScene, free } = ports.subject();
    if (header.asked !== this.requestNumber) return;
    this.isPending = false;
    if (header.kind === "error") {
      this.trouble = header.reason ?? "";
    } else {
      this.source = header.computed;
      const tile = new Tile(header.tile, arrays),
        pageTile = outcome?.run ? outcome.tiles.covering(tile.layer, tile.first, tile.last) : null;
      if (pageTile) this.largestDifference = differenceBetween(pageTile, tile);
      else {
        ports.onOutcome(new PythonOutcome(tile, baseScene, free.covering(tile.layer, 0, baseScene.trace.steps - 1)));
        this.largestDifference = null;
      }
    }
    ports.onChange();
  }

  /** Whether Python's numbers differ from the page's by more than rounding. */
  get hasDifference() {
    return this.largestDifference !== null && !(this.largestDifference <= TOLERANCE);
  }
}

/**
 * Return the largest difference between the page's tile and Python's, which may have several steps per column.
 * @param {Tile} pageTile
 * @param {Tile} pythonTile
 */
function differenceBetween(pageTile, pythonTile) {
  const rows = Int32Array.from({ length: pythonTile.units }, (_, unit) => unit),
    out = new Float64Array(pythonTile.units);
  let most = 0;
  for (const gate of GATES) {
    const values = pythonTile.arrays[gate];
    for (let column = 0; column < pythonTile.columns; column++) {
      pageTile.pool(
        out,
        gate,
        "mean",
        pythonTile.first - pageTile.first + column * pythonTile.each,
        pythonTile.each,
        rows,
        1,
      );
      for (let unit = 0; unit < pythonTile.units; unit++) {
        const a = out[unit],
          b = values[column * pythonTile.units + unit];
        if (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b))) continue;
        const difference = Math.abs(a - b);
        most = difference > most || Number.isNaN(difference) ? difference : most;
      }
    }
  }
  return most;
}
