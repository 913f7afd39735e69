// Responses to a stage's requests, computed in the page or in a worker. They equal those of `reply` in
// gruviz/protocol/requests.py; tests/protocol/test_scene_from.py compares the two. "what_if" and "figure" need Python: pass
// `LocalResponses.KINDS` to the stage as `kinds`, so that it does not request them.

/** @import { LocalRun } from "./local_run.js" */
/** @import { SentRequest, Gate, Panel, StageResponse } from "./scene_types.js" */
/** @import { Tables } from "../model/table.js" */
/** @import { Ranking } from "./unit_orders.js" */
import { explain, sums } from "../model/gru.js";
import { explainOutput } from "../model/head.js";
import { isGate } from "./panel_names.js";
import { orderWindow, outputsOf, modelMessage } from "./scene_from.js";
import { shorten, tileFrom } from "./tile_from.js";
import { ORDER_NAMES, rankingArrays, rankingOf } from "./unit_orders.js";

export const MOST_STEPS = 256; // of one response "sums"
const MOST_ORDERS = 32; // cached; some take a second in a wide layer

/** @typedef {{header: StageResponse, arrays: Tables}} Response */
/** @typedef {"explain" | "sums" | "tile" | "order" | "model"} LocalKind */

/** Responses about one run, computed from its arrays. */
export class LocalResponses {
  /** The kinds of requests that are answered. @type {readonly LocalKind[]} */
  static KINDS = ["explain", "sums", "tile", "order", "model"];

  /** @param {LocalRun} run */
  constructor(run) {
    this.run = run;
    this.outputs = outputsOf(run);
    /** @type {Map<string, Ranking>} */
    this.orders = new Map();
    const { gates, steps, units } = run;
    /** Upper bound (exclusive) of each number in a request. @type {Record<string, number>} */
    this.sizes = { layer: gates.length, t: steps, unit: units, first: steps, last: steps };
    this.names = { units: run.unitNames, channels: run.channels };
  }

  /**
   * Answer a request.
   * @param {SentRequest} request
   * @returns {Response}  of kind "error" if the request is not valid
   */
  respond(request) {
    const { run } = this,
      id = isWhole(request?.id, 2 ** 53) ? request.id : null;
    const result = id !== null && request.trace === run.id ? this.compute(request) : null,
      { header, arrays } = result ?? { header: { kind: "error" }, arrays: {} };
    return {
      header: /** @type {StageResponse} */ ({ reply: id, kind: request?.kind, trace: run.id, ...header }),
      arrays,
    };
  }

  /**
   * Compute the response to a request.
   * @param {SentRequest} request
   * @returns {{header: object, arrays: Tables} | null}  null: the request is not valid
   */
  compute(request) {
    if (request.kind === "explain") return this.explain(request);
    if (request.kind === "sums") return this.addUp(request);
    if (request.kind === "order") return this.orderUnits(request);
    if (request.kind === "model") return modelMessage(this.run);
    if (request.kind !== "tile" || !this.isInRange(request, "layer", "first", "last")) return null;
    const { header, arrays } = tileFrom(this.run, request.layer, request.first, request.last, this.outputs);
    return { header: { tile: header }, arrays };
  }

  /** @param {{gate: Panel, layer: number, t: number, unit: number, out?: number | null}} request */
  explain(request) {
    const { run } = this,
      { gate, layer, t, unit, out } = request;
    if (!this.isInRange(request, "layer", "t", "unit")) return null;
    if (isGate(gate)) return { header: explain(this.tracedRun, { gate, layer, t, unit }, this.names), arrays: {} };
    if (gate !== "y" || !run.head || !this.outputs || !isWhole(out, run.head.b.length)) return null;
    const sizes = { units: run.units, layers: run.gates.length, names: run.unitNames.map((name) => shorten(name)) };
    return { header: explainOutput(run.head, this.outputs.states, { layer, t, unit, out }, sizes), arrays: {} };
  }

  /** @param {{layer: number, unit: number, first: number, last: number}} request */
  addUp(request) {
    const { layer, unit, first, last } = request,
      piece = { layer, unit, first, last };
    if (!this.isInRange(request, "layer", "unit", "first", "last") || last - first >= MOST_STEPS) return null;
    return { header: piece, arrays: sums(this.tracedRun, piece) };
  }

  /** @param {{order: string, layer: number, first?: number, last?: number}} request */
  orderUnits({ order, layer, first = 0, last = this.run.steps - 1 }) {
    if (!ORDER_NAMES.includes(order) || !this.isInRange({ layer, first, last }, "layer", "first", "last")) return null;
    const { run, orders } = this,
      window = orderWindow(order, run, [first, last]),
      key = JSON.stringify([order, layer, window]);
    const ranking = orders.get(key) ?? rankingOf(run, order, layer, window);
    orders.delete(key);
    orders.set(key, ranking);
    if (orders.size > MOST_ORDERS) orders.delete(/** @type {string} */ (orders.keys().next().value));
    return { header: { order, layer }, arrays: rankingArrays(ranking) };
  }

  /** The run in the form that model/explain.js reads. */
  get tracedRun() {
    const { model, x, h0, gates } = this.run;
    return { model, x, h0, edits: [], gates };
  }

  /**
   * Whether these fields of a request are valid for the run.
   * @param {Record<string, any>} request
   * @param {...string} names
   */
  isInRange(request, ...names) {
    const isValid = names.every((name) => isWhole(request[name], this.sizes[name]));
    return isValid && !(names.includes("last") && request.first > request.last);
  }
}

/**
 * @param {unknown} value
 * @param {number} count
 * @returns {value is number}
 */
function isWhole(value, count) {
  return Number.isInteger(value) && /** @type {number} */ (value) >= 0 && /** @type {number} */ (value) < count;
}
