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
import { clamp, seen } from "./time_window.js";

/** @typedef {Pick<Ports, "state" | "page" | "on">} FeedPorts */

const REST = 160; // ms without movement before anything is requested
const MORE = 200; // ms after REST before sums are requested: playback may begin, and needs its tiles at once
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
    this.sought = null;
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
    state.answers = (kind) => !!page.ask && (page.kinds?.includes(/** @type {any} */ (kind)) ?? true);
    state.freeSums = this.sums;
    const queue = new RequestQueue({
      send: page.ask ?? null,
      trace: () => state.scene.trace.id,
      givenUp(request) {
        state.emit("givenUp", request);
        state.emit("paint");
      },
    });
    this.queue = queue;
    state.waitsFor = (kind) => queue.has(/** @type {any} */ (kind));
    on("leave", () => {
      this.sums = new Sums();
      state.freeSums = this.sums;
    });
    on("scene", (/** @type {SceneChange} */ { message }) => {
      const { sums } = state.given;
      if (sums) this.sums.add(sums, arraysFor(message.arrays, "sums"));
    });
    on("ask", (/** @type {StageRequest} */ request) => this.ask(request));
    on("order", () => this.askOrder());
    on("explain", () => this.askExplanation());
    on("moved", () => this.rested());
    on("played", () => this.playedOn());
    on("responded", () => queue.next());
    on("response", (/** @type {Message} */ message) => this.respond(message));
  }

  update() {}

  // ---- requests

  /** @param {StageRequest} request  not sent if the server does not answer its kind */
  ask(request) {
    if (this.state?.answers(request.kind)) this.queue?.ask(request);
  }

  /** Request tiles and sums once the cursor rests. */
  rested() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { state, queue } = this;
      if (!state || !queue || state.playing || state.dragging || state.overlay?.edited) return;
      const { view, tiles, window, drawn } = state,
        wanted = wantedTile(tiles, view.layer, view.t, window, drawn?.plot ?? 0);
      if (wanted) return this.ask({ kind: "tile", ...wanted });
      this.timer = setTimeout(() => {
        if (!state.playing && !state.dragging) this.askSums();
      }, MORE);
    }, REST);
  }

  /** Request the steps ahead of playback in a long trace; in slow motion, the sums of the step. */
  playedOn() {
    const { state, queue } = this;
    if (!state || !queue || state.overlay?.edited) return;
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
    if (!state || !queue || !state.answers("sums") || state.overlay?.edited) return;
    const { layer, t, unit } = state.view,
      { trace } = state.scene,
      wanted = this.sums.wanted(layer, unit, t, trace.steps),
      key = wanted && JSON.stringify([trace.id, wanted]);
    // the same request is already waiting
    if (!wanted || (key === this.sought && queue.has("sums"))) return;
    this.sought = key;
    this.ask({ kind: "sums", ...wanted });
  }

  askOrder() {
    const { state, queue } = this;
    if (!state || !queue) return;
    const { order, layer } = state.view,
      end = state.given.trace.steps - 1;
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
    queue.answered(header.reply);
    if (header.kind === "error" && kind && header.asked === undefined) state.emit("givenUp", { kind });
    if (header.trace !== state.scene.trace.id) return;
    if (header.kind === "tile") {
      state.free.add(header.tile, arrays, state.drawn?.tile);
      state.emit("picture");
      this.rested(); // this may be the window only: the cursor's own step can still be missing
    }
    if (header.kind === "explain" && !state.overlay?.edited) {
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
export function wantedTile(tiles, layer, t, window, plot) {
  const [a, b] = window,
    end = tiles.steps - 1,
    shown = tiles.covering(layer, ...seen(tiles.steps, window));
  if (!shown || !tiles.covering(layer, 0, end)) return { layer, first: 0, last: end };
  const margin = (b - a) / 4,
    first = Math.max(0, Math.floor(a - margin)),
    last = Math.min(end, Math.ceil(b + margin));
  const coarse = shown.each > 1 && (b - a) / shown.each < Math.min(plot, shown.columns * 0.6);
  // a tile of exactly these steps cannot get finer
  if (coarse && !tiles.has(layer, first, last)) return { layer, first, last };
  const inexact = [layer, ...layersBelow(tiles, layer)].find((row) => !tiles.finest(row, t)?.exact);
  return inexact === undefined
    ? null
    : { layer: inexact, first: Math.max(0, t - MARGIN), last: Math.min(end, t + MARGIN) };
}
