// Pointer handling of the editor's tools on the panels. The tool "look" leaves the pointer to the panels.

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
import { ROUGH, movePulse, addNoise, pulseAt, setValues, drawLine, toggleValue } from "./signal.js";

const CLICK = 4; // px that a pointer may move during a click
const REACH = 140; // px of a drag that covers a gate's whole range

/**
 * What a press acts on.
 * @typedef {{what: "rectangle", gate: EditTarget["gate"], unit: number, t: number} | {what: "value", from: number} | {what: "label", unit: number}
 *   | {what: "line", k: number, t: number, value: number} | {what: "cell", k: number, t: number, from: number, paints: number | null} | {what: "symbol", k: number, t: number}
 *   | {what: "pulse", t: number, signal: Signal} | {what: "noise", k: number, last: number} | {what: "stretch", t: number} | {what: "nothing"}} DragHold
 */

/** @typedef {Pick<EditSession, "isReady" | "signal" | "runs" | "reach" | "history" | "rest">} DragSession */
/** @typedef {Pick<EditCommands, "tool" | "selectedTarget" | "canEdit" | "currentValue" | "setTarget" | "setValue" | "valueSpan" | "editInput" | "toggleUnit">} DragCommands */
/** @typedef {Pick<Store, "scene" | "visibleUnits" | "stop" | "set" | "emit">} DragState */

