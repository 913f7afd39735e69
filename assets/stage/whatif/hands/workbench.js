// The strip of an experiment: ideas to try, tools, what is bent by name, what is left of it, and whose numbers these are.

/** @import { Words } from "../../fields.js" */
/** @import { Stage } from "../../stage.js" */
/** @import { Tool } from "./grasp.js" */
import { button, element } from "../../markup.js";
import { parseRange, parseUnits } from "../../hands/units.js";
import { fill, number } from "../../wording.js";
import { nameOf } from "../edits.js";
import { TOOLS } from "./grasp.js";
import { WeightGrid } from "./weights.js";

/** @type {readonly ("bent" | "free" | "difference")[]} */
export const SHOWN = ["bent", "free", "difference"];
const BENDS = /** @type {const} */ (["clamp", "scale", "bias"]);
const ICONS = {
  look: "M5 3l6 16 2.5-6.5L20 10z", bend: "M4 18h16M6 14l5-8 3 5 4-7", draw: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3", move: "M3 12h18M7 8l-4 4 4 4M17 8l4 4-4 4",
  noise: "M3 13l3-6 3 11 3-13 3 12 3-8 3 4", stretch: "M5 5v14M19 5v14M8 12h8M10 9l-3 3 3 3M14 9l3 3-3 3",
  undo: "M9 6L4 11l5 5M4 11h10a5 5 0 0 1 0 10h-2", redo: "M15 6l5 5-5 5M20 11H10a5 5 0 0 0 0 10h2",
};

