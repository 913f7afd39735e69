// Stage: one run on one time axis, drawn by interchangeable parts. The stage has the state and updates the parts once a
// frame. It does not depend on any part or on the page around it.

/** @import { Message } from "./data/message.js" */
/** @import { Panel, Scene, Theme, View } from "./data/scene_types.js" */
/** @import { PagePorts, Part, Ports } from "./view/ports.js" */
import { element } from "./view/elements.js";
import { inkOf } from "./view/ink.js";
import { Palette } from "./view/palette.js";
import { Store } from "./view/store.js";

const LARGE = 1.3; // scale of type for a projector
/** CSS class of each slot. @type {Record<string, string>} */
const SLOTS = { top: "headline", bar: "bar", strip: "strip", main: "main", side: "side", foot: "foot", end: "" };

/**
 * Put a stage into a host.
 * @param {HTMLElement} host
 * @param {Message} message  its first scene; pass later scenes to `show`
 * @param {object} options
 * @param {Part[]} options.parts  in the order they are put into their slots
 * @param {number} [options.height]  px of the panels; without it they fill the screen
 * @param {PagePorts} [options.ports]  what the page offers
 */
export function mount(host, message, { parts, height, ports = {} }) {
  return new Stage(host, message, parts, ports, height);
}

/** State, slots and ports of one stage. */
export class Stage {
  /**
   * @param {HTMLElement} host
   * @param {Message} message
   * @param {Part[]} parts
   * @param {PagePorts} page
   * @param {number} [height]
   */
  constructor(host, message, parts, page, height) {
    this.page = page;
    this.height = height;
    this.parts = parts;
    const store = new Store(message.header, page.earlierView?.());
    this.store = store;
    this.frame = 0;
    this.isDestroyed = false;
    /** @type {Map<string, () => void>} */
    this.commands = new Map();
    this.listeners = new AbortController();
    this.root = element("div", "stage");
    this.slots = this.build(host);
    this.ports = this.offer();
    this.listen();
    if (page.overlay) store.overlay = page.overlay(store);
    Object.assign(this.root, { gruviz: this });
    try {
      for (const part of parts) part.mount(this.slots[part.slot] ?? this.root, this.ports);
      store.take(message, null);
    } catch (error) {
      this.destroy(); // the caller gets no stage to destroy
      throw error;
    }
  }

  /**
   * Make the slots for the parts.
   * @param {HTMLElement} host
   * @returns {Record<string, HTMLElement>}
   */
  build(host) {
    const { root, page } = this,
      usedNames = new Set(this.parts.map(({ slot }) => slot)),
      slots = Object.fromEntries(Object.entries(SLOTS).map(([name, kind]) => [name, element("div", kind)]));
    const inUse = (/** @type {string[]} */ names) =>
      names.filter((name) => usedNames.has(name)).map((name) => slots[name]);
    root.dataset.part = "root";
    root.setAttribute("role", "group");
    const body = element("div", "body", ...inUse(["main", "side"]));
    root.append(element("div", "sheet", ...inUse(["top", "bar", "strip"]), body, slots.foot), slots.end);
    root.style.visibility = "hidden"; // until the styles are loaded
    const show = () => {
      if (this.isDestroyed) return;
      root.style.visibility = "";
      this.updateTheme();
    };
    host.append(root);
    if (page.styles === "") queueMicrotask(show);
    else {
      const link = element("link", "");
      Object.assign(link, { rel: "stylesheet", href: page.styles ?? new URL("./stage.css", import.meta.url).href });
      for (const event of ["load", "error"]) link.addEventListener(event, show, { once: true });
      this.link = link;
      root.before(link);
    }
    return slots;
  }

