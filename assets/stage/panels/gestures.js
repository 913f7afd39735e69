// Pointers as a state machine: fed with what each does, it says what to do. Every pointer is followed by its identifier;
// the two that came first zoom together, and when one lifts, those that stay are anchored anew where they are.

/** @import { Gate, Panel } from "../data/scene_types.js" */
/** @import { TimeWindow } from "../view/time_window.js" */
import { areApart, pinched } from "../view/pinch.js";
import { clamp, isZoomed } from "../view/time_window.js";

const CLICK = 4; // px a pointer may wander and still be a click
const TAP = 8; // px likewise a finger
const DOUBLE = 500; // ms within which a second press belongs to the first
const NEAR = 9; // px from an end of the loop that still take hold of it
const BESIDE = 3; // px beside the overview's thumb

/**
 * What is under a point.
 * @typedef {object} PointerSpot
 * @property {number} x  px from the panels' left
 * @property {number} y
 * @property {"ruler" | "x" | "gate" | "axis" | "overview" | "between"} where
 * @property {Panel | null} gate
 * @property {number | null} unit
 * @property {number | null} [out]  of the head's outputs, where the panel is of what it says
 * @property {boolean} inPlot  between the ends of the time axis
 */

/** @typedef {PointerSpot & {t: number}} PointerPoint  t: the step it is at, or nearest to */

/**
 * @typedef {PointerSpot & {type: "down" | "move" | "up" | "cancel", id: number, time: number, shift: boolean, pointerType: string}} PointerFact
 *   time: ms, as in event.timeStamp
 */

/**
 * The time axis as it is now: read anew at every event, so it may be made of getters.
 * @typedef {object} Geometry
 * @property {number} steps
 * @property {TimeWindow} window
 * @property {number} left  px
 * @property {number} plot  px
 * @property {[number, number] | null} loop  first and last step
 */

/**
 * @typedef {{from: number, to: number, overview: boolean}} Brush  px; over the panels, or over the overview
 */

/**
 * What to do, in this order:
 *   before   remember the place: a double click that begins here goes back to it
 *   hover    what the pointer is over, null for nothing
 *   scrub    the cursor to t, playing stops
 *   window   show [a, b], as near as there is one
 *   loop     play between these steps
 *   brush    what is being brushed, null once it is over
 *   click    choose a cell: what `chosen` names, the rest as it is; then explain it
 *   settled  a drag is over: say where it ended
 *   rested   a pointer has lifted: fetch what is missing
 * @typedef {{do: "before"} | {do: "hover", point: PointerPoint | null} | {do: "scrub", t: number} | {do: "window", a: number, b: number}
 *   | {do: "loop", ends: [number, number]} | {do: "brush", brush: Brush | null}
 *   | {do: "click", chosen: {t?: number, gate?: Panel, unit?: number, out?: number | null}, explain: boolean} | {do: "settled"} | {do: "rested"}} GestureAction
 */

/**
 * @typedef {{kind: "scrub" | "brush" | "overview"} | {kind: "pan" | "thumb", window: TimeWindow} | {kind: "loop", fixed: number}
 *   | {kind: "scroll"} | {kind: "pinch", ids: [number, number], times: [number, number] | null}} GestureHold  what the pointers have hold of
 */

export class Gestures {
  /** @param {Geometry} geometry */
  constructor(geometry) {
    this.geometry = geometry;
    /** @type {Map<number, PointerPoint>} Pointers that are down, in the order they came. */
    this.pointers = new Map();
    /** @type {GestureHold | null} */
    this.hold = null;
    /** @type {PointerPoint | null} Where the hold began. */
    this.start = null;
    this.wandered = false;
    this.finger = false; // the hold is a finger's: it may yet turn out to scroll the page
    /** @type {Brush | null} */
    this.brush = null;
    this.pressed = -Infinity;
  }

  /** Whether any pointer is down. */
  get busy() {
    return this.pointers.size > 0;
  }

  /**
   * @param {PointerFact} fact
   * @returns {GestureAction[]}
   */
  feed(fact) {
    const held = this.pointers.get(fact.id),
      usable = Number.isFinite(fact.x) && this.geometry.plot > 0;
    // a finger whose place is not known lifts where it was last
    const point = usable ? this.point(fact) : held;
    if (!point) return [];
    if (fact.type === "down") return usable ? this.down(fact, point) : [];
    if (fact.type === "move") return !usable ? [] : held ? this.move(fact.id, point) : [{ do: "hover", point }];
    return held ? this.lift(fact, point) : [];
  }

  // ---- where things are

