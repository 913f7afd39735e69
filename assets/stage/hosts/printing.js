// Printing: while a page is printed or saved as PDF, each of its stages is drawn for a sheet of paper. Resizing a canvas
// clears it, and browsers run no animation frames while they print, so each stage is drawn at once.
// At "beforeprint" the size of the paper is unknown. Chromium then lays the page out for the paper, counts its pages, and
// only then tells listeners of the media query "print": they may change widths, but a page that gets longer is cut off.

/** @import { Stage } from "../stage.js" */
/** @import { Sheet } from "../view/store_types.js" */

/** Fits on A4 with margins of 10 mm in both orientations: the width of 190 mm is 718 px. */
const SHEET = { width: 712, room: 540 };
const LEAST_WIDTH = 300; // px

/** Draws the stages of a page for paper while the page is printed. */
export class Printing {
  /**
   * @param {() => Iterable<Stage>} stages  returns those on the page now
   * @param {string} [charts]  selector of elements with an SVG of a fixed width: wider than its element, it is made smaller
   */
  constructor(stages, charts = "") {
    this.stages = stages;
    this.charts = charts;
    /** The stages drawn for paper; null while nothing is printed. @type {Stage[] | null} */
    this.stagesOnPaper = null;
    this.listeners = new AbortController();
    const { signal } = this.listeners,
      paper = matchMedia("print");
    window.addEventListener("beforeprint", () => this.begin(), { signal });
    window.addEventListener("afterprint", () => this.end(), { signal });
    // emulated print media (developer tools) fire only this event
    paper.addEventListener("change", () => (paper.matches ? this.fit() : this.end()), { signal });
  }

  begin() {
    if (this.stagesOnPaper) return;
    this.stagesOnPaper = [...this.stages()];
    for (const stage of this.stagesOnPaper) drawOn(SHEET, stage);
  }

  /** Draw the stages as wide as the paper. */
  fit() {
    this.begin();
    this.zoomCharts(true);
    for (const stage of this.stagesOnPaper ?? []) {
      const width = Math.max(LEAST_WIDTH, stage.root.clientWidth);
      if (!stage.isDestroyed) drawOn({ ...SHEET, width }, stage);
    }
  }

  end() {
    const { stagesOnPaper } = this;
    this.stagesOnPaper = null;
    this.zoomCharts(false);
    for (const stage of stagesOnPaper ?? []) if (!stage.isDestroyed) drawOn(null, stage);
  }

  /** @param {boolean} onPaper */
  zoomCharts(onPaper) {
    const all = /** @type {HTMLElement[]} */ (this.charts ? [...document.querySelectorAll(this.charts)] : []);
    for (const node of all) {
      node.style.zoom = "";
      const width = node.querySelector("svg")?.getBoundingClientRect().width ?? 0;
      if (onPaper && width > node.clientWidth) node.style.zoom = String(node.clientWidth / width);
    }
  }

  destroy() {
    this.listeners.abort();
    this.end();
  }
}

/**
 * Draw a stage for a sheet of paper at once, or for the screen again.
 * @param {Sheet | null} sheet  null: the screen
 * @param {Stage} stage
 */
function drawOn(sheet, stage) {
  const { root, store } = stage;
  store.sheet = sheet;
  root.classList.toggle("printed", !!sheet);
  root.style.width = sheet ? `${sheet.width}px` : "";
  stage.updateTheme();
  if (!sheet) return;
  stage.paintNow();
  root.style.width = ""; // its texts fill the width of the paper
}
