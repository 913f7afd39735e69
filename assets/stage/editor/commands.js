// Commands of the what-if editor. Each command is one undoable edit.

/** @import { Gate, View } from "../data/scene_types.js" */
/** @import { Tiles } from "../data/tiles.js" */
/** @import { ListedEdit } from "./edit_text.js" */
/** @import { Signal } from "./signal.js" */
/** @import { EditSession } from "./edit_session.js" */
/** @import { EditTarget } from "./edit_marks.js" */
import { mergeEdit, RANGES, toggleEdit, removeEdit } from "./edits.js";
import { MOST_STEPS, MOST_VALUES } from "./edit_session.js";
import { ROUGH, insertSteps, addNoise, setValues, removeSteps, repeatSteps, toggleValue } from "./signal.js";

const INSERTED = 5; // steps at once
const BIASED = 6,
  SCALED = 2; // ends of the sliders

/** @typedef {"clamp" | "scale" | "bias"} EditKind */
/** @typedef {"look" | "bend" | "draw" | "move" | "noise" | "stretch"} Tool */
/** @typedef {Pick<EditSession, "state" | "view" | "edits" | "allUnits" | "signal" | "knownModel" | "originalInput" | "presets" | "history" | "isOpen" | "isEdited" | "reach" | "runs" | "change" | "show" | "undo" | "redo">} CommandSession */

/**
 * What the commands need from the stage.
 * @typedef {object} CommandPorts
 * @property {() => {tiles: Tiles, view: View}} current
 * @property {(tool: Tool) => void} onToolChange
 * @property {() => void} onTargetChange
 */

/** @type {readonly Tool[]} */
export const TOOLS = ["look", "bend", "draw", "move", "noise", "stretch"];

export class EditCommands {
  /**
   * @param {CommandSession} session
   * @param {CommandPorts} ports
   */
  constructor(session, ports) {
    this.session = session;
    this.ports = ports;
    /** @type {Tool} */
    this.tool = "look";
    /** @type {EditKind} */
    this.kind = "clamp";
    /** The selected target; null: the whole panel of the selected gate. @type {EditTarget | null} */
    this.selectedTarget = null;
  }

  /** @param {Tool} tool */
  takeTool(tool) {
    if (tool === "bend" && this.selectedTarget?.gate === "x") this.selectedTarget = null;
    if (tool === "stretch" && this.selectedTarget?.gate !== "x") this.selectedTarget = null;
    this.tool = tool;
    this.ports.onToolChange(tool);
  }

  /** Target of the tool. @returns {EditTarget} */
  get target() {
    if (this.selectedTarget) return this.selectedTarget;
    const { gate } = this.session.view;
    return {
      gate: this.tool === "stretch" ? "x" : gate === "r" || gate === "n" ? gate : "z",
      units: null,
      steps: null,
    };
  }

  /** @param {EditTarget} selectedTarget */
  setTarget(selectedTarget) {
    this.selectedTarget = selectedTarget;
    if (selectedTarget.gate === "h" && this.kind === "bias") this.kind = "clamp";
    this.ports.onTargetChange();
  }

  /** @param {string} gate */
  canEdit(gate) {
    return gate === "z" || gate === "r" || gate === "n" || gate === "h";
  }

  /** @param {EditKind} kind */
  setKind(kind) {
    this.kind = kind === "bias" && this.target.gate === "h" ? "clamp" : kind;
    this.ports.onTargetChange();
  }

  /** Return the range of values that can be set. @returns {[number, number]} */
  valueRange() {
    const { gate } = this.target;
    return this.kind === "bias"
      ? [-BIASED, BIASED]
      : this.kind === "scale"
        ? [0, SCALED]
        : RANGES[gate === "x" ? "z" : gate];
  }

  valueSpan() {
    const [low, high] = this.valueRange();
    return high - low;
  }

  /** Return the index of the target's edit in the list; -1 for none. */
  findEdit() {
    const { gate, units, steps } = this.target,
      { layer } = this.session.view,
      key = JSON.stringify([units, steps]);
    return this.session.edits.findIndex(
      (edit) =>
        edit.do === this.kind &&
        edit.gate === gate &&
        edit.layer === layer &&
        JSON.stringify([edit.units, edit.steps]) === key,
    );
  }

  /** Return the value that an edit sets the target to; without one, the mean value of the target. */
  currentValue() {
    const {
        target: { gate, units, steps },
      } = this,
      edit = this.session.edits[this.findEdit()];
    if (edit && "value" in edit) return edit.value;
    if (this.kind !== "clamp") return this.kind === "scale" ? 1 : 0;
    const { tiles, view } = this.ports.current(),
      tile = tiles.finest(view.layer, view.t);
    if (!tile?.exact || gate === "x") return 0;
    const values = tile.arrays[gate],
      every = units ?? this.session.allUnits;
    const first = Math.max(tile.first, steps?.[0] ?? 0),
      last = Math.min(tile.last, steps?.[1] ?? tile.last);
    let sum = 0,
      count = 0;
    for (let t = first; t <= last; t++) {
      for (const unit of every) sum += values[(t - tile.first) * tile.units + unit];
      count += every.length;
    }
    return count ? sum / count : 0;
  }