/** Turns presses and drags on the panels into edits. */
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
    this.hasMoved = false;
    this.drags = 0; // number of drags: the edits of one drag are one undo step
  }

  /** Key that joins the edits of one drag in the history. */
  get joins() {
    return `drag ${this.drags}`;
  }

  /**
   * Handle a pointer event.
   * @param {{type: "down" | "move" | "up" | "cancel", id: number, shift: boolean} & PointerSpot} fact
   * @param {PanelSurface} surface
   * @returns {boolean} whether the event is handled: other handlers must not get it
   */
  feed(fact, surface) {
    this.surface = surface;
    if (this.hold) {
      if (fact.id !== this.id) return fact.type !== "up" && fact.type !== "cancel";
      if (fact.type === "move") this.move(fact);
      if (fact.type === "up" || fact.type === "cancel") this.finish(fact);
      return true;
    }
    if (fact.type !== "down" || this.commands.tool === "look" || !this.session.isReady) return false;
    const hold = this.startHold(fact);
    if (!hold) return false;
    this.hold = hold;
    this.id = fact.id;
    this.start = { x: fact.x, y: fact.y };
    this.hasMoved = false;
    this.drags++;
    this.state.stop();
    this.state.emit("unhover");
    if (hold.what === "line") this.move(fact);
    return true;
  }

  /** Whether a double click is two edits. */
  takesClicks() {
    return this.commands.tool !== "look";
  }

  /** Forget the drag: the trace has changed. */
  cancel() {
    this.hold = null;
  }

  /**
   * Return what a press acts on; null if the tool does not use it.
   * @param {PointerSpot} spot
   * @returns {DragHold | null}
   */
  startHold({ x, y, where, gate, unit, isInPlot }) {
    const { session, commands, panels } = this,
      { tool } = commands,
      { signal } = session,
      t = this.stepAt(x);
    if (tool === "bend") {
      if (where !== "gate" || unit === null || gate === null || gate === "x" || !commands.canEdit(gate)) return null;
      if (!isInPlot) return x < panels.left ? { what: "label", unit } : null;
      const { selectedTarget } = commands;
      if (
        selectedTarget &&
        selectedTarget.gate === gate &&
        isInside(selectedTarget.units, selectedTarget.steps, unit, t)
      )
        return { what: "value", from: commands.currentValue() };
      return { what: "rectangle", gate: /** @type {EditTarget["gate"]} */ (gate), unit, t };
    }
    if (tool === "stretch") return (where === "x" || where === "ruler") && isInPlot ? { what: "stretch", t } : null;
    if (where !== "x" || !isInPlot || !signal) return null;
    const lines = !isInputColoured(panels.scene),
      value = lines ? 0 : signal.x[t * signal.inputs + inputAt(panels, y)];
    if (tool === "move") return { what: "pulse", t, signal };
    if (tool === "noise") return { what: "noise", k: lines ? this.nearest(t, y) : inputAt(panels, y), last: -1 };
    if (lines && session.runs.isOneHotInput) {
      // lines overlap: a click selects the next symbol
      const now = Array.from({ length: signal.inputs }, (_, k) => signal.x[t * signal.inputs + k]).findIndex(
        (each) => each !== 0,
      );
      return { what: "symbol", k: (now + 1) % signal.inputs, t };
    }
    if (lines) return { what: "line", k: this.nearest(t, y), t, value: this.valueAt(y, this.nearest(t, y)) };
    if (this.panels.scene.tile.x_each > 1) return { what: "nothing" }; // a row shows several inputs
    return session.runs.isOneHotInput
      ? { what: "symbol", k: inputAt(panels, y), t }
      : { what: "cell", k: inputAt(panels, y), t, from: value, paints: null };
  }

  /**
   * Continue the drag.
   * @param {{x: number, y: number}} point
   */
  move({ x, y }) {
    const { state, session, commands, hold, joins } = this,
      t = this.stepAt(x);
    if (!hold) return;
    if (Math.abs(x - this.start.x) > CLICK || Math.abs(y - this.start.y) > CLICK) this.hasMoved = true;
    const up = (this.start.y - y) / REACH,
      { signal } = session;
    if (!signal && hold.what !== "rectangle" && hold.what !== "value" && hold.what !== "stretch") return;
    switch (hold.what) {
      case "rectangle": {
        const places = [hold.unit, this.unitAt(hold.gate, y)]
          .map((unit) => state.visibleUnits.indexOf(unit))
          .sort((a, b) => a - b);
        const units = Array.from(state.visibleUnits.subarray(places[0], places[1] + 1)).sort((a, b) => a - b);
        commands.setTarget({ gate: hold.gate, units, steps: [Math.min(hold.t, t), Math.max(hold.t, t)] });
        return;
      }
      case "value":
        if (this.hasMoved) commands.setValue(hold.from + up * commands.valueSpan(), joins);
        return;
      case "line": {
        if (!signal) return;
        const value = this.valueAt(y, hold.k);
        commands.editInput(drawLine(signal, hold.k, hold, { t, value }), joins);
        Object.assign(hold, { t, value });
        return;
      }
      case "cell": {
        if (!this.hasMoved || !signal) return;
        // a vertical drag changes the value; a drag along time paints the toggled value
        if (hold.paints === null && t !== hold.t) hold.paints = this.switchedValue(hold.from);
        const changes =
          hold.paints === null
            ? [hold.t]
            : Array.from({ length: Math.abs(t - hold.t) + 1 }, (_, k) => Math.min(t, hold.t) + k);
        const value = hold.paints ?? hold.from + up * 2 * session.reach;
        commands.editInput(
          setValues(
            signal,
            changes.map((each) => [each, hold.k, value]),
          ),
          joins,
        );
        return;
      }
      case "symbol":
        // paint the symbol at every step under the pointer
        if (!this.hasMoved || t === hold.t || !signal) return;
        commands.editInput(
          stepsBetween(hold.t, t).reduce((edited, each) => toggleValue(edited, each, hold.k, true, true), signal),
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
        // hold.last already has its noise
        const fresh = hold.last < 0 ? [t] : stepsBetween(hold.last, t).filter((each) => each !== hold.last),
          each = this.panels.scene.tile.x_each;
        const rows = Array.from({ length: Math.min(each, signal.inputs - hold.k * each) }, (_, k) => hold.k * each + k);
        commands.editInput(
          rows.reduce(
            (edited, k) =>
              addNoise(
                edited,
                Math.min(...fresh),
                Math.max(...fresh),
                k,
                ROUGH * session.reach,
                session.history.at + 1,
              ),
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

  /**
   * End the drag. A press without movement is a click.
   * @param {{type: string, x: number, y: number}} fact
   */
  finish({ type, x, y }) {
    const { state, session, commands, hold, hasMoved, joins } = this,
      t = this.stepAt(x);
    this.hold = null;
    if (type === "cancel" || !hold) return;
    const { signal } = session;
    if (hold.what === "label" && !hasMoved) commands.toggleUnit(hold.unit);
    if (hold.what === "symbol" && !hasMoved && signal) commands.editInput(toggleValue(signal, t, hold.k, true), joins);
    if (hold.what === "cell" && !hasMoved && signal)
      commands.editInput(setValues(signal, [[t, hold.k, this.switchedValue(hold.from)]]), joins);
    if (hold.what === "rectangle" && !hasMoved)
      commands.setTarget({ gate: hold.gate, units: [hold.unit], steps: [hold.t, hold.t] });
    if (hold.what === "stretch" && !hasMoved) commands.setTarget({ gate: "x", units: null, steps: [t, t] });
    if (hold.what === "noise" && !hasMoved) {
      this.hold = hold;
      this.move({ x, y });
      this.hold = null;
    }
    const gate = hold.what === "rectangle" ? hold.gate : null;
    state.set({ t, ...(gate && gate !== "x" ? { gate, unit: /** @type {any} */ (hold).unit } : {}) }, true);
    session.rest();
  }

  /**
   * Return the value that a click sets: 0 if the number is on, 1 if it is off.
   * @param {number} value
   */
  switchedValue(value) {
    return Math.abs(value) > 0.5 ? 0 : 1;
  }

  // ---- positions

  /** The panels under the pointer. */
  get panels() {
    if (!this.surface) throw new Error("nothing was pressed yet");
    return this.surface;
  }

  /**
   * Return the step at a horizontal position.
   * @param {number} x
   */
  stepAt(x) {
    return clamp(Math.floor(this.panels.time(x)), 0, this.state.scene.trace.steps - 1);
  }

  /**
   * Return the unit at a vertical position in a panel.
   * @param {EditTarget["gate"]} gate
   * @param {number} y
   */
  unitAt(gate, y) {
    const { panels } = this,
      { visibleUnits } = this.state,
      { top, height } = panels.row(gate);
    return visibleUnits[clamp(Math.floor(((y - top) / height) * visibleUnits.length), 0, visibleUnits.length - 1)];
  }

  /**
   * Return the value of an input at a vertical position in the input panel.
   * @param {number} y
   * @param {number} k
   */
  valueAt(y, k) {
    const { panels } = this,
      { top, height } = panels.row("x"),
      { low, high, from = low } = panels.scene.palettes.light.x;
    if (panels.hasOwnScales) {
      const rowHeight = height / inputRows(panels.scene),
        [least, most] = panels.scene.x_ends[k],
        share = 1 - (y - top - k * rowHeight - 4) / (rowHeight - 8);
      return least + clamp(share, 0, 1) * (most - least || 1);
    }
    return high - clamp((y - top - 4) / (height - 8), 0, 1) * (high - from);
  }

  /**
   * Return the input whose line is nearest at a step.
   * @param {number} t
   * @param {number} y
   */
  nearest(t, y) {
    const { panels, session } = this,
      { signal } = session;
    if (panels.hasOwnScales) return inputAt(panels, y);
    let best = 0,
      leastDistance = Infinity;
    for (let k = 0; signal && k < signal.inputs; k++) {
      const distance = Math.abs(this.valueAt(y, k) - signal.x[t * signal.inputs + k]);
      if (distance < leastDistance - 1e-9) [best, leastDistance] = [k, distance];
    }
    return best;
  }
}

/**
 * Return all steps between two, in either order.
 * @param {number} a
 * @param {number} b
 */
function stepsBetween(a, b) {
  return Array.from({ length: Math.abs(b - a) + 1 }, (_, k) => Math.min(a, b) + k);
}

/**
 * Whether a cell is in a rectangle; null: all units, all steps.
 * @param {number[] | null} units
 * @param {[number, number] | null} steps
 * @param {number} unit
 * @param {number} t
 */
function isInside(units, steps, unit, t) {
  return (!units || units.includes(unit)) && (!steps || (steps[0] <= t && t <= steps[1]));
}
