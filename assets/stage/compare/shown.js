// What a stage shows in place of its own scene and numbers: nothing, unless one of those that extend this says so.

/** @import { Gate, Panel, Scene } from "../fields.js" */
/** @import { Sums } from "../numbers/sums.js" */
/** @import { Tiles } from "../numbers/tiles.js" */
/** @import { Palette } from "../panels/palette.js" */
/** @import { Teller } from "../whatif/teller.js" */

export class Shown {
  /** @returns {Scene | null} */
  get scene() {
    return null;
  }

  /** @returns {Tiles | null} */
  get tiles() {
    return null;
  }

  /** @returns {Sums | Teller | null} */
  get sums() {
    return null;
  }

  /** Numbers that are drawn as differences. @returns {Tiles | null} */
  get differences() {
    return null;
  }

  /** Their colours. @returns {Partial<Record<Panel, Palette>>} */
  get palettes() {
    return {};
  }

  /** Letters of the panels that show them. */
  get deltas() {
    return "";
  }

  /** Whether there is a lane under the input, for `drawLeft`. */
  get laned() {
    return false;
  }

  drawLeft() {}

  /** Over the panels. */
  mark() {}

  /** Steps whose input is not the sequence's own. @returns {number[]} */
  stepsRedrawn() {
    return [];
  }

  /** How many were redrawn, or are no more. */
  redrawnSteps() {
    return 0;
  }

  /** The gates of the chosen cell that are set by hand. @returns {Gate[]} */
  get byHand() {
    return [];
  }
}
