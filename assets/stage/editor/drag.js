// A press and a drag over the panels with a tool of the editor. With the tool "look" the pointer does what it always does.

/** @import { PointerSpot } from "../panels/gestures.js" */
/** @import { Panel } from "../data/scene_types.js" */
/** @import { PanelSurface } from "../view/surface_types.js" */
/** @import { EditCommands } from "./commands.js" */
/** @import { EditSession } from "./edit_session.js" */
/** @import { Store } from "../view/store.js" */
/** @import { Signal } from "./signal.js" */
/** @import { EditTarget } from "./edit_marks.js" */
import { clamp } from "../view/time_window.js";
import { inputRows, isInputColoured } from "../data/input_rows.js";
import { inputAt } from "../panels/input_row.js";
import { ROUGH, movePulse, noise, pulseAt, put, stroke, toggle } from "./signal.js";

const CLICK = 4; // px a pointer may wander and still be a click
const REACH = 140; // px of a drag from one end of a gate to the other

/**
 * What the pointer has hold of.
 * @typedef {{what: "rectangle", gate: EditTarget["gate"], unit: number, t: number} | {what: "value", from: number} | {what: "label", unit: number}
 *   | {what: "line", k: number, t: number, value: number} | {what: "cell", k: number, t: number, from: number, paints: number | null} | {what: "symbol", k: number, t: number}
 *   | {what: "pulse", t: number, signal: Signal} | {what: "noise", k: number, last: number} | {what: "stretch", t: number} | {what: "nothing"}} DragHold
 */

/** @typedef {Pick<EditSession, "ready" | "signal" | "runs" | "reach" | "history" | "rest">} DragSession */
/** @typedef {Pick<EditCommands, "tool" | "chosen" | "canEdit" | "currentValue" | "setTarget" | "setValue" | "span" | "editInput" | "toggleUnit">} DragCommands */
/** @typedef {Pick<Store, "scene" | "shown" | "stop" | "set" | "emit">} DragState */

export class DragTool {
  /**
   * @param {DragSession} session
   * @param {DragCommands} commands
   * @param {DragState} state
   */
  constructor(session, commands, state) {
    this.session = session;
    this.commands = commands;
    this.state = state;
    /** The panels under the pointer. @type {PanelSurface | null} */
    this.surface = null;
    /** @type {DragHold | null} */
    this.hold = null;
    this.id = -1;
    this.start = { x: 0, y: 0 };
    this.wandered = false;
    this.drags = 0; // a drag is undone as one
  }

  /** What is done within one drag. */
  get joins() {
    return `drag ${this.drags}`;
  }

  /**
   * @param {{type: "down" | "move" | "up" | "cancel", id: number, shift: boolean} & PointerSpot} fact
   * @param {PanelSurface} surface
   * @returns {boolean} whether the pointer is taken: nobody else shall hear of it
   */
  feed(fact, surface) {
    this.surface = surface;
    if (this.hold) {
      if (fact.id !== this.id) return fact.type !== "up" && fact.type !== "cancel";
      if (fact.type === "move") this.move(fact);
      if (fact.type === "up" || fact.type === "cancel") this.lift(fact);
      return true;
    }
    if (fact.type !== "down" || this.commands.tool === "look" || !this.session.ready) return false;
    const hold = this.taken(fact);
    if (!hold) return false;
    this.hold = hold;
    this.id = fact.id;
    this.start = { x: fact.x, y: fact.y };
    this.wandered = false;
    this.drags++;
    this.state.stop();
    this.state.emit("unhover");
    if (hold.what === "line") this.move(fact);
    return true;
  }

  /** With a tool, two quick clicks are two edits. */
  takesClicks() {
    return this.commands.tool !== "look";
  }

  /** Another trace: forget the drag. */
  drop() {
    this.hold = null;
  }

