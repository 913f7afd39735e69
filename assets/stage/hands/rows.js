// Which units are seen, from the top: in their own order or as Python ranks them, turned round, and of those the ones typed.

/** @import { View } from "../fields.js" */
/** @import { Table, Tables } from "../numbers/unpack.js" */
import { parseUnits, withinUnits } from "./units.js";

export class Rows {
  /** @param {number} units */
  constructor(units) {
    this.order = inOrder(units);
    /** What the order is by, where it is one of numbers. @type {Table | null} */
    this.ranks = null;
    this.shown = this.order;
    this.typed = "";  // to choose units, whether it names some or not
  }

  /** @param {Tables} arrays  of an order: the units, and the numbers it is by */
  rank({ order, values }) {
    this.order = Int32Array.from(order);
    this.ranks = values ?? null;
  }

  /**
   * Whether others are in the same order.
   * @param {Rows} others
   */
  isLike({ order }) {
    return order.length === this.order.length && order.every((unit, k) => unit === this.order[k]);
  }

  /**
   * Be ranked as others are.
   * @param {Rows} others
   */
  follow({ order, ranks }) {
    this.order = order.slice();
    this.ranks = ranks;
  }

  /**
   * So many units from now on; in their own order until another is told.
   * @param {number} units
   */
  hold(units) {
    if (this.order.length !== units) this.order = inOrder(units);
  }

  /**
   * What was typed, as far as units are still called so.
   * @param {number} units
   * @param {string[]} names
   */
  keep(units, names) {
    this.typed = withinUnits(this.typed, units, names);
  }

  /**
   * Choose those that are shown; what was typed stays in its box even where it names none.
   * @param {View} view  it is turned, and holds the last text that named units
   * @param {number} units
   * @param {string[]} names
   * @returns {string | undefined} what of the text names none
   */
  choose(view, units, names) {
    const { typed, order, ranks } = this, found = parseUnits(typed, units, names);
    if (found.wrong === undefined) view.subset = typed.trim();
    const chosen = (found.wrong === undefined ? found : parseUnits(view.subset, units, names)).units;
    const turned = view.turned ? lastStay(order, ranks) : order;
    this.shown = chosen?.size ? turned.filter((unit) => chosen.has(unit)) : turned;
    return found.wrong;
  }
}

/** @param {number} count */
function inOrder(count) {
  return Int32Array.from({ length: count }, (_, unit) => unit);
}

/**
 * An order from its other end; units without a number stay last.
 * @param {Int32Array} order
 * @param {Table | null} ranks
 */
function lastStay(order, ranks) {
  const odd = (/** @type {number} */ unit) => !!ranks && Number.isNaN(ranks[unit]);
  return Int32Array.from([...order.filter((unit) => !odd(unit)).reverse(), ...order.filter(odd)]);
}
