// What people do in an experiment: the tool in hand, what it acts on, and each deed as one change that can be undone.

/** @import { Gate } from "../../fields.js" */
/** @import { Edit } from "../edits.js" */
/** @import { Experiment } from "../experiment.js" */
/** @import { Signal } from "../signal.js" */
/** @import { Chosen } from "./marks.js" */
/** @import { Tool } from "./grasp.js" */
import { merge, RANGES, toggled, without } from "../edits.js";
import { insert, noise, remove, repeat } from "../signal.js";

export const MOST_STEPS = 100_000, MOST_VALUES = 5_000_000;  // as gruviz/inputs/sequence.py allows
const INSERTED = 5;  // steps at once
const ROUGH = 0.15;  // share of what the input reaches that noise adds
const BIASED = 6, SCALED = 2;  // ends of the sliders

/** @typedef {"clamp" | "scale" | "bias"} How */

export class Deeds {
  /** @param {Experiment} experiment */
  constructor(experiment) {
    this.experiment = experiment;
    /** @type {Tool} */
    this.tool = "look";
    /** @type {How} */
    this.how = "clamp";
    /** @type {Chosen | null} */
    this.chosen = null;
  }

  /** @param {Tool} tool */
  take(tool) {
    const { root } = this.experiment.stage;
    if (tool === "bend" && this.chosen?.gate === "x") this.chosen = null;
    if (tool === "stretch" && this.chosen?.gate !== "x") this.chosen = null;
    this.tool = tool;
    root.classList.toggle("in-hand", tool !== "look");
    root.dataset.tool = tool;
    this.experiment.workbench.form();
    this.experiment.stage.paint();
  }

  /** What the tool acts on: what was chosen, or all. @returns {Chosen} */
  get target() {
    if (this.chosen) return this.chosen;
    const { gate } = this.experiment.stage.view;
    return { gate: this.tool === "stretch" ? "x" : gate === "r" || gate === "n" ? gate : "z", units: null, steps: null };
  }

  /** @param {Chosen} chosen */
  choose(chosen) {
    this.chosen = chosen;
    if (chosen.gate === "h" && this.how === "bias") this.how = "clamp";
    this.experiment.workbench.write();
    this.experiment.stage.paint();
  }

  /** @param {string} gate */
  canBend(gate) {
    return gate === "z" || gate === "r" || gate === "n" || gate === "h";
  }

  /** @param {How} how */
  bendBy(how) {
    this.how = how === "bias" && this.target.gate === "h" ? "clamp" : how;
    this.experiment.workbench.write();
  }

  /** Ends of what can be set. @returns {[number, number]} */
  ends() {
    const { gate } = this.target;
    return this.how === "bias" ? [-BIASED, BIASED] : this.how === "scale" ? [0, SCALED] : RANGES[gate === "x" ? "z" : gate];
  }

  span() {
    const [low, high] = this.ends();
    return high - low;
  }

  /** The edit of what is chosen, if there is one. */
  held() {
    const { gate, units, steps } = this.target, { layer } = this.experiment.stage.view, key = JSON.stringify([units, steps]);
    return this.experiment.edits.findIndex((edit) => edit.do === this.how && edit.gate === gate && edit.layer === layer && JSON.stringify([edit.units, edit.steps]) === key);
  }

  /** What the chosen has been set to, or is. */
  valueChosen() {
    const { target: { gate, units, steps }, experiment: { stage } } = this, held = this.experiment.edits[this.held()];
    if (held && "value" in held) return held.value;
    if (this.how !== "clamp") return this.how === "scale" ? 1 : 0;
    const { tiles, view } = stage, tile = tiles.finest(view.layer, view.t);
    if (!tile?.exact || gate === "x") return 0;
    const values = tile.arrays[gate], every = units ?? this.experiment.everyUnit;
    const first = Math.max(tile.first, steps?.[0] ?? 0), last = Math.min(tile.last, steps?.[1] ?? tile.last);
    let sum = 0, count = 0;
    for (let t = first; t <= last; t++) {
      for (const unit of every) sum += values[(t - tile.first) * tile.units + unit];
      count += every.length;
    }
    return count ? sum / count : 0;
  }