  /**
   * Set the target to a value.
   * @param {number} value
   * @param {string} [joins]  consecutive changes with the same name are undone together
   */
  setValue(value, joins) {
    const { gate, units, steps } = this.target,
      { layer } = this.session.view,
      [low, high] = this.valueRange();
    if (gate === "x" || !Number.isFinite(value)) return;
    const inRange = Math.min(high, Math.max(low, value));
    const edit = /** @type {ListedEdit} */ ({ do: this.kind, gate, value: inRange, units, steps, layer });
    // consecutive changes of the same target are undone together
    this.session.change(
      { edits: mergeEdit(this.session.edits, edit) },
      joins && `${joins} ${JSON.stringify([this.kind, gate, units, steps, layer])}`,
    );
  }

  /**
   * Clamp the target to a value.
   * @param {number} value
   */
  clampTo(value) {
    this.kind = "clamp";
    this.setValue(value);
  }

  /** Remove the edits that act on the target. */
  release() {
    const { gate, units, steps } = this.target,
      { layer } = this.session.view;
    const within = (/** @type {ListedEdit} */ edit) =>
      edit.layer === layer &&
      "gate" in edit &&
      edit.gate === gate &&
      (!units || (edit.units !== null && edit.units.every((unit) => units.includes(unit)))) &&
      (!steps || (edit.steps !== null && edit.steps[0] >= steps[0] && edit.steps[1] <= steps[1]));
    this.session.change({ edits: this.session.edits.filter((edit) => !within(edit)) });
  }

  /** @param {number} unit */
  isRemoved(unit) {
    const { layer } = this.session.view;
    return this.session.edits.some(
      (edit) =>
        edit.do === "lesion" &&
        edit.layer === layer &&
        !edit.off &&
        (edit.units ?? this.session.allUnits).includes(unit),
    );
  }

  /**
   * Remove a unit, or restore it.
   * @param {number} unit
   */
  toggleUnit(unit) {
    const {
        edits,
        allUnits,
        view: { layer },
      } = this.session,
      isActiveLesion = (/** @type {ListedEdit} */ edit) => edit.do === "lesion" && edit.layer === layer && !edit.off;
    if (this.isRemoved(unit)) {
      return this.session.change({
        edits: edits.flatMap((edit) => {
          if (edit.do !== "lesion" || !isActiveLesion(edit)) return [edit];
          const units = (edit.units ?? allUnits).filter((each) => each !== unit);
          return units.length ? [{ ...edit, units }] : [];
        }),
      });
    }
    const at = edits.findIndex(isActiveLesion),
      lesion = edits[at];
    if (lesion?.do !== "lesion")
      return this.session.change({ edits: mergeEdit(edits, { do: "lesion", units: [unit], layer }) });
    const units = [...new Set([...(lesion.units ?? allUnits), unit])].sort((p, q) => p - q);
    this.session.change({ edits: edits.map((edit, k) => (k === at ? { ...lesion, units } : edit)) });
  }

  /**
   * Set one weight or bias.
   * @param {"w_ih" | "w_hh" | "b_ih" | "b_hh"} name
   * @param {number} row
   * @param {number | null} column  null for a bias
   * @param {number} value
   * @param {string} [joins]
   */
  setWeight(name, row, column, value, joins) {
    this.session.change(
      {
        edits: mergeEdit(this.session.edits, {
          do: "weight",
          name,
          row,
          column,
          value,
          layer: this.session.view.layer,
        }),
      },
      joins && `${joins} ${name} ${row} ${column}`,
    );
  }

  /**
   * Replace the input by an edited one.
   * @param {Signal} signal
   * @param {string} [joins]
   */
  editInput(signal, joins) {
    if (signal !== this.session.signal) this.session.change({ signal }, joins);
  }

  /**
   * Remove or repeat the selected steps, insert steps before them, or add noise to them.
   * @param {"remove" | "repeat" | "insert" | "roughen"} edit
   */
  editSteps(edit) {
    const { signal, knownModel, view } = this.session,
      [a, b] = this.target.steps ?? [view.t, view.t];
    if (!signal || !knownModel) return;
    const most = Math.min(MOST_STEPS, Math.floor(MOST_VALUES / signal.inputs));
    if (edit === "remove" && b - a + 1 >= signal.steps) return;
    const edited =
      edit === "remove"
        ? removeSteps(signal, a, b)
        : edit === "repeat"
          ? repeatSteps(signal, a, b, most)
          : edit === "insert"
            ? insertSteps(signal, a, INSERTED, most)
            : addNoise(signal, a, b, null, this.session.reach * ROUGH, this.session.history.at + 1);
    this.editInput(edited);
    if (edit === "remove" && this.selectedTarget) this.setTarget({ ...this.selectedTarget, steps: null });
  }

