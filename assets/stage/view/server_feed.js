// Requests of a stage to its server: tiles, sums, orders, explanations. They are sent once the cursor rests, and ahead
// of it during playback.

/** @import { StageRequest, StageResponse } from "../data/scene_types.js" */
/** @import { Message } from "../data/message.js" */
/** @import { Tiles } from "../data/tiles.js" */
/** @import { Part, Ports } from "./ports.js" */
/** @import { SceneChange } from "./store_types.js" */
/** @import { Store } from "./store.js" */
/** @import { TimeWindow } from "./time_window.js" */
import { layersBelow } from "../data/layer_reads.js";
import { arraysFor } from "../data/message.js";
import { RequestQueue } from "../data/requests.js";
import { Sums } from "../data/sums.js";
import { selectedOutput } from "./prediction.js";
import { clamp, visibleSteps } from "./time_window.js";

/** @typedef {Pick<Ports, "state" | "page" | "on">} FeedPorts */

const REST = 160; // ms without movement before anything is requested
const MORE = 200; // ms after REST before sums are requested: tiles for playback come first
const AHEAD = 4; // seconds of playback to fetch at least
const LEAST = 400; // steps to fetch ahead at least
const MARGIN = 60; // steps fetched on either side of the cursor

/**
 * Make the part.
 * @returns {ServerFeed}
 */
export function serverFeed() {
  return new ServerFeed();
}

/** @implements {Part} */
export class ServerFeed {
  constructor() {
    this.slot = "";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {string | null} */
    this.lastSums = null;
    this.sums = new Sums();
  }

  /**
   * @param {HTMLElement} _host
   * @param {FeedPorts} ports
   */
  mount(_host, ports) {
    const { state, page, on } = ports;
    this.ports = ports;
    this.state = state;
    state.canAnswer = (kind) => !!page.ask && (page.kinds?.includes(/** @type {any} */ (kind)) ?? true);
    state.freeSums = this.sums;
    const queue = new RequestQueue({
      send: page.ask ?? null,
      trace: () => state.scene.trace.id,
      onGiveUp(request) {
        state.emit("givenUp", request);
        state.emit("paint");
      },
    });
    this.queue = queue;
    state.isWaitingFor = (kind) => queue.has(/** @type {any} */ (kind));
    on("leave", () => {
      this.sums = new Sums();
      state.freeSums = this.sums;
    });
    on("scene", (/** @type {SceneChange} */ { message }) => {
      const { sums } = state.baseScene;
      if (sums) this.sums.add(sums, arraysFor(message.arrays, "sums"));
    });
    on("ask", (/** @type {StageRequest} */ request) => this.ask(request));
    on("order", () => this.askOrder());
    on("explain", () => this.askExplanation());
    on("moved", () => this.requestAtRest());
    on("played", () => this.requestAhead());
    on("responded", () => queue.sendNext());
    on("response", (/** @type {Message} */ message) => this.respond(message));
  }

  update() {}

  // ---- requests

  /** @param {StageRequest} request  not sent if the server does not answer its kind */
  ask(request) {
    if (this.state?.canAnswer(request.kind)) this.queue?.ask(request);
  }

