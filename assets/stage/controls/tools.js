// The tools at the end of the bar: copy the link, the View menu, and the list of keys.

/** @import { Part, Ports } from "../view/ports.js" */
/** @import { Message } from "../data/message.js" */
/** @import { Store } from "../view/store.js" */
import { panelsOf } from "../data/panel_names.js";
import { button, element, elementsOf, setText } from "../view/elements.js";
import { setChoices, writeWords } from "../view/write_words.js";
import { fill } from "../view/format.js";
import { parseRange, parseUnits, withinUnits } from "../view/parse_ranges.js";

/** @typedef {Pick<Ports, "state" | "page" | "on" | "command" | "onDismiss">} ToolsPorts */

const MARKUP = `<div class="group tools">
  <button type="button" data-do="copy" data-part="copy" data-tip="copy" class="icon"><svg viewBox="0 0 24 24"><path class="line" d="M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1.5 1.5M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1.5-1.5"/></svg><span class="short" data-word="copy_short"></span></button>
  <span class="slot" data-slot="tools"></span>
  <button type="button" data-do="view" data-part="view" data-tip="view" data-word="view_short" class="toggle" aria-expanded="false"></button>
  <button type="button" data-do="help" data-part="keys" data-tip="help" class="toggle round" aria-expanded="false">?</button>
</div>
<div class="options" data-part="options" role="group" data-label="view" hidden>
  <label data-part="order-box"><span data-word="order"></span><span class="pair"><select data-part="order"></select><button type="button" data-do="turn" data-part="turn" data-tip="turn" class="toggle icon" aria-pressed="false">\u21C5</button></span></label>
  <label><span data-word="subset"></span><input type="text" data-part="subset" maxlength="200" autocomplete="off" spellcheck="false" data-hint="subset_hint" data-tip="subset_help"></label>
  <label><span data-word="range"></span><span class="pair"><input type="text" data-part="range" maxlength="20" autocomplete="off" spellcheck="false" data-hint="range_hint" data-tip="range_help"><button type="button" data-do="whole" data-tip="zoom_reset" data-word="zoom_reset_short" data-part="whole"></button></span></label>
  <label data-part="stat-box"><span data-word="statistic"></span><select data-part="stat"></select></label>
  <span class="problem" data-part="problem" role="alert"></span>
  <div class="row"><span data-word="panels"></span><div class="group" data-part="shows" role="group" data-label="panels"></div></div>
  <div class="row" data-part="stretch-box"><span data-word="colours"></span><button type="button" data-do="stretch" data-part="stretch" data-tip="stretch" data-word="stretch_short" class="toggle" aria-pressed="false"></button></div>
  <div class="row" data-part="look-box"><span data-word="look"></span><div class="group" data-part="looks" role="group" data-label="look"></div></div>
  <div class="row" data-part="type-box"><span data-word="hall"></span><div class="group"><button type="button" data-do="projector" data-part="projector" data-tip="projector" data-word="projector_short" class="toggle" aria-pressed="false"></button><button type="button" data-do="contrast" data-part="contrast" data-tip="contrast" data-word="contrast_short" class="toggle" aria-pressed="false"></button></div></div>
  <div class="row" data-part="own-box"><span data-word="inputs"></span><button type="button" data-do="own" data-part="own" data-tip="own" data-word="own_short" class="toggle" aria-pressed="false"></button></div>
  <button type="button" data-do="figure" data-part="figure" data-tip="figure" data-word="figure_short" class="toggle" aria-pressed="false"></button>
</div>
<div class="help" data-part="help" hidden></div>`;

/**
 * Make the part.
 * @returns {Tools}
 */
export function tools() {
  return new Tools();
}

/** @implements {Part} */
export class Tools {
  constructor() {
    this.slot = "bar";
  }

