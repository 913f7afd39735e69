// Stages as Streamlit components: they get their scenes as data and write their views to the page's address.

import { StageAddress } from "./address.js";
import { copyAddress, pageTheme, afterThemeChange } from "./appearance.js";
import { alignment } from "./alignment.js";
import { registry } from "./registry.js";
import { DifferenceStage } from "../difference/difference.js";
import { differenceParts, fullParts } from "./full_stage.js";
import { mount } from "../stage.js";
import { updateComponent } from "./component_calls.js";
import { mergeShared } from "../data/shared_scene.js";
import { viewFields } from "../view/view_fields.js";
import { unpack } from "../data/message.js";

/** @import { Message } from "../data/message.js" */
/** @import { PagePorts } from "../view/ports.js" */

const KEY = "difference";
// buttons below the difference stage that change it: a click scrolls it into view
const SCROLLING_BUTTONS =
  "[class*=st-key-compare_close_] button, [class*=st-key-compare_try_] button, .st-key-compare_lesion_beside button";
const SCROLL_MARGIN = "68px"; // height of Streamlit's header
const MAIN = "[data-testid=stMain]";
const FIRST_PAUSE = 500,
  LAST_PAUSE = 8000; // ms between attempts to load the shared data
const MOST_ABOVE = 260; // px; a stage that starts further down fills the whole screen

/**
 * Return how many px of the page are above a stage while nothing is scrolled.
 * @param {HTMLElement} host
 */
function above(host) {
  const tree = host.getRootNode(),
    outer = tree instanceof ShadowRoot ? tree.host : host;
  return Math.round(Math.min(host.getBoundingClientRect().top + (outer.closest(MAIN)?.scrollTop ?? 0), MOST_ABOVE));
}

/** A stage on a Streamlit page. Its key is in the header of its scenes. */
class StageHost {
  /**
   * @param {HTMLElement} host
   * @param {Message} first  its first scene
   * @param {Uint8Array} data  the bytes of the message
   */
  constructor(host, first, data) {
    const { key = "", address = null, cursor = "" } = first.header;
    this.key = key;
    this.cursor = cursor;
    this.address = address === null ? null : new StageAddress(address);
    this.cancelThemeCheck = () => {};
    this.data = data;
    /** @type {{t: number, unit: number} | null} */
    this.cell = null;
    const sharedCursor = cursor ? registry.acquireCursor(cursor) : null;
    /** @type {PagePorts} */
    const ports = {
      theme: pageTheme,
      look: registry.appearance,
      above: () => above(host),
      copy: () => {
        this.address?.flush();
        return copyAddress();
      },
      earlierView: () => registry.views.get(key),
      ask: (request) => registry.ask(key, request),
      choose: (name, value) => registry.sendChoice?.(name, value),
      onView: (store) => {
        registry.saveView(key, store.view);
        this.address?.write(viewFields(store));
      },
      onPaint: ({ t, unit }) => {
        if (this.cell?.t === t && this.cell.unit === unit) return;
        this.cell = { t, unit };
        registry.emitCellChange(key);
      },
      onDraw: () => registry.emitRedraw(key),
      ...(sharedCursor ? { cursor: sharedCursor } : {}),
    };
    try {
      this.stage = mount(host, first, { parts: fullParts(), ports });
    } catch (error) {
      this.address?.destroy();
      if (cursor) registry.releaseCursor(cursor);
      throw error;
    }
    registry.add(key, this.stage);
    this.leaveAlignment = cursor ? alignment.add(this.stage.root) : () => {};
  }

  /**
   * @param {Message} message
   * @param {Uint8Array} data  the bytes of the message
   */
  update(message, data) {
    if (data !== this.data) {
      this.data = data;
      this.stage.show(message);
    }
    this.cancelThemeCheck();
    this.cancelThemeCheck = afterThemeChange(() => {
      const { store } = this.stage;
      if (store.look?.theme !== pageTheme()) this.stage.updateTheme();
      else store.emit("resize"); // the height above the stage may have changed
    });
  }

  destroy() {
    this.cancelThemeCheck();
    this.address?.destroy();
    this.leaveAlignment();
    registry.remove(this.key, this.stage);
    if (this.cursor) registry.releaseCursor(this.cursor);
    this.stage.destroy();
  }
}

/**
 * Create or update a stage, as Streamlit calls it. A message from Python lacks the data shared by all scenes: they are loaded
 * first.
 * @param {{data: Uint8Array, parentElement: HTMLElement}} streamlitCall
 * @returns {() => void} clean up
 */
export function stage({ data, parentElement }) {
  // Streamlit calls again with the same data when the theme changes
  const message = registry.messages.get(data) ?? unpack(data),
    { alike: sharedPath } = message.header;
  registry.messages.set(data, message);
  const host = /** @type {HTMLElement} */ (parentElement.querySelector("[data-part=host]"));
  const call = (/** @type {Message} */ whole) =>
    updateComponent(
      registry.components,
      parentElement,
      () => new StageHost(host, whole, data),
      (/** @type {StageHost} */ instance) => instance.update(whole, data),
    );
  const latest = {},
    { latestCalls } = registry;
  latestCalls.set(parentElement, latest);
  if (!sharedPath) return call(message);
  let cleanup = () => {};
  loadSharedData(sharedPath, () => latestCalls.get(parentElement) === latest).then((shared) => {
    // ignore an older scene, and a scene of a stage that was removed: Streamlit cleans up the latest call only
    if (shared && latestCalls.get(parentElement) === latest)
      cleanup = call({ ...message, header: mergeShared(message.header, shared) });
  });
  return () => {
    if (latestCalls.get(parentElement) === latest) latestCalls.delete(parentElement);
    cleanup();
  };
}