  /**
   * What a press takes hold of; null: it is not the tool's.
   * @param {PointerSpot} spot
   * @returns {DragHold | null}
   */
  taken({ x, y, where, gate, unit, inPlot }) {
    const { session, commands, panels } = this,
      { tool } = commands,
      { signal } = session,
      t = this.stepAt(x);
    if (tool === "bend") {
      if (where !== "gate" || unit === null || gate === null || gate === "x" || !commands.canEdit(gate)) return null;
      if (!inPlot) return x < panels.left ? { what: "label", unit } : null;
      const { chosen } = commands;
      if (chosen && chosen.gate === gate && inside(chosen.units, chosen.steps, unit, t))
        return { what: "value", from: commands.currentValue() };
      return { what: "rectangle", gate: /** @type {EditTarget["gate"]} */ (gate), unit, t };
    }
    if (tool === "stretch") return (where === "x" || where === "ruler") && inPlot ? { what: "stretch", t } : null;
    if (where !== "x" || !inPlot || !signal) return null;
    const lines = !isInputColoured(panels.scene),
      value = lines ? 0 : signal.x[t * signal.inputs + inputAt(panels, y)];
    if (tool === "move") return { what: "pulse", t, signal };
    if (tool === "noise") return { what: "noise", k: lines ? this.nearest(t, y) : inputAt(panels, y), last: -1 };
    if (lines && session.runs.oneHot) {
      // its lines lie over one another: a click goes on to the next symbol
      const now = Array.from({ length: signal.inputs }, (_, k) => signal.x[t * signal.inputs + k]).findIndex(
        (each) => each !== 0,
      );
      return { what: "symbol", k: (now + 1) % signal.inputs, t };
    }
    if (lines) return { what: "line", k: this.nearest(t, y), t, value: this.valueAt(y, this.nearest(t, y)) };
    if (this.panels.scene.tile.x_each > 1) return { what: "nothing" }; // a row stands for several inputs
    return session.runs.oneHot
      ? { what: "symbol", k: inputAt(panels, y), t }
      : { what: "cell", k: inputAt(panels, y), t, from: value, paints: null };
  }

  /** @param {{x: number, y: number}} point */
  move({ x, y }) {
    const { state, session, commands, hold, joins } = this,
      t = this.stepAt(x);
    if (!hold) return;
    if (Math.abs(x - this.start.x) > CLICK || Math.abs(y - this.start.y) > CLICK) this.wandered = true;
    const up = (this.start.y - y) / REACH,
      { signal } = session;
    if (!signal && hold.what !== "rectangle" && hold.what !== "value" && hold.what !== "stretch") return;
    switch (hold.what) {
      case "rectangle": {
        const places = [hold.unit, this.unitAt(hold.gate, y)]
          .map((unit) => state.shown.indexOf(unit))
          .sort((a, b) => a - b);
        const units = Array.from(state.shown.subarray(places[0], places[1] + 1)).sort((a, b) => a - b);
        commands.setTarget({ gate: hold.gate, units, steps: [Math.min(hold.t, t), Math.max(hold.t, t)] });
        return;
      }
      case "value":
        if (this.wandered) commands.setValue(hold.from + up * commands.span(), joins);
        return;
      case "line": {
        if (!signal) return;
        const value = this.valueAt(y, hold.k);
        commands.editInput(stroke(signal, hold.k, hold, { t, value }), joins);
        Object.assign(hold, { t, value });
        return;
      }
      case "cell": {
        if (!this.wandered || !signal) return;
        // up and down it is more or less; along the time axis what a click would make of it is painted on
        if (hold.paints === null && t !== hold.t) hold.paints = this.turned(hold.from);
        const changes =
          hold.paints === null
            ? [hold.t]
            : Array.from({ length: Math.abs(t - hold.t) + 1 }, (_, k) => Math.min(t, hold.t) + k);
        const value = hold.paints ?? hold.from + up * 2 * session.reach;
        commands.editInput(
          put(
            signal,
            changes.map((each) => [each, hold.k, value]),
          ),
          joins,
        );
        return;
      }
      case "symbol":
        // painted along: the symbol at every step the pointer goes over
        if (!this.wandered || t === hold.t || !signal) return;
        commands.editInput(
          between(hold.t, t).reduce((made, each) => toggle(made, each, hold.k, true, true), signal),
          joins,
        );
        hold.t = t;
        return;
      case "pulse": {
        const pulse = pulseAt(hold.signal, hold.t);
        if (pulse) commands.editInput(movePulse(hold.signal, pulse, t - hold.t), joins);
        return;
      }
      case "noise": {
        if (t === hold.last || !signal) return;
        // each step once, however often the hand goes to and fro
        const fresh = hold.last < 0 ? [t] : between(hold.last, t).filter((each) => each !== hold.last),
          each = this.panels.scene.tile.x_each;
        const rows = Array.from({ length: Math.min(each, signal.inputs - hold.k * each) }, (_, k) => hold.k * each + k);
        commands.editInput(
          rows.reduce(
            (made, k) =>
              noise(made, Math.min(...fresh), Math.max(...fresh), k, ROUGH * session.reach, session.history.at + 1),
            signal,
          ),
          joins,
        );
        hold.last = t;
        return;
      }
      case "stretch":
        commands.setTarget({ gate: "x", units: null, steps: [Math.min(hold.t, t), Math.max(hold.t, t)] });
    }
  }

