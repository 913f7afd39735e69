// Printing: while a page is printed or saved as PDF, each of its stages is drawn for a sheet of paper. Resizing a
// canvas clears it, and a browser that prints runs no animation frames: so the picture is drawn at once.

/** @import { Stage } from "../stage.js" */
/** @import { Sheet } from "../view/store_types.js" */

/** Fits on A4 with margins of 10 mm in both orientations: the width of 190 mm is 718 px. */
const SHEET = { width: 712, room: 580 };

/** Draws the stages of a page for paper while the page is printed. */
export class Printing {
  /** @param {() => Iterable<Stage>} stages  returns those on the page now */
  constructor(stages) {
    this.stages = stages;
    /** The stages drawn for paper; null while nothing is printed. @type {Stage[] | null} */
    this.printed = null;
    this.listeners = new AbortController();
    const { signal } = this.listeners,
      paper = matchMedia("print");
    window.addEventListener("beforeprint", () => this.begin(), { signal });
    window.addEventListener("afterprint", () => this.end(), { signal });
    // emulated print media (developer tools) fire no such events
    paper.addEventListener("change", () => (paper.matches ? this.begin() : this.end()), { signal });
  }

  begin() {
    if (this.printed) return;
    this.printed = [...this.stages()];
    for (const stage of this.printed) drawOn(SHEET, stage);
  }

  end() {
    const { printed } = this;
    this.printed = null;
    for (const stage of printed ?? []) if (!stage.gone) drawOn(null, stage);
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
  stage.dress();
  if (sheet) stage.paintNow();
}