  listen() {
    const { root, store } = this;
    const press = (/** @type {MouseEvent} */ { target }) => {
      const button = target instanceof Element ? target.closest("[data-do]") : null;
      if (button) this.run(button.getAttribute("data-do") ?? "");
    };
    root.addEventListener("click", press, { signal: this.listeners.signal });
    store.on("scene", () => {
      const { form, differs } = store.baseScene;
      Object.assign(root.dataset, { form, differs });
      root.setAttribute("aria-label", store.words.stage_name);
    });
    store.on("layout", () => this.recolour());
    store.on("report", () => this.page.onView?.(store));
    for (const event of /** @type {const} */ (["paint", "picture"])) store.on(event, () => this.paint());
  }

  /** @returns {Ports} */
  offer() {
    const { store, root, page, height } = this,
      nothing = () => {};
    /** @type {Ports} */
    const ports = {
      state: store,
      page,
      height,
      root,
      slot: (name) => root.querySelector(`[data-slot="${name}"]`) ?? this.slots[name] ?? null,
      on: (event, listener) => void store.on(event, listener),
      command: (name, act) => void this.commands.set(name, act),
      run: (name) => this.run(name),
      paint: () => this.paint(),
      paintNow: () => this.paintNow(),
      provide: (more) => void Object.assign(ports, more),
      // defaults; parts may provide others
      onKey: nothing,
      key: () => false,
      onDismiss: nothing,
      dismiss: () => false,
      goTo: nothing,
      back: nothing,
      canGoBack: () => false,
    };
    return ports;
  }

  // ---- called by the page

  /** @param {Message} message  another scene, or the same scene in another language */
  show(message) {
    this.store.show(message);
  }

  /** @param {Message} message  the response to a request */
  respond(message) {
    for (const event of /** @type {const} */ (["response", "paint", "responded"])) this.store.emit(event, message);
  }

  /** @param {string} name  of a command */
  run(name) {
    this.commands.get(name)?.();
  }

  /** Apply the page's theme and type size. */
  updateTheme() {
    this.store.emit("layout");
  }

  /** Read the colours of the page's theme. */
  recolour() {
    const { root, store, page } = this;
    if (root.style.visibility === "hidden" || this.isDestroyed) return;
    const { sheet } = store,
      theme = sheet ? "light" : (page.theme?.() ?? "light"),
      appearance = page.look?.current ?? { type: "normal", contrast: "normal" },
      { contrast } = appearance,
      type = sheet ? "normal" : appearance.type;
    Object.assign(root.dataset, { theme, type, contrast });
    const palettes = palettesOf(store.scene, theme, store.view.colours),
      scale = type === "projector" ? LARGE : 1;
    store.look = { theme, type, contrast, scale, palettes, ink: inkOf(root, store.scene.lines[theme]) };
    store.emit("picture");
  }

  // ---- frames

  /** Update all parts at the next frame. */
  paint() {
    if (this.frame || this.isDestroyed) return;
    this.frame = requestAnimationFrame(() => this.paintNow());
  }

  paintNow() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const { store, parts, page } = this;
    if (this.isDestroyed || !store.look) return;
    for (const part of parts) part.update(store);
    page.onPaint?.(store.view);
  }

  destroy() {
    this.isDestroyed = true;
    this.listeners.abort();
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    for (const part of this.parts) part.destroy();
    this.store.destroy();
    Object.assign(this.root, { gruviz: undefined });
    this.link?.remove();
    this.root.remove();
  }
}

/**
 * Make the palettes of the panels.
 * @param {Scene} scene
 * @param {Theme} theme
 * @param {View["colours"]} colours  stretched: n and h span the range of their values, so that small values are visible
 * @returns {Record<Panel, Palette>}
 */
function palettesOf({ palettes, odd, reach }, theme, colours) {
  const { x, z, r, n, h } = palettes[theme];
  const stretched = (/** @type {typeof n} */ domain, /** @type {number} */ size) =>
    new Palette(colours === "stretched" && size > 0 ? { ...domain, low: -size, high: size } : domain, odd);
  const [px, pz, pr] = [x, z, r].map((domain) => new Palette(domain, odd));
  return { x: px, y: pz, z: pz, r: pr, n: stretched(n, reach.n), h: stretched(h, reach.h) };
}
