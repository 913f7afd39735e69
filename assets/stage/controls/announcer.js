// Text for screen readers: the selected cell, announced once the cursor rests.

/** @import { Part, Ports } from "../view/ports.js" */
/** @import { Store } from "../view/store.js" */
import { element, setText } from "../view/elements.js";
import { fill, number } from "../view/format.js";
import { real } from "../view/more_formats.js";
import { largestOutputs, predictionAt } from "../view/prediction.js";
import { inputsAt, stepLabel, unitName } from "../view/readings.js";

/** @typedef {Pick<Ports, "state" | "on">} AnnouncerPorts */
/** @typedef {Pick<Store, "scene" | "given" | "view" | "tiles" | "words" | "explanation">} AnnouncerState */

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
  const prediction = state.given.form === "difference" ? "" : predictionAt(state, state.view.t);
  return [describeCell(state), prediction].filter(Boolean).join(". ");
}

/** @param {AnnouncerState} state */
function describeCell(state) {
  const { view, words, tiles, given, explanation } = state,
    { t, unit, layer } = view,
    tile = tiles.finest(layer, t),
    text = stepLabel(state, t),
    label = text ? ` (${text})` : "";
  if (view.gate === "x") {
    const inputs = inputsAt(state, t).slice(0, 4);
    const values = inputs.map(([name, value]) => `${name} ${number(value)}`).join(", ");
    return fill(words.heard_input, { t, label, values });
  }
  if (view.gate === "y") return fill(words.heard_answer, { t, label, values: largestOutputs(state, t, 3).join(", ") });
  const value = tiles.vector(view.gate, layer, t)?.[unit],
    about = tile?.exact ? "" : "\u2248 ",
    gate = (given.form === "difference" ? "\u0394 " : "") + words.gates[view.gate];
  const said = fill(words.heard, { t, label, unit: unitName(state, unit), gate, value: about + number(value) });
  const same = explanation && explanation.layer === layer && explanation.t === t && explanation.unit === unit;
  if (!same || explanation.gate !== view.gate) return said;
  const terms = { sum: number(real(explanation.total)), term: number(real(explanation.terms[0]?.value)) };
  return `${said}. ${fill(words.heard_terms, terms)}`;
}
