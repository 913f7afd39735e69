// The part with the four equations of the selected cell.

/** @import { Gate, Notation } from "../data/scene_types.js" */
/** @import { Part, Ports } from "../view/ports.js" */
/** @import { Store } from "../view/store.js" */
import { button, elementsOf, setText } from "../view/elements.js";
import { writeWords } from "../view/write_words.js";
import { linkHint } from "../view/readings.js";
import { Equations } from "./equations.js";
import { pendingGates, selectionOf } from "./selection.js";

/** @typedef {Pick<Ports, "state" | "on" | "goTo">} EquationsPorts */

const MARKUP = `<div class="written-head">
  <h4 data-part="equations" data-word="equations" data-tip="equations_about"></h4><p class="phase" data-part="phase" hidden></p>
  <div class="group segments" data-part="writings" role="group" data-label="written"></div>
</div>
<div class="gates" data-part="gates" role="group" data-label="explain_which"></div>`;
/** @type {readonly Notation[]} */
const NOTATIONS = ["symbols", "numbers", "both"];
export const PAUSE = 100; // ms between updates during playback

/**
 * Make the part.
 * @returns {EquationsPart}
 */
export function equations() {
  return new EquationsPart();
}

/** @implements {Part} */
export class EquationsPart {
  constructor() {
    this.slot = "side";
    this.lastUpdate = 0;
  }

  /**
   * @param {HTMLElement} host
   * @param {EquationsPorts} ports
   */
  mount(host, { state, on, goTo }) {
    const { nodes, part } = elementsOf(MARKUP);
    this.nodes = nodes;
    this.part = part;
    host.append(...nodes);
    this.list = new Equations(part.gates, {
      choose(/** @type {Gate} */ gate) {
        state.set({ gate }, true);
        state.explain();
      },
      goTo,
    });
    on("scene", () => {
      writeWords(nodes, state.words);
      const buttons = NOTATIONS.map((notation) => {
        const node = button("toggle", [state.words[`written_${notation}`]], () => state.set({ equations: notation }));
        node.dataset.written = notation;
        node.title = state.words[`written_${notation}_about`];
        return node;
      });
      part.writings.replaceChildren(...buttons);
    });
  }

  /** @param {Store} state */
  update(state) {
    const { part } = this,
      { view, words, scene, phase } = state,
      { gate, layer, t, unit } = view;
    if (!part) return;
    for (const each of part.writings.querySelectorAll("button")) {
      each.setAttribute("aria-pressed", String(each.dataset.written === view.equations));
    }
    part.phase.hidden = !phase;
    part.equations.hidden = !!phase;
    if (phase) setText(part.phase, words.phases[phase.name]);
    const now = performance.now();
    if (state.isPlaying && now - this.lastUpdate <= PAUSE) return;
    this.lastUpdate = now;
    const { numbers, sums, isApproximate, reset, reverse, canExplain, byHand } = selectionOf(state),
      before = reverse ? t + 1 : t - 1,
      inside = before >= 0 && before < scene.trace.steps;
    this.list?.update({
      w: words,
      mode: view.equations,
      reset,
      reverse,
      gate,
      numbers,
      sums,
      isApproximate,
      canExplain,
      hidden: pendingGates(phase),
      byHand,
      hintOf: (at) => linkHint(state, at),
      placeOf: ({ gate: name, previous }) =>
        !previous ? { gate: name, layer, t, unit } : inside ? { gate: name, layer, t: before, unit } : null,
    });
  }

  destroy() {
    for (const node of this.nodes ?? []) node.remove();
  }
}