  /**
   * @param {HTMLElement} host
   * @param {ToolsPorts} ports
   */
  mount(host, ports) {
    const { nodes, part } = elementsOf(MARKUP),
      { state, page, command } = ports;
    this.ports = ports;
    this.nodes = nodes;
    this.part = part;
    host.append(...nodes);
    state.order.parser = { parse: parseUnits, within: withinUnits };
    command("whole", () => state.zoomTo(0, state.scene.trace.steps));
    command("help", () => this.unfold("help"));
    command("view", () => this.unfold("options"));
    command("copy", () => void this.copy());
    command("projector", () => page.look?.turn("type"));
    command("contrast", () => page.look?.turn("contrast"));
    command("turn", () => {
      state.view.turned = !state.view.turned;
      state.chooseUnits();
      state.arrange({});
    });
    command("stretch", () => state.arrange({ colours: state.view.colours === "fixed" ? "stretched" : "fixed" }));
    command("own", () => state.arrange({ xscale: state.view.xscale === "own" ? "shared" : "own" }));
    command("figure", () => this.askFigure());
    part.range.addEventListener("change", () => this.takeRange());
    part.stat.addEventListener("change", () => {
      const stat = state.scene.statistics.find((name) => name === part.stat.value);
      if (!stat) return;
      state.view.stat = stat;
      for (const event of /** @type {const} */ (["picture", "report"])) state.emit(event);
    });
    part.order.addEventListener("change", () => {
      state.view.order = part.order.value;
      for (const event of /** @type {const} */ (["order", "report"])) state.emit(event);
    });
    part.subset.addEventListener("change", () => {
      state.order.text = part.subset.value;
      state.chooseUnits();
      for (const event of /** @type {const} */ (["layout", "moved", "report"])) state.emit(event);
    });
    ports.onDismiss((path) => this.dismiss(path));
    ports.on("response", (/** @type {Message} */ { header }) => {
      if (header.kind === "figure") part.figure.setAttribute("aria-pressed", String(header.open));
    });
    ports.on("scene", () => this.speak());
    ports.on("layout", () => this.writeLayout());
    ports.on("report", () => this.noteSubset());
  }

  /** Write the words and choices of one language. */
  speak() {
    const { ports, part, nodes } = this;
    if (!ports || !part || !nodes) return;
    const { state, page } = ports,
      { words, scene, view } = state;
    writeWords(nodes, words);
    setChoices(
      part.order,
      scene.orders.map((order) => [order, words.orders[order]]),
      view.order,
    );
    setChoices(
      part.stat,
      scene.statistics.map((stat) => [stat, words.statistics[stat]]),
      view.stat,
    );
    const { terms } = words;
    part.order.title = meanings(words.orders, terms, scene.orders, "order_");
    part.stat.title = meanings(words.statistics, terms, scene.statistics, "stat_");
    part["stretch-box"].hidden = state.baseScene.form === "difference"; // each gate of a difference has its own scale already
    part["own-box"].hidden = scene.trace.inputs < 2;
    // hidden without a server that answers them
    part["order-box"].hidden = !state.canAnswer("order");
    part.figure.hidden = !state.canAnswer("figure");
    part.subset.value = state.order.text;
    const panels = panelsOf(scene).map((name) => {
      const node = button("toggle", [name], () => {
        const { hide } = state.view;
        state.arrange({ hide: hide.includes(name) ? hide.replace(name, "") : hide + name, large: "" });
      });
      node.title = terms[name];
      node.dataset.panel = name;
      return node;
    });
    part.shows.replaceChildren(...panels);
    part["look-box"].hidden = part["type-box"].hidden = !page.look;
    part.copy.hidden = !page.copy;
    const looks = ["auto", "light", "dark"].map((name) => {
      const node = button("toggle", [words[`look_${name}`]], () => page.look?.set("look", name));
      node.dataset.look = name;
      return node;
    });
    part.looks.replaceChildren(...looks);
    const keys = words.keys.split("\n").map((line) => {
      const [names, meaning] = line.split(" | ");
      return element(
        "div",
        "",
        ...names.split(" ").map((key) => element("kbd", "", key)),
        element("span", "", meaning),
      );
    });
    part.help.replaceChildren(...keys);
    this.writeLayout();
  }

  /** Update the buttons to the panels and colours shown. */
  writeLayout() {
    const { ports, part } = this;
    if (!ports || !part) return;
    const { view } = ports.state,
      settings = ports.page.look?.settings;
    const press = (/** @type {string} */ name, /** @type {boolean} */ on) =>
      part[name].setAttribute("aria-pressed", String(on));
    for (const each of part.shows.querySelectorAll("button")) {
      each.setAttribute("aria-pressed", String(!view.hide.includes(each.dataset.panel ?? "")));
    }
    for (const each of part.looks.querySelectorAll("button")) {
      each.setAttribute("aria-pressed", String(each.dataset.look === settings?.look));
    }
    press("stretch", view.colours === "stretched");
    press("turn", view.turned);
    press("projector", settings?.type === "projector");
    press("contrast", settings?.contrast === "high");
    press("own", view.xscale === "own");
    this.noteSubset();
  }

