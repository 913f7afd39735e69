// The part that explains the selected number.

/** @import { Part, Ports } from "../view/ports.js" */
/** @import { Store } from "../view/store.js" */
import { elementsOf } from "../view/elements.js";
import { selectedOutput, selectedOutputAt } from "../view/prediction.js";
import { inputsAt, layerName, linkHint, unitName } from "../view/readings.js";
import { Explanation } from "./explanation.js";
import { PAUSE } from "./equations_part.js";
import { canExplain, pendingGates, selectionOf } from "./selection.js";

/** @typedef {Pick<Ports, "state" | "goTo" | "back" | "canGoBack">} ExplanationPorts */

/**
 * Make the part.
 * @returns {ExplanationPart}
 */
export function explanation() {
  return new ExplanationPart();
}

/** @implements {Part} */
export class ExplanationPart {
  constructor() {
    this.slot = "side";
    this.lastUpdate = 0;
  }

  /**
   * @param {HTMLElement} host
   * @param {ExplanationPorts} ports
   */
  mount(host, ports) {
    const { nodes, part } = elementsOf(`<div class="why" data-part="why" tabindex="-1"></div>`);
    this.ports = ports;
    this.nodes = nodes;
    this.box = part.why;
    host.append(...nodes);
    this.content = new Explanation(part.why, { goTo: ports.goTo, explain: () => ports.state.explain() });
  }

  /** @param {Store} state */
  update(state) {
    const { ports, box } = this,
      { view, scene, look } = state,
      { gate, layer, t, unit } = view;
    if (!ports || !box || !look) return;
    // in slow motion nothing is explained before it is computed
    const hidden = pendingGates(state.phase);
    box.classList.toggle(
      "hidden",
      hidden.some((each) => each === gate || gate === "y"),
    );
    const now = performance.now();
    if (state.isPlaying && now - this.lastUpdate <= PAUSE) return;
    this.lastUpdate = now;
    const { numbers, isApproximate, reset, reverse, colour, byHand } = selectionOf(state),
      reply = explanationFor(state);
    this.content?.update({
      w: state.words,
      gate,
      layer,
      t,
      unit,
      name: unitName(state, unit) + layerName(state),
      back: ports.canGoBack() ? ports.back : null,
      bidirectional: scene.trace.bidirectional,
      numbers,
      inputs: inputsAt(state, t),
      isLoading: !state.tiles.finest(layer, t),
      isApproximate,
      reset,
      reverse,
      colour,
      kind: scene.trace.kind,
      steps: scene.trace.steps,
      theme: look.theme,
      reply: reply?.gate === gate ? reply : null,
      isPending: state.isWaitingFor("explain"),
      canExplain: canExplain(state),
      byHand: byHand.some((each) => each === gate),
      hintOf: (at) => linkHint(state, at),
      answer: gate === "y" ? selectedOutputAt(state) : null,
    });
  }

  destroy() {
    for (const node of this.nodes ?? []) node.remove();
  }
}

/**
 * Return the explanation of the selected cell; null if the latest one is of another cell.
 * @param {Pick<Store, "view" | "explanation" | "scene" | "tiles" | "words">} state
 */
function explanationFor(state) {
  const { gate, layer, t, unit } = state.view,
    reply = state.explanation;
  if (gate === "y" && reply?.out !== selectedOutput(state)) return null;
  return reply && reply.layer === layer && reply.t === t && reply.unit === unit ? reply : null;
}