  /** Request tiles and sums once the cursor rests. */
  requestAtRest() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { state, queue } = this;
      if (!state || !queue || state.isPlaying || state.isDragging || state.overlay?.isEdited) return;
      const { view, tiles, window, picture } = state,
        missing = missingTile(tiles, view.layer, view.t, window, picture?.plot ?? 0);
      if (missing) return this.ask({ kind: "tile", ...missing });
      this.timer = setTimeout(() => {
        if (!state.isPlaying && !state.isDragging) this.askSums();
      }, MORE);
    }, REST);
  }

  /** Request the steps ahead of playback in a long trace; in slow motion, the sums of the step. */
  requestAhead() {
    const { state, queue } = this;
    if (!state || !queue || state.overlay?.isEdited) return;
    const {
        view: { layer, t },
        tiles,
        window: [a, b],
        pace,
      } = state,
      end = state.scene.trace.steps - 1,
      reach = Math.round(Math.max(b - a, LEAST) + pace * AHEAD);
    if (state.phase) this.askSums();
    const far = clamp(t + (tiles.reverse(layer) ? -reach : reach), 0, end);
    if (queue.has("tile") || (tiles.finest(layer, t)?.exact && tiles.finest(layer, far)?.exact)) return;
    const first = clamp(Math.min(t, far) - Math.round(b - a), 0, end),
      last = clamp(Math.max(t, far) + reach, 0, end);
    if (!tiles.has(layer, first, last)) this.ask({ kind: "tile", layer, first, last });
  }

  /** Request the sums of the selected unit's pre-activations, around the step. */
  askSums() {
    const { state, queue } = this;
    if (!state || !queue || !state.canAnswer("sums") || state.overlay?.isEdited) return;
    const { layer, t, unit } = state.view,
      { trace } = state.scene,
      missing = this.sums.missingPiece(layer, unit, t, trace.steps),
      key = missing && JSON.stringify([trace.id, missing]);
    // the same request is already waiting
    if (!missing || (key === this.lastSums && queue.has("sums"))) return;
    this.lastSums = key;
    this.ask({ kind: "sums", ...missing });
  }

  askOrder() {
    const { state, queue } = this;
    if (!state || !queue) return;
    const { order, layer } = state.view,
      end = state.baseScene.trace.steps - 1;
    const [first, last] = order === "active" ? state.visible().map((t) => Math.min(t, end)) : [0, end];
    this.ask({ kind: "order", order, layer, first, last });
  }

  askExplanation() {
    const { state, queue } = this;
    if (!state || !queue) return;
    const { gate, layer, t, unit } = state.view,
      out = gate === "y" ? selectedOutput(state) : undefined;
    if (gate === "h" || gate === "x" || out === null) return;
    this.ask({ kind: "explain", gate, layer, t, unit, ...(out !== undefined && { out }) });
  }

  // ---- responses

  /** @param {Message} message */
  respond(message) {
    const { state, queue, ports } = this,
      { arrays } = message,
      header = /** @type {StageResponse} */ (message.header);
    if (!state || !queue || !ports) return;
    const kind = queue.kindOf(header.reply);
    queue.remove(header.reply);
    if (header.kind === "error" && kind && header.asked === undefined) state.emit("givenUp", { kind });
    if (header.trace !== state.scene.trace.id) return;
    if (header.kind === "tile") {
      state.free.add(header.tile, arrays, state.picture?.tile);
      state.emit("picture");
      this.requestAtRest(); // the tile may not have exact numbers of the cursor's step
    }
    if (header.kind === "explain" && !state.overlay?.isEdited) {
      state.explanation = header;
      state.emit("announce");
    }
    if (header.kind === "sums") this.sums.add(header, arrays);
    if (header.kind === "order" && header.order === state.view.order && header.layer === state.view.layer) {
      state.order.rank(arrays);
      state.chooseUnits();
      state.emit("layout");
    }
  }

  destroy() {
    clearTimeout(this.timer);
    this.queue?.destroy();
  }
}

/**
 * Return the next piece of a trace to request; null if nothing is missing. First the whole layer, then the window in
 * more detail if its tile is coarser than the screen, then exact numbers around the step.
 * @param {Pick<Tiles, "steps" | "covering" | "has" | "bidirectional" | "finest">} tiles
 * @param {number} layer
 * @param {number} t
 * @param {TimeWindow} window
 * @param {number} plot  px across the window
 * @returns {{layer: number, first: number, last: number} | null}
 */
export function missingTile(tiles, layer, t, window, plot) {
  const [a, b] = window,
    end = tiles.steps - 1,
    tile = tiles.covering(layer, ...visibleSteps(tiles.steps, window));
  if (!tile || !tiles.covering(layer, 0, end)) return { layer, first: 0, last: end };
  const margin = (b - a) / 4,
    first = Math.max(0, Math.floor(a - margin)),
    last = Math.min(end, Math.ceil(b + margin));
  const isCoarse = tile.each > 1 && (b - a) / tile.each < Math.min(plot, tile.columns * 0.6);
  // a tile of exactly these steps cannot get finer
  if (isCoarse && !tiles.has(layer, first, last)) return { layer, first, last };
  const inexact = [layer, ...layersBelow(tiles, layer)].find((row) => !tiles.finest(row, t)?.exact);
  return inexact === undefined
    ? null
    : { layer: inexact, first: Math.max(0, t - MARGIN), last: Math.min(end, t + MARGIN) };
}