  /** Restore the original input. */
  restoreInput() {
    this.session.change({ signal: null });
  }

  /**
   * Replace all edits by those of a preset.
   * @param {string} name
   */
  tryPreset(name) {
    const { view, presets } = this.session,
      preset = presets.find((each) => each.name === name);
    if (!preset) return;
    if (view.show === "free") view.show = "bent";
    this.session.change({
      edits: preset.edits,
      signal: preset.signal === this.session.originalInput ? null : preset.signal,
      presetName: name,
    });
  }

  /**
   * Turn an edit of the list off, or on again.
   * @param {number} k
   */
  toggleEdit(k) {
    this.session.change({ edits: toggleEdit(this.session.edits, k) });
  }

  /**
   * Delete an edit of the list.
   * @param {number} k
   */
  removeEdit(k) {
    this.session.change({ edits: removeEdit(this.session.edits, k) });
  }

  /**
   * Handle a key of the editor.
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the editor has handled it
   */
  key(event) {
    const inside = event.composedPath()[0],
      isTyping = inside instanceof HTMLSelectElement || (inside instanceof HTMLInputElement && inside.type === "text"),
      { view } = this.session;
    if (isTyping || !(this.session.isOpen || this.session.isEdited)) return false;
    const actionOf = () => {
      if (event.ctrlKey || event.metaKey) {
        if (event.altKey) return null;
        if (event.key.toLowerCase() === "z")
          return event.shiftKey ? () => this.session.redo() : () => this.session.undo();
        return event.key.toLowerCase() === "y" ? () => this.session.redo() : null;
      }
      // a slider has keys of its own
      const isSlider = inside instanceof HTMLInputElement && !inside.matches("[data-part=scrub]");
      if (event.altKey || isSlider || !this.session.isOpen) return null;
      /** @type {Record<string, () => void>} */
      const actions = {
        1: () => this.session.show("bent"),
        2: () => this.session.show("free"),
        3: () => this.session.show("difference"),
        x: () => this.toggleUnit(view.unit),
        PageUp: () => this.nudge(1),
        PageDown: () => this.nudge(-1),
        Delete: () => this.releaseSelected(),
      };
      return Object.hasOwn(actions, event.key) ? actions[event.key] : null;
    };
    const action = actionOf();
    if (!action) return false;
    event.preventDefault();
    event.stopPropagation();
    action();
    return true;
  }

  /** Whether the selected cell is in the selected target. */
  isCellInTarget() {
    const { selectedTarget } = this,
      { view } = this.session;
    return (
      selectedTarget !== null &&
      selectedTarget.gate === view.gate &&
      (!selectedTarget.units || selectedTarget.units.includes(view.unit)) &&
      (!selectedTarget.steps || (selectedTarget.steps[0] <= view.t && view.t <= selectedTarget.steps[1]))
    );
  }

  /** Remove the edits of the selected target; without one, those of the selected cell. */
  releaseSelected() {
    const { session, selectedTarget } = this,
      { gate, layer, t, unit } = session.view;
    if (gate === "x") return this.restoreInput();
    if (selectedTarget && selectedTarget.gate !== "x") return this.release();
    session.change({
      edits: session.edits.filter((edit) => {
        if (edit.layer !== layer || edit.do === "weight") return true;
        const inside =
          (!edit.units || edit.units.includes(unit)) &&
          (edit.do === "lesion" || !edit.steps || (edit.steps[0] <= t && t <= edit.steps[1]));
        return !inside || (edit.do === "lesion" ? "h" : edit.gate) !== gate;
      }),
    });
  }

  /**
   * Raise or lower the value of the selected cell by a twentieth of its range.
   * @param {1 | -1} way
   */
  nudge(way) {
    const { view, signal } = this.session;
    if (view.gate === "x") {
      if (signal) this.editInput(this.nudgedInput(signal, view.t, way), "nudge");
      return;
    }
    if (!this.canEdit(view.gate)) return;
    if (!this.isCellInTarget())
      this.setTarget({ gate: /** @type {Gate} */ (view.gate), units: [view.unit], steps: [view.t, view.t] });
    this.setValue(this.currentValue() + (way * this.valueSpan()) / 20, "nudge");
  }

  /**
   * Return the input with one step a little higher or lower; for one-hot symbols, with the next symbol.
   * @param {Signal} signal
   * @param {number} t
   * @param {1 | -1} way
   */
  nudgedInput(signal, t, way) {
    const { isOneHotInput } = this.session.runs,
      { inputs, x } = signal,
      row = x.subarray(t * inputs, (t + 1) * inputs);
    if (isOneHotInput) {
      const now = row.findIndex((value) => value !== 0);
      return toggleValue(signal, t, (now + (now < 0 && way < 0 ? 0 : way) + inputs) % inputs, true);
    }
    let k = 0;
    for (let each = 1; each < inputs; each++) if (Math.abs(row[each]) > Math.abs(row[k])) k = each;
    return setValues(signal, [[t, k, row[k] + (way * this.session.reach) / 10]]);
  }
}
