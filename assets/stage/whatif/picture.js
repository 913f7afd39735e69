// What the stage shows of an experiment: its scene and numbers in place of the free run's, differences and their colours,
// and on the panels what is bent and how much of the change is left.

/** @import { Gate, Panel, Scene } from "../fields.js" */
/** @import { Tiles } from "../numbers/tiles.js" */
/** @import { Edit } from "./edits.js" */
/** @import { Experiment } from "./experiment.js" */
/** @import { Outcome, Remote } from "./runs/outcome.js" */
/** @import { Signal } from "./signal.js" */
import { drawLeft } from "../compare/lane.js";
import { Shown } from "../compare/shown.js";
import { Palette } from "../panels/palette.js";
import { act } from "./edits.js";
import { drawBent } from "./hands/marks.js";
import { aligned } from "./signal.js";

export class Picture extends Shown {
  /** @param {Experiment} experiment */
  constructor(experiment) {
    super();
    this.experiment = experiment;
    this.stage = experiment.stage;
    /** @type {{scene: Scene, steps: number, of: Scene} | null} */
    this.shaped = null;
    /** @type {{key: string, of: Scene, palettes: Partial<Record<Panel, Palette>>} | null} */
    this.dyes = null;
    /** @type {{outcome: Outcome | Remote, layer: number, tiles: Tiles | null} | null} */
    this.drawn = null;
    /** @type {{signal: Signal | null, steps: number[]}} */
    this.marked = { signal: null, steps: [] };
  }

  /** Of as many steps as are read now; null where that is the free run's own. @returns {Scene | null} */
  get scene() {
    const { stage: { given }, experiment: { acting, outcome } } = this, steps = acting ? outcome?.steps : undefined;
    if (steps === undefined || steps === given.trace.steps) return null;
    if (this.shaped?.steps !== steps || this.shaped.of !== given) this.shaped = { scene: { ...given, trace: { ...given.trace, steps } }, steps, of: given };
    return this.shaped.scene;
  }

  get tiles() {
    const { acting, outcome } = this.experiment;
    return acting ? outcome?.tiles ?? null : null;
  }

  /** What the chosen unit's numbers are added up from, computed where it is wanted. */
  get sums() {
    return this.experiment.acting ? this.experiment.teller : null;
  }

  // ---- differences

  /** Where they are shown. @returns {Tiles | null} */
  get differences() {
    const { stage: { view }, experiment: { acting, outcome } } = this;
    if (!acting || !outcome || view.show !== "difference") return null;
    if (this.drawn?.outcome !== outcome || this.drawn.layer !== view.layer) this.drawn = { outcome, layer: view.layer, tiles: outcome.pictured(view.layer) };
    return this.drawn.tiles;
  }

  /** Their colours: one scale for all gates, around 0, and one for what the head says. @returns {Partial<Record<Panel, Palette>>} */
  get palettes() {
    const { stage: { view, theme, given }, experiment: { outcome } } = this;
    if (!outcome || !this.differences) return {};
    const scale = outcome.scale(view.layer), said = outcome.saidScale, key = `${scale} ${said} ${theme}`;
    if (this.dyes?.key !== key || this.dyes.of !== given) {
      const around = (/** @type {number} */ ends) => new Palette({ ...given.palettes[theme].h, low: -ends, high: ends }, given.odd), gates = around(scale);
      this.dyes = { key, of: given, palettes: { z: gates, r: gates, n: gates, h: gates, ...(said !== null && { y: around(said) }) } };
    }
    return this.dyes.palettes;
  }

  /** Letters of the panels that show them. */
  get deltas() {
    return Object.keys(this.palettes).join("");
  }

  // ---- on the panels

  /** Whether there is room under the input for what is left of a change. */
  get laned() {
    return !this.stage.given.form && (this.experiment.opened || this.experiment.changed);  // rows of stages side by side stay level
  }

  /** Under the input: how much of the change is left at each step. */
  drawLeft() {
    const { stage: { panels, view }, experiment: { acting, outcome } } = this;
    if (!panels.lane || !panels.tile) return;
    const shown = acting && outcome ? outcome : null, course = shown?.course(view.layer);
    drawLeft(panels, panels.lane, shown ? shown.left(view.layer) : new Float32Array(0), course?.peak ?? 0, course?.fate === "gone" ? course.gone : null);
  }

  mark() {
    const { stage: { panels, view }, experiment: { acting, changed, deeds, edits, opened } } = this;
    if (!panels.tile || (!opened && !changed)) return;
    drawBent(panels, { edits: view.show === "free" ? [] : act(edits), layer: view.layer, chosen: opened ? deeds.chosen : null, redrawn: acting ? this.stepsRedrawn() : [] });
  }

  stepsRedrawn() {
    const { known, redrawn, signal } = this.experiment, /** @type {number[]} */ found = [];
    if (!known || !signal || !redrawn) return found;
    if (this.marked.signal === signal) return this.marked.steps;
    const { x, inputs } = signal, origin = aligned(signal, known.steps);
    for (let t = 0; t < signal.steps; t++) {
      const from = origin[t];
      let alike = from >= 0;
      for (let k = 0; alike && k < inputs; k++) alike = Object.is(x[t * inputs + k], known.x[from * inputs + k]);
      if (!alike) found.push(t);
    }
    this.marked = { signal, steps: found };
    return found;
  }

  /** How many steps were redrawn, or are no more. */
  redrawnSteps() {
    const { known, redrawn, signal } = this.experiment;
    if (!known || !signal || !redrawn) return 0;
    return Math.max(this.stepsRedrawn().length, known.steps - signal.steps, 1);
  }

  /** The gates of the chosen cell that are set by hand. @returns {Gate[]} */
  get byHand() {
    const { stage: { view: { layer, t, unit } }, experiment: { acting, edits } } = this;
    if (!acting) return [];
    const sets = (/** @type {Edit} */ edit) => (edit.do === "lesion" || ((edit.do === "clamp" || edit.do === "scale") && (!edit.steps || (edit.steps[0] <= t && t <= edit.steps[1]))))
      && edit.layer === layer && (!edit.units || edit.units.includes(unit));
    return act(edits).filter(sets).map((edit) => "gate" in edit ? edit.gate : "h");
  }
}
