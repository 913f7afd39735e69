// The units shown, from the top: in their own order or as Python ranks them, maybe reversed, and only those typed.

/** @import { View } from "../data/scene_types.js" */
/** @import { UnitParser } from "./parse_ranges.js" */
/** @import { Table, Tables } from "../model/table.js" */

export class UnitOrder {
  /** @param {number} units */
  constructor(units) {
    this.order = inOrder(units);
    /** Numbers the order is by, if any. @type {Table | null} */
    this.ranks = null;
    this.shown = this.order;
    this.typed = ""; // text that selects units; it may be invalid
    /** Without one, all units are shown. @type {UnitParser | null} */
    this.parser = null;
  }

  /** @param {Tables} arrays  of an order: the units, and the numbers it is by */
  rank({ order, values }) {
    this.order = Int32Array.from(order);
    this.ranks = values ?? null;
  }

  /**
   * Set the number of units; a new number resets the order.
   * @param {number} units
   */
  hold(units) {
    if (this.order.length !== units) this.order = inOrder(units);
  }

  /**
   * Keep what was typed, as far as the names exist.
   * @param {number} units
   * @param {string[]} names
   */
  keep(units, names) {
    this.typed = this.parser?.within(this.typed, units, names) ?? this.typed;
  }

  /**
   * Select the units shown. An invalid text stays in its box.
   * @param {View} view  its subset is the last valid text
   * @param {number} units
   * @param {string[]} names
   * @returns {string | undefined} the first word that names no unit
   */
  choose(view, units, names) {
    const { typed, order, ranks, parser } = this,
      found = parser?.parse(typed, units, names) ?? {};
    if (parser && found.wrong === undefined) view.subset = typed.trim();
    const chosen = (found.wrong === undefined ? found : parser?.parse(view.subset, units, names))?.units;
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
 * Reverse an order; units without a number stay last.
 * @param {Int32Array} order
 * @param {Table | null} ranks
 */
function lastStay(order, ranks) {
  const odd = (/** @type {number} */ unit) => !!ranks && Number.isNaN(ranks[unit]);
  return Int32Array.from([...order.filter((unit) => !odd(unit)).reverse(), ...order.filter(odd)]);
}
