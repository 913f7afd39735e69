// Navigation from a number to its source and back.

/** @import { Cell } from "../model/explain.js" */
/** @import { Part, Ports } from "./ports.js" */
/** @import { Goal } from "./store_types.js" */

/** @typedef {Pick<Ports, "state" | "on" | "provide">} TrailPorts */

/**
 * Make the part.
 * @returns {Trail}
 */
export function trail() {
  return new Trail();
}

/** @implements {Part} */
export class Trail {
  constructor() {
    this.slot = "";
    /** @type {Cell[]} */
    this.cells = [];
  }

  /**
   * @param {HTMLElement} _host
   * @param {TrailPorts} ports
   */
  mount(_host, { state, on, provide }) {
    this.state = state;
    on("leave", () => {
      this.cells = []; // these cells belong to another trace
    });
    provide({ goTo: (goal) => this.goTo(goal), back: () => this.back(), canGoBack: () => this.canGoBack });
  }

  update() {}

  get canGoBack() {
    return this.cells.length > 0;
  }

  /** Go to a cell and remember the current one. @param {Goal} goal */
  goTo(goal) {
    if (this.state) this.cells.push(this.state.place);
    this.visit(goal);
  }

  back() {
    const place = this.cells.pop();
    if (place) this.visit(place);
  }

  /** @param {Goal} goal */
  visit({ gate, layer, t, unit, out }) {
    const { state } = this;
    if (!state) return;
    state.stop();
    state.set(
      {
        t,
        ...(gate ? { gate } : {}),
        ...(gate === "x" || unit == null ? {} : { unit }),
        ...(layer == null || gate === "x" ? {} : { layer }),
        ...(out === undefined ? {} : { out }),
      },
      true,
    );
    if (gate && gate !== "x") state.explain();
  }

  destroy() {}
}
