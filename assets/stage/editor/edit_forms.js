// Forms of the what-if editor: the fields and buttons of the selected tool.

/** @import { Store } from "../view/store.js" */
/** @import { EditCommands } from "./commands.js" */
import { button, element, setText } from "../view/elements.js";
import { parseRange, parseUnits } from "../view/parse_ranges.js";
import { fill, number } from "../view/format.js";
import { rangeText, toRanges } from "./text_numbers.js";

const KINDS = /** @type {const} */ (["clamp", "scale", "bias"]);

/**
 * @typedef {object} EditFormPorts
 * @property {Pick<Store, "scene" | "view" | "words">} state
 * @property {Pick<EditCommands, "tool" | "kind" | "target" | "selectedTarget" | "setTarget" | "setKind" | "setValue" | "clampTo" | "release" | "toggleUnit" | "isRemoved" | "valueRange" | "currentValue" | "editSteps">} commands
 * @property {() => boolean} canShowWeights  the layer's weights fit the grid
 * @property {() => boolean} showsWeights  the grid of weights is open
 * @property {() => void} toggleWeights  open or close the grid of weights
 * @property {() => void} onRelease  called when the slider is released
 * @property {(sentence: string) => void} onProblem  called when text was typed: why it was refused, or ""
 */

export class EditForms {
  /** @param {EditFormPorts} ports */
  constructor(ports) {
    this.ports = ports;
    this.host = element("div", "bench-form");
  }

  /** Build the form of the selected tool. */
  build() {
    const {
      state: { words },
      commands: { tool },
    } = this.ports;
    this.host.replaceChildren(
      ...(tool === "bend"
        ? this.makeGateForm()
        : tool === "stretch"
          ? this.makeStepsForm()
          : [element("span", "bench-hint", words[`whatif_hint_${tool}`])]),
    );
  }

  /** Make the form of the tool that edits gates: target, kind of edit, value. */
  makeGateForm() {
    const { ports } = this,
      { state, commands } = ports,
      { words } = state,
      gates = element("div", "group segments"),
      kind = element("select", "");
    gates.setAttribute("role", "group");
    gates.setAttribute("aria-label", words.whatif_gate);
    for (const gate of /** @type {const} */ (["z", "r", "n", "h"])) {
      const node = button("toggle", [gate], () =>
        commands.setTarget({
          gate,
          units: commands.selectedTarget?.units ?? null,
          steps: commands.selectedTarget?.steps ?? null,
        }),
      );
      node.dataset.gate = gate;
      node.title = words.terms[gate];
      gates.append(node);
    }
    const units = this.makeField("units", words.whatif_units, words.subset_hint, (text) => {
      const { units: count } = state.scene.trace,
        parsed = parseUnits(text, count, state.scene.unit_names);
      if (parsed.wrong !== undefined) return fill(words.subset_wrong, { word: parsed.wrong, last: count - 1 });
      commands.setTarget({
        ...commands.target,
        units: parsed.units.size && parsed.units.size < count ? [...parsed.units] : null,
      });
      return "";
    });
    kind.setAttribute("aria-label", words.whatif_how);
    kind.dataset.what = "how";
    kind.title = KINDS.map(
      (name) => `${words[`whatif_${name === "scale" ? "scale_by" : name}`]}: ${words.terms[name]}`,
    ).join("\n");
    for (const name of KINDS)
      kind.append(
        Object.assign(document.createElement("option"), {
          value: name,
          textContent: words[`whatif_${name === "scale" ? "scale_by" : name}`],
        }),
      );
    kind.addEventListener("change", () => commands.setKind(/** @type {"clamp"} */ (kind.value)));
    const slider = Object.assign(element("input", ""), { type: "range", min: "0", max: "1", step: "any" });
    slider.dataset.what = "value";
    slider.setAttribute("aria-label", words.whatif_value);
    slider.addEventListener("input", () => commands.setValue(+slider.value, "slider"));
    slider.addEventListener("change", () => ports.onRelease());
    const quick = element("div", "group");
    for (const value of [0, 1]) {
      const node = button("", [`= ${value}`], () => commands.clampTo(value));
      node.dataset.fix = String(value);
      quick.append(node);
    }
    const free = button("", [words.whatif_free], () => commands.release());
    free.title = words.whatif_free_about;
    free.dataset.fix = "free";
    quick.append(free);
    const removal = button("", [], () => commands.toggleUnit(state.view.unit));
    removal.dataset.what = "cut";
    removal.title = words.whatif_cut_about;
    const weights = button("toggle", [words.whatif_weights], () => ports.toggleWeights());
    weights.dataset.what = "weights";
    weights.title = words.whatif_weights_about;
    return [
      gates,
      units,
      this.makeStepsField(),
      kind,
      slider,
      element("output", "bench-value"),
      quick,
      removal,
      weights,
    ];
  }