  /**
   * @param {PointerSpot} spot
   * @returns {PointerPoint}
   */
  point({ x, y, where, gate, unit, out, inPlot }) {
    return {
      x,
      y,
      where,
      gate,
      unit,
      inPlot,
      ...(out === undefined ? {} : { out }),
      t: clamp(Math.floor(this.time(x)), 0, this.geometry.steps - 1),
    };
  }

  /** @param {number} x */
  time(x) {
    const {
      window: [a, b],
      left,
      plot,
    } = this.geometry;
    return a + ((x - left) / plot) * (b - a);
  }

  /** @param {number} t */
  x(t) {
    const {
      window: [a, b],
      left,
      plot,
    } = this.geometry;
    return left + ((t - a) / (b - a)) * plot;
  }

  /** @param {number} x  over the overview, which always shows all steps */
  overviewTime(x) {
    const { left, plot, steps } = this.geometry;
    return ((x - left) / plot) * steps;
  }

  // ---- down

  /**
   * @param {PointerFact} fact
   * @param {PointerPoint} point
   * @returns {GestureAction[]}
   */
  down(fact, point) {
    // a pointer that is pressed twice was let go where nobody saw it
    const actions = this.pointers.has(fact.id) ? this.lift({ ...fact, type: "cancel" }, point) : [];
    if (fact.time - this.pressed > DOUBLE) actions.push({ do: "before" });
    this.pressed = fact.time;
    this.pointers.set(fact.id, point);
    actions.push({ do: "hover", point: null });
    if (this.pointers.size > 1) return [...actions, ...this.anchor()];
    this.start = point;
    this.wandered = false;
    this.hold = this.taken(point, fact.shift);
    this.finger = fact.pointerType === "touch";
    // the ruler answers at once, cells once it is clear that this is no click, a finger that this is no swipe
    if (this.hold.kind === "scrub" && point.where !== "gate" && !this.finger) actions.push({ do: "scrub", t: point.t });
    return actions;
  }

  /**
   * What one pointer takes hold of.
   * @param {PointerPoint} point
   * @param {boolean} shift
   * @returns {GestureHold}
   */
  taken({ x, where }, shift) {
    const { steps, window, loop } = this.geometry,
      zoomed = isZoomed(steps, window);
    const end = where === "ruler" && loop ? this.loopEnd(x, loop) : null;
    if (loop && end !== null) return { kind: "loop", fixed: loop[1 - end] };
    if (where === "overview") return zoomed && this.inThumb(x) ? { kind: "thumb", window } : { kind: "overview" };
    if (shift) return { kind: "brush" };
    if (where === "ruler" || where === "x" || where === "axis" || !zoomed) return { kind: "scrub" };
    return { kind: "pan", window };
  }

  /**
   * @param {number} x
   * @param {[number, number]} loop
   */
  loopEnd(x, loop) {
    const [first, last] = [Math.abs(this.x(loop[0]) - x), Math.abs(this.x(loop[1] + 1) - x)];
    return Math.min(first, last) >= NEAR ? null : first <= last ? 0 : 1;
  }

  /** @param {number} x */
  inThumb(x) {
    const { window, left, plot, steps } = this.geometry,
      [from, to] = window.map((t) => left + (t / steps) * plot);
    return x >= from - BESIDE && x <= to + BESIDE;
  }

  /**
   * Pointers came or went: two and more zoom from here on, one that stays pans, none of them clicks any more.
   * @returns {GestureAction[]}
   */
  anchor() {
    const [first, second] = this.pointers.keys();
    this.wandered = true;
    if (second !== undefined) {
      if (this.hold?.kind !== "pinch" || this.hold.ids[0] !== first || this.hold.ids[1] !== second) {
        this.hold = { kind: "pinch", ids: [first, second], times: this.timesUnder(first, second) };
      }
    } else if (first !== undefined) {
      this.start = /** @type {PointerPoint} */ (this.pointers.get(first));
      this.hold = { kind: "pan", window: this.geometry.window };
    } else this.hold = null;
    return this.unbrush();
  }

  /**
   * The times two fingers hold; null while they are too close to hold two.
   * @param {number} first
   * @param {number} second
   * @returns {[number, number] | null}
   */
  timesUnder(first, second) {
    const [p, q] = [this.xOf(first), this.xOf(second)];
    return areApart(p, q) ? [this.time(p), this.time(q)] : null;
  }

  /** @param {number} id  of a pointer that is down */
  xOf(id) {
    return /** @type {PointerPoint} */ (this.pointers.get(id)).x;
  }

  /** @returns {GestureAction[]} */
  unbrush() {
    if (!this.brush) return [];
    this.brush = null;
    return [{ do: "brush", brush: null }];
  }

