// The editor's strip: presets to try, tools, the list of edits, what they change, and whose numbers are shown.

/** @import { Words } from "../data/scene_types.js" */
/** @import { PagePorts } from "../view/ports.js" */
/** @import { Store } from "../view/store.js" */
/** @import { EditCommands } from "./commands.js" */
/** @import { EditSession } from "./edit_session.js" */
/** @import { Sentences } from "./sentences.js" */
import { button, element, setText } from "../view/elements.js";
import { parseRange, parseUnits } from "../view/parse_ranges.js";
import { fill, number } from "../view/format.js";
import { TOOLS } from "./commands.js";
import { nameOf } from "./edits.js";

/** @type {readonly ("bent" | "free" | "difference")[]} */
const SHOWN = ["bent", "free", "difference"];
const BENDS = /** @type {const} */ (["clamp", "scale", "bias"]);
const ICONS = {
  look: "M5 3l6 16 2.5-6.5L20 10z",
  bend: "M4 18h16M6 14l5-8 3 5 4-7",
  draw: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  move: "M3 12h18M7 8l-4 4 4 4M17 8l4 4-4 4",
  noise: "M3 13l3-6 3 11 3-13 3 12 3-8 3 4",
  stretch: "M5 5v14M19 5v14M8 12h8M10 9l-3 3 3 3M14 9l3 3-3 3",
  undo: "M9 6L4 11l5 5M4 11h10a5 5 0 0 1 0 10h-2",
  redo: "M15 6l5 5-5 5M20 11H10a5 5 0 0 0 0 10h2",
};