/** @param {string} path */
function icon(path) {
  const made = element("span", "icon");
  made.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path class="line" d="${path}"/></svg>`;
  return made;
}

export class Workbench {
  /**
   * @param {HTMLElement} host
   * @param {Stage} stage
   */
  constructor(host, stage) {
    this.host = host;
    this.stage = stage;
    this.language = "";
    /** @type {Record<string, HTMLElement>} */
    this.part = {};
    this.listed = "";
    this.wrong = "";
    this.list = element("ul", "");
    this.weighing = false;  // the grid of weights is open
    this.grid = new WeightGrid(stage);
    stage.part.cell.before(this.grid.host);
  }

  /** Words, once and in every language. */
  speak() {
    const { w } = this.stage, { host } = this;
    this.language = w.language;
    this.listed = "";
    host.setAttribute("aria-label", w.whatif);
    const part = this.part = {
      ideas: this.ideas(), tools: this.tools(), shown: this.shown(), back: this.back(), said: element("p", "bench-said"), badge: element("p", "bench-badge"),
      form: element("div", "bench-form"), row: element("div", "bench-row"), list: element("ul", "bench-list"),
    };
    part.row.append(part.form);
    host.replaceChildren(
      element("div", "bench-row", part.ideas, part.tools, part.shown, part.back), part.row,
      element("div", "bench-row bench-words", part.said, part.badge), part.list,
    );
  }

  /** A button, and the list it opens. */
  ideas() {
    const { w } = this.stage, opener = button("", [`${w.whatif_try} \u25be`], () => this.unfold(this.list.hidden === true)), list = this.list = element("ul", "bench-ideas");
    opener.title = w.whatif_ideas;
    opener.dataset.what = "try";
    list.hidden = true;
    const box = element("div", "bench-try", opener, list);
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || list.hidden) return;
      event.stopPropagation();
      this.unfold(false);
      opener.focus();
    });
    box.addEventListener("focusout", (event) => { if (!box.contains(/** @type {Node | null} */ (event.relatedTarget))) this.unfold(false); });
    return box;
  }

  /** @param {boolean} open  the ideas */
  unfold(open) {
    this.list.hidden = !open;
    this.part.ideas?.querySelector("button")?.setAttribute("aria-expanded", String(open));
  }

  tools() {
    const { w, experiment } = this.stage, row = element("div", "group segments");
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", w.whatif_tools);
    for (const tool of TOOLS) {
      const made = button("toggle", [icon(ICONS[tool]), element("span", "", w[`whatif_tool_${tool}`])], () => experiment.deeds.take(tool));
      made.dataset.tool = tool;
      made.title = w[`whatif_hint_${tool}`];
      row.append(made);
    }
    return row;
  }

  shown() {
    const { w, experiment } = this.stage, row = element("div", "group segments");
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", w.whatif_shown);
    for (const [k, name] of SHOWN.entries()) {
      const made = button("toggle", [w[`whatif_show_${name}`]], () => experiment.show(name));
      made.dataset.show = name;
      made.title = `${w[`whatif_show_${name}_about`]} (${k + 1})`;
      row.append(made);
    }
    return row;
  }

  back() {
    const { w, experiment } = this.stage, row = element("div", "group");
    for (const [name, deed] of /** @type {["undo" | "redo", () => void][]} */ ([["undo", () => experiment.undo()], ["redo", () => experiment.redo()]])) {
      const made = button("icon", [icon(ICONS[name])], deed);
      made.dataset.deed = name;
      made.title = w[`whatif_${name}`];
      made.setAttribute("aria-label", made.title);
      row.append(made);
    }
    const reset = button("", [w.whatif_reset], () => experiment.reset());
    reset.dataset.deed = "reset";
    reset.title = w.whatif_reset_about;
    row.append(reset);
    // where the page has menus over the stage it can lead elsewhere too
    if (this.stage.given.menus.length && this.stage.options.choose) {
      const beside = button("", [w.whatif_compare], () => experiment.beside());
      beside.dataset.deed = "compare";
      beside.title = w.whatif_compare_about;
      row.append(beside);
    }
    return row;
  }

  // ---- what the tool in hand acts on

  /** The fields of the tool in hand; what is typed there stays. */
  form() {
    this.wrong = "";
    const { tool } = this.stage.experiment.deeds, { form } = this.part;  // its row is always there: the picture stays where it is
    form.replaceChildren(...(tool === "bend" ? this.bendForm() : tool === "stretch" ? this.stretchForm() : [element("span", "bench-hint", this.stage.w[`whatif_hint_${tool}`])]));
    this.write();
  }

  bendForm() {
    const { stage } = this, { w, experiment } = stage, gates = element("div", "group segments"), kind = element("select", "");
    gates.setAttribute("role", "group");
    gates.setAttribute("aria-label", w.whatif_gate);
    for (const gate of /** @type {const} */ (["z", "r", "n", "h"])) {
      const made = button("toggle", [gate], () => experiment.deeds.choose({ gate, units: experiment.deeds.chosen?.units ?? null, steps: experiment.deeds.chosen?.steps ?? null }));
      made.dataset.gate = gate;
      made.title = w.gates[gate] + (gate === "z" ? ` \u00b7 ${w.keeps}` : "");
      gates.append(made);
    }
    const units = this.field("units", w.whatif_units, w.subset_hint, (typed) => {
      const { units: count } = stage.scene.trace, found = parseUnits(typed, count, stage.scene.unit_names);
      if (found.wrong !== undefined) return fill(w.subset_wrong, { word: found.wrong, last: count - 1 });
      experiment.deeds.choose({ ...experiment.deeds.target, units: found.units.size && found.units.size < count ? [...found.units] : null });
      return "";
    });
    kind.setAttribute("aria-label", w.whatif_how);
    kind.dataset.what = "how";
    for (const name of BENDS) kind.append(Object.assign(document.createElement("option"), { value: name, textContent: w[`whatif_${name === "scale" ? "scale_by" : name}`] }));
    kind.addEventListener("change", () => experiment.deeds.bendBy(/** @type {"clamp"} */ (kind.value)));
    const slider = Object.assign(element("input", ""), { type: "range", min: "0", max: "1", step: "any" });
    slider.dataset.what = "value";
    slider.setAttribute("aria-label", w.whatif_value);
    slider.addEventListener("input", () => experiment.deeds.setValue(+slider.value, "slider"));
    slider.addEventListener("change", () => experiment.rested());
    const quick = element("div", "group");
    for (const value of [0, 1]) {
      const made = button("", [`= ${value}`], () => experiment.deeds.fix(value));
      made.dataset.fix = String(value);
      quick.append(made);
    }
    const free = button("", [w.whatif_free], () => experiment.deeds.free());
    free.title = w.whatif_free_about;
    free.dataset.fix = "free";
    quick.append(free);
    const cut = button("", [], () => experiment.deeds.lesion(stage.view.unit));
    cut.dataset.what = "cut";
    cut.title = w.whatif_cut_about;
    const weights = button("toggle", [w.whatif_weights], () => {
      this.weighing = !this.weighing;
      this.write();
      stage.painter.resize();
    });
    weights.dataset.what = "weights";
    weights.title = w.whatif_weights_about;
    return [gates, units, this.stepsField(), kind, slider, element("output", "bench-value"), quick, cut, weights];
  }

  stretchForm() {
    const { stage } = this, { w, experiment } = stage, row = element("div", "group");
    for (const name of /** @type {const} */ (["remove", "repeat", "insert", "roughen"])) {
      const made = button("", [w[`whatif_${name}`]], () => experiment.deeds.stretch(name));
      made.title = w[`whatif_${name}_about`];
      made.dataset.stretch = name;
      row.append(made);
    }
    return [this.stepsField(), row, element("span", "bench-hint", w.whatif_hint_stretch)];
  }

  stepsField() {
    const { stage } = this, { w, experiment } = stage;
    return this.field("steps", w.range, w.range_hint, (typed) => {
      const { steps } = stage.scene.trace, found = parseRange(typed, steps);
      if (!found) return fill(w.range_wrong, { word: typed, last: steps - 1 });
      experiment.deeds.choose({ ...experiment.deeds.target, steps: typed.trim() ? [found[0], found[1] - 1] : null });
      return "";
    });
  }

  /**
   * @param {string} name
   * @param {string} label
   * @param {string} hint
   * @param {(text: string) => string} take  what was typed; a sentence where it cannot be
   */
  field(name, label, hint, take) {
    const input = Object.assign(element("input", ""), { type: "text", placeholder: hint, maxLength: 200, autocomplete: "off", spellcheck: false });
    input.dataset.what = name;
    input.addEventListener("change", () => {
      const wrong = take(input.value);
      input.setAttribute("aria-invalid", String(!!wrong));
      this.complain(wrong);
    });
    return element("label", "", element("span", "", label), input);
  }

  /** @param {string} sentence  of what was typed and means nothing here */
  complain(sentence) {
    this.wrong = sentence;
    this.write();
  }

  // ---- what is so now

  /** Everything that follows the experiment. */
  write() {
    const { stage, part, host } = this, { w, experiment } = stage;
    host.hidden = !experiment.opened;
    this.writeGrid();
    stage.buttons.whatif.setAttribute("aria-pressed", String(experiment.opened));
    stage.buttons.whatif.classList.toggle("acting", experiment.changed && !experiment.opened);
    if (host.hidden) return;
    if (this.language !== w.language) {
      this.speak();
      this.form();
      return;
    }
    const all = (/** @type {string} */ selector) => /** @type {NodeListOf<HTMLElement>} */ (host.querySelectorAll(selector));
    for (const each of all("[data-tool]")) each.setAttribute("aria-pressed", String(each.dataset.tool === experiment.deeds.tool));
    for (const each of all("[data-show]")) {
      each.setAttribute("aria-pressed", String(each.dataset.show === stage.view.show));
      each.setAttribute("aria-disabled", String(!experiment.changed));
    }
    const can = { undo: experiment.canUndo, redo: experiment.canRedo, reset: experiment.changed, compare: experiment.changed };
    for (const each of all("[data-deed]")) each.setAttribute("aria-disabled", String(!can[/** @type {keyof typeof can} */ (each.dataset.deed)]));
    this.writeIdeas();
    this.writeForm();
    this.writeList();
    const sentence = this.wrong || experiment.sentence();
    text(part.said, sentence);
    part.said.title = sentence;
    part.said.classList.toggle("problem", !!this.wrong || experiment.troubled);
    const { said, kind } = experiment.verdict();
    text(part.badge, said);
    part.badge.dataset.kind = kind;
  }

  writeIdeas() {
    const { w, experiment } = this.stage, { list } = this, names = experiment.ideas.map(({ name }) => name), key = names.join();
    if (list.dataset.key === key) return;
    list.dataset.key = key;
    list.replaceChildren(...names.map((name) => {
      const made = button("", [w[`whatif_idea_${name}`]], () => {
        this.unfold(false);
        this.part.ideas.querySelector("button")?.focus();
        experiment.deeds.tryOut(name);
      });
      made.dataset.idea = name;
      return element("li", "", made);
    }));
  }

  /** The grid stands where the cell diagram does. */
  writeGrid() {
    const { stage, grid } = this, open = this.weighing && stage.experiment.opened && stage.experiment.deeds.tool === "bend" && grid.layer !== null;
    grid.host.hidden = !open;
    stage.root.classList.toggle("weighing", open);
    if (open) grid.draw();
  }

  writeForm() {
    const { stage } = this, { w, experiment } = stage, { form } = this.part, { target } = experiment.deeds;
    for (const each of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-gate]"))) each.setAttribute("aria-pressed", String(each.dataset.gate === target.gate));
    const put = (/** @type {string} */ name, /** @type {string} */ value) => {
      const field = /** @type {HTMLInputElement | null} */ (form.querySelector(`[data-what=${name}]`));
      if (field && field.value !== value && !field.matches(":focus:not([type=range])")) field.value = value;
    };
    put("units", target.units ? spans(target.units) : "");
    put("steps", target.steps ? `${target.steps[0]}-${target.steps[1]}` : "");
    put("how", experiment.deeds.how);
    const weights = /** @type {HTMLElement | null} */ (form.querySelector("[data-what=weights]"));
    if (weights) weights.hidden = !this.grid.layer;
    weights?.setAttribute("aria-pressed", String(this.weighing));
    const slider = /** @type {HTMLInputElement | null} */ (form.querySelector("[data-what=value]"));
    if (!slider) return;
    const [low, high] = experiment.deeds.ends(), value = experiment.deeds.valueChosen();
    Object.assign(slider, { min: String(low), max: String(high) });
    if (!slider.matches(":active")) slider.value = String(value);
    text(/** @type {HTMLElement} */ (form.querySelector("output")), number(value, 2));
    for (const each of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-fix]"))) each.hidden = experiment.deeds.how !== "clamp" && each.dataset.fix !== "free";
    const cut = /** @type {HTMLElement} */ (form.querySelector("[data-what=cut]"));
    text(cut, fill(experiment.deeds.isCut(stage.view.unit) ? w.whatif_uncut : w.whatif_cut, { unit: stage.scene.unit_names[stage.view.unit] ?? stage.view.unit }));
  }

  writeList() {
    const { stage, part } = this, { w, experiment } = stage, key = JSON.stringify([experiment.edits, experiment.picture.redrawnSteps(), w.language, stage.given.trace.id]);
    if (key === this.listed) return;
    this.listed = key;
    const { activeElement } = /** @type {ShadowRoot | Document} */ (part.list.getRootNode()), held = [...part.list.querySelectorAll("button")].findIndex((each) => each === activeElement);
    const item = (/** @type {string} */ said, /** @type {boolean} */ on, /** @type {(() => void) | null} */ turn, /** @type {() => void} */ away) => {
      const name = turn ? button("toggle", [said], turn) : element("span", "bench-name", said), gone = button("bench-away", ["\u00d7"], away);
      if (turn) name.setAttribute("aria-pressed", String(on));
      if (turn) name.title = on ? w.whatif_turn_off : w.whatif_turn_on;
      gone.title = fill(w.whatif_take_out, { what: said });
      gone.setAttribute("aria-label", gone.title);
      return element("li", "", name, gone);
    };
    const unitName = (/** @type {number} */ unit) => stage.scene.unit_names[unit] ?? String(unit);
    const { trace: { units }, layer_names: layers } = stage.given, model = { units, layerName: (/** @type {number} */ layer) => layers.length > 1 ? layers[layer] : "" };
    const items = experiment.edits.map((edit, k) => item(nameOf(edit, w, unitName, model), !edit.off, () => experiment.deeds.turn(k), () => experiment.deeds.takeOut(k)));
    const redrawn = experiment.picture.redrawnSteps();
    if (redrawn) items.push(item(fill(w.whatif_redrawn, { count: redrawn }), true, null, () => experiment.deeds.restoreInput()));
    part.list.replaceChildren(...items);
    if (held < 0) return;
    // the keyboard goes on where it was, or from the strip itself where nothing is left
    const left = part.list.querySelectorAll("button");
    (left[Math.min(held, left.length - 1)] ?? part.ideas.querySelector("button"))?.focus({ preventScroll: true });
  }
}

/**
 * Units as one writes them: "0-3, 7".
 * @param {number[]} units
 */
export function spans(units) {
  /** @type {[number, number][]} */
  const found = [];
  for (const unit of [...units].sort((a, b) => a - b)) {
    const before = found[found.length - 1];
    if (before && unit === before[1] + 1) before[1] = unit;
    else found.push([unit, unit]);
  }
  return found.map(([first, last]) => first === last ? String(first) : `${first}-${last}`).join(", ");
}

/**
 * @param {HTMLElement} node
 * @param {string} value
 */
function text(node, value) {
  if (node.textContent !== value) node.textContent = value;
}
