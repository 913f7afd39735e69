// The line over a stage: menus, one sentence that says where to look, and what else there is to say.

/** @import { Choices, Place, Status, Words } from "./fields.js" */
import { button, element } from "./markup.js";

/**
 * What the line does when it is used.
 * @typedef {object} Acts
 * @property {(name: string, value: string) => void} choose
 * @property {(place: Place) => void} show  go to what a sentence speaks of
 */

const SPAN = /\[([^\]]+)\]\((\w+)\)|\*\*([^*]+)\*\*|`([^`]+)`/g;

export class Headline {
  /**
   * @param {{menus: HTMLElement, status: HTMLElement, more: HTMLElement}} part
   * @param {Acts} acts
   */
  constructor({ menus, status, more }, acts) {
    this.menus = menus;
    this.status = status;
    this.more = more;
    this.acts = acts;
    this.told = "";
    this.offered = "";
    /** @type {HTMLButtonElement | null} */
    this.opener = null;
  }

  /**
   * @param {{menus: Choices[], status: Status | null}} scene
   * @param {Words} w
   */
  tell({ menus, status }, w) {
    // what is as before stays: a list that is open would close, a sentence would be read out again
    const offered = JSON.stringify(menus), told = JSON.stringify([status, w.language]);
    if (offered !== this.offered) this.menus.replaceChildren(...menus.map((menu) => this.menu(menu)));
    if (told !== this.told) this.say(status, w);
    this.offered = offered;
    this.told = told;
    this.menus.hidden = !menus.length;
    this.status.hidden = !status;
  }

  /** @param {Choices} menu */
  menu({ name, label, groups, chosen }) {
    if (groups.length === 1 && !groups[0][0]) {
      const row = element("div", "group segments");
      row.setAttribute("role", "group");
      row.setAttribute("aria-label", label);
      row.dataset.menu = name;
      for (const { value, text, about } of groups[0][1]) {
        const made = button("toggle", [text], () => this.acts.choose(name, value));
        made.title = about;
        made.dataset.value = value;
        made.setAttribute("aria-pressed", String(value === chosen));
        row.append(made);
      }
      return row;
    }
    const list = element("select", "");
    list.setAttribute("aria-label", label);
    list.dataset.menu = name;
    for (const [title, choices] of groups) {
      const group = element("optgroup", "");
      group.label = title;
      for (const { value, text, about } of choices) group.append(Object.assign(element("option", "", text), { value, title: about }));
      list.append(group);
    }
    list.value = chosen;
    list.addEventListener("change", () => this.acts.choose(name, list.value));
    return list;
  }

  /**
   * @param {Status | null} status
   * @param {Words} w
   */
  say(status, w) {
    this.close();
    this.opener = null;
    this.status.className = `status ${status?.kind ?? ""}`;
    this.status.replaceChildren();
    if (!status) return;
    const { kind, text, more, places, act } = status, rich = kind === "story";
    const sentence = element("span", "sentence", ...(rich ? this.spans(text, places) : [text]));
    sentence.title = rich ? "" : text;  // two lines at most are seen
    this.status.append(sentence);
    if (act) this.status.append(button("act", [act[2]], () => this.acts.choose(act[0], act[1])));
    if (!more) return;
    this.more.replaceChildren(...more.split("\n\n").map((one) => element("p", "", ...this.spans(one, places))));
    this.opener = button("more-opener", [w.more], () => this.toggle());
    this.opener.setAttribute("aria-expanded", "false");
    this.status.append(this.opener);
  }

  /**
   * Text with its links to places, bold words and names.
   * @param {string} text
   * @param {Record<string, Place>} places
   * @returns {(Node | string)[]}
   */
  spans(text, places) {
    /** @type {(Node | string)[]} */
    const parts = [];
    let end = 0;
    for (const found of text.matchAll(SPAN)) {
      const [all, words, name, bold, code] = found;
      parts.push(text.slice(end, found.index));
      end = found.index + all.length;
      if (words) parts.push(Object.hasOwn(places, name) ? button("link", [words], () => this.show(places[name])) : words);
      else parts.push(bold ? element("b", "", bold) : element("code", "", code));
    }
    return [...parts, text.slice(end)];
  }

  /** @param {Place} place */
  show(place) {
    this.close();
    this.acts.show(place);
  }

  get open() {
    return !this.more.hidden;
  }

  toggle() {
    this.more.hidden = this.open;
    this.opener?.setAttribute("aria-expanded", String(this.open));
  }

  close() {
    if (this.open) this.toggle();
  }
}
