// Keyboard on a Streamlit page: keys go to the stage if no field or button has the focus. A skip link leads to the stage.

import { registry } from "./registry.js";

const CONTROLS =
  "input, textarea, select, button, a[href], summary, [contenteditable], [role=dialog], [role=listbox], [tabindex]";

/** Passes keys of the page to a stage, and adds the skip link. */
export class StreamlitKeys {
  constructor() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    // capture: before the page's hotkeys, which listen on the document
    window.addEventListener("keydown", (event) => this.key(event), { capture: true, signal });
    this.skip = Object.assign(document.createElement("a"), { className: "gruviz-skip", href: "#stage" });
    this.skip.addEventListener(
      "click",
      (event) => {
        event.preventDefault();
        /** @type {HTMLElement | null} */ (this.stage?.root.querySelector("[data-part=panels]"))?.focus();
      },
      { signal },
    );
    document.body.prepend(this.skip);
  }

  /** The stage that gets the keys: the difference stage, otherwise the first on the page. */
  get stage() {
    const all = [...registry.stages.values()];
    return all.find(({ store }) => store.baseScene.form === "difference") ?? all[0];
  }

  /**
   * Write the text of the skip link.
   * @param {string} words
   */
  speak(words) {
    if (this.skip.textContent !== words) this.skip.textContent = words;
    // the main area takes the focus, because it scrolls: it needs a name for screen readers
    document.querySelector("[data-testid=stMain]")?.setAttribute("aria-label", document.title);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { target } = event;
    if (!(target instanceof Element) || target.closest(CONTROLS) || event.defaultPrevented) return;
    this.stage?.ports.key(event);
  }

  destroy() {
    this.listeners.abort();
    this.skip.remove();
  }
}
