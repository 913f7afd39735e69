// Text for screen readers: the selected cell, announced once the cursor rests.

/** @import { Part, Ports } from "../view/ports.js" */
/** @import { Store } from "../view/store.js" */
import { element, setText } from "../view/elements.js";
import { fill, number } from "../view/format.js";
import { fromJsonNumber } from "../view/more_formats.js";
import { largestOutputs, predictionAt } from "../view/prediction.js";
import { inputsAt, stepLabel, unitName } from "../view/readings.js";

/** @typedef {Pick<Ports, "state" | "on">} AnnouncerPorts */
/** @typedef {Pick<Store, "scene" | "baseScene" | "view" | "tiles" | "words" | "explanation">} AnnouncerState */

const PAUSE = 250; // ms without movement before the cell is announced

/**
 * Make the part.
 * @returns {Announcer}
 */
export function announcer() {
  return new Announcer();
}

/** @implements {Part} */
export class Announcer {
  constructor() {
    this.slot = "end";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.node = element("div", "heard");
    this.node.dataset.part = "heard";
    this.node.setAttribute("aria-live", "polite");
  }

  /**
   * @param {HTMLElement} host
   * @param {AnnouncerPorts} ports
   */
  mount(host, { state, on }) {
    host.append(this.node);
    on("announce", (/** @type {string | undefined} */ text) => {
      clearTimeout(this.timer);
      if (text !== undefined) setText(this.node, text);
      else this.timer = setTimeout(() => setText(this.node, describe(state)), PAUSE);
    });
  }

  update() {}

  destroy() {
    clearTimeout(this.timer);
    this.node.remove();
  }
}

/**
 * Describe the selected cell and the prediction at its step.
 * @param {AnnouncerState} state
 */
export function describe(state) {
  const prediction = state.baseScene.form === "difference" ? "" : predictionAt(state, state.view.t);
  return [describeCell(state), prediction].filter(Boolean).join(". ");
}

/**
 * Describe the selected cell.
 * @param {AnnouncerState} state
 */
function describeCell(state) {
  const { view, words, tiles, baseScene: given, explanation } = state,
    { t, unit, layer } = view,
    tile = tiles.finest(layer, t),
    labelText = stepLabel(state, t),
    label = labelText ? ` (${labelText})` : "";
  if (view.gate === "x") {
    const inputs = inputsAt(state, t).slice(0, 4);
    const values = inputs.map(([name, value]) => `${name} ${number(value)}`).join(", ");
    return fill(words.heard_input, { t, label, values });
  }
  if (view.gate === "y") return fill(words.heard_answer, { t, label, values: largestOutputs(state, t, 3).join(", ") });
  const value = tiles.vector(view.gate, layer, t)?.[unit],
    about = tile?.exact ? "" : "\u2248 ",
    gate = (given.form === "difference" ? "\u0394 " : "") + words.gates[view.gate];
  const text = fill(words.heard, { t, label, unit: unitName(state, unit), gate, value: about + number(value) });
  const isSameCell = explanation && explanation.layer === layer && explanation.t === t && explanation.unit === unit;
  if (!isSameCell || explanation.gate !== view.gate) return text;
  const terms = {
    sum: number(fromJsonNumber(explanation.total)),
    term: number(fromJsonNumber(explanation.terms[0]?.value)),
  };
  return `${text}. ${fill(words.heard_terms, terms)}`;
}
