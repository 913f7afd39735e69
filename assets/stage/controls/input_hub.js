// Hub of user input: passes keys pressed on the stage, and presses outside of open boxes, to the parts that subscribe.

/** @import { Dismisser, KeyHandler, Part, Ports } from "../view/ports.js" */

/** @typedef {Pick<Ports, "root" | "provide">} HubPorts */

/**
 * Make the part. It is mounted before the parts that handle keys.
 * @returns {InputHub}
 */
export function inputHub() {
  return new InputHub();
}

/** @implements {Part} */
export class InputHub {
  constructor() {
    this.slot = "";
    /** @type {KeyHandler[]} */
    this.handlers = [];
    /** @type {Dismisser[]} */
    this.dismissers = [];
    this.listeners = new AbortController();
  }

  /**
   * @param {HTMLElement} _host
   * @param {HubPorts} ports
   */
  mount(_host, { root, provide }) {
    const { handlers, dismissers } = this,
      { signal } = this.listeners;
    const key = (/** @type {KeyboardEvent} */ event) => {
      root.classList.remove("by-pointer");
      return handlers.some((handler) => handler(event));
    };
    const dismiss = (/** @type {EventTarget[]} */ path = []) =>
      dismissers.map((dismisser) => dismisser(path)).some(Boolean);
    provide({
      key,
      dismiss,
      onKey: (handler, first = false) => void (first ? handlers.unshift(handler) : handlers.push(handler)),
      onDismiss: (dismisser) => void dismissers.push(dismisser),
    });
    root.addEventListener("keydown", (event) => void key(event), { signal });
    // the page's own hotkeys may listen to any of these
    for (const type of ["keyup", "keypress"])
      root.addEventListener(type, (event) => event.stopPropagation(), { signal });
    root.addEventListener("focusout", () => root.classList.remove("by-pointer"), { signal });
    const elsewhere = (/** @type {Event} */ event) => void dismiss(event.composedPath());
    document.addEventListener("pointerdown", elsewhere, { capture: true, signal });
  }

  update() {}

  destroy() {
    this.listeners.abort();
  }
}
