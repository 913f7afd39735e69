// Overlay of the edited run: it replaces scene and numbers of the free run, supplies differences and their colours, and
// draws on the panels the marks of the edits and the curve of the remaining change.

/** @import { Palette } from "../view/palette.js" */
/** @import { Gate, Panel, Scene } from "../data/scene_types.js" */
/** @import { Tiles } from "../data/tiles.js" */
/** @import { PanelSurface } from "../view/surface_types.js" */
/** @import { Look } from "../view/store_types.js" */
/** @import { EditTarget } from "./edit_marks.js" */
/** @import { EditSession } from "./edit_session.js" */
/** @import { ListedEdit } from "./edit_text.js" */
/** @import { Outcome } from "./outcome.js" */
/** @import { PythonOutcome } from "./python_outcome.js" */
import { drawChangeCurve } from "../panels/change_curve.js";
import { Overlay } from "../view/overlay.js";
import { differencePalettes } from "../panels/difference_palettes.js";
import { drawEditMarks } from "./edit_marks.js";
import { activeEdits } from "./edits.js";

/** @typedef {Pick<EditSession, "view" | "baseScene" | "showsEdits" | "isEdited" | "isOpen" | "outcome" | "edits" | "numbers" | "editedSteps">} OverlaySession */
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
    this.cachedScene = null;
    /** @type {{key: string, of: Scene, palettes: Partial<Record<Panel, Palette>>} | null} */
    this.cachedPalettes = null;
    /** @type {{outcome: Outcome | PythonOutcome, layer: number, tiles: Tiles | null} | null} */
    this.cachedTiles = null;
  }

  /** The base scene with the edited number of steps; null if that number is unchanged. @returns {Scene | null} */
  get scene() {
    const { baseScene, showsEdits, outcome } = this.session,
      steps = showsEdits ? outcome?.steps : undefined;
    if (steps === undefined || steps === baseScene.trace.steps) return null;
    if (this.cachedScene?.steps !== steps || this.cachedScene.of !== baseScene) {
      this.cachedScene = { scene: { ...baseScene, trace: { ...baseScene.trace, steps } }, steps, of: baseScene };
    }
    return this.cachedScene.scene;
  }

  get tiles() {
    const { showsEdits, outcome } = this.session;
    return showsEdits ? (outcome?.tiles ?? null) : null;
  }

  /** Pre-activation sums of the selected unit, computed on request. */
  get sums() {
    return this.session.showsEdits ? this.session.numbers : null;
  }

  get isEdited() {
    return this.session.showsEdits;
  }

  get canExplain() {
    return !!this.session.outcome?.run;
  }

  get origin() {
    const { showsEdits, outcome } = this.session;
    return showsEdits && outcome?.run && outcome.origin.some((from, t) => from !== t) ? outcome.origin : null;
  }

  get isPending() {
    const { outcome } = this.session;
    return !!outcome?.run && !outcome.run.isDone;
  }

  // ---- differences

  /** @returns {Tiles | null} */
  get differences() {
    const { view, showsEdits, outcome } = this.session;
    if (!showsEdits || !outcome || view.show !== "difference") return null;
    if (this.cachedTiles?.outcome !== outcome || this.cachedTiles.layer !== view.layer) {
      this.cachedTiles = { outcome, layer: view.layer, tiles: outcome.differenceTiles(view.layer) };
    }
    return this.cachedTiles.tiles;
  }

  /** Colour scales of the differences, symmetric around 0: one for each gate and one for the outputs. @returns {Partial<Record<Panel, Palette>>} */
  get palettes() {
    const { view, baseScene, outcome } = this.session,
      theme = this.ports.look()?.theme ?? "light";
    if (!outcome || !this.differences) return {};
    const scales = outcome.scales(view.layer),
      outputScale = outcome.outputScale,
      key = `${Object.values(scales).join(" ")} ${outputScale} ${theme}`;
    if (this.cachedPalettes?.key !== key || this.cachedPalettes.of !== baseScene) {
      this.cachedPalettes = {
        key,
        of: baseScene,
        palettes: differencePalettes(baseScene, theme, { scales, outputScale }),
      };
    }
    return this.cachedPalettes.palettes;
  }

  get deltas() {
    return Object.keys(this.palettes).join("");
  }

  // ---- on the panels

  /** Whether the panels have a lane for the curve of the change. Stages side by side have none, to stay aligned. */
  get hasLane() {
    const { baseScene, isOpen, isEdited } = this.session;
    return !baseScene.form && (isOpen || isEdited);
  }

  /**
   * Draw how much of the change remains at each step.
   * @param {PanelSurface} panels
   */
  drawLane(panels) {
    const { view, showsEdits, outcome } = this.session;
    if (!panels.lane || !panels.tile) return;
    const visible = showsEdits && outcome ? outcome : null,
      course = visible?.course(view.layer),
      remaining = visible ? visible.remaining(view.layer) : new Float32Array(0);
    drawChangeCurve(panels, panels.lane, remaining, course?.peak ?? 0, course?.fate === "gone" ? course.endStep : null);
  }

  /** @param {PanelSurface} panels */
  drawMarks(panels) {
    const { view, showsEdits, isEdited, edits, isOpen } = this.session;
    if (!panels.tile || (!isOpen && !isEdited)) return;
    drawEditMarks(panels, {
      edits: view.show === "free" ? [] : activeEdits(edits),
      layer: view.layer,
      target: isOpen ? this.ports.target() : null,
      editedSteps: showsEdits ? this.session.editedSteps() : [],
    });
  }

  /** @returns {Gate[]} */
  get setByEdit() {
    const {
      view: { layer, t, unit },
      showsEdits,
      edits,
    } = this.session;
    if (!showsEdits) return [];
    const isNow = (/** @type {ListedEdit} */ edit) =>
      edit.do === "lesion" ||
      ((edit.do === "clamp" || edit.do === "scale") && (!edit.steps || (edit.steps[0] <= t && t <= edit.steps[1])));
    const isHere = (/** @type {ListedEdit} */ edit) =>
      edit.layer === layer && "units" in edit && (!edit.units || edit.units.includes(unit));
    return activeEdits(edits)
      .filter((edit) => isNow(edit) && isHere(edit))
      .map((edit) => ("gate" in edit ? edit.gate : "h"));
  }
}