  /** @param {{type: string, x: number, y: number}} fact */
  lift({ type, x, y }) {
    const { state, session, commands, hold, wandered, joins } = this,
      t = this.stepAt(x);
    this.hold = null;
    if (type === "cancel" || !hold) return;
    const { signal } = session;
    if (hold.what === "label" && !wandered) commands.toggleUnit(hold.unit);
    if (hold.what === "symbol" && !wandered && signal) commands.editInput(toggle(signal, t, hold.k, true), joins);
    if (hold.what === "cell" && !wandered && signal)
      commands.editInput(put(signal, [[t, hold.k, this.turned(hold.from)]]), joins);
    if (hold.what === "rectangle" && !wandered)
      commands.setTarget({ gate: hold.gate, units: [hold.unit], steps: [hold.t, hold.t] });
    if (hold.what === "stretch" && !wandered) commands.setTarget({ gate: "x", units: null, steps: [t, t] });
    if (hold.what === "noise" && !wandered) {
      this.hold = hold;
      this.move({ x, y });
      this.hold = null;
    }
    const gate = hold.what === "rectangle" ? hold.gate : null;
    state.set({ t, ...(gate && gate !== "x" ? { gate, unit: /** @type {any} */ (hold).unit } : {}) }, true);
    session.rest();
  }

  /**
   * What a click makes of a number that is no symbol's: on, or off.
   * @param {number} value
   */
  turned(value) {
    return Math.abs(value) > 0.5 ? 0 : 1;
  }

  // ---- where things are

  /** The panels under the pointer. */
  get panels() {
    if (!this.surface) throw new Error("nothing was pressed yet");
    return this.surface;
  }

  /** @param {number} x */
  stepAt(x) {
    return clamp(Math.floor(this.panels.time(x)), 0, this.state.scene.trace.steps - 1);
  }

  /**
   * @param {EditTarget["gate"]} gate
   * @param {number} y
   */
  unitAt(gate, y) {
    const { panels } = this,
      { shown } = this.state,
      { top, height } = panels.row(gate);
    return shown[clamp(Math.floor(((y - top) / height) * shown.length), 0, shown.length - 1)];
  }

  /**
   * The number of an input at a height of the strip.
   * @param {number} y
   * @param {number} k
   */
  valueAt(y, k) {
    const { panels } = this,
      { top, height } = panels.row("x"),
      { low, high, from = low } = panels.scene.palettes.light.x;
    if (panels.own) {
      const lane = height / inputRows(panels.scene),
        [least, most] = panels.scene.x_ends[k],
        share = 1 - (y - top - k * lane - 4) / (lane - 8);
      return least + clamp(share, 0, 1) * (most - least || 1);
    }
    return high - clamp((y - top - 4) / (height - 8), 0, 1) * (high - from);
  }

  /**
   * The input whose line is nearest at a step.
   * @param {number} t
   * @param {number} y
   */
  nearest(t, y) {
    const { panels, session } = this,
      { signal } = session;
    if (panels.own) return inputAt(panels, y);
    let best = 0,
      least = Infinity;
    for (let k = 0; signal && k < signal.inputs; k++) {
      const off = Math.abs(this.valueAt(y, k) - signal.x[t * signal.inputs + k]);
      if (off < least - 1e-9) [best, least] = [k, off];
    }
    return best;
  }
}

/**
 * All steps from one to another, in either order.
 * @param {number} a
 * @param {number} b
 */
function between(a, b) {
  return Array.from({ length: Math.abs(b - a) + 1 }, (_, k) => Math.min(a, b) + k);
}

/**
 * @param {number[] | null} units
 * @param {[number, number] | null} steps
 * @param {number} unit
 * @param {number} t
 */
function inside(units, steps, unit, t) {
  return (!units || units.includes(unit)) && (!steps || (steps[0] <= t && t <= steps[1]));
}
