// Connection of a page to the server: sends requests, choices, the theme and Back or Forward to Python; receives the
// responses and the settings of the page. The Python side is gruviz/app/courier.py.

import { writePagePart } from "./address.js";
import { Charts } from "./charts.js";
import { StreamlitKeys } from "./streamlit_keys.js";
import { Printing } from "./printing.js";
import { pageTheme, afterThemeChange } from "./appearance.js";
import { registry } from "./registry.js";
import { updateComponent } from "./component_calls.js";
import { arraysFor, unpack } from "../data/message.js";

// Python puts its buttons that open another page into containers whose key begins with lead_ or leads_
const PAGE_LINKS =
  "[data-testid=stTopNavLink], [data-testid=stSidebarNavLink], [class*=st-key-lead_] button, [class*=st-key-leads_] button";
const BACK_LINK = ".st-key-leads_back"; // from Compare to Explore
const COMPARE_STAGES = ["compare-a", "compare-b", "compare-c", "difference"];
const PHONE_WIDTH = 768, // px
  SIDEBAR = "[data-testid=stSidebar], [data-testid=stPopoverBody]",
  SIDEBAR_CLOSE = "[data-testid=stSidebarCollapseButton] button";
const TRAIN_PREFIX = "train."; // of the address fields of Train
const LEAVE_TIME = 4000; // ms without requests while another page opens
const VISIT_TRIES = 3;
/** A change of one of these address fields adds an entry to the browser's history. */
const HISTORY_FIELDS = ["weights", "mine", "model", "trained", "vs.what", "vs.read", "vs.closing"];

/** The connection of one page. It lives as long as Streamlit shows the page. */
class ServerConnection {
  constructor() {
    this.charts = new Charts();
    this.keys = new StreamlitKeys();
    this.printing = new Printing(() => registry.stages.values(), ".js-plotly-plot");
    this.listeners = new AbortController();
    /** Id of the last response delivered to each stage. @type {Map<string, string>} */
    this.lastResponses = new Map();
    this.cancelThemeReport = () => {};
    /** @type {Uint8Array | null} */
    this.data = null;
    /** @type {string} */
    this.reportedTheme = "";
    /** @type {((name: string, value: any) => void) | null} */
    this.send = null;
    /** Settings of the page in the last message. @type {any} */
    this.page = null;
    this.path = window.location.pathname;
    this.visit = 0; // counts Back and Forward within this page
    this.search = ""; // the query that the last of them led to
    this.visitDeadline = -Infinity; // until then older settings of Python are not written to the address
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.visitTimer = undefined;
    /** @type {import("./registry.js").RequestSender} */
    this.sendRequests = (requests) => {
      if (performance.now() >= registry.quietUntil) this.send?.("ask", requests);
    };
    /** @type {(name: string, value: string) => void} */
    this.sendChoice = (name, value) => {
      this.send?.("choose", { name, value });
      if (name === "compare") leave();
    };
    // Streamlit would run a late request on the next page and leave that page blank
    const leave = () => {
      registry.quietUntil = performance.now() + LEAVE_TIME;
      registry.previousPath = this.path;
    };
    const onClick = (/** @type {Event} */ { target }) => {
      if (!(target instanceof Element) || !target.closest(PAGE_LINKS)) return;
      leave();
      if (target.closest(BACK_LINK)) registry.copyPlace("explore", "difference", "compare-a");
      // Compare opens with the window of Explore, not with that of an earlier comparison
      if (!registry.stages.has(COMPARE_STAGES[0])) registry.copyWindow(COMPARE_STAGES, "explore");
      // on a phone the open sidebar would cover the next page
      if (window.innerWidth < PHONE_WIDTH && target.closest(SIDEBAR))
        setTimeout(() => /** @type {HTMLElement | null} */ (document.querySelector(SIDEBAR_CLOSE))?.click());
    };
    const { signal } = this.listeners;
    document.addEventListener("click", onClick, { capture: true, signal });
    window.addEventListener(
      "popstate",
      () => {
        registry.appearance.readAddress();
        const { pathname: path, search } = window.location;
        if (path === this.path) return this.goToAddress(search);
        registry.historyAddress = { path, search };
        leave();
      },
      { signal },
    );
    registry.appearance.listen(signal);
    registry.appearance.applyTheme();
  }

