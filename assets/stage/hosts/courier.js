// Messages between page and server: keeps the page's part of the address, reports the theme, sends the stages' requests
// to Python and passes the responses back.

import { writePagePart } from "./address.js";
import { Charts } from "./charts.js";
import { StreamlitKeys } from "./streamlit_keys.js";
import { Printing } from "./printing.js";
import { pageTheme, whenDressed } from "./appearance.js";
import { registry } from "./registry.js";
import { updateComponent } from "./component_calls.js";
import { arraysFor, unpack } from "../data/message.js";

const LEAVES =
  "[data-testid=stTopNavLink], [data-testid=stSidebarNavLink], [class*=st-key-lead_] button, [class*=st-key-leads_] button"; // of Python: whatever leads to another page stands in a container of that name
const BACK = ".st-key-leads_back"; // from what is compared to one of them
const COMPARED = ["compare-a", "compare-b", "compare-c", "difference"]; // the stages of Compare
const PHONE = 768,
  SIDEBAR = "[data-testid=stSidebar], [data-testid=stPopoverBody]",
  FOLDS = "[data-testid=stSidebarCollapseButton] button";
const TRAINING = "train."; // before the names of that page's own fields
const QUIET = 4000; // ms
const RETOLD = 3; // times
const TURNS = ["weights", "mine", "model", "trained", "vs.what", "vs.read", "vs.closing"]; // another one is another entry of the history

class Courier {
  constructor() {
    this.charts = new Charts();
    this.keys = new StreamlitKeys();
    this.printing = new Printing(() => registry.stages.values());
    this.listeners = new AbortController();
    this.delivered = new Map();
    this.undress = () => {};
    /** @type {Uint8Array | null} */
    this.data = null;
    /** @type {string} */
    this.reported = "";
    /** @type {((name: string, value: any) => void) | null} */
    this.send = null;
    /** @type {any} what Python said of the page last */
    this.page = null;
    this.path = window.location.pathname;
    this.visit = 0; // of the addresses the visitor went back or forward to
    this.search = ""; // of the last of them
    this.patience = -Infinity;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.retold = undefined;
    /** @type {import("./registry.js").Carrier} */
    this.carrier = (asked) => {
      if (performance.now() >= registry.quiet) this.send?.("ask", asked);
    };
    /** @type {(name: string, value: string) => void} */
    this.chooser = (name, value) => {
      this.send?.("choose", { name, value });
      if (name === "compare") leave();
    };
    // a request from a page that is being left would run on the next page, and leave that blank
    const leave = () => {
      registry.quiet = performance.now() + QUIET;
      registry.left = this.path;
    };
    const left = (/** @type {Event} */ { target }) => {
      if (!(target instanceof Element) || !target.closest(LEAVES)) return;
      leave();
      if (target.closest(BACK)) registry.handOver("explore", "difference", "compare-a");
      // the steps of an earlier comparison are not those one has just looked at
      if (!registry.stages.has(COMPARED[0])) registry.handOverWindow(COMPARED, "explore");
      // on a phone the sidebar would lie over the page one has gone to
      if (window.innerWidth < PHONE && target.closest(SIDEBAR))
        setTimeout(() => /** @type {HTMLElement | null} */ (document.querySelector(FOLDS))?.click());
    };
    const { signal } = this.listeners;
    document.addEventListener("click", left, { capture: true, signal });
    window.addEventListener(
      "popstate",
      () => {
        registry.wardrobe.read();
        const { pathname: path, search } = window.location;
        if (path === this.path) return this.go(search);
        registry.returned = { path, search };
        leave();
      },
      { signal },
    );
    registry.wardrobe.listen(signal);
    registry.wardrobe.follow();
  }