  // ---- move

  /**
   * @param {number} id
   * @param {PointerPoint} point
   * @returns {GestureAction[]}
   */
  move(id, point) {
    const { hold, start } = this;
    this.pointers.set(id, point);
    if (!hold || !start || hold.kind === "scroll") return [];
    if (hold.kind === "pinch") return this.pinch(hold, id);
    const by = point.x - start.x,
      { plot, steps } = this.geometry;
    if (!this.wandered) {
      const down = Math.abs(point.y - start.y),
        across = Math.abs(by);
      if (this.finger && down >= TAP && down >= across) {
        this.hold = { kind: "scroll" };
        return [];
      }
      if (across < (this.finger ? TAP : CLICK)) return [];
    }
    this.wandered = true;
    switch (hold.kind) {
      case "scrub":
        return [{ do: "scrub", t: point.t }];
      case "loop":
        return [{ do: "loop", ends: [hold.fixed, point.t] }];
      case "pan":
        return [this.shifted(hold.window, (-by / plot) * (hold.window[1] - hold.window[0]))];
      case "thumb":
        return [this.shifted(hold.window, (by / plot) * steps)];
      default:
        this.brush = { from: start.x, to: point.x, overview: hold.kind === "overview" };
        return [{ do: "brush", brush: this.brush }];
    }
  }

  /**
   * @param {TimeWindow} window
   * @param {number} steps  to the right; past the end is past the end, however far
   * @returns {GestureAction}
   */
  shifted([a, b], steps) {
    const by = clamp(steps, -this.geometry.steps, this.geometry.steps);
    return { do: "window", a: a + by, b: b + by };
  }

  /**
   * @param {Extract<GestureHold, {kind: "pinch"}>} hold
   * @param {number} id  of the pointer that moved
   * @returns {GestureAction[]}
   */
  pinch(hold, id) {
    const [first, second] = hold.ids;
    if (id !== first && id !== second) return []; // a third finger
    if (!hold.times) {
      hold.times = this.timesUnder(first, second);
      return [];
    }
    const { window } = this.geometry,
      [a, b] = pinched(this.geometry, window, hold.times, [this.xOf(first), this.xOf(second)]);
    return a === window[0] && b === window[1] ? [] : [{ do: "window", a, b }];
  }

  // ---- up and cancel

  /**
   * @param {PointerFact} fact
   * @param {PointerPoint} point
   * @returns {GestureAction[]}
   */
  lift(fact, point) {
    const { hold, brush, wandered } = this;
    this.pointers.delete(fact.id);
    if (this.pointers.size) return [...this.anchor(), { do: "rested" }];
    this.hold = this.start = null;
    const actions = this.unbrush();
    if (hold && hold.kind !== "scroll" && fact.type === "up") {
      if (!wandered) actions.push(...this.click(point, hold.kind, fact.pointerType));
      else if (brush) actions.push(this.brushed(brush));
      else actions.push({ do: "settled" });
    }
    return [...actions, { do: "rested" }];
  }

  /**
   * @param {Brush} brush
   * @returns {GestureAction}
   */
  brushed({ from, to, overview }) {
    const { left, plot } = this.geometry;
    const times = [from, to]
      .map((x) => clamp(x, left, left + plot))
      .map((x) => (overview ? this.overviewTime(x) : this.time(x)));
    return { do: "window", a: Math.floor(Math.min(...times)), b: Math.ceil(Math.max(...times)) };
  }

  /**
   * @param {PointerPoint} point
   * @param {string} kind
   * @param {string} pointerType
   * @returns {GestureAction[]}
   */
  click(point, kind, pointerType) {
    const { x, t, where, gate, unit, out, inPlot } = point;
    // a finger hides what it points at, and the explanation may be off the screen
    const after = /** @type {GestureAction[]} */ (pointerType === "touch" ? [{ do: "hover", point }] : []);
    if (kind === "overview") {
      const [a, b] = this.geometry.window,
        middle = this.overviewTime(x);
      return [{ do: "window", a: middle - (b - a) / 2, b: middle + (b - a) / 2 }, ...after];
    }
    if (!inPlot && where !== "gate") return after;
    const cell =
      where === "gate" && gate === "y"
        ? { gate, out }
        : where === "gate" && gate && unit !== null
          ? { gate, unit }
          : where === "x"
            ? { gate: /** @type {Panel} */ ("x") }
            : {};
    return [{ do: "click", chosen: { ...(inPlot ? { t } : {}), ...cell }, explain: where === "gate" }, ...after];
  }
}
