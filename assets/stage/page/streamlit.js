// A stage as a component of Streamlit: messages come in as data, its view goes into the page's address.

import { StageAddress } from "./address.js";
import { copyAddress, pageTheme, whenDressed } from "./look.js";
import { registry } from "./registry.js";
import { mount } from "../stage.js";
import { stand } from "./standing.js";
import { unpack } from "../numbers/unpack.js";

const MAIN = "[data-testid=stMain]";
const MOST_ABOVE = 260;  // px; with more than that over it the stage fills a screen of its own

/**
 * px of the page over a stage while nothing is scrolled.
 * @param {HTMLElement} host
 */
function above(host) {
  const tree = host.getRootNode(), outer = tree instanceof ShadowRoot ? tree.host : host;
  return Math.round(Math.min(host.getBoundingClientRect().top + (outer.closest(MAIN)?.scrollTop ?? 0), MOST_ABOVE));
}

/** A stage on a page of Streamlit's, under the key its scenes carry. */
class Place {
  /**
   * @param {HTMLElement} host
   * @param {Uint8Array} data  its first scene
   */
  constructor(host, data) {
    const first = unpack(data), { key = "", address = null, cursor = "" } = first.header;
    this.key = key;
    this.cursor = cursor;
    this.address = address === null ? null : new StageAddress(address);
    this.undress = () => {};
    this.data = data;
    /** @type {{t: number, unit: number} | null} */
    this.cell = null;
    const shared = cursor ? registry.take(cursor) : null;
    /** @type {import("../stage.js").Options} */
    const options = {
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
      viewed: (fields, view) => {
        registry.remember(key, view);
        this.address?.write(fields);
      },
      moved: ({ t, unit }) => {
        if (this.cell?.t === t && this.cell.unit === unit) return;
        this.cell = { t, unit };
        registry.moved(key);
      },
      ...(shared ? { cursor: shared } : {}),
    };
    try {
      this.stage = mount(host, first, options);
    } catch (error) {
      this.address?.destroy();
      if (cursor) registry.release(cursor);
      throw error;
    }
    registry.enter(key, this.stage);
  }

  /** @param {Uint8Array} data */
  update(data) {
    if (data !== this.data) {
      this.data = data;
      this.stage.show(unpack(data));
    }
    this.undress();
    this.undress = whenDressed(() => {
      if (this.stage.theme !== pageTheme()) this.stage.dress();
      this.stage.painter.resize();  // there may be more over it now, or less
    });
  }

  destroy() {
    this.undress();
    this.address?.destroy();
    registry.leave(this.key, this.stage);
    if (this.cursor) registry.release(this.cursor);
    this.stage.destroy();
  }
}

/**
 * Streamlit's call.
 * @param {{data: Uint8Array, parentElement: HTMLElement}} given
 * @returns {() => void}
 */
export function stage({ data, parentElement }) {
  const host = /** @type {HTMLElement} */ (parentElement.querySelector("[data-part=host]"));
  return stand(registry.standing, parentElement, () => new Place(host, data), (/** @type {Place} */ place) => place.update(data));
}
