// What a stage shows in place of the free run: nothing, unless a subclass says otherwise.

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

  /** Whether these numbers were computed from edits in place of the free run. */
  get edited() {
    return false;
  }

  /** Whether a number shown can be explained on this page. */
  get explains() {
    return false;
  }

  /** Of each step shown, the step of the free run it is compared with, -1 for none; null where they are the same. @returns {Int32Array | null} */
  get origin() {
    return null;
  }

  /** Whether these numbers are still being computed. */
  get pending() {
    return false;
  }

  /** Numbers that are drawn as differences. @returns {Tiles | null} */
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