  /**
   * Bend what is chosen.
   * @param {number} value
   * @param {string} [joins]  what is done with one name in a row is undone as one
   */
  setValue(value, joins) {
    const { gate, units, steps } = this.target, { layer } = this.experiment.stage.view, [low, high] = this.ends();
    if (gate === "x" || !Number.isFinite(value)) return;
    const set = Math.min(high, Math.max(low, value));
    const edit = /** @type {Edit} */ ({ do: this.how, gate, value: set, units, steps, layer });
    // what is done to one thing in a row is undone as one
    this.experiment.change({ edits: merge(this.experiment.edits, edit) }, joins && `${joins} ${JSON.stringify([this.how, gate, units, steps, layer])}`);
  }

  /** @param {number} value */
  fix(value) {
    this.how = "clamp";
    this.setValue(value);
  }

  /** What is chosen goes free: whatever acts on that gate within it. */
  free() {
    const { gate, units, steps } = this.target, { layer } = this.experiment.stage.view;
    const within = (/** @type {Edit} */ edit) => edit.layer === layer && "gate" in edit && edit.gate === gate
      && (!units || (edit.units !== null && edit.units.every((unit) => units.includes(unit)))) && (!steps || (edit.steps !== null && edit.steps[0] >= steps[0] && edit.steps[1] <= steps[1]));
    this.experiment.change({ edits: this.experiment.edits.filter((edit) => !within(edit)) });
  }

  /** @param {number} unit */
  isCut(unit) {
    const { layer } = this.experiment.stage.view;
    return this.experiment.edits.some((edit) => edit.do === "lesion" && edit.layer === layer && !edit.off && (edit.units ?? this.experiment.everyUnit).includes(unit));
  }

  /** @param {number} unit  is cut out, or put back */
  lesion(unit) {
    const { edits, everyUnit, stage: { view: { layer } } } = this.experiment, cuts = (/** @type {Edit} */ edit) => edit.do === "lesion" && edit.layer === layer && !edit.off;
    if (this.isCut(unit)) {
      return this.experiment.change({ edits: edits.flatMap((edit) => {
        if (edit.do !== "lesion" || !cuts(edit)) return [edit];
        const units = (edit.units ?? everyUnit).filter((each) => each !== unit);
        return units.length ? [{ ...edit, units }] : [];
      }) });
    }
    const at = edits.findIndex(cuts), held = edits[at];
    if (held?.do !== "lesion") return this.experiment.change({ edits: merge(edits, { do: "lesion", units: [unit], layer }) });
    const units = [...new Set([...held.units ?? everyUnit, unit])].sort((p, q) => p - q);
    this.experiment.change({ edits: edits.map((edit, k) => k === at ? { ...held, units } : edit) });
  }

  /**
   * @param {"w_ih" | "w_hh" | "b_ih" | "b_hh"} name
   * @param {number} row
   * @param {number | null} column
   * @param {number} value
   * @param {string} [joins]
   */
  setWeight(name, row, column, value, joins) {
    this.experiment.change({ edits: merge(this.experiment.edits, { do: "weight", name, row, column, value, layer: this.experiment.stage.view.layer }) }, joins && `${joins} ${name} ${row} ${column}`);
  }

  /**
   * @param {Signal} signal
   * @param {string} [joins]
   */
  redraw(signal, joins) {
    if (signal !== this.experiment.signal) this.experiment.change({ signal }, joins);
  }

  /** @param {"remove" | "repeat" | "insert" | "roughen"} deed  on the stretch chosen */
  stretch(deed) {
    const { signal, known, stage } = this.experiment, [a, b] = this.target.steps ?? [stage.view.t, stage.view.t];
    if (!signal || !known) return;
    const most = Math.min(MOST_STEPS, Math.floor(MOST_VALUES / signal.inputs));
    if (deed === "remove" && b - a + 1 >= signal.steps) return;
    const made = deed === "remove" ? remove(signal, a, b) : deed === "repeat" ? repeat(signal, a, b, most) : deed === "insert" ? insert(signal, a, INSERTED, most)
      : noise(signal, a, b, null, this.reach() * ROUGH, this.experiment.history.at + 1);
    this.redraw(made);
    if (deed === "remove" && this.chosen) this.choose({ ...this.chosen, steps: null });
  }