/** @param {string} path */
function icon(path) {
  const made = element("span", "icon");
  made.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path class="line" d="${path}"/></svg>`;
  return made;
}

/**
 * @typedef {object} ToolbarPorts
 * @property {Pick<Store, "scene" | "view" | "words" | "given">} state
 * @property {PagePorts} page
 * @property {Pick<EditSession, "opened" | "changed" | "canUndo" | "canRedo" | "ideas" | "edits" | "now" | "troubled" | "countEditedSteps" | "show" | "undo" | "redo" | "reset" | "rest">} session
 * @property {EditCommands} commands
 * @property {Sentences} sentences
 * @property {() => boolean} canWeigh  the layer's weights fit the grid
 * @property {(open: boolean) => void} weigh  open or close the grid of weights
 * @property {() => void} beside  show the edited run beside the free run, on another page
 */

export class Toolbar {
  /**
   * @param {HTMLElement} host
   * @param {ToolbarPorts} ports
   */
  constructor(host, ports) {
    this.host = host;
    this.ports = ports;
    this.language = "";
    /** @type {Record<string, HTMLElement>} */
    this.part = {};
    this.listed = "";
    this.wrong = ""; // a sentence about what was typed
    /** The state that sentence is about. @type {object | null} */
    this.wrongOf = null;
    this.list = element("ul", "");
    this.weighing = false; // the grid of weights is open
  }

  /** Build the strip in the words of one language. */
  speak() {
    const { words } = this.ports.state,
      { host } = this;
    this.language = words.language;
    this.listed = "";
    host.setAttribute("aria-label", words.whatif);
    const part = (this.part = {
      ideas: this.ideas(),
      tools: this.tools(),
      shown: this.shown(),
      back: this.back(),
      said: element("p", "bench-said"),
      badge: element("p", "bench-badge"),
      form: element("div", "bench-form"),
      row: element("div", "bench-row"),
      list: element("ul", "bench-list"),
    });
    part.row.append(part.form);
    host.replaceChildren(
      element("div", "bench-row", part.ideas, part.tools, part.shown, part.back),
      part.row,
      element("div", "bench-row bench-words", part.said, part.badge),
      part.list,
    );
  }

  /** A button, and the list it opens. */
  ideas() {
    const { words } = this.ports.state,
      opener = button("", [`${words.whatif_try} \u25be`], () => this.unfold(this.list.hidden === true)),
      list = (this.list = element("ul", "bench-ideas"));
    opener.title = words.whatif_ideas;
    opener.dataset.what = "try";
    list.hidden = true;
    const box = element("div", "bench-try", opener, list);
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || list.hidden) return;
      event.stopPropagation();
      this.unfold(false);
      opener.focus();
    });
    box.addEventListener("focusout", (event) => {
      if (!box.contains(/** @type {Node | null} */ (event.relatedTarget))) this.unfold(false);
    });
    return box;
  }

  /** @param {boolean} open  the ideas */
  unfold(open) {
    this.list.hidden = !open;
    this.part.ideas?.querySelector("button")?.setAttribute("aria-expanded", String(open));
  }

  tools() {
    const {
        state: { words },
        commands,
      } = this.ports,
      row = element("div", "group segments");
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", words.whatif_tools);
    for (const tool of TOOLS) {
      const made = button("toggle", [icon(ICONS[tool]), element("span", "", words[`whatif_tool_${tool}`])], () =>
        commands.takeTool(tool),
      );
      made.dataset.tool = tool;
      made.title = words[`whatif_hint_${tool}`];
      row.append(made);
    }
    return row;
  }

  shown() {
    const {
        state: { words },
        session,
      } = this.ports,
      row = element("div", "group segments");
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", words.whatif_shown);
    for (const [k, name] of SHOWN.entries()) {
      const made = button("toggle", [words[`whatif_show_${name}`]], () => session.show(name));
      made.dataset.show = name;
      const own = name === "free" && this.ports.state.given.trace.by === "page" ? "free_page" : name;
      made.title = `${words[`whatif_show_${own}_about`]} (${k + 1})`;
      row.append(made);
    }
    return row;
  }

  back() {
    const {
        state: { words },
        session,
      } = this.ports,
      row = element("div", "group");
    for (const [name, deed] of /** @type {["undo" | "redo", () => void][]} */ ([
      ["undo", () => session.undo()],
      ["redo", () => session.redo()],
    ])) {
      const made = button("icon", [icon(ICONS[name])], deed);
      made.dataset.deed = name;
      made.title = words[`whatif_${name}`];
      made.setAttribute("aria-label", made.title);
      row.append(made);
    }
    const reset = button("", [words.whatif_reset], () => session.reset());
    reset.dataset.deed = "reset";
    reset.title = words.whatif_reset_about;
    row.append(reset);
    // where the page has menus over the stage it can lead elsewhere too
    if (this.ports.state.given.menus.length && this.ports.page.choose) {
      const beside = button("", [words.whatif_compare], () => this.ports.beside());
      beside.dataset.deed = "compare";
      beside.title = words.whatif_compare_about;
      row.append(beside);
    }
    return row;
  }

  // ---- what the tool in hand acts on

  /** Show the fields of the selected tool; text typed there is kept. */
  form() {
    this.wrong = "";
    const { tool } = this.ports.commands,
      { form } = this.part; // its row is always there: the picture stays where it is
    form.replaceChildren(
      ...(tool === "bend"
        ? this.bendForm()
        : tool === "stretch"
          ? this.stretchForm()
          : [element("span", "bench-hint", this.ports.state.words[`whatif_hint_${tool}`])]),
    );
    this.write();
  }

  bendForm() {
    const { ports } = this,
      { state, session, commands } = ports,
      { words } = state,
      gates = element("div", "group segments"),
      kind = element("select", "");
    gates.setAttribute("role", "group");
    gates.setAttribute("aria-label", words.whatif_gate);
    for (const gate of /** @type {const} */ (["z", "r", "n", "h"])) {
      const made = button("toggle", [gate], () =>
        commands.setTarget({
          gate,
          units: commands.chosen?.units ?? null,
          steps: commands.chosen?.steps ?? null,
        }),
      );
      made.dataset.gate = gate;
      made.title = words.terms[gate];
      gates.append(made);
    }
    const units = this.field("units", words.whatif_units, words.subset_hint, (typed) => {
      const { units: count } = state.scene.trace,
        found = parseUnits(typed, count, state.scene.unit_names);
      if (found.wrong !== undefined) return fill(words.subset_wrong, { word: found.wrong, last: count - 1 });
      commands.setTarget({
        ...commands.target,
        units: found.units.size && found.units.size < count ? [...found.units] : null,
      });
      return "";
    });
    kind.setAttribute("aria-label", words.whatif_how);
    kind.dataset.what = "how";
    kind.title = BENDS.map(
      (name) => `${words[`whatif_${name === "scale" ? "scale_by" : name}`]}: ${words.terms[name]}`,
    ).join("\n");
    for (const name of BENDS)
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
    slider.addEventListener("change", () => session.rest());
    const quick = element("div", "group");
    for (const value of [0, 1]) {
      const made = button("", [`= ${value}`], () => commands.clampTo(value));
      made.dataset.fix = String(value);
      quick.append(made);
    }
    const free = button("", [words.whatif_free], () => commands.release());
    free.title = words.whatif_free_about;
    free.dataset.fix = "free";
    quick.append(free);
    const cut = button("", [], () => commands.toggleUnit(state.view.unit));
    cut.dataset.what = "cut";
    cut.title = words.whatif_cut_about;
    const weights = button("toggle", [words.whatif_weights], () => {
      this.weighing = !this.weighing;
      this.write();
    });
    weights.dataset.what = "weights";
    weights.title = words.whatif_weights_about;
    return [gates, units, this.stepsField(), kind, slider, element("output", "bench-value"), quick, cut, weights];
  }

  stretchForm() {
    const { ports } = this,
      { state, commands } = ports,
      { words } = state,
      row = element("div", "group");
    for (const name of /** @type {const} */ (["remove", "repeat", "insert", "roughen"])) {
      const made = button("", [words[`whatif_${name}`]], () => commands.editSteps(name));
      made.title = words[`whatif_${name}_about`];
      made.dataset.stretch = name;
      row.append(made);
    }
    return [this.stepsField(), row, element("span", "bench-hint", words.whatif_hint_stretch)];
  }

  stepsField() {
    const { ports } = this,
      { state, commands } = ports,
      { words } = state;
    return this.field("steps", words.range, words.range_hint, (typed) => {
      const { steps } = state.scene.trace,
        found = parseRange(typed, steps);
      if (!found) return fill(words.range_wrong, { word: typed, last: steps - 1 });
      commands.setTarget({ ...commands.target, steps: typed.trim() ? [found[0], found[1] - 1] : null });
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
    const input = Object.assign(element("input", ""), {
      type: "text",
      placeholder: hint,
      maxLength: 200,
      autocomplete: "off",
      spellcheck: false,
    });
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
    this.wrongOf = this.ports.session.now;
    this.write();
  }

  // ---- current state

  /** Write everything that follows the session. */
  write() {
    const { ports, part, host } = this,
      { state, session, commands, sentences } = ports,
      { words } = state;
    host.hidden = !session.opened;
    ports.weigh(this.weighing && session.opened && commands.tool === "bend" && ports.canWeigh());
    if (host.hidden) return;
    if (this.language !== words.language) {
      this.speak();
      this.form();
      return;
    }
    if (this.wrongOf !== session.now) this.wrong = ""; // it was of an earlier state
    const all = (/** @type {string} */ selector) =>
      /** @type {NodeListOf<HTMLElement>} */ (host.querySelectorAll(selector));
    for (const each of all("[data-tool]"))
      each.setAttribute("aria-pressed", String(each.dataset.tool === commands.tool));
    for (const each of all("[data-show]")) {
      each.setAttribute("aria-pressed", String(each.dataset.show === state.view.show));
      each.setAttribute("aria-disabled", String(!session.changed));
    }
    const can = {
      undo: session.canUndo,
      redo: session.canRedo,
      reset: session.changed,
      compare: session.changed,
    };
    for (const each of all("[data-deed]"))
      each.setAttribute("aria-disabled", String(!can[/** @type {keyof typeof can} */ (each.dataset.deed)]));
    this.writeIdeas();
    this.writeForm();
    this.writeList();
    const sentence = this.wrong || sentences.sentence();
    setText(part.said, sentence);
    part.said.title = sentence;
    part.said.classList.toggle("problem", !!this.wrong || session.troubled);
    const { said, kind } = sentences.verdict();
    setText(part.badge, said);
    part.badge.dataset.kind = kind;
  }

  writeIdeas() {
    const {
        state: { words },
        session,
        commands,
      } = this.ports,
      { list } = this,
      names = session.ideas.map(({ name }) => name),
      key = names.join();
    if (list.dataset.key === key) return;
    list.dataset.key = key;
    list.replaceChildren(
      ...names.map((name) => {
        const made = button("", [words[`whatif_idea_${name}`]], () => {
          this.unfold(false);
          this.part.ideas.querySelector("button")?.focus();
          commands.tryPreset(name);
        });
        made.dataset.idea = name;
        return element("li", "", made);
      }),
    );
  }

  writeForm() {
    const { ports } = this,
      { state, commands } = ports,
      { words } = state,
      { form } = this.part,
      { target } = commands;
    for (const each of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-gate]")))
      each.setAttribute("aria-pressed", String(each.dataset.gate === target.gate));
    const put = (/** @type {string} */ name, /** @type {string} */ value) => {
      const field = /** @type {HTMLInputElement | null} */ (form.querySelector(`[data-what=${name}]`));
      if (field && field.value !== value && !field.matches(":focus:not([type=range])")) field.value = value;
    };
    put("units", target.units ? spans(target.units) : "");
    put("steps", target.steps ? `${target.steps[0]}-${target.steps[1]}` : "");
    put("how", commands.kind);
    const weights = /** @type {HTMLElement | null} */ (form.querySelector("[data-what=weights]"));
    if (weights) weights.hidden = !ports.canWeigh();
    weights?.setAttribute("aria-pressed", String(this.weighing));
    const slider = /** @type {HTMLInputElement | null} */ (form.querySelector("[data-what=value]"));
    if (!slider) return;
    const [low, high] = commands.ends(),
      value = commands.currentValue();
    Object.assign(slider, { min: String(low), max: String(high) });
    if (!slider.matches(":active")) slider.value = String(value);
    setText(/** @type {HTMLElement} */ (form.querySelector("output")), number(value, 2));
    for (const each of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-fix]")))
      each.hidden = commands.kind !== "clamp" && each.dataset.fix !== "free";
    const cut = /** @type {HTMLElement} */ (form.querySelector("[data-what=cut]"));
    setText(
      cut,
      fill(commands.isRemoved(state.view.unit) ? words.whatif_uncut : words.whatif_cut, {
        unit: state.scene.unit_names[state.view.unit] ?? state.view.unit,
      }),
    );
  }

  writeList() {
    const { ports, part } = this,
      { state, session, commands } = ports,
      { words } = state,
      key = JSON.stringify([session.edits, session.countEditedSteps(), words.language, state.given.trace.id]);
    if (key === this.listed) return;
    this.listed = key;
    const { activeElement } = /** @type {ShadowRoot | Document} */ (part.list.getRootNode()),
      held = [...part.list.querySelectorAll("button")].findIndex((each) => each === activeElement);
    const item = (
      /** @type {string} */ said,
      /** @type {boolean} */ on,
      /** @type {(() => void) | null} */ turn,
      /** @type {() => void} */ away,
    ) => {
      const name = turn ? button("toggle", [said], turn) : element("span", "bench-name", said),
        gone = button("bench-away", ["\u00d7"], away);
      if (turn) name.setAttribute("aria-pressed", String(on));
      if (turn) name.title = on ? words.whatif_turn_off : words.whatif_turn_on;
      gone.title = fill(words.whatif_take_out, { what: said });
      gone.setAttribute("aria-label", gone.title);
      return element("li", "", name, gone);
    };
    const unitName = (/** @type {number} */ unit) => state.scene.unit_names[unit] ?? String(unit);
    const {
        trace: { units },
        layer_names: layers,
      } = state.given,
      model = { units, layerName: (/** @type {number} */ layer) => (layers.length > 1 ? layers[layer] : "") };
    const items = session.edits.map((edit, k) =>
      item(
        nameOf(edit, words, unitName, model),
        !edit.off,
        () => commands.toggleEdit(k),
        () => commands.removeEdit(k),
      ),
    );
    const redrawn = session.countEditedSteps();
    if (redrawn)
      items.push(item(fill(words.whatif_redrawn, { count: redrawn }), true, null, () => commands.restoreInput()));
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
  return found.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(", ");
}
