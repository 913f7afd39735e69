// What a stage shows of an edited run: its scene and numbers in place of the free run's, differences and their colours,
// and on the panels where edits act and how much of the change remains.

/** @import { Palette } from "../view/palette.js" */
/** @import { Gate, Panel, Scene } from "../data/scene_types.js" */
/** @import { Tiles } from "../data/tiles.js" */
/** @import { PanelSurface } from "../view/surface_types.js" */
/** @import { Look } from "../view/store_types.js" */
/** @import { EditTarget } from "./edit_marks.js" */
/** @import { EditSession } from "./edit_session.js" */
/** @import { ListedEdit } from "./edit_text.js" */
/** @import { Outcome, PythonOutcome } from "./outcome.js" */
import { drawChangeCurve } from "../panels/change_curve.js";
import { Overlay } from "../view/overlay.js";
import { differencePalettes } from "../panels/difference_palettes.js";
import { drawEditMarks } from "./edit_marks.js";
import { act } from "./edits.js";

/** @typedef {Pick<EditSession, "view" | "given" | "acting" | "changed" | "opened" | "outcome" | "edits" | "numbers" | "editedSteps">} OverlaySession */
/** @typedef {{look: () => Look | null, target: () => EditTarget | null}} OverlayPorts */

export class EditOverlay extends Overlay {
  /**
   * @param {OverlaySession} session
   * @param {OverlayPorts} ports
   */
  constructor(session, ports) {
    super();
    this.session = session;
    this.ports = ports;
    /** @type {{scene: Scene, steps: number, of: Scene} | null} */
    this.shaped = null;
    /** @type {{key: string, of: Scene, palettes: Partial<Record<Panel, Palette>>} | null} */
    this.colours = null;
    /** @type {{outcome: Outcome | PythonOutcome, layer: number, tiles: Tiles | null} | null} */
    this.pictured = null;
  }

  /** The given scene with as many steps as are read now; null where that is its own number. @returns {Scene | null} */
  get scene() {
    const { given, acting, outcome } = this.session,
      steps = acting ? outcome?.steps : undefined;
    if (steps === undefined || steps === given.trace.steps) return null;
    if (this.shaped?.steps !== steps || this.shaped.of !== given) {
      this.shaped = { scene: { ...given, trace: { ...given.trace, steps } }, steps, of: given };
    }
    return this.shaped.scene;
  }

  get tiles() {
    const { acting, outcome } = this.session;
    return acting ? (outcome?.tiles ?? null) : null;
  }

  /** The sums of the selected unit, computed where they are wanted. */
  get sums() {
    return this.session.acting ? this.session.numbers : null;
  }

  get edited() {
    return this.session.acting;
  }

  get explains() {
    return !!this.session.outcome?.ran;
  }

  get origin() {
    const { acting, outcome } = this.session;
    return acting && outcome?.ran && outcome.origin.some((from, t) => from !== t) ? outcome.origin : null;
  }

  get pending() {
    const { outcome } = this.session;
    return !!outcome?.ran && !outcome.ran.done;
  }

  // ---- differences

  /** @returns {Tiles | null} */
  get differences() {
    const { view, acting, outcome } = this.session;
    if (!acting || !outcome || view.show !== "difference") return null;
    if (this.pictured?.outcome !== outcome || this.pictured.layer !== view.layer) {
      this.pictured = { outcome, layer: view.layer, tiles: outcome.pictured(view.layer) };
    }
    return this.pictured.tiles;
  }

  /** One scale around 0 for each gate, and one for the outputs. @returns {Partial<Record<Panel, Palette>>} */
  get palettes() {
    const { view, given, outcome } = this.session,
      theme = this.ports.look()?.theme ?? "light";
    if (!outcome || !this.differences) return {};
    const scales = outcome.scales(view.layer),
      said = outcome.saidScale,
      key = `${Object.values(scales).join(" ")} ${said} ${theme}`;
    if (this.colours?.key !== key || this.colours.of !== given) {
      this.colours = { key, of: given, palettes: differencePalettes(given, theme, { scales, said }) };
    }
    return this.colours.palettes;
  }

  get deltas() {
    return Object.keys(this.palettes).join("");
  }

  // ---- on the panels

  /** Rows of stages side by side stay level: they have no lane. */
  get hasLane() {
    const { given, opened, changed } = this.session;
    return !given.form && (opened || changed);
  }

  /**
   * Draw how much of the change remains at each step.
   * @param {PanelSurface} panels
   */
  drawLane(panels) {
    const { view, acting, outcome } = this.session;
    if (!panels.lane || !panels.tile) return;
    const shown = acting && outcome ? outcome : null,
      course = shown?.course(view.layer),
      remaining = shown ? shown.remaining(view.layer) : new Float32Array(0);
    drawChangeCurve(panels, panels.lane, remaining, course?.peak ?? 0, course?.fate === "gone" ? course.gone : null);
  }

  /** @param {PanelSurface} panels */
  drawMarks(panels) {
    const { view, acting, changed, edits, opened } = this.session;
    if (!panels.tile || (!opened && !changed)) return;
    drawEditMarks(panels, {
      edits: view.show === "free" ? [] : act(edits),
      layer: view.layer,
      chosen: opened ? this.ports.target() : null,
      redrawn: acting ? this.session.editedSteps() : [],
    });
  }

  /** @returns {Gate[]} */
  get setByEdit() {
    const {
      view: { layer, t, unit },
      acting,
      edits,
    } = this.session;
    if (!acting) return [];
    const isNow = (/** @type {ListedEdit} */ edit) =>
      edit.do === "lesion" ||
      ((edit.do === "clamp" || edit.do === "scale") && (!edit.steps || (edit.steps[0] <= t && t <= edit.steps[1])));
    const isHere = (/** @type {ListedEdit} */ edit) =>
      edit.layer === layer && "units" in edit && (!edit.units || edit.units.includes(unit));
    return act(edits)
      .filter((edit) => isNow(edit) && isHere(edit))
      .map((edit) => ("gate" in edit ? edit.gate : "h"));
  }
}