  /**
   * @param {Uint8Array} data
   * @param {(name: string, value: any) => void} send Streamlit's setTriggerValue
   */
  update(data, send) {
    this.send = send;
    if (data !== this.data) {
      this.data = data;
      const { header, arrays } = unpack(data);
      const before = this.page,
        { query, visit = 0 } = header.page,
        { returned } = registry;
      this.page = this.charts.page = header.page;
      if (!before) {
        registry.returned = null;
        // the page was left with other settings than Python has now; Train keeps its own
        if (returned?.path === this.path && !Object.keys(query).some((name) => name.startsWith(TRAINING)))
          this.go(returned.search);
      }
      registry.session = header.page.session ?? "";
      // what was sent before Python knew where the visitor went is not written there
      if (visit === this.visit || performance.now() > this.patience) {
        this.visit = visit;
        writePagePart(
          header.page,
          !!before && visit === before.visit && TURNS.some((name) => query[name] !== before.query[name]),
        );
      }
      registry.wardrobe.write(); // another page's address begins without
      this.speak(header.page);
      this.keep(header.page.cookie);
      for (const [key, reply] of Object.entries(header.replies)) this.deliver(key, reply, arraysFor(arrays, key));
    }
    registry.chooser = this.chooser;
    if (registry.carrier !== this.carrier) {
      if (registry.left !== this.path) registry.quiet = -Infinity; // the visitor is there
      registry.carry(this.carrier);
    }
    this.charts.watch();
    this.undress();
    this.undress = whenDressed(() => this.reportTheme());
  }

  /**
   * @param {string} key
   * @param {any} header of the reply
   * @param {import("../model/table.js").Tables} arrays
   */
  deliver(key, header, arrays) {
    const stage = registry.stages.get(key),
      id = `${header.trace} ${header.reply}`;
    if (this.delivered.get(key) === id || !stage) return;
    this.delivered.set(key, id);
    registry.settle(key, header.reply);
    if (header.kind === "figure") this.charts.opened = header.open;
    stage.respond({ header, arrays });
  }

  /**
   * What the next page in this browser can be known by; gone when the browser is closed.
   * @param {[string, string] | null} cookie
   */
  keep(cookie) {
    if (!cookie || document.cookie.split("; ").includes(cookie.join("="))) return;
    document.cookie = `${cookie.join("=")}; path=${new URL("./", window.location.href).pathname}; SameSite=Strict`;
  }

  /** @param {{language: string, skip: string, folded: string}} page */
  speak({ language, skip, folded }) {
    const { documentElement } = document;
    this.keys.speak(skip);
    documentElement.lang = language;
    documentElement.style.setProperty("--gruviz-folded", JSON.stringify(folded)); // see page.css
  }

  /**
   * To an address of this page the visitor went back to.
   * @param {string} search
   */
  go(search) {
    this.search = search;
    this.visit = Math.max(this.visit, this.page?.visit ?? 0) + 1;
    this.patience = performance.now() + QUIET;
    this.tellVisit(RETOLD);
  }

  /**
   * Where the visitor went back to, until Python knows it: a rerun of the page may have taken its place.
   * @param {number} tries
   */
  tellVisit(tries) {
    const { visit } = this;
    clearTimeout(this.retold);
    this.send?.("visit", { address: this.search, visit });
    this.retold = setTimeout(() => {
      if (this.visit === visit && this.page?.visit !== visit && tries > 1) this.tellVisit(tries - 1);
    }, QUIET);
  }

  /** Only Python can redraw the charts in other colours, and it does not hear of a theme switched while the page is open. */
  reportTheme() {
    const theme = pageTheme();
    if (theme !== this.page.theme && theme !== this.reported) this.send?.("theme", theme);
    this.reported = theme;
  }

  destroy() {
    this.undress();
    clearTimeout(this.retold);
    this.listeners.abort();
    this.charts.destroy();
    this.keys.destroy();
    this.printing.destroy();
    registry.retire(this.carrier);
    if (registry.chooser === this.chooser) registry.chooser = null;
  }
}

/**
 * Streamlit's call.
 * @param {{data: Uint8Array, parentElement: HTMLElement, setTriggerValue: (name: string, value: any) => void}} given
 * @returns {() => void}
 */
export function courier({ data, parentElement, setTriggerValue }) {
  return updateComponent(
    registry.standing,
    parentElement,
    () => new Courier(),
    (/** @type {Courier} */ made) => made.update(data, setTriggerValue),
  );
}
