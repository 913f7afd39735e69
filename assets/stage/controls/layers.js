// Choice of the layer, over the panels: a row of buttons, or a list if there are many layers.

/** @import { Part, Ports } from "../view/ports.js" */
/** @import { Store } from "../view/store.js" */
import { button, element } from "../view/elements.js";
import { setChoices } from "../view/write_words.js";

/** @typedef {Pick<Ports, "state" | "on">} LayersPorts */

const FEW = 4; // more layers are shown as a list

/**
 * Make the part.
 * @returns {Layers}
 */
export function layers() {
  return new Layers();
}

/** @implements {Part} */
export class Layers {
  constructor() {
    this.slot = "main";
    this.node = element("div", "layers");
    this.node.dataset.part = "layers";
    this.node.setAttribute("role", "group");
    this.node.hidden = true;
    this.key = "";
    this.list = element("select", "");
  }

  /**
   * @param {HTMLElement} host
   * @param {LayersPorts} ports
   */
  mount(host, { state, on }) {
    host.append(this.node);
    this.list.addEventListener("change", () => state.set({ layer: +this.list.value }, true));
    on("scene", () => this.build(state));
  }

  /**
   * Make the buttons or the list, if the layers or the language have changed.
   * @param {Store} state
   */
  build(state) {
    const { words, scene } = state,
      canAsk = state.canAnswer("tile"),
      names = scene.layer_names,
      key = JSON.stringify([names, words.language, canAsk]);
    // hidden if other layers cannot be fetched
    this.node.hidden = names.length < 2 || !canAsk;
    if (key === this.key) return;
    this.key = key;
    this.node.setAttribute("aria-label", words.layer);
    if (names.length > FEW) {
      setChoices(
        this.list,
        names.map((name, k) => [k, name]),
        state.view.layer,
      );
      this.list.setAttribute("aria-label", words.layer);
      this.node.replaceChildren(element("span", "", words.layer), this.list);
      return;
    }
    const row = element("div", "group segments");
    names.forEach((name, layer) => {
      const node = button("toggle", [name], () => state.set({ layer }, true));
      node.dataset.layer = String(layer);
      row.append(node);
    });
    this.node.replaceChildren(row);
  }

  /** @param {Pick<Store, "view">} state */
  update({ view: { layer } }) {
    if (this.list.value !== String(layer)) this.list.value = String(layer);
    for (const each of /** @type {NodeListOf<HTMLElement>} */ (this.node.querySelectorAll("[data-layer]"))) {
      each.setAttribute("aria-pressed", String(each.dataset.layer === String(layer)));
    }
  }

  destroy() {
    this.node.remove();
  }
}
