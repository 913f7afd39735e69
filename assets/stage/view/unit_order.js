// Order and selection of the visible units.

/** @import { View } from "../data/scene_types.js" */
/** @import { UnitParser } from "./parse_ranges.js" */
/** @import { Table, Tables } from "../model/table.js" */

export class UnitOrder {
  /** @param {number} units */
  constructor(units) {
    this.order = inOrder(units);
    /** Numbers the order sorts by, if any. @type {Table | null} */
    this.ranks = null;
    this.units = this.order;
    this.text = ""; // text that selects units; it may be invalid
    /** Without one, all units are shown. @type {UnitParser | null} */
    this.parser = null;
  }

  /** @param {Tables} arrays  of an order: the units, and the numbers it sorts by */
  rank({ order, values }) {
    this.order = Int32Array.from(order);
    this.ranks = values ?? null;
  }

  /**
   * Set the number of units; a new number resets the order.
   * @param {number} units
   */
  setCount(units) {
    if (this.order.length !== units) this.order = inOrder(units);
  }

  /**
   * Adapt the text to other units.
   * @param {number} units
   * @param {string[]} names
   */
  adaptText(units, names) {
    this.text = this.parser?.within(this.text, units, names) ?? this.text;
  }

  /**
   * Select the visible units. An invalid text stays in its box.
   * @param {View} view  its subset is the last valid text
   * @param {number} units
   * @param {string[]} names
   * @returns {string | undefined} the first word that is no unit
   */
  choose(view, units, names) {
    const { text, order, ranks, parser } = this,
      result = parser?.parse(text, units, names) ?? {};
    if (parser && result.wrong === undefined) view.subset = text.trim();
    const selection = (result.wrong === undefined ? result : parser?.parse(view.subset, units, names))?.units;
    const all = view.turned ? reverseRanked(order, ranks) : order;
    this.units = selection?.size ? all.filter((unit) => selection.has(unit)) : all;
    return result.wrong;
  }
}

/** @param {number} count */
function inOrder(count) {
  return Int32Array.from({ length: count }, (_, unit) => unit);
}

/**
 * Reverse an order; units without a number stay last.
 * @param {Int32Array} order
 * @param {Table | null} ranks
 */
function reverseRanked(order, ranks) {
  const isUnranked = (/** @type {number} */ unit) => !!ranks && Number.isNaN(ranks[unit]);
  return Int32Array.from([...order.filter((unit) => !isUnranked(unit)).reverse(), ...order.filter(isUnranked)]);
}
