// Reports of what is visible. Python gets the steps and units that a stage shows, to offer them as files, and the moment
// when an expensive picture comes into view, to compute it only then.

import { registry } from "./registry.js";
import { updateComponent } from "./component_calls.js";

const REST = 400; // ms without a change
const VIEW_TIME = 250; // ms in view without a change of the picture
const RETRY_TIME = 8000; // ms until a report without effect is repeated: the server may have restarted
const MARGIN = "160px"; // around the visible part of the page

/** @typedef {{steps: [number, number] | null, units: number[] | null}} ViewportRange  null: all */
/** @typedef {{stage: string, trace: string, told: ViewportRange}} ViewportData  told: the last range that Python got */

/** Reports the visible steps and units of one stage. */
class ViewportReport {
  constructor() {
    /** @type {ViewportData | null} */
    this.data = null;
    /** @type {((name: string, value: any) => void) | null} */
    this.send = null;
    this.lastSent = "";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.unsubscribe = registry.onViewChange((key) => {
      if (key === this.data?.stage) this.schedule();
    });
  }

  /**
   * @param {ViewportData} data
   * @param {(name: string, value: any) => void} send  Streamlit's setTriggerValue
   */
  update(data, send) {
    this.data = data;
    this.send = send;
    this.schedule();
  }

  schedule() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.report(), REST);
  }

  report() {
    const { data, send } = this,
      stage = data && registry.stages.get(data.stage);
    if (!data || !send || !stage || stage.store.scene.trace.id !== data.trace) return;
    if (registry.quietUntil > performance.now()) return this.schedule();
    const entries = viewportOf(stage.store),
      now = JSON.stringify([data.trace, entries]);
    // Python may store a range in another form: comparing with that alone would repeat the report for ever
    if (JSON.stringify(entries) === JSON.stringify(data.told) || now === this.lastSent) return;
    this.lastSent = now;
    send("seen", entries);
  }

  destroy() {
    this.unsubscribe();
    clearTimeout(this.timer);
  }
}

/**
 * Return the visible steps and units of a stage.
 * @param {Pick<import("../view/store.js").Store, "view" | "visibleUnits" | "scene">} store
 * @returns {ViewportRange}
 */
export function viewportOf({ view, visibleUnits, scene: { trace } }) {
  const [first, last] = [view.first, view.last ?? trace.steps - 1],
    all = first === 0 && last >= trace.steps - 1;
  return {
    steps: all ? null : [first, last],
    units: visibleUnits.length === trace.units ? null : [...visibleUnits].sort((p, q) => p - q),
  };
}

/**
 * Create or update the report, as Streamlit calls it.
 * @param {{data: ViewportData, parentElement: HTMLElement, setTriggerValue: (name: string, value: any) => void}} call
 * @returns {() => void} clean up
 */
export function viewport({ data, parentElement, setTriggerValue }) {
  return updateComponent(
    registry.components,
    parentElement,
    () => new ViewportReport(),
    (/** @type {ViewportReport} */ instance) => instance.update(data, setTriggerValue),
  );
}

// ---- pictures computed on demand

/** @typedef {{about: string, due: boolean}} InViewData  about: id of the picture; due: it is not computed yet */

/** Reports that the place of a picture is in view, if the picture is not computed yet. */
class InViewReport {
  /** @param {HTMLElement} element */
  constructor(element) {
    /** @type {InViewData | null} */
    this.data = null;
    /** @type {((name: string, value: any) => void) | null} */
    this.send = null;
    this.viewport = false;
    this.lastSent = "";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.watch = new IntersectionObserver(
      (entries) => {
        this.viewport = entries[entries.length - 1].isIntersecting;
        this.schedule();
      },
      { rootMargin: MARGIN },
    );
    this.watch.observe(element);
  }

  /**
   * @param {InViewData} data
   * @param {(name: string, value: any) => void} send  Streamlit's setTriggerValue
   */
  update(data, send) {
    this.data = data;
    this.send = send;
    if (!data.due) this.lastSent = "";
    this.schedule();
  }

  schedule() {
    if (this.lastSent && this.lastSent === this.data?.about) return; // reported already
    clearTimeout(this.timer);
    if (this.viewport && this.data?.due) this.timer = setTimeout(() => this.report(), VIEW_TIME);
  }

  report() {
    const { data, send } = this;
    if (!data?.due || !send) return;
    if (registry.quietUntil > performance.now()) return this.schedule();
    this.lastSent = data.about;
    send("look", data.about);
    this.timer = setTimeout(() => {
      this.lastSent = "";
      this.schedule();
    }, RETRY_TIME);
  }

  destroy() {
    this.watch.disconnect();
    clearTimeout(this.timer);
  }
}

/**
 * Create or update the report, as Streamlit calls it.
 * @param {{data: InViewData, parentElement: HTMLElement, setTriggerValue: (name: string, value: any) => void}} call
 * @returns {() => void} clean up
 */
export function inview({ data, parentElement, setTriggerValue }) {
  const element = /** @type {HTMLElement} */ (parentElement.querySelector("[data-part=place]"));
  return updateComponent(
    registry.components,
    parentElement,
    () => new InViewReport(element),
    (/** @type {InViewReport} */ instance) => instance.update(data, setTriggerValue),
  );
}
