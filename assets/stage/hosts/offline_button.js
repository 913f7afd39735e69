// The button *Offline HTML*: sends Python the view that the file opens with, and saves the file that Python returns.

/** @import { View } from "../data/scene_types.js" */
import { element } from "../view/elements.js";
import { updateComponent } from "./component_calls.js";
import { registry } from "./registry.js";

const TIMEOUT = 30_000; // ms after which the button can be pressed again
const STYLE = `
button {
  display: inline-flex;
  align-items: center;
  gap: 0.4rem;
  min-height: 2.5rem;
  padding: 0.25rem 0.75rem;
  border: 1px solid var(--st-border-color, rgba(49, 51, 63, 0.2));
  border-radius: var(--st-button-radius, 0.5rem);
  background: var(--st-background-color, transparent);
  color: var(--st-text-color, inherit);
  font: 400 0.875rem/1.3 var(--st-font, inherit);
  text-align: left;
  cursor: pointer;
}
button:hover,
button:focus-visible {
  border-color: var(--st-primary-color, #1f7a8c);
  color: var(--st-primary-color, #1f7a8c);
}
button:focus-visible {
  outline: none;
  box-shadow: 0 0 0 0.2rem color-mix(in srgb, var(--st-primary-color, #1f7a8c) 50%, transparent);
}
button[aria-busy="true"] {
  opacity: 0.6;
  cursor: progress;
}
svg {
  flex: none;
  width: 1.1em;
  height: 1.1em;
  fill: currentColor;
}`;
const ICON = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M11 4h2v8l3-3 1.4 1.4L12 15.8l-5.4-5.4L8 9l3 3zM5 18h14v2H5z"/></svg>`;

/**
 * Data of the component, from Python.
 * @typedef {object} OfflineData
 * @property {string} stage  key of the stage
 * @property {string} trace  id of the run
 * @property {string} label
 * @property {string} help
 * @property {string} working  the label while the file is written
 * @property {number} [number]  of the click that Python answers
 * @property {string} [name]
 * @property {string} [file]
 */

/**
 * Return a view's fields as texts, without those that are null or false.
 * @param {View} view
 * @param {readonly string[]} names  of the fields to return
 * @returns {Record<string, string>}
 */
function viewAsTexts(view, names) {
  const fields = Object.entries(view).filter(
    ([name, value]) => names.includes(name) && value != null && value !== false,
  );
  return Object.fromEntries(fields.map(([name, value]) => [name, value === true ? "1" : String(value)]));
}

/** The button, with the request of its last click. */
class OfflineButton {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.label = element("span", "");
    this.button = element("button", "");
    this.button.type = "button";
    this.button.innerHTML = ICON;
    this.button.append(this.label);
    this.button.addEventListener("click", () => this.requestFile());
    this.parts = [Object.assign(element("style", ""), { textContent: STYLE }), this.button];
    host.append(...this.parts);
    /** @type {OfflineData | null} */
    this.data = null;
    /** @type {((name: string, value: any) => void) | null} */
    this.send = null;
    this.clickNumber = 0; // number of the click whose file has not arrived; 0: none
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /**
   * @param {OfflineData} data
   * @param {(name: string, value: any) => void} send  Streamlit's setTriggerValue
   */
  update(data, send) {
    this.data = data;
    this.send = send;
    if (this.clickNumber && data.number === this.clickNumber) {
      if (data.file) this.save(data);
      this.reset(); // there is no file if the run has changed meanwhile
    }
    this.write();
  }

  requestFile() {
    const { data, send } = this,
      stage = data && registry.stages.get(data.stage);
    if (!data || !send || !stage || this.clickNumber) return;
    this.clickNumber = Date.now();
    this.timer = setTimeout(() => this.reset(), TIMEOUT);
    this.write();
    stage.run("writeEdits");
    const { store } = stage,
      view = viewAsTexts(store.view, Object.keys(store.baseScene.defaults));
    send("wanted", { number: this.clickNumber, trace: data.trace, view });
  }

  /** @param {OfflineData} data */
  save({ file = "", name = "" }) {
    const address = URL.createObjectURL(new Blob([file], { type: "text/html" }));
    Object.assign(document.createElement("a"), { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), TIMEOUT);
  }

  reset() {
    clearTimeout(this.timer);
    this.clickNumber = 0;
    this.write();
  }

  write() {
    if (!this.data) return;
    const { label, help, working } = this.data;
    this.label.textContent = this.clickNumber ? working : label;
    this.button.title = help;
    this.button.setAttribute("aria-busy", String(this.clickNumber !== 0));
  }

  destroy() {
    clearTimeout(this.timer);
    for (const part of this.parts) part.remove();
  }
}

/**
 * Create or update the button, as Streamlit calls it.
 * @param {{data: OfflineData, parentElement: HTMLElement, setTriggerValue: (name: string, value: any) => void}} component
 * @returns {() => void}
 */
export function offlineButton({ data, parentElement, setTriggerValue }) {
  return updateComponent(
    registry.components,
    parentElement,
    () => new OfflineButton(parentElement),
    (/** @type {OfflineButton} */ instance) => instance.update(data, setTriggerValue),
  );
}
