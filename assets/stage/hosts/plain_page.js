// A plain page with stages: a handout or the output of a notebook cell. All data are in the page itself. There is no
// server and no Streamlit, and nothing is written to the address.

/** @import { Message } from "../data/message.js" */
/** @import { AppearancePort, PagePorts } from "../view/ports.js" */
/** @import { Stage } from "../stage.js" */
/** @import { SentRequest, Theme, View } from "../data/scene_types.js" */
import { activeEdits, readEdits } from "../editor/edits.js";
import { unpack } from "../data/message.js";
import { PageResponses } from "../data/page_responses.js";
import { mergeShared } from "../data/shared_scene.js";
import { PIECE } from "../data/sums.js";
import { mount } from "../stage.js";
import { element } from "../view/elements.js";
import { fullParts } from "./full_stage.js";
import { Printing } from "./printing.js";

/** @typedef {Record<string, string>} Texts  [handout] of assets/words in one language */

/**
 * Data of a page, see gruviz/handouts/stage_code.py and document.py.
 * @typedef {object} Handout
 * @property {Record<string, Record<string, any>>} shared  data shared by all scenes, by language
 * @property {Record<string, Texts>} texts  by language
 * @property {Record<string, string>} languages  their names
 * @property {(() => Promise<Uint8Array>)[]} scenes  functions that unpack a scene, called when it is shown
 * @property {string} language  the first language
 * @property {string} title
 */

const ASPECTS = /** @type {const} */ ({
  look: ["auto", "light", "dark"],
  type: ["normal", "projector"],
  contrast: ["normal", "high"],
});

// Hides what needs a server, and an empty line over the stage. The app's font is not in the file, and fonts differ in how
// far above and below the baseline their lines reach: titles stand on the bottom of their row, with all of the font's room
// for descenders. On a phone nothing follows the explanation, so no room is reserved for a longer one.
const OWN_STYLE = `[data-part="figure"], [data-part="aside"], .headline:has(> [data-part="status"][hidden]) {
  display: none !important;
}
.stage .panels .titles .title {
  align-items: last baseline;
  line-height: normal;
}
@container stage (max-width: 620px) {
  .stage .side .why {
    min-height: 0;
  }
}`;

/** Theme, type size and contrast of one page. They are not saved. */
export class PageLook {
  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
    /** @type {AppearancePort["settings"]} */
    this.settings = { look: "auto", type: "normal", contrast: "normal" };
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.more = matchMedia("(prefers-contrast: more)");
    for (const query of [this.dark, this.more]) query.addEventListener("change", () => this.apply());
  }

  /** @returns {Theme} */
  get theme() {
    const { look } = this.settings;
    return look === "auto" ? (this.dark.matches ? "dark" : "light") : look === "dark" ? "dark" : "light";
  }

  get current() {
    return { type: this.settings.type, contrast: this.more.matches ? "high" : this.settings.contrast };
  }

  /**
   * @param {keyof typeof ASPECTS} aspect
   * @param {string} value
   */
  set(aspect, value) {
    if (!ASPECTS[aspect].some((one) => one === value)) return;
    this.settings = { ...this.settings, [aspect]: value };
    this.apply();
  }

  /** @param {keyof typeof ASPECTS} aspect  to set to its next value */
  turn(aspect) {
    const all = /** @type {readonly string[]} */ (ASPECTS[aspect]);
    this.set(aspect, all[(all.indexOf(this.settings[aspect]) + 1) % all.length]);
  }

  apply() {
    Object.assign(document.documentElement.dataset, { theme: this.theme, ...this.current });
    this.onChange();
  }
}

/** One scene, in the language of the page. */
class PageScene {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    const { header, arrays } = unpack(bytes);
    this.header = header;
    this.arrays = arrays;
    this.responses = new PageResponses(header, arrays);
    /** The view when the scene was last shown. @type {View | undefined} */
    this.view = undefined;
  }

  /**
   * Whether a request is about the what-if that Python computed for this page.
   * @param {SentRequest} request
   */
  isAboutEditedRun(request) {
    const { altered, trace, unit_names: names, model } = this.header;
    if (request.kind !== "what_if" || request.drawn || !altered || !model) return false;
    const { units, layers, steps } = trace,
      inputs = model.layers.map((/** @type {{inputs: number}} */ layer) => layer.inputs);
    const { edits } = readEdits(altered.text, { units, layers, steps, inputs, names });
    return JSON.stringify(activeEdits(edits)) === JSON.stringify(request.edits);
  }

  /** @param {string} language */
  headerIn(language) {
    return { ...this.header, ...this.header.others[language] };
  }

  /**
   * @param {string} language
   * @param {Record<string, any>} shared  of that language
   * @returns {Message}
   */
  messageIn(language, shared) {
    const header = mergeShared(/** @type {any} */ (this.headerIn(language)), shared),
      view = this.view ?? header.view;
    // the message includes the sums that the stage would request first: its first frame is complete
    const t = view.t ?? header.home.t,
      place = { layer: header.view.layer, unit: view.unit ?? header.home.unit, ...piece(t, header.trace.steps) };
    const { header: sums, arrays } = this.responses.respond(
      { kind: "sums", id: 0, trace: header.trace.id, ...place },
      false,
    );
    if (sums.kind !== "sums") return { header, arrays: this.arrays };
    const tables = Object.entries(arrays).map(([gate, table]) => [`sums/${gate}`, table]);
    return { header: { ...header, sums: place }, arrays: { ...this.arrays, ...Object.fromEntries(tables) } };
  }
}

