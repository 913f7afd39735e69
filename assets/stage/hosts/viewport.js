// Tells Python what is seen: which steps and units a stage shows, once they have come to rest, for it offers files of
// them; and that what it keeps back until somebody looks is in view, for that takes the server a while to compute.

import { registry } from "./registry.js";
import { updateComponent } from "./component_calls.js";

const REST = 400; // ms
const VIEWED = 250; // ms in view, and without another picture
const AGAIN = 8000; // ms after which it is told once more, where nothing came of it: the server may have been another
const NEAR = "160px"; // begins a little before it is seen

/** @typedef {{steps: [number, number] | null, units: number[] | null}} SeenRange  null: all of them */
/** @typedef {{stage: string, trace: string, told: SeenRange}} ViewportData */

class ViewportReport {
  constructor() {
    /** @type {ViewportData | null} */
    this.data = null;
    /** @type {((name: string, value: any) => void) | null} */
    this.send = null;
    this.sent = "";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.unwatch = registry.look((key) => {
      if (key === this.data?.stage) this.soon();
    });
  }

  /**
   * @param {ViewportData} data
   * @param {(name: string, value: any) => void} send  Streamlit's setTriggerValue
   */
  update(data, send) {
    this.data = data;
    this.send = send;
    this.soon();
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tell(), REST);
  }

  tell() {
    const { data, send } = this,
      stage = data && registry.stages.get(data.stage);
    if (!data || !send || !stage || stage.store.scene.trace.id !== data.trace) return;
    if (registry.quiet > performance.now()) return this.soon();
    const found = seenOf(stage.store),
      now = JSON.stringify([data.trace, found]);
    // what Python does not take as it is would be told for ever
    if (JSON.stringify(found) === JSON.stringify(data.told) || now === this.sent) return;
    this.sent = now;
    send("seen", found);
  }

  destroy() {
    this.unwatch();
    clearTimeout(this.timer);
  }
}

/**
 * @param {Pick<import("../view/store.js").Store, "view" | "shown" | "scene">} store
 * @returns {SeenRange}
 */
export function seenOf({ view, shown, scene: { trace } }) {
  const [first, last] = [view.first, view.last ?? trace.steps - 1],
    all = first === 0 && last >= trace.steps - 1;
  return {
    steps: all ? null : [first, last],
    units: shown.length === trace.units ? null : [...shown].sort((p, q) => p - q),
  };
}

/**
 * Streamlit's call.
 * @param {{data: ViewportData, parentElement: HTMLElement, setTriggerValue: (name: string, value: any) => void}} given
 * @returns {() => void}
 */
export function seen({ data, parentElement, setTriggerValue }) {
  return updateComponent(
    registry.standing,
    parentElement,
    () => new ViewportReport(),
    (/** @type {ViewportReport} */ made) => made.update(data, setTriggerValue),
  );
}

// ---- what is kept back

/** @typedef {{about: string, due: boolean}} InViewData  about: of which picture; due: whether it is kept back */

class InViewReport {
  /** @param {HTMLElement} place */
  constructor(place) {
    /** @type {InViewData | null} */
    this.data = null;
    /** @type {((name: string, value: any) => void) | null} */
    this.send = null;
    this.seen = false;
    this.sent = "";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.watch = new IntersectionObserver(
      (found) => {
        this.seen = found[found.length - 1].isIntersecting;
        this.soon();
      },
      { rootMargin: NEAR },
    );
    this.watch.observe(place);
  }

  /**
   * @param {InViewData} data
   * @param {(name: string, value: any) => void} send  Streamlit's setTriggerValue
   */
  update(data, send) {
    this.data = data;
    this.send = send;
    if (!data.due) this.sent = "";
    this.soon();
  }

  soon() {
    if (this.sent && this.sent === this.data?.about) return; // it is on its way
    clearTimeout(this.timer);
    if (this.seen && this.data?.due) this.timer = setTimeout(() => this.tell(), VIEWED);
  }

  tell() {
    const { data, send } = this;
    if (!data?.due || !send) return;
    if (registry.quiet > performance.now()) return this.soon();
    this.sent = data.about;
    send("look", data.about);
    this.timer = setTimeout(() => {
      this.sent = "";
      this.soon();
    }, AGAIN);
  }

  destroy() {
    this.watch.disconnect();
    clearTimeout(this.timer);
  }
}

/**
 * Streamlit's call.
 * @param {{data: InViewData, parentElement: HTMLElement, setTriggerValue: (name: string, value: any) => void}} given
 * @returns {() => void}
 */
export function inview({ data, parentElement, setTriggerValue }) {
  const place = /** @type {HTMLElement} */ (parentElement.querySelector("[data-part=place]"));
  return updateComponent(
    registry.standing,
    parentElement,
    () => new InViewReport(place),
    (/** @type {InViewReport} */ made) => made.update(data, setTriggerValue),
  );
}
