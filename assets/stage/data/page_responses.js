// Responses to a stage's requests from the data in its page: Python's trace of every layer, and the model if the page
// has it (gruviz/handouts/scene_message.py writes both). Nothing here uses a network.

/** @import { Gates } from "../model/gru.js" */
/** @import { SentRequest, StageResponse, TileHeader } from "./scene_types.js" */
/** @import { LocalRun } from "./local_run.js" */
/** @import { Tables } from "../model/table.js" */
/** @import { Response } from "./local_responses.js" */
import { readModel } from "./known_model.js";
import { LocalResponses } from "./local_responses.js";
import { runFrom } from "./local_run.js";
import { arraysFor } from "./message.js";
import { rankingArrays, rankingOf } from "./unit_orders.js";

/** @typedef {{text: string, computed: string}} PrecomputedEdit  a run with edits, computed by Python; computed: by which program */

/** Responses about one scene of a page. */
export class PageResponses {
  /**
   * @param {Record<string, any>} header  of a scene, as gruviz/handouts/scene_message.py writes it
   * @param {Tables} arrays
   */
  constructor(header, arrays) {
    this.header = header;
    this.arrays = arrays;
    /** @type {TileHeader[]} of each layer */
    this.tiles = header.tiles;
    /** @type {PrecomputedEdit | null} */
    this.precomputedEdit = header.altered;
    const gates = this.tiles.map((_, layer) => this.gatesOf(layer));
    const loadedModel = header.model ? readModel(header.model, arraysFor(arrays, "model")) : null;
    /** The run; without weights if the page has no model. @type {LocalRun} */
    this.run = loadedModel
      ? runFrom(
          { ...loadedModel.model, head: loadedModel.head },
          { ...loadedModel, target: loadedModel.head?.target ?? null },
          this.runOptions(gates),
        )
      : /** @type {any} */ ({
          ...this.runOptions(gates),
          gates,
          model: withoutWeights(header.trace, gates.length),
          h0: arrays["run/h0"],
          steps: header.trace.steps,
          units: header.trace.units,
        });
    this.local = loadedModel ? new LocalResponses(this.run) : null;
  }

  /** Whether numbers can be explained and edits computed: both need the model. */
  get canExplain() {
    return this.local !== null;
  }

  /** The kinds of requests that are answered. @returns {SentRequest["kind"][]} */
  get kinds() {
    const whatIf = this.precomputedEdit ? /** @type {const} */ (["what_if"]) : [];
    return this.local ? [...LocalResponses.KINDS, ...whatIf] : ["tile", "order"];
  }

  /**
   * Answer a request.
   * @param {SentRequest} request
   * @param {boolean} isPrecomputed  the edits of a request "what_if" are those Python computed for this page
   * @returns {Response}
   */
  respond(request, isPrecomputed) {
    const head = { reply: request.id, kind: request.kind, trace: this.header.trace.id };
    const response = (/** @type {object} */ about, /** @type {Tables} */ arrays = {}) => ({
      header: /** @type {StageResponse} */ (/** @type {unknown} */ ({ ...head, ...about })),
      arrays,
    });
    if (request.kind === "tile") {
      const { tile, labels, due } = this.tileOf(request.layer);
      return response({ tile: { ...tile, labels, due } }, this.arraysOf(request.layer));
    }
    if (request.kind === "what_if") {
      const { asked, layer } = request;
      if (!this.precomputedEdit || !isPrecomputed) return response({ kind: "error", asked, reason: "" });
      const { tile, labels, due } = this.tileOf(layer);
      return response(
        { asked, computed: this.precomputedEdit.computed, tile: { ...tile, labels, due } },
        arraysFor(this.arrays, `altered/${layer}`),
      );
    }
    if (this.local) return this.local.respond(request);
    if (request.kind === "order") {
      const { order, layer, first, last } = request,
        window = order === "active" ? /** @type {const} */ ([first, last]) : undefined;
      return response({ order, layer }, rankingArrays(rankingOf(this.run, order, layer, window)));
    }
    return response({ kind: "error" });
  }

  /**
   * Return the options of `runFrom` for the scene's run.
   * @param {Gates[]} trace
   */
  runOptions(trace) {
    const { trace: about, unit_names: unitNames } = this.header;
    return { id: about.id, kind: about.kind, unitNames, trace };
  }

  /** @param {number} layer  labels and targets are the same for every layer: those of the scene's own tile */
  tileOf(layer) {
    const { labels, due } = this.header.tile;
    return { tile: this.tiles[layer], labels, due };
  }

  /**
   * @param {number} layer
   * @returns {Gates}
   */
  gatesOf(layer) {
    const { r, z, n, h } = /** @type {Record<string, any>} */ (this.arraysOf(layer));
    return { r, z, n, h };
  }

  /**
   * Return the arrays of a layer's tile. The scene's own layer has all of them, the others only those that differ.
   * @param {number} layer
   * @returns {Tables}
   */
  arraysOf(layer) {
    const own = Object.entries(this.arrays).filter(
      ([name]) => !name.includes("/") && name !== "order" && name !== "values",
    );
    return { ...Object.fromEntries(own), ...arraysFor(this.arrays, `free/${layer}`) };
  }
}

/**
 * Return a model without weights, enough to order the units.
 * @param {{units: number, inputs: number, reset: "before" | "after", bidirectional: boolean}} trace
 * @param {number} layers
 */
function withoutWeights({ units, inputs, reset, bidirectional }, layers) {
  const directions = bidirectional ? 2 : 1;
  return {
    directions,
    layers: Array.from({ length: layers }, (_, k) => ({
      units,
      reset,
      inputs: k < directions ? inputs : directions * units,
      reverse: bidirectional && k % 2 === 1,
    })),
  };
}