/** A page of one or several scenes: the stage, navigation between scenes, language and theme. */
export class PlainPage {
  /**
   * @param {HTMLElement} host
   * @param {Handout} handout
   */
  constructor(host, handout) {
    this.handout = handout;
    this.language = handout.language in handout.texts ? handout.language : "en";
    this.at = 0;
    this.calls = 0;
    /** @type {Map<number, PageScene>} */
    this.scenes = new Map();
    /** @type {PageScene | null} */
    this.scene = null;
    /** @type {Stage | null} */
    this.stage = null;
    this.look = new PageLook(() => this.updateTheme());
    this.title = element("h1", "");
    this.heading = element("h2", "");
    this.line = element("p", "line");
    this.back = this.button("", () => void this.go(this.at - 1), "\u2190");
    this.forward = this.button("", () => void this.go(this.at + 1), "\u2192");
    this.place = element("span", "place");
    this.nav = element("nav", "steps", this.back, this.place, this.forward);
    this.languages = element("div", "switch");
    this.themes = element("div", "switch");
    for (const [code, name] of Object.entries(handout.languages)) {
      const control = this.button(name, () => this.setLanguage(code));
      control.lang = code;
      control.dataset.language = code;
      this.languages.append(control);
    }
    for (const name of ["light", "dark"]) {
      const control = this.button("", () => this.look.set("look", name));
      control.dataset.theme = name;
      this.themes.append(control);
    }
    for (const group of [this.languages, this.themes]) group.setAttribute("role", "group");
    this.host = element("div", "scene");
    // neither the page's styles nor the stage's reach the other
    const inside = this.host.attachShadow({ mode: "open" });
    this.inner = element("div", "");
    inside.append(Object.assign(element("style", ""), { textContent: OWN_STYLE }), this.inner);
    this.note = element("p", "");
    this.offline = element("p", "");
    const top = element("header", "", this.title, this.nav, element("div", "switches", this.languages, this.themes));
    const lead = element("div", "lead", this.heading, this.line);
    host.replaceChildren(top, element("main", "", lead, this.host), element("footer", "", this.note, this.offline));
    this.nav.hidden = handout.scenes.length < 2;
    window.addEventListener("keydown", (event) => this.key(event), { capture: true });
    this.printing = new Printing(() => (this.stage ? [this.stage] : []));
    this.look.apply();
    this.write();
  }

  /**
   * @param {string} text
   * @param {() => void} press
   * @param {string} [sign]
   */
  button(text, press, sign = text) {
    const node = element("button", "", sign);
    node.type = "button";
    node.addEventListener("click", (event) => {
      if (event.detail) node.blur(); // pressed by a pointer: the space bar belongs to the stage again
      press();
    });
    return node;
  }

  get hasSeveral() {
    return this.handout.scenes.length > 1;
  }

  // ---- scenes

  /**
   * Show another scene in place of the current one.
   * @param {number} number
   */
  async go(number) {
    const { scenes } = this.handout,
      call = ++this.calls;
    if (number < 0 || number >= scenes.length) return;
    const scene = this.scenes.get(number) ?? new PageScene(await scenes[number]());
    if (call !== this.calls) return; // another scene was requested meanwhile
    this.scenes.set(number, scene);
    this.leave();
    this.at = number;
    this.scene = scene;
    this.write();
    this.stage = this.mountScene(scene);
  }

  /**
   * Mount the stage of a scene.
   * @param {PageScene} scene
   */
  mountScene(scene) {
    /** @type {PagePorts} */
    const ports = {
      theme: () => this.look.theme,
      look: this.look,
      above: () => Math.round(this.host.getBoundingClientRect().top + window.scrollY),
      kinds: scene.responses.kinds,
      earlierView: () => scene.view,
      onView: (store) => {
        scene.view = { ...store.view };
      },
      ask: (request) => this.answer(scene, request),
    };
    const message = scene.messageIn(this.language, this.handout.shared[this.language]);
    return mount(this.inner, message, { parts: fullParts(), ports });
  }

