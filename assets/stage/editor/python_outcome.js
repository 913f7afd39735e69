// Outcome of the edits as Python computed it, shown if computing on the page would take too long.

/** @import { Gate, Scene } from "../data/scene_types.js" */
/** @import { EditedRun } from "./outcome.js" */
/** @import { Tile } from "../data/tiles.js" */
import { GATES } from "../data/panel_names.js";
import { fate, goneFrom, largest, peak, remainingChange, scaleOf, scalesOf } from "../data/differences.js";
import { Tiles } from "../data/tiles.js";
import { tableOf } from "../model/table.js";
import { outputDifferenceTables } from "./outcome.js";

/** The outcome, with as many steps per column as Python sends. */
export class PythonOutcome {
  /**
   * @param {Tile} tile  of all steps of one layer
   * @param {Scene} scene
   * @param {Tile | null} free  the same steps of the free run
   */
  constructor(tile, scene, free) {
    /** Null: Python sends no run, only a tile. @type {EditedRun | null} */
    this.run = null;
    this.origin = new Int32Array(0); // inserted steps are not known
    this.tile = tile;
    this.freeTile = free && free.each === tile.each && free.columns === tile.columns ? free : null;
    this.steps = tile.last + 1;
    this.scene = scene;
    this.tiles = new Tiles({ steps: this.steps, bidirectional: scene.trace.bidirectional });
    this.tiles.add(tile, tile.arrays);
    /** @type {Float32Array | null} */
    this.cachedRemaining = null;
    /** @type {Partial<Record<Gate, Float32Array>> | null} */
    this.cachedDifferences = null;
    const { y } = tile.arrays,
      freeY = this.freeTile?.arrays.y;
    /** Difference of the predictions, edited minus free, column by column; null where they cannot be compared. */
    this.outputDifference =
      y && freeY && y.length === freeY.length
        ? tableOf(
            Float32Array.from(y, (value, k) => value - freeY[k]),
            y.columns,
            y.rows,
          )
        : null;
    this.outputScale = this.outputDifference && scaleOf([/** @type {Float32Array} */ (this.outputDifference)]);
  }

  /** Compute edited minus free, column by column. @returns {Partial<Record<Gate, Float32Array>>} */
  differences() {
    const { freeTile, tile } = this;
    if (!freeTile) return {};
    return (this.cachedDifferences ??= Object.fromEntries(
      GATES.map((gate) => [gate, Float32Array.from(tile.arrays[gate], (value, k) => value - freeTile.arrays[gate][k])]),
    ));
  }

  /** @returns {Tiles | null} null: the runs cannot be compared step by step */
  differenceTiles() {
    const { tile } = this,
      differences = this.differences();
    if (!this.freeTile) return null;
    const outputs = Object.fromEntries(
        ["x", "x_low", "x_high", "y", "y_low", "y_high", "wrong", "target", "said"].flatMap((name) =>
          tile.arrays[name] ? [[name, tile.arrays[name]]] : [],
        ),
      ),
      tiles = new Tiles({ steps: this.steps, bidirectional: this.scene.trace.bidirectional });
    const gates = Object.fromEntries(
      Object.entries(differences).map(([gate, values]) => [gate, tableOf(values, tile.columns, tile.units)]),
    );
    tiles.add(tile, {
      ...outputs,
      ...gates,
      ...(this.outputDifference && outputDifferenceTables(this.scene, this.outputDifference)),
    });
    return tiles;
  }

  scales() {
    return scalesOf(this.differences());
  }

  largest() {
    const place = largest(this.differences(), this.tile.units);
    return place && { ...place, t: place.t * this.tile.each };
  }

  remaining() {
    if (this.cachedRemaining) return this.cachedRemaining;
    const { tile, freeTile, steps } = this,
      out = new Float32Array(steps).fill(NaN),
      columns = Int32Array.from({ length: tile.columns }, (_, k) => k);
    if (freeTile) {
      const each = remainingChange(
        /** @type {Float32Array} */ (tile.arrays.h),
        /** @type {Float32Array} */ (freeTile.arrays.h),
        columns,
        tile.columns,
        tile.units,
      );
      for (let t = 0; t < steps; t++) out[t] = each[tile.column(t)];
    }
    this.cachedRemaining = out;
    return out;
  }

  course() {
    const remains = this.remaining();
    return {
      fate: fate(remains),
      endStep: goneFrom(remains),
      peak: peak(remains),
      at: remains.indexOf(peak(remains)),
      last: remains[remains.length - 1],
    };
  }
}
