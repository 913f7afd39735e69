// Which pieces of a long trace a stage asks for, and when: once the cursor rests, and ahead of it while it plays.

/** @import { Stage } from "../stage.js" */
import { clamp } from "../hands/zoom.js";

const REST = 160;  // ms without movement before anything is fetched
const AHEAD = 4;  // seconds of playing fetched at least
const LEAST = 400;  // steps ahead at the slowest

export class Fetching {
  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** Once the cursor rests: numbers of the very step, and detail where the window is coarser than the screen. */
  rested() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { playing, hands, options, tiles, view, window, panels, questions } = this.stage;
      if (playing || hands.busy || !options.ask) return;
      const wanted = tiles.wanted(view.layer, view.t, window, panels.plot);
      if (wanted) questions.ask({ kind: "tile", ...wanted });
    }, REST);
  }

  /** While a long trace plays, what comes next is fetched before it is due; in slow motion, the sums of the step. */
  ahead() {
    const { options, view: { layer, t, gate, unit }, scene, player, tiles, questions, window: [a, b] } = this.stage;
    if (!options.ask) return;
    const end = scene.trace.steps - 1, reach = Math.round(Math.max(b - a, LEAST) + player.speed * AHEAD);
    if (player.slow && !questions.has("explain") && !this.stage.replyFor()) questions.ask({ kind: "explain", gate: gate === "x" ? "h" : gate, layer, t, unit });
    const far = clamp(t + player.track.way() * reach, 0, end);
    if (questions.has("tile") || (tiles.finest(layer, t)?.exact && tiles.finest(layer, far)?.exact)) return;
    const first = clamp(Math.min(t, far) - Math.round(b - a), 0, end), last = clamp(Math.max(t, far) + reach, 0, end);
    if (!tiles.has(layer, first, last)) questions.ask({ kind: "tile", layer, first, last });
  }

  destroy() {
    clearTimeout(this.timer);
  }
}