/** A difference stage. It is mounted while both of its stages are on the page. */
class DifferenceHost {
  /**
   * @param {HTMLElement} host
   * @param {{keys: string[], names: [string, string], cursor: string}} options  keys: of the two stages, and of others that follow
   */
  constructor(host, options) {
    this.host = host;
    this.options = options;
    this.address = new StageAddress("");
    /** @type {DifferenceStage | null} */
    this.differenceStage = null;
    /** @type {import("../stage.js").Stage | null} */
    this.stage = null;
    this.cursor = registry.acquireCursor(options.cursor);
    this.unsubscribe = registry.onRedraw((key) => {
      if (this.options.keys.includes(key)) this.mountWhenReady();
    });
    this.cancelThemeCheck = () => {};
    this.listeners = new AbortController();
    this.host.style.scrollMarginTop = SCROLL_MARGIN;
    document.addEventListener(
      "click",
      ({ target }) => {
        if (target instanceof Element && target.closest(SCROLLING_BUTTONS))
          this.host.scrollIntoView({
            block: "start",
            behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
          });
      },
      { capture: true, signal: this.listeners.signal },
    );
  }

  /** @param {DifferenceHost["options"]} options */
  update(options) {
    if (options.cursor !== this.options.cursor) this.unmount();
    if (String(options.names) !== String(this.options.names)) this.differenceStage?.rename(options.names);
    this.options = options;
    this.mountWhenReady();
    this.cancelThemeCheck();
    this.cancelThemeCheck = afterThemeChange(() => {
      if (this.differenceStage?.store && this.differenceStage.store.look?.theme !== pageTheme())
        this.differenceStage.stage?.updateTheme();
    });
  }

  /** Mount the difference stage, update it, or unmount it, as the two stages require. */
  mountWhenReady() {
    const stores = () => this.options.keys.flatMap((key) => registry.stages.get(key)?.store ?? []),
      [a, b] = this.options.keys.map((key) => registry.stages.get(key)?.store),
      { differenceStage } = this;
    if (!a || !b) return this.unmount();
    const comparability = DifferenceStage.comparability([a, b]),
      isMounted = differenceStage && differenceStage.pair[0] === a && differenceStage.pair[1] === b;
    if (comparability === "later" && isMounted) return; // keep the old difference until the numbers are there
    if (comparability !== "now") {
      this.unmount();
      if (comparability === "never") this.host.textContent = a.words.compare_none;
      return;
    }
    if (isMounted) return differenceStage.update();
    this.unmount();
    this.host.textContent = "";
    this.differenceStage = new DifferenceStage([a, b], {
      names: this.options.names,
      address: "",
      others: stores,
      mount: (message, ports) => {
        this.stage = mount(this.host, message, { parts: differenceParts(), ports });
        return this.stage;
      },
      ports: {
        theme: pageTheme,
        look: registry.appearance,
        above: () => above(this.host),
        cursor: this.cursor,
        copy: () => {
          this.address.flush();
          return copyAddress();
        },
        earlierView: () => registry.views.get(KEY),
        onView: (store) => {
          registry.saveView(KEY, store.view);
          this.address.write(viewFields(store));
        },
      },
    });
    if (this.stage) registry.add(KEY, this.stage);
  }

  unmount() {
    if (!this.differenceStage) return;
    if (this.stage) registry.remove(KEY, this.stage);
    this.differenceStage.destroy();
    this.differenceStage = this.stage = null;
  }

  destroy() {
    this.listeners.abort();
    this.cancelThemeCheck();
    this.unsubscribe();
    this.unmount();
    this.address.destroy();
    registry.releaseCursor(this.options.cursor);
  }
}

/**
 * Create or update a difference stage, as Streamlit calls it.
 * @param {{data: DifferenceHost["options"], parentElement: HTMLElement}} call
 * @returns {() => void} clean up
 */
export function difference({ data, parentElement }) {
  const host = /** @type {HTMLElement} */ (parentElement.querySelector("[data-part=host]"));
  return updateComponent(
    registry.components,
    parentElement,
    () => new DifferenceHost(host, data),
    (/** @type {DifferenceHost} */ instance) => instance.update(data),
  );
}

/**
 * Load the data shared by all scenes. After a failure it tries again, as long as the data are needed.
 * @param {string} path  within the stage's folder
 * @param {() => boolean} isNeeded
 * @returns {Promise<Record<string, any> | null>} null: not needed any more
 */
async function loadSharedData(path, isNeeded) {
  for (let pause = FIRST_PAUSE; isNeeded(); pause = Math.min(2 * pause, LAST_PAUSE)) {
    const request = registry.sharedData.get(path) ?? fetchJson(path);
    registry.sharedData.set(path, request);
    const data = await request;
    if (data) return data;
    if (registry.sharedData.get(path) === request) registry.sharedData.delete(path);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return null;
}

/**
 * Fetch a JSON file.
 * @param {string} path  within the stage's folder
 * @returns {Promise<Record<string, any> | null>} null: failed
 */
function fetchJson(path) {
  return fetch(new URL(`../${path}`, import.meta.url)).then(
    (response) => (response.ok ? response.json() : null),
    () => null,
  );
}
