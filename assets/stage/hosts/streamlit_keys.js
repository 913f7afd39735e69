// Keys on the whole page: where no field and no button has the focus, they are the stage's. And a way there by Tab.

import { registry } from "./registry.js";

const OWN =
  "input, textarea, select, button, a[href], summary, [contenteditable], [role=dialog], [role=listbox], [tabindex]";

export class StreamlitKeys {
  constructor() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    // in capture: the page's own hotkeys listen on the document
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

  /** The stage keys are for: the one that leads, else the first on the page. */
  get stage() {
    const all = [...registry.stages.values()];
    return all.find(({ store }) => store.given.form === "difference") ?? all[0];
  }

  /** @param {string} words  on the link to the stage */
  speak(words) {
    if (this.skip.textContent !== words) this.skip.textContent = words;
    // it can be scrolled with the keyboard, so Tab stops there: say where
    document.querySelector("[data-testid=stMain]")?.setAttribute("aria-label", document.title);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { target } = event;
    if (!(target instanceof Element) || target.closest(OWN) || event.defaultPrevented) return;
    this.stage?.ports.key(event);
  }

  destroy() {
    this.listeners.abort();
    this.skip.remove();
  }
}
