// Toolbar of the what-if editor: presets, tools, runs, undo, the form of the tool, sentences, and the list of edits.

/** @import { Words } from "../data/scene_types.js" */
/** @import { PagePorts } from "../view/ports.js" */
/** @import { Store } from "../view/store.js" */
/** @import { EditCommands } from "./commands.js" */
/** @import { EditSession } from "./edit_session.js" */
/** @import { Sentences } from "./sentences.js" */
import { button, element, setText } from "../view/elements.js";
import { fill } from "../view/format.js";
import { TOOLS } from "./commands.js";
import { EditForms } from "./edit_forms.js";
import { describeEdit } from "./edits.js";

/** The runs that can be shown, in the order of their keys. @type {readonly ("bent" | "free" | "difference")[]} */
const RUNS = ["bent", "free", "difference"];
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
  const node = element("span", "icon");
  node.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path class="line" d="${path}"/></svg>`;
  return node;
}

/**
 * @typedef {object} ToolbarPorts
 * @property {Pick<Store, "scene" | "view" | "words" | "baseScene">} state
 * @property {PagePorts} page
 * @property {Pick<EditSession, "isOpen" | "isEdited" | "canUndo" | "canRedo" | "presets" | "edits" | "now" | "hasTrouble" | "countEditedSteps" | "show" | "undo" | "redo" | "reset" | "rest">} session
 * @property {EditCommands} commands
 * @property {Sentences} sentences
 * @property {() => boolean} canShowWeights  the layer's weights fit the grid
 * @property {(open: boolean) => void} showWeights  open or close the grid of weights
 * @property {() => void} openCompare  show the edited run beside the free run, on another page
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
    this.listKey = "";
    this.problem = ""; // why typed text was refused
    /** The state in which it was refused. @type {object | null} */
    this.problemState = null;
    this.presetList = element("ul", "");
    this.showsWeights = false; // the grid of weights is open
    this.forms = new EditForms({
      state: ports.state,
      commands: ports.commands,
      canShowWeights: ports.canShowWeights,
      showsWeights: () => this.showsWeights,
      toggleWeights: () => {
        this.showsWeights = !this.showsWeights;
        this.write();
      },
      onRelease: () => ports.session.rest(),
      onProblem: (sentence) => this.showProblem(sentence),
    });
  }

  /** Build the toolbar in the current language. */
  speak() {
    const { words } = this.ports.state,
      { host } = this;
    this.language = words.language;
    this.listKey = "";
    host.setAttribute("aria-label", words.whatif);
    const part = (this.part = {
      presets: this.makePresetMenu(),
      sentence: element("p", "bench-said"),
      badge: element("p", "bench-badge"),
      list: element("ul", "bench-list"),
    });
    host.replaceChildren(
      element("div", "bench-row", part.presets, this.makeTools(), this.makeRunSwitch(), this.makeHistoryButtons()),
      element("div", "bench-row", this.forms.host), // always there: the panels below do not move
      element("div", "bench-row bench-words", part.sentence, part.badge),
      part.list,
    );
  }

  /** Make the button that opens the list of presets, and the list. */
  makePresetMenu() {
    const { words } = this.ports.state,
      opener = button("", [`${words.whatif_try} \u25be`], () => this.showPresets(this.presetList.hidden === true)),
      list = (this.presetList = element("ul", "bench-ideas"));
    opener.title = words.whatif_ideas;
    opener.dataset.what = "try";
    list.hidden = true;
    const box = element("div", "bench-try", opener, list);
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || list.hidden) return;
      event.stopPropagation();
      this.showPresets(false);
      opener.focus();
    });
    box.addEventListener("focusout", (event) => {
      if (!box.contains(/** @type {Node | null} */ (event.relatedTarget))) this.showPresets(false);
    });
    return box;
  }

  /**
   * Open or close the list of presets.
   * @param {boolean} open
   */
  showPresets(open) {
    this.presetList.hidden = !open;
    this.part.presets?.querySelector("button")?.setAttribute("aria-expanded", String(open));
  }

  /** Make a button for each tool. */
  makeTools() {
    const {
        state: { words },
        commands,
      } = this.ports,
      row = element("div", "group segments");
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", words.whatif_tools);
    for (const tool of TOOLS) {
      const node = button("toggle", [icon(ICONS[tool]), element("span", "", words[`whatif_tool_${tool}`])], () =>
        commands.takeTool(tool),
      );
      node.dataset.tool = tool;
      node.title = words[`whatif_hint_${tool}`];
      row.append(node);
    }
    return row;
  }

  /** Make the buttons that choose the run to show. */
  makeRunSwitch() {
    const {
        state: { words },
        session,
      } = this.ports,
      row = element("div", "group segments");
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", words.whatif_shown);
    for (const [k, name] of RUNS.entries()) {
      const node = button("toggle", [words[`whatif_show_${name}`]], () => session.show(name));
      node.dataset.show = name;
      const about = name === "free" && this.ports.state.baseScene.trace.by === "page" ? "free_page" : name;
      node.title = `${words[`whatif_show_${about}_about`]} (${k + 1})`;
      row.append(node);
    }
    return row;
  }

  /** Make the buttons undo, redo, reset and, where the page has other places, compare. */
  makeHistoryButtons() {
    const {
        state: { words },
        session,
      } = this.ports,
      row = element("div", "group");
    for (const [name, act] of /** @type {["undo" | "redo", () => void][]} */ ([
      ["undo", () => session.undo()],
      ["redo", () => session.redo()],
    ])) {
      const node = button("icon", [icon(ICONS[name]), element("span", "short", words[`whatif_${name}_short`])], act);
      node.dataset.deed = name;
      node.title = words[`whatif_${name}`];
      node.setAttribute("aria-label", node.title);
      row.append(node);
    }
    const reset = button("", [words.whatif_reset], () => session.reset());
    reset.dataset.deed = "reset";
    reset.title = words.whatif_reset_about;
    row.append(reset);
    if (this.ports.state.baseScene.menus.length && this.ports.page.choose) {
      const openCompare = button("", [words.whatif_compare], () => this.ports.openCompare());
      openCompare.dataset.deed = "compare";
      openCompare.title = words.whatif_compare_about;
      row.append(openCompare);
    }
    return row;
  }

  /** Show the form of the selected tool. */
  showForm() {
    this.problem = "";
    this.forms.build();
    this.write();
  }

  /**
   * Show why typed text was refused, until the state changes.
   * @param {string} sentence  "": it was accepted
   */
  showProblem(sentence) {
    this.problem = sentence;
    this.problemState = this.ports.session.now;
    this.write();
  }

  // ---- current state

  /** Update everything that depends on the session. */
  write() {
    const { ports, part, host } = this,
      { state, session, commands, sentences } = ports,
      { words } = state;
    host.hidden = !session.isOpen;
    ports.showWeights(this.showsWeights && session.isOpen && commands.tool === "bend" && ports.canShowWeights());
    if (host.hidden) return;
    if (this.language !== words.language) {
      this.speak();
      this.showForm();
      return;
    }
    if (this.problemState !== session.now) this.problem = "";
    const all = (/** @type {string} */ selector) =>
      /** @type {NodeListOf<HTMLElement>} */ (host.querySelectorAll(selector));
    for (const each of all("[data-tool]"))
      each.setAttribute("aria-pressed", String(each.dataset.tool === commands.tool));
    for (const each of all("[data-show]")) {
      each.setAttribute("aria-pressed", String(each.dataset.show === state.view.show));
      each.setAttribute("aria-disabled", String(!session.isEdited));
    }
    const can = {
      undo: session.canUndo,
      redo: session.canRedo,
      reset: session.isEdited,
      compare: session.isEdited,
    };
    for (const each of all("[data-deed]"))
      each.setAttribute("aria-disabled", String(!can[/** @type {keyof typeof can} */ (each.dataset.deed)]));
    this.writePresets();
    this.forms.write();
    this.writeList();
    const sentence = this.problem || sentences.sentence();
    setText(part.sentence, sentence);
    part.sentence.title = sentence;
    part.sentence.classList.toggle("problem", !!this.problem || session.hasTrouble);
    const { text: verdict, kind } = sentences.verdict();
    setText(part.badge, verdict);
    part.badge.dataset.kind = kind;
  }

  writePresets() {
    const {
        state: { words },
        session,
        commands,
      } = this.ports,
      { presetList: list } = this,
      names = session.presets.map(({ name }) => name),
      key = names.join();
    if (list.dataset.key === key) return;
    list.dataset.key = key;
    list.replaceChildren(
      ...names.map((name) => {
        const node = button("", [words[`whatif_idea_${name}`]], () => {
          this.showPresets(false);
          this.part.presets.querySelector("button")?.focus();
          commands.tryPreset(name);
        });
        node.dataset.idea = name;
        return element("li", "", node);
      }),
    );
  }

  writeList() {
    const { ports, part } = this,
      { state, session, commands } = ports,
      { words } = state,
      key = JSON.stringify([session.edits, session.countEditedSteps(), words.language, state.baseScene.trace.id]);
    if (key === this.listKey) return;
    this.listKey = key;
    const { activeElement } = /** @type {ShadowRoot | Document} */ (part.list.getRootNode()),
      focused = [...part.list.querySelectorAll("button")].findIndex((each) => each === activeElement);
    const item = (
      /** @type {string} */ text,
      /** @type {boolean} */ on,
      /** @type {(() => void) | null} */ turn,
      /** @type {() => void} */ away,
    ) => {
      const name = turn ? button("toggle", [text], turn) : element("span", "bench-name", text),
        removal = button("bench-away", ["\u00d7"], away);
      if (turn) name.setAttribute("aria-pressed", String(on));
      if (turn) name.title = on ? words.whatif_turn_off : words.whatif_turn_on;
      removal.title = fill(words.whatif_take_out, { what: text });
      removal.setAttribute("aria-label", removal.title);
      return element("li", "", name, removal);
    };
    const unitName = (/** @type {number} */ unit) => state.scene.unit_names[unit] ?? String(unit);
    const {
        trace: { units },
        layer_names: layers,
      } = state.baseScene,
      model = { units, layerName: (/** @type {number} */ layer) => (layers.length > 1 ? layers[layer] : "") };
    const items = session.edits.map((edit, k) =>
      item(
        describeEdit(edit, words, unitName, model),
        !edit.off,
        () => commands.toggleEdit(k),
        () => commands.removeEdit(k),
      ),
    );
    const redrawn = session.countEditedSteps();
    if (redrawn)
      items.push(item(fill(words.whatif_redrawn, { count: redrawn }), true, null, () => commands.restoreInput()));
    part.list.replaceChildren(...items);
    if (focused < 0) return;
    // keep the focus at its place in the list; if the list is empty, move it to the presets
    const buttons = part.list.querySelectorAll("button");
    (buttons[Math.min(focused, buttons.length - 1)] ?? part.presets.querySelector("button"))?.focus({
      preventScroll: true,
    });
  }
}
