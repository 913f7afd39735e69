// Which pieces of a long trace a stage asks for, and when: once the cursor rests, and ahead of it while it plays.

/** @import { Stage } from "../stage.js" */
import { clamp } from "../hands/zoom.js";

const REST = 160;  // ms without movement before anything is fetched
const MORE = 200;  // ms after it before what nothing waits for is: playing may begin, and needs its tiles at once
const AHEAD = 4;  // seconds of playing fetched at least
const LEAST = 400;  // steps ahead at the slowest

export class Fetching {
  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {string | null} */
    this.sought = null;
  }

  /** Once the cursor rests: numbers of the very step, detail where the window is coarser than the screen, the unit's sums. */
  rested() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { playing, hands, options, tiles, view, window, panels, questions } = this.stage;
      if (playing || hands.busy || !options.ask || this.stage.experiment.acting) return;
      const wanted = tiles.wanted(view.layer, view.t, window, panels.plot);
      if (wanted) return questions.ask({ kind: "tile", ...wanted });
      this.timer = setTimeout(() => { if (!this.stage.playing && !this.stage.hands.busy) this.askSums(); }, MORE);
    }, REST);
  }

  /** While a long trace plays, what comes next is fetched before it is due; in slow motion, the sums of the step. */
  ahead() {
    const { options, view: { layer, t }, scene, player, tiles, questions, window: [a, b] } = this.stage;
    if (!options.ask || this.stage.experiment.acting) return;
    const end = scene.trace.steps - 1, reach = Math.round(Math.max(b - a, LEAST) + player.speed * AHEAD);
    if (player.slow) this.askSums();
    const far = clamp(t + player.track.way() * reach, 0, end);
    if (questions.has("tile") || (tiles.finest(layer, t)?.exact && tiles.finest(layer, far)?.exact)) return;
    const first = clamp(Math.min(t, far) - Math.round(b - a), 0, end), last = clamp(Math.max(t, far) + reach, 0, end);
    if (!tiles.has(layer, first, last)) questions.ask({ kind: "tile", layer, first, last });
  }

  /** What the chosen unit's numbers are added up from, around the step. */
  askSums() {
    const { questions, sums, view: { layer, t, unit }, scene } = this.stage, wanted = sums.wanted(layer, unit, t, scene.trace.steps);
    const key = wanted && JSON.stringify([scene.trace.id, wanted]);
    // a question on its way is not sent again
    if (!wanted || (key === this.sought && questions.has("sums"))) return;
    this.sought = key;
    questions.ask({ kind: "sums", ...wanted });
  }

  destroy() {
    clearTimeout(this.timer);
  }
}