  /** Write which word of the typed subset names no unit. */
  noteSubset() {
    const { ports, part } = this;
    if (!ports || !part) return;
    const { state } = ports,
      { order, scene, words } = state,
      { wrong } = parseUnits(order.text, scene.trace.units, scene.unit_names),
      problem = wrong === undefined ? "" : fill(words.subset_wrong, { word: wrong, last: scene.trace.units - 1 });
    if (problem || part.subset.getAttribute("aria-invalid") === "true") setText(part.problem, problem);
    part.subset.setAttribute("aria-invalid", String(wrong !== undefined));
    if (!part.subset.matches(":focus") && part.subset.value !== order.text) part.subset.value = order.text;
  }

  /** Zoom to the typed range of steps. */
  takeRange() {
    const { ports, part } = this;
    if (!ports || !part) return;
    const { state } = ports,
      { words, scene } = state,
      range = parseRange(part.range.value, scene.trace.steps),
      problem = range ? "" : fill(words.range_wrong, { word: part.range.value, last: scene.trace.steps - 1 });
    setText(part.problem, problem);
    part.range.setAttribute("aria-invalid", String(!range));
    if (!range) return;
    part.range.blur();
    state.zoomTo(...range);
    this.writeRange(state);
  }

  /**
   * Write the visible steps into their field, unless someone is typing there.
   * @param {Store} state
   */
  writeRange(state) {
    const field = this.part?.range,
      [first, last] = state.visible(),
      text = state.isZoomed ? `${first}-${last}` : "";
    if (field && !field.matches(":focus") && field.value !== text) field.value = text;
  }

  /**
   * Open or close a box below the bar; the other one closes.
   * @param {"help" | "options"} name
   */
  unfold(name) {
    const { part } = this;
    if (!part) return;
    for (const [each, opener] of /** @type {const} */ ([
      ["help", "keys"],
      ["options", "view"],
    ])) {
      part[each].hidden = each !== name || !part[each].hidden;
      part[opener].setAttribute("aria-expanded", String(!part[each].hidden));
    }
  }

  /**
   * Close the open boxes that the path does not lead through.
   * @param {EventTarget[]} path
   * @returns {boolean} whether one was closed
   */
  dismiss(path) {
    const { part } = this;
    let hasClosed = false;
    for (const [box, opener] of /** @type {const} */ ([
      ["options", "view"],
      ["help", "keys"],
    ])) {
      if (!part || part[box].hidden || path.includes(part[box]) || path.includes(part[opener])) continue;
      this.unfold(box);
      hasClosed = true;
    }
    return hasClosed;
  }

  /** Copy the page's address. */
  async copy() {
    const { ports } = this,
      isCopied = await ports?.page.copy?.();
    if (isCopied === undefined || !ports) return;
    const { words } = ports.state;
    ports.state.emit("hint", isCopied ? words.copied : words.copy_by_hand);
  }

  /** Request the Plotly charts of the visible part, or close them. */
  askFigure() {
    const { ports, part } = this;
    if (!ports || !part) return;
    const { state } = ports,
      open = part.figure.getAttribute("aria-pressed") !== "true",
      end = state.baseScene.trace.steps - 1;
    const [first, last, t] = [...state.visible(), state.view.t].map((step) => Math.min(step, end));
    state.emit("ask", { kind: "figure", open, view: { ...state.view, t, first, last } });
  }

  /** @param {Store} state */
  update(state) {
    const { part } = this;
    if (!part) return;
    part["stat-box"].hidden = !state.canPool;
    part.whole.setAttribute("aria-disabled", String(!state.isZoomed));
    this.writeRange(state);
  }

  destroy() {
    for (const node of this.nodes ?? []) node.remove();
  }
}

/**
 * Join names and their definitions, one per line.
 * @param {Record<string, string>} names
 * @param {Record<string, string>} terms
 * @param {readonly string[]} keys  of the names
 * @param {string} prefix  of the terms
 */
function meanings(names, terms, keys, prefix) {
  return keys.map((key) => `${names[key]}: ${terms[prefix + key]}`).join("\n");
}
