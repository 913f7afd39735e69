// The line over a stage: menus, one sentence on where to look, and more text behind a button.

/** @import { Menu, Status, StoryPlace, Words } from "../data/scene_types.js" */
/** @import { Part, Ports } from "../view/ports.js" */
/** @import { Inline } from "../view/rich_text.js" */
import { button, element, elementsOf } from "../view/elements.js";
import { parseInline } from "../view/rich_text.js";

/** @typedef {Pick<Ports, "state" | "page" | "on" | "goTo" | "onDismiss">} HeadlinePorts */

const MARKUP = `<div class="menus" data-part="menus" hidden></div>
<p class="status" data-part="status" hidden></p>
<div class="more" data-part="more" hidden></div>`;

/**
 * Make the part.
 * @returns {Headline}
 */
export function headline() {
  return new Headline();
}

/** @implements {Part} */
export class Headline {
  constructor() {
    this.slot = "top";
    const { nodes, part } = elementsOf(MARKUP);
    this.nodes = nodes;
    /** @type {HTMLElement} */
    this.menus = part.menus;
    /** @type {HTMLElement} */
    this.status = part.status;
    /** @type {HTMLElement} */
    this.more = part.more;
    this.statusKey = "";
    this.menusKey = "";
    /** @type {HTMLButtonElement | null} */
    this.opener = null;
    this.actions = {
      /** @type {(name: string, value: string) => void} */
      choose: () => {},
      /** @type {(place: StoryPlace) => void} */
      show: () => {},
    };
  }

  /**
   * @param {HTMLElement} host
   * @param {HeadlinePorts} ports
   */
  mount(host, { state, page, on, goTo, onDismiss }) {
    host.append(...this.nodes);
    this.actions = {
      choose: (/** @type {string} */ name, /** @type {string} */ value) => page.choose?.(name, value),
      show(/** @type {StoryPlace} */ place) {
        const { gate, t, unit } = place,
          { hide, large } = state.view;
        if (hide.includes(gate) || (large && large !== gate))
          state.arrange({ hide: hide.replace(gate, ""), large: "" });
        goTo({ gate, t, unit });
        state.story = place;
        state.emit("paint");
      },
    };
    on("scene", () => this.write(state.baseScene, state.words));
    on("status", (/** @type {Status | null} */ status) => this.write({ menus: [], status }, state.words));
    onDismiss((path) => {
      if (!this.isOpen || path.includes(this.more) || path.includes(this.status)) return false;
      this.close();
      return true;
    });
  }

  update() {}

  /**
   * Show the menus and the status of a scene.
   * @param {{menus: Menu[], status: Status | null}} scene
   * @param {Words} w
   */
  write({ menus, status }, w) {
    // replace only what has changed: an open list would close, and a screen reader would repeat the sentence
    const menusKey = JSON.stringify(menus),
      statusKey = JSON.stringify([status, w.language]);
    if (menusKey !== this.menusKey) this.menus.replaceChildren(...menus.map((menu) => this.menu(menu)));
    if (statusKey !== this.statusKey) this.showStatus(status, w);
    this.menusKey = menusKey;
    this.statusKey = statusKey;
    this.menus.hidden = !menus.length;
    this.status.hidden = !status;
  }

  /**
   * Make a menu: a row of buttons, or a list if its choices have groups.
   * @param {Menu} menu
   */
  menu({ name, label, groups, chosen }) {
    if (groups.length === 1 && !groups[0][0]) {
      const row = element("div", "group segments");
      row.setAttribute("role", "group");
      row.setAttribute("aria-label", label);
      row.dataset.menu = name;
      for (const { value, text, about } of groups[0][1]) {
        const node = button("toggle", [text], () => this.actions.choose(name, value));
        node.title = about;
        node.dataset.value = value;
        node.setAttribute("aria-pressed", String(value === chosen));
        row.append(node);
      }
      return row;
    }
    const list = element("select", "");
    list.setAttribute("aria-label", label);
    list.dataset.menu = name;
    for (const [title, choices] of groups) {
      const group = element("optgroup", "");
      group.label = title;
      for (const { value, text, about } of choices)
        group.append(Object.assign(element("option", "", text), { value, title: about }));
      list.append(group);
    }
    list.value = chosen;
    list.addEventListener("change", () => this.actions.choose(name, list.value));
    return list;
  }

  /**
   * Show the sentence, with its button and the longer text.
   * @param {Status | null} status
   * @param {Words} w
   */
  showStatus(status, w) {
    this.close();
    this.opener = null;
    this.status.className = `status ${status?.kind ?? ""}`;
    this.status.replaceChildren();
    if (!status) return;
    const { kind, text, more, places, act } = status,
      rich = kind === "story";
    const sentence = element("span", "sentence", ...(rich ? this.spans(text, places) : [text]));
    sentence.title = rich ? "" : text; // at most two lines are visible
    this.status.append(sentence);
    if (act) this.status.append(button("act", [act[2]], () => this.actions.choose(act[0], act[1])));
    if (!more) return;
    this.more.replaceChildren(
      ...more.split("\n\n").map((paragraph) => element("p", "", ...this.spans(paragraph, places))),
    );
    this.opener = button("more-opener", [w.more], () => this.toggle());
    this.opener.setAttribute("aria-expanded", "false");
    this.status.append(this.opener);
  }

  /**
   * Return the nodes of a text with links to places, bold, italic and code.
   * @param {string} text
   * @param {Record<string, StoryPlace>} places
   * @returns {(Node | string)[]}
   */
  spans(text, places) {
    return this.nodesOf(parseInline(text), places);
  }

  /**
   * Return the nodes of parsed text.
   * @param {Inline[]} pieces
   * @param {Record<string, StoryPlace>} places
   * @returns {(Node | string)[]}
   */
  nodesOf(pieces, places) {
    return pieces.flatMap((piece) => {
      if (!("parts" in piece)) return [piece.kind === "text" ? piece.text : element("code", "", piece.text)];
      const parts = this.nodesOf(piece.parts, places);
      if (piece.kind !== "link") return [element(piece.kind === "bold" ? "b" : "i", "", ...parts)];
      const place = Object.hasOwn(places, piece.name) ? places[piece.name] : null;
      return place ? [button("link", parts, () => this.show(place))] : parts;
    });
  }

  /**
   * Go to a place of the story.
   * @param {StoryPlace} place
   */
  show(place) {
    this.close();
    this.actions.show(place);
  }

  get isOpen() {
    return !this.more.hidden;
  }

  toggle() {
    this.more.hidden = this.isOpen;
    this.opener?.setAttribute("aria-expanded", String(this.isOpen));
  }

  close() {
    if (this.isOpen) this.toggle();
  }

  destroy() {
    for (const node of this.nodes) node.remove();
  }
}