  /**
   * @param {PageScene} scene
   * @param {SentRequest} request
   */
  answer(scene, request) {
    // the stage has to register its request before the response arrives
    setTimeout(() => {
      if (this.scene !== scene || !this.stage) return;
      this.stage.respond(scene.responses.respond(request, scene.isAboutEditedRun(request)));
    });
  }

  leave() {
    this.stage?.destroy();
    this.stage = null;
    this.scene = null;
  }

  // ---- words and colours

  /** @param {string} language */
  setLanguage(language) {
    if (language === this.language) return;
    this.language = language;
    this.write();
    if (this.scene) this.stage?.show(this.scene.messageIn(language, this.handout.shared[language]));
  }

  write() {
    const texts = this.handout.texts[this.language],
      { scenes, title: file } = this.handout,
      { title = "", text = "" } = this.scene?.headerIn(this.language) ?? {};
    document.documentElement.lang = this.language;
    const only = !this.hasSeveral;
    this.title.textContent = only ? title || file : file;
    this.heading.textContent = only ? "" : title;
    this.line.textContent = text;
    this.heading.hidden = only || !title;
    this.line.hidden = !text;
    this.place.textContent = fillIn(texts.place, { number: this.at + 1, count: scenes.length });
    for (const [button, name] of /** @type {const} */ ([
      [this.back, texts.previous],
      [this.forward, texts.next],
    ])) {
      button.title = name;
      button.setAttribute("aria-label", name);
    }
    // aria-disabled in place of disabled: a button keeps the focus, and the arrow keys still work
    this.back.setAttribute("aria-disabled", String(this.at === 0));
    this.forward.setAttribute("aria-disabled", String(this.at === scenes.length - 1));
    this.languages.setAttribute("aria-label", texts.language);
    this.themes.setAttribute("aria-label", texts.look);
    for (const button of this.themes.querySelectorAll("button"))
      button.textContent = button.dataset.theme === "dark" ? texts.look_dark : texts.look_light;
    for (const button of this.languages.querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button.dataset.language === this.language));
    this.note.textContent = only ? texts.keys_one : texts.keys;
    this.offline.textContent = texts.offline;
  }

  updateTheme() {
    for (const button of this.themes.querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button.dataset.theme === this.look.theme));
    this.stage?.updateTheme();
  }

  // ---- keys

  /**
   * Handle a key of the page. With several scenes Page Up and Page Down change the scene; outside of the stage the arrow
   * keys do too. All other keys outside of the stage go to the stage.
   * @param {KeyboardEvent} event
   */
  key(event) {
    const [target] = event.composedPath(),
      inside = event.composedPath().includes(this.host),
      by = this.sceneStep(event, inside),
      isTyping = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
    if (by && !isTyping) {
      event.preventDefault();
      event.stopPropagation();
      void this.go(this.at + by);
    } else if (!inside && !event.defaultPrevented) this.stage?.ports.key(event);
  }

  /**
   * Return how many scenes a key goes forward; 0 if it does not change the scene.
   * @param {KeyboardEvent} event
   * @param {boolean} inside  pressed in the stage
   */
  sceneStep(event, inside) {
    if (!this.hasSeveral || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return 0;
    const isEditing = inside && this.stage?.root.classList.contains("editing"); // Page Up and Page Down change a value there
    if (isEditing || (inside && event.key.startsWith("Arrow"))) return 0;
    return { ArrowLeft: -1, PageUp: -1, ArrowRight: 1, PageDown: 1 }[event.key] ?? 0;
  }

  destroy() {
    this.printing.destroy();
    this.leave();
  }
}

/**
 * Return the steps around t whose sums are requested together.
 * @param {number} t
 * @param {number} steps
 */
function piece(t, steps) {
  const first = Math.max(0, Math.min(t - PIECE / 2, steps - PIECE));
  return { first, last: Math.min(steps, first + PIECE) - 1 };
}

/**
 * @param {string} text
 * @param {Record<string, number>} values
 */
function fillIn(text, values) {
  return text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}

/**
 * Show a handout in its page.
 * @param {HTMLElement} host
 * @param {Handout} handout
 */
export async function openHandout(host, handout) {
  const page = new PlainPage(host, handout);
  Object.assign(host, { gruviz: page });
  await page.go(0);
  return page;
}
