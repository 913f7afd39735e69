// A stage as a component of Streamlit: messages come in as data, its view goes into the page's address.

import { StageAddress } from "./address.js";
import { copyAddress, pageTheme, whenDressed } from "./appearance.js";
import { level } from "./level.js";
import { registry } from "./registry.js";
import { DifferenceStage } from "../difference/difference.js";
import { differenceParts, fullParts } from "./full_stage.js";
import { mount } from "../stage.js";
import { updateComponent } from "./component_calls.js";
import { wholeOf } from "../data/shared_scene.js";
import { viewFields } from "../view/view_fields.js";
import { unpack } from "../data/message.js";

/** @import { Message } from "../data/message.js" */
/** @import { PagePorts } from "../view/ports.js" */

const KEY = "difference";
// buttons far below whose effect is seen here
const SHOWN_ABOVE =
  "[class*=st-key-compare_close_] button, [class*=st-key-compare_try_] button, .st-key-compare_lesion_beside button";
const UNDER_THE_HEADER = "68px";
const MAIN = "[data-testid=stMain]";
const FIRST_PAUSE = 500,
  LAST_PAUSE = 8000; // ms before what a stage needs is asked for once more
const MOST_ABOVE = 260; // px; with more than that over it the stage fills a screen of its own

/**
 * px of the page over a stage while nothing is scrolled.
 * @param {HTMLElement} host
 */
function above(host) {
  const tree = host.getRootNode(),
    outer = tree instanceof ShadowRoot ? tree.host : host;
  return Math.round(Math.min(host.getBoundingClientRect().top + (outer.closest(MAIN)?.scrollTop ?? 0), MOST_ABOVE));
}

/** A stage on a page of Streamlit's, under the key its scenes carry. */
class StageHost {
  /**
   * @param {HTMLElement} host
   * @param {Message} first  its first scene
   * @param {Uint8Array} data  the same as it came
   */
  constructor(host, first, data) {
    const { key = "", address = null, cursor = "" } = first.header;
    this.key = key;
    this.cursor = cursor;
    this.address = address === null ? null : new StageAddress(address);
    this.undress = () => {};
    this.data = data;
    /** @type {{t: number, unit: number} | null} */
    this.cell = null;
    const shared = cursor ? registry.take(cursor) : null;
    /** @type {PagePorts} */
    const ports = {
      theme: pageTheme,
      look: registry.wardrobe,
      above: () => above(host),
      copy: () => {
        this.address?.flush();
        return copyAddress();
      },
      remembered: () => registry.views.get(key),
      ask: (question) => registry.ask(key, question),
      choose: (name, value) => registry.chooser?.(name, value),
      viewed: (store) => {
        registry.remember(key, store.view);
        this.address?.write(viewFields(store));
      },
      moved: ({ t, unit }) => {
        if (this.cell?.t === t && this.cell.unit === unit) return;
        this.cell = { t, unit };
        registry.moved(key);
      },
      drew: () => registry.drew(key),
      ...(shared ? { cursor: shared } : {}),
    };
    try {
      this.stage = mount(host, first, { parts: fullParts(), ports });
    } catch (error) {
      this.address?.destroy();
      if (cursor) registry.release(cursor);
      throw error;
    }
    registry.enter(key, this.stage);
    this.unlevel = cursor ? level.join(this.stage.root) : () => {};
  }

  /**
   * @param {Message} message
   * @param {Uint8Array} data  the same as it came
   */
  update(message, data) {
    if (data !== this.data) {
      this.data = data;
      this.stage.show(message);
    }
    this.undress();
    this.undress = whenDressed(() => {
      const { store } = this.stage;
      if (store.look?.theme !== pageTheme()) this.stage.dress();
      else store.emit("resize"); // there may be more over it now, or less
    });
  }

  destroy() {
    this.undress();
    this.address?.destroy();
    this.unlevel();
    registry.leave(this.key, this.stage);
    if (this.cursor) registry.release(this.cursor);
    this.stage.destroy();
  }
}

/**
 * Streamlit's call. A message from Python leaves out the data shared by all scenes; the call goes on once those are here.
 * @param {{data: Uint8Array, parentElement: HTMLElement}} given
 * @returns {() => void}
 */
export function stage({ data, parentElement }) {
  // called again with the same data, whenever the theme changes
  const message = registry.unpacked.get(data) ?? unpack(data),
    { alike } = message.header;
  registry.unpacked.set(data, message);
  const host = /** @type {HTMLElement} */ (parentElement.querySelector("[data-part=host]"));
  const call = (/** @type {Message} */ whole) =>
    updateComponent(
      registry.standing,
      parentElement,
      () => new StageHost(host, whole, data),
      (/** @type {StageHost} */ place) => place.update(whole, data),
    );
  const latest = {},
    { calls } = registry;
  calls.set(parentElement, latest);
  if (!alike) return call(message);
  let leave = () => {};
  alikeAt(alike, () => calls.get(parentElement) === latest).then((found) => {
    // an older scene comes to nothing, and so does one of a stage that is no more: Streamlit takes back the latest alone
    if (found && calls.get(parentElement) === latest)
      leave = call({ ...message, header: wholeOf(message.header, found) });
  });
  return () => {
    if (calls.get(parentElement) === latest) calls.delete(parentElement);
    leave();
  };
}