  /** Make the form of the tool that changes whole steps of the input. */
  makeStepsForm() {
    const { ports } = this,
      { state, commands } = ports,
      { words } = state,
      row = element("div", "group");
    for (const name of /** @type {const} */ (["remove", "repeat", "insert", "roughen"])) {
      const node = button("", [words[`whatif_${name}`]], () => commands.editSteps(name));
      node.title = words[`whatif_${name}_about`];
      node.dataset.stretch = name;
      row.append(node);
    }
    return [this.makeStepsField(), row, element("span", "bench-hint", words.whatif_hint_stretch)];
  }

  makeStepsField() {
    const { ports } = this,
      { state, commands } = ports,
      { words } = state;
    return this.makeField("steps", words.range, words.range_hint, (text) => {
      const { steps } = state.scene.trace,
        range = parseRange(text, steps);
      if (!range) return fill(words.range_wrong, { word: text, last: steps - 1 });
      commands.setTarget({ ...commands.target, steps: text.trim() ? [range[0], range[1] - 1] : null });
      return "";
    });
  }

  /**
   * Make a labelled text field.
   * @param {string} name
   * @param {string} label
   * @param {string} hint
   * @param {(text: string) => string} take  parses the text; returns a sentence if it cannot, "" if it can
   */
  makeField(name, label, hint, take) {
    const input = Object.assign(element("input", ""), {
      type: "text",
      placeholder: hint,
      maxLength: 200,
      autocomplete: "off",
      spellcheck: false,
    });
    input.dataset.what = name;
    input.addEventListener("change", () => {
      const problem = take(input.value);
      input.setAttribute("aria-invalid", String(!!problem));
      this.ports.onProblem(problem);
    });
    return element("label", "", element("span", "", label), input);
  }

  /** Update the form from the target and the value of its edit. A field being typed in is left alone. */
  write() {
    const { ports } = this,
      { state, commands } = ports,
      { words } = state,
      { host } = this,
      { target } = commands;
    for (const each of /** @type {NodeListOf<HTMLElement>} */ (host.querySelectorAll("[data-gate]")))
      each.setAttribute("aria-pressed", String(each.dataset.gate === target.gate));
    const write = (/** @type {string} */ name, /** @type {string} */ value) => {
      const field = /** @type {HTMLInputElement | null} */ (host.querySelector(`[data-what=${name}]`));
      if (field && field.value !== value && !field.matches(":focus:not([type=range])")) field.value = value;
    };
    write("units", target.units ? toRanges(target.units).map(rangeText).join(", ") : "");
    write("steps", target.steps ? `${target.steps[0]}-${target.steps[1]}` : "");
    write("how", commands.kind);
    const weights = /** @type {HTMLElement | null} */ (host.querySelector("[data-what=weights]"));
    if (weights) weights.hidden = !ports.canShowWeights();
    weights?.setAttribute("aria-pressed", String(ports.showsWeights()));
    const slider = /** @type {HTMLInputElement | null} */ (host.querySelector("[data-what=value]"));
    if (!slider) return;
    const [low, high] = commands.valueRange(),
      value = commands.currentValue();
    Object.assign(slider, { min: String(low), max: String(high) });
    if (!slider.matches(":active")) slider.value = String(value);
    setText(/** @type {HTMLElement} */ (host.querySelector("output")), number(value, 2));
    for (const each of /** @type {NodeListOf<HTMLElement>} */ (host.querySelectorAll("[data-fix]")))
      each.hidden = commands.kind !== "clamp" && each.dataset.fix !== "free";
    const removal = /** @type {HTMLElement} */ (host.querySelector("[data-what=cut]"));
    setText(
      removal,
      fill(commands.isRemoved(state.view.unit) ? words.whatif_uncut : words.whatif_cut, {
        unit: state.scene.unit_names[state.view.unit] ?? state.view.unit,
      }),
    );
  }
}