  /** How far the input reaches. */
  reach() {
    const { x } = this.experiment.stage.given.palettes.light;
    return (x.high - x.low) / 2;
  }

  restoreInput() {
    this.experiment.change({ signal: null });
  }

  /** @param {string} name  of an idea */
  tryOut(name) {
    const idea = this.experiment.ideas.find((each) => each.name === name), { stage } = this.experiment;
    if (!idea) return;
    if (stage.view.show === "free") stage.view.show = "bent";
    this.experiment.change({ edits: idea.edits, signal: idea.signal === this.experiment.first ? null : idea.signal, idea: name });
  }

  /** @param {number} k  of the list: on or off */
  turn(k) {
    this.experiment.change({ edits: toggled(this.experiment.edits, k) });
  }

  /** @param {number} k */
  takeOut(k) {
    this.experiment.change({ edits: without(this.experiment.edits, k) });
  }

  /**
   * Keys of an experiment.
   * @param {KeyboardEvent} event
   * @returns {boolean} whether it was one
   */
  key(event) {
    const inside = event.composedPath()[0], typing = inside instanceof HTMLSelectElement || (inside instanceof HTMLInputElement && inside.type === "text"), { stage } = this.experiment, { view } = stage;
    if (typing || !(this.experiment.opened || this.experiment.changed)) return false;
    const act = () => {
      if (event.ctrlKey || event.metaKey) {
        if (event.altKey) return null;
        if (event.key.toLowerCase() === "z") return event.shiftKey ? () => this.experiment.redo() : () => this.experiment.undo();
        return event.key.toLowerCase() === "y" ? () => this.experiment.redo() : null;
      }
      // a slider has keys of its own
      const slides = inside instanceof HTMLInputElement && inside !== stage.part.scrub;
      if (event.altKey || slides || !this.experiment.opened) return null;
      /** @type {Record<string, () => void>} */
      const acts = {
        1: () => this.experiment.show("bent"), 2: () => this.experiment.show("free"), 3: () => this.experiment.show("difference"), x: () => this.lesion(view.unit),
        PageUp: () => this.nudge(1), PageDown: () => this.nudge(-1), Delete: () => this.letGo(),
      };
      return Object.hasOwn(acts, event.key) ? acts[event.key] : null;
    };
    const found = act();
    if (!found) return false;
    event.preventDefault();
    event.stopPropagation();
    found();
    return true;
  }

  /** Whether the cell the cursor is at lies in what was chosen. */
  covers() {
    const { chosen, experiment: { stage: { view } } } = this;
    return chosen !== null && chosen.gate === view.gate && (!chosen.units || chosen.units.includes(view.unit)) && (!chosen.steps || (chosen.steps[0] <= view.t && view.t <= chosen.steps[1]));
  }

  /** What was chosen goes free; where nothing was, what acts on the number at the cursor. */
  letGo() {
    const { experiment, chosen } = this, { gate, layer, t, unit } = experiment.stage.view;
    if (gate === "x") return this.restoreInput();
    if (chosen && chosen.gate !== "x") return this.free();
    experiment.change({ edits: experiment.edits.filter((edit) => {
      if (edit.layer !== layer || edit.do === "weight") return true;
      const inside = (!edit.units || edit.units.includes(unit)) && (edit.do === "lesion" || !edit.steps || (edit.steps[0] <= t && t <= edit.steps[1]));
      return !inside || (edit.do === "lesion" ? "h" : edit.gate) !== gate;
    }) });
  }

  /** @param {1 | -1} way  the chosen number, a twentieth of its range */
  nudge(way) {
    const { stage: { view }, signal } = this.experiment;
    if (view.gate === "x") {
      if (signal) this.redraw(this.experiment.teller.nudged(signal, view.t, way), "nudge");
      return;
    }
    if (!this.canBend(view.gate)) return;
    if (!this.covers()) this.choose({ gate: /** @type {Gate} */ (view.gate), units: [view.unit], steps: [view.t, view.t] });
    this.setValue(this.valueChosen() + way * this.span() / 20, "nudge");
  }
}
