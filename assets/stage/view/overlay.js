// Base class of overlays, which replace the free run on the panels. This one shows nothing.

/** @import { Gate, Panel, Scene } from "../data/scene_types.js" */
/** @import { Tiles } from "../data/tiles.js" */
/** @import { Palette } from "./palette.js" */
/** @import { PanelSurface, SumsSource } from "./surface_types.js" */

export class Overlay {
  /** @returns {Scene | null} */
  get scene() {
    return null;
  }

  /** @returns {Tiles | null} */
  get tiles() {
    return null;
  }

  /** @returns {SumsSource | null} */
  get sums() {
    return null;
  }

  /** Whether the numbers are those of an edited run. */
  get isEdited() {
    return false;
  }

  /** Whether numbers can be explained on this page. */
  get canExplain() {
    return false;
  }

  /** For each visible step, the step of the free run to compare with; -1 for none. null: the same step. @returns {Int32Array | null} */
  get origin() {
    return null;
  }

  /** Whether the numbers are still being computed. */
  get isPending() {
    return false;
  }

  /** Differences to draw instead. @returns {Tiles | null} */
  get differences() {
    return null;
  }

  /** Their colours. @returns {Partial<Record<Panel, Palette>>} */
  get palettes() {
    return {};
  }

  /** Letters of the panels that show differences. */
  get deltas() {
    return "";
  }

  /** Whether there is a lane under the input for `drawLane`. */
  get hasLane() {
    return false;
  }

  /** The gates of the selected cell that an edit sets. @returns {Gate[]} */
  get setByEdit() {
    return [];
  }

  /**
   * Draw in the lane.
   * @param {PanelSurface} _panels
   */
  drawLane(_panels) {}

  /**
   * Draw over the panels.
   * @param {PanelSurface} _panels
   */
  drawMarks(_panels) {}
}
