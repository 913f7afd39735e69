// The model in the page: weights of each layer, input, head.

/** @import { Layer, Model } from "../model/gru.js" */
/** @import { Table, Tables } from "../model/table.js" */

export const LONGEST_EDIT_TEXT = 1500; // characters of edits in the page's address, as in gruviz/protocol/view.py

/** @typedef {{kind: "classes" | "signs" | "numbers", within: number | null, w: Float32Array, b: Float32Array, outputs: number, target: Float32Array | null, targets: number}} KnownHead */

/**
 * @typedef {object} KnownModel
 * @property {Model} model
 * @property {Float32Array} x  [t * inputs + input], every step of the sequence
 * @property {number} inputs
 * @property {number} steps
 * @property {Float32Array} h0  [layer * units + unit]
 * @property {KnownHead | null} head
 */

/**
 * @typedef {object} ModelMessage
 * @property {1 | 2} directions
 * @property {{inputs: number, units: number, reset: "before" | "after", reverse: boolean}[]} layers
 * @property {{kind: KnownHead["kind"], within: number | null} | null} [head]
 * @property {boolean} [too_large]
 */

/**
 * Read a model message; null if the model is too large for the page.
 * @param {ModelMessage} message
 * @param {Tables} arrays
 * @returns {KnownModel | null}
 */
export function readModel(message, arrays) {
  if (message.too_large || !arrays.x) return null;
  const numbers = (/** @type {string} */ name) => /** @type {Float32Array | undefined} */ (arrays[name]) ?? null;
  const layers = message.layers.map(
    (layer, k) =>
      /** @type {Layer} */ ({
        ...layer,
        w_ih: numbers(`w_ih${k}`),
        w_hh: numbers(`w_hh${k}`),
        b_ih: numbers(`b_ih${k}`),
        b_hh: numbers(`b_hh${k}`),
      }),
  );
  const { x, h0, head_w: weights, head_b: bias, target } = arrays;
  const head =
    message.head && weights
      ? {
          ...message.head,
          w: plain(weights),
          b: plain(bias),
          outputs: weights.columns,
          target: target ? plain(target) : null,
          targets: target?.rows ?? 0,
        }
      : null;
  return {
    model: { layers, directions: message.directions },
    x: plain(x),
    inputs: x.rows,
    steps: x.columns,
    h0: plain(h0),
    head,
  };
}

/** @param {Table} table */
function plain(table) {
  return /** @type {Float32Array} */ (table);
}
