// From a number to the one it comes from, and the way back.

/** @import { Cell, Panel } from "../fields.js" */
/** @import { Quantity } from "../cell/cell_layout.js" */
/** @import { Stage } from "../stage.js" */

/** @typedef {{t: number, gate?: Panel, layer?: number, unit?: number | null, out?: number | null}} Goal  what is left out stays as it is */

export class Visits {
  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {Cell[]} */
    this.trail = [];
  }

  /** The chosen cell. @returns {Cell} */
  get place() {
    const { gate, layer, t, unit, out } = this.stage.view;
    return { gate, layer, t, unit, out };
  }

  /** @param {Goal} goal */
  goTo(goal) {
    this.trail.push(this.place);
    this.visit(goal);
  }

  back() {
    const place = this.trail.pop();
    if (place) this.visit(place);
  }

  /** @param {Goal} goal */
  visit({ gate, layer, t, unit, out }) {
    const { stage } = this;
    stage.stop();
    stage.set({ t, ...(gate ? { gate } : {}), ...(gate === "x" || unit == null ? {} : { unit }), ...(layer == null || gate === "x" ? {} : { layer }), ...(out === undefined ? {} : { out }) }, true);
    if (gate && gate !== "x") stage.explain();
  }

  /**
   * A number of the diagram was picked: its cell.
   * @param {Quantity} name
   */
  pick(name) {
    const { stage } = this, { tiles, view: { t, layer, unit } } = stage, before = tiles.reverse(layer) ? t + 1 : t - 1;
    if (name === "hPrev" && before >= 0 && before < stage.scene.trace.steps) return this.goTo({ gate: "h", layer, t: before, unit });
    const below = tiles.below(layer);
    if (name === "x" && below.length) return this.goTo({ gate: "h", layer: below[0], t, unit });
    stage.set({ gate: name === "keep" || name === "write" || name === "hPrev" ? "h" : name }, true);
    return stage.explain();
  }
}