/** Where two stages of a page are compared; it comes and goes with them. */
class DifferenceHost {
  /**
   * @param {HTMLElement} host
   * @param {{keys: string[], names: [string, string], cursor: string}} told  keys: of the two, and of those that follow them
   */
  constructor(host, told) {
    this.host = host;
    this.told = told;
    this.address = new StageAddress("");
    /** @type {DifferenceStage | null} */
    this.shown = null;
    /** @type {import("../stage.js").Stage | null} */
    this.stage = null;
    this.cursor = registry.take(told.cursor);
    this.unwatch = registry.watchDrawing((key) => {
      if (this.told.keys.includes(key)) this.look();
    });
    this.undress = () => {};
    this.listeners = new AbortController();
    this.host.style.scrollMarginTop = UNDER_THE_HEADER;
    document.addEventListener(
      "click",
      ({ target }) => {
        if (target instanceof Element && target.closest(SHOWN_ABOVE))
          this.host.scrollIntoView({
            block: "start",
            behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
          });
      },
      { capture: true, signal: this.listeners.signal },
    );
  }

  /** @param {DifferenceHost["told"]} told */
  update(told) {
    if (told.cursor !== this.told.cursor) this.leave();
    if (String(told.names) !== String(this.told.names)) this.shown?.rename(told.names);
    this.told = told;
    this.look();
    this.undress();
    this.undress = whenDressed(() => {
      if (this.shown?.store && this.shown.store.look?.theme !== pageTheme()) this.shown.stage?.dress();
    });
  }

  look() {
    const stores = () => this.told.keys.flatMap((key) => registry.stages.get(key)?.store ?? []),
      [a, b] = this.told.keys.map((key) => registry.stages.get(key)?.store),
      { shown } = this;
    if (!a || !b) return this.leave();
    const fits = DifferenceStage.fits([a, b]),
      held = shown && shown.pair[0] === a && shown.pair[1] === b;
    if (fits === "later" && held) return; // what is there stays until the rest has come
    if (fits !== "now") {
      this.leave();
      if (fits === "never") this.host.textContent = a.words.compare_none;
      return;
    }
    if (held) return shown.update();
    this.leave();
    this.host.textContent = "";
    this.shown = new DifferenceStage([a, b], {
      names: this.told.names,
      address: "",
      others: stores,
      mount: (message, ports) => {
        this.stage = mount(this.host, message, { parts: differenceParts(), ports });
        return this.stage;
      },
      ports: {
        theme: pageTheme,
        look: registry.wardrobe,
        above: () => above(this.host),
        cursor: this.cursor,
        copy: () => {
          this.address.flush();
          return copyAddress();
        },
        remembered: () => registry.views.get(KEY),
        viewed: (store) => {
          registry.remember(KEY, store.view);
          this.address.write(viewFields(store));
        },
      },
    });
    if (this.stage) registry.enter(KEY, this.stage);
  }

  leave() {
    if (!this.shown) return;
    if (this.stage) registry.leave(KEY, this.stage);
    this.shown.destroy();
    this.shown = this.stage = null;
  }

  destroy() {
    this.listeners.abort();
    this.undress();
    this.unwatch();
    this.leave();
    this.address.destroy();
    registry.release(this.told.cursor);
  }
}

/**
 * Streamlit's call for a stage of differences.
 * @param {{data: DifferenceHost["told"], parentElement: HTMLElement}} given
 * @returns {() => void}
 */
export function difference({ data, parentElement }) {
  const host = /** @type {HTMLElement} */ (parentElement.querySelector("[data-part=host]"));
  return updateComponent(
    registry.standing,
    parentElement,
    () => new DifferenceHost(host, data),
    (/** @type {DifferenceHost} */ made) => made.update(data),
  );
}

/**
 * @param {string} path  within the stage's folder
 * @param {() => boolean} wanted  whether it still is, while a network that failed is asked again
 * @returns {Promise<Record<string, any> | null>} null: nobody waits for it any more
 */
async function alikeAt(path, wanted) {
  for (let pause = FIRST_PAUSE; wanted(); pause = Math.min(2 * pause, LAST_PAUSE)) {
    const known = registry.alike.get(path) ?? fetched(path);
    registry.alike.set(path, known);
    const found = await known;
    if (found) return found;
    if (registry.alike.get(path) === known) registry.alike.delete(path);
    await new Promise((done) => setTimeout(done, pause));
  }
  return null;
}

/**
 * @param {string} path
 * @returns {Promise<Record<string, any> | null>} null: it could not be had
 */
function fetched(path) {
  return fetch(new URL(`../${path}`, import.meta.url)).then(
    (answer) => (answer.ok ? answer.json() : null),
    () => null,
  );
}
