// The part with the cell diagram, or with the unit's lines over time instead.

/** @import { Gate } from "../data/scene_types.js" */
/** @import { Part, Ports } from "../view/ports.js" */
/** @import { Store } from "../view/store.js" */
/** @import { Quantity } from "./diagram_layout.js" */
import { layersBelow } from "../data/layer_reads.js";
import { GATES } from "../data/panel_names.js";
import { elementsOf, setText } from "../view/elements.js";
import { writeWords } from "../view/write_words.js";
import { fill } from "../view/format.js";
import { outputsAt, predictionAt } from "../view/prediction.js";
import { layerName, stepLabel, unitName } from "../view/readings.js";
import { visibleSteps } from "../view/time_window.js";
import { createCell } from "./diagram.js";
import { selectionOf } from "./selection.js";
import { UnitLines } from "./unit_lines.js";

/** @typedef {Pick<Ports, "state" | "on" | "command" | "goTo">} CellPorts */

const MARKUP = `<div class="cell-head">
  <div class="chosen" data-part="chosen" data-tip="chosen_about"><span data-part="cell-name"></span> <span class="details"><span data-part="step-label"></span> <span data-part="run-name"></span></span></div>
  <div class="group segments" role="group" data-label="diagram">
    <button type="button" data-do="unit" data-part="unit" data-word="diagram_unit" data-tip="diagram_unit_about" class="toggle" aria-pressed="true"></button>
    <button type="button" data-do="whole-layer" data-part="layer" data-word="diagram_layer" data-tip="diagram_layer_about" class="toggle" aria-pressed="false"></button>
    <button type="button" data-do="over-time" data-part="time" data-word="diagram_lines" data-tip="diagram_lines_about" class="toggle" aria-pressed="false"></button>
  </div>
</div>
<p class="says" data-part="says" hidden></p>
<div class="slot" data-slot="cell"></div>
<div class="cell" data-part="cell"></div>
<div class="lines" data-part="lines" hidden></div>`;

/**
 * Make the part.
 * @returns {CellPart}
 */
export function cellDiagram() {
  return new CellPart();
}

/** @implements {Part} */
export class CellPart {
  constructor() {
    this.slot = "side";
  }

  /**
   * @param {HTMLElement} host
   * @param {CellPorts} ports
   */
  mount(host, ports) {
    const { nodes, part } = elementsOf(MARKUP),
      { state, command } = ports;
    this.nodes = nodes;
    this.part = part;
    host.append(...nodes);
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    const pick = (/** @type {Quantity} */ name) => pickQuantity(ports, name);
    this.diagram = createCell(part.cell, state.words, pick);
    this.lines = new UnitLines(part.lines, {
      moveTo(t) {
        state.stop();
        state.set({ t });
      },
      onEnd: () => state.emit("announce"),
      choose(/** @type {Gate} */ gate) {
        state.set({ gate }, true);
        state.explain();
      },
    });
    command("unit", () => state.set({ diagram: "unit" }));
    command("whole-layer", () => state.set({ diagram: "layer" }));
    command("over-time", () => state.set({ diagram: "lines" }));
    ports.on("scene", () => {
      writeWords(nodes, state.words);
      this.diagram?.setWords(state.words);
      const { words } = state;
      part.says.title = `${words.terms.y}\n${words.terms.target}`;
    });
  }

  /** @param {Store} state */
  update(state) {
    const { part } = this,
      { view, words, phase } = state;
    if (!part || !state.look) return;
    this.writeHead(state);
    part.says.hidden = !state.scene.answer;
    setText(part.says, phase && phase.name !== "h" ? "" : predictionAt(state, view.t));
    part.says.classList.toggle("wrong", !!outputsAt(state, view.t)?.isWrong);
    const showsLines = view.diagram === "lines",
      selection = selectionOf(state);
    this.selection = selection;
    part.cell.hidden = showsLines;
    part.lines.hidden = !showsLines;
    if (!showsLines) {
      this.diagram?.update({ ...selection, reducesMotion: !!this.still?.matches });
      return;
    }
    const { layer, t, unit, gate } = view,
      { n, h } = state.scene.reach,
      { steps } = state.scene.trace,
      label = stepLabel(state, t);
    this.lines?.update({
      w: words,
      tile: state.tiles.covering(layer, ...visibleSteps(steps, state.window)),
      window: state.window,
      steps,
      t,
      at: `${words.step} ${t}${label ? ` (${label})` : ""}`,
      unit,
      name: unitName(state, unit) + layerName(state),
      gate: GATES.find((each) => each === gate) ?? "x",
      numbers: selection.numbers,
      isApproximate: selection.isApproximate,
      reach: Math.max(n, h),
      colours: state.scene.lines[state.look.theme],
      scale: state.look.scale,
      fine: !!state.sheet,
      ink: state.look.ink,
      phase,
    });
  }

  /**
   * Write the heading. Label, layer and what-if have a second line if any step can have it: the diagram does not move.
   * @param {Store} state
   */
  writeHead(state) {
    const { part } = this,
      { view, words, overlay, scene } = state,
      { t, unit } = view,
      label = stepLabel(state, t),
      hasLayers = scene.layer_names.length > 1,
      hasTwoLines = hasLayers || scene.trace.labelled || scene.trace.asks;
    if (!part) return;
    setText(part["cell-name"], fill(words.chosen, { unit: unitName(state, unit), t }));
    setText(part["step-label"], label && `(${label})`);
    const run = [hasLayers && scene.layer_names[view.layer], overlay?.isEdited && words.whatif_show_bent].filter(
      Boolean,
    );
    setText(part["run-name"], (run.length && !hasTwoLines ? "\u00b7 " : "") + run.join(" \u00b7 "));
    part.chosen.classList.toggle("two-lines", hasTwoLines);
    part["step-label"].title = label;
    for (const [name, diagram] of /** @type {const} */ ([
      ["unit", "unit"],
      ["layer", "layer"],
      ["time", "lines"],
    ])) {
      part[name].setAttribute("aria-pressed", String(view.diagram === diagram));
    }
  }

  destroy() {
    for (const node of this.nodes ?? []) node.remove();
  }
}

/**
 * Select the cell of a number in the diagram.
 * @param {Pick<Ports, "state" | "goTo">} ports
 * @param {Quantity} name
 */
function pickQuantity({ state, goTo }, name) {
  const {
      tiles,
      view: { t, layer, unit },
    } = state,
    before = tiles.reverse(layer) ? t + 1 : t - 1,
    inside = before >= 0 && before < state.scene.trace.steps,
    below = layersBelow(tiles, layer);
  if (name === "hPrev" && inside) return goTo({ gate: "h", layer, t: before, unit });
  if (name === "x" && below.length) return goTo({ gate: "h", layer: below[0], t, unit });
  state.set({ gate: name === "keep" || name === "write" || name === "hPrev" ? "h" : name }, true);
  state.explain();
}