  /**
   * Take in a message from Python.
   * @param {Uint8Array} data
   * @param {(name: string, value: any) => void} send  Streamlit's setTriggerValue
   */
  update(data, send) {
    this.send = send;
    if (data !== this.data) {
      this.data = data;
      const { header, arrays } = unpack(data);
      const previousPage = this.page,
        { query, visit = 0 } = header.page,
        { historyAddress } = registry;
      this.page = this.charts.page = header.page;
      if (!previousPage) {
        registry.historyAddress = null;
        // Back led here from another page: restore the settings of that address; Train restores its own
        if (historyAddress?.path === this.path && !Object.keys(query).some((name) => name.startsWith(TRAIN_PREFIX)))
          this.goToAddress(historyAddress.search);
      }
      registry.session = header.page.session ?? "";
      // a message that is older than the last Back or Forward must not overwrite the address
      if (visit === this.visit || performance.now() > this.visitDeadline) {
        this.visit = visit;
        writePagePart(
          header.page,
          !!previousPage &&
            visit === previousPage.visit &&
            HISTORY_FIELDS.some((name) => query[name] !== previousPage.query[name]),
        );
      }
      registry.appearance.writeAddress(); // the address of another page does not have it yet
      this.setLanguage(header.page);
      this.setCookie(header.page.cookie);
      for (const [key, reply] of Object.entries(header.replies)) this.deliver(key, reply, arraysFor(arrays, key));
    }
    registry.sendChoice = this.sendChoice;
    if (registry.sendRequests !== this.sendRequests) {
      if (registry.previousPath !== this.path) registry.quietUntil = -Infinity; // the next page is open
      registry.connect(this.sendRequests);
    }
    this.charts.attach();
    this.cancelThemeReport();
    this.cancelThemeReport = afterThemeChange(() => this.reportTheme());
  }

  /**
   * Pass a response to its stage, once.
   * @param {string} key
   * @param {any} header  of the response
   * @param {import("../model/table.js").Tables} arrays
   */
  deliver(key, header, arrays) {
    const stage = registry.stages.get(key),
      id = `${header.trace} ${header.reply}`;
    if (this.lastResponses.get(key) === id || !stage) return;
    this.lastResponses.set(key, id);
    registry.settle(key, header.reply);
    if (header.kind === "figure") this.charts.scrollsToCharts = header.open;
    stage.respond({ header, arrays });
  }

  /**
   * Set the session cookie by which the server recognises this browser.
   * @param {[string, string] | null} cookie  name and value
   */
  setCookie(cookie) {
    if (!cookie || document.cookie.split("; ").includes(cookie.join("="))) return;
    document.cookie = `${cookie.join("=")}; path=${new URL("./", window.location.href).pathname}; SameSite=Strict`;
  }

  /**
   * Write the language, and the words outside of the stages.
   * @param {{language: string, skip: string, folded: string}} page
   */
  setLanguage({ language, skip, folded }) {
    const { documentElement } = document;
    this.keys.speak(skip);
    documentElement.lang = language;
    documentElement.style.setProperty("--gruviz-folded", JSON.stringify(folded)); // see page.css
  }

  /**
   * Go to an address of this page that Back or Forward led to.
   * @param {string} search
   */
  goToAddress(search) {
    this.search = search;
    this.visit = Math.max(this.visit, this.page?.visit ?? 0) + 1;
    this.visitDeadline = performance.now() + LEAVE_TIME;
    this.sendVisit(VISIT_TRIES);
  }

  /**
   * Send that address to Python, again until Python has confirmed it: a rerun of the page may have replaced the message.
   * @param {number} tries
   */
  sendVisit(tries) {
    const { visit } = this;
    clearTimeout(this.visitTimer);
    this.send?.("visit", { address: this.search, visit });
    this.visitTimer = setTimeout(() => {
      if (this.visit === visit && this.page?.visit !== visit && tries > 1) this.sendVisit(tries - 1);
    }, LEAVE_TIME);
  }

  /** Report a theme that was switched while the page is open: Python redraws the charts in its colours. */
  reportTheme() {
    const theme = pageTheme();
    if (theme !== this.page.theme && theme !== this.reportedTheme) this.send?.("theme", theme);
    this.reportedTheme = theme;
  }

  destroy() {
    this.cancelThemeReport();
    clearTimeout(this.visitTimer);
    this.listeners.abort();
    this.charts.destroy();
    this.keys.destroy();
    this.printing.destroy();
    registry.disconnect(this.sendRequests);
    if (registry.sendChoice === this.sendChoice) registry.sendChoice = null;
  }
}

/**
 * Create or update the connection, as Streamlit calls it.
 * @param {{data: Uint8Array, parentElement: HTMLElement, setTriggerValue: (name: string, value: any) => void}} call
 * @returns {() => void} clean up
 */
export function connection({ data, parentElement, setTriggerValue }) {
  return updateComponent(
    registry.components,
    parentElement,
    () => new ServerConnection(),
    (/** @type {ServerConnection} */ instance) => instance.update(data, setTriggerValue),
  );
}
