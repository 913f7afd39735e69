// Vertical alignment of stages that stand side by side: where a text wraps in one stage, the others get the same space.

/** The elements to align, from the top. A margin above one of them moves everything below it. */
const SELECTORS = [
  ".body",
  ".written-head",
  ...["r", "z", "n", "h"].map((gate) => `[data-line=${gate}]`),
  ".cell-head",
  "[data-part=cell]",
  "[data-part=lines]",
  "[data-part=why]",
];
const SAME = 0.3; // px; smaller differences are invisible

/** Aligns the stages of a page by margins above their elements. */
export class StageAlignment {
  constructor() {
    /** @type {Set<HTMLElement>} */
    this.roots = new Set();
    this.frame = 0;
    this.resizeObserver = new ResizeObserver(() => this.schedule());
    this.equationObserver = new MutationObserver((changes) => {
      for (const { addedNodes } of changes)
        for (const node of addedNodes) if (node instanceof Element) this.resizeObserver.observe(node);
      this.schedule();
    });
  }

  /**
   * Observe a stage. It is aligned with others if its `data-form` is "beside".
   * @param {HTMLElement} root
   * @returns {() => void} stop observing
   */
  add(root) {
    this.roots.add(root);
    this.resizeObserver.observe(root);
    for (const each of root.querySelectorAll(".sheet > *, .side > *, .gates > *")) this.resizeObserver.observe(each);
    for (const each of root.querySelectorAll(".gates")) this.equationObserver.observe(each, { childList: true });
    return () => {
      this.roots.delete(root);
      this.schedule(); // its observers end with its elements
    };
  }

  /** Align in the next frame. A change inside the callback of an observer would call it again at once. */
  schedule() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.arrange();
    });
  }

  /** Set the margins. Only stages in the same row of the page are aligned with each other. */
  arrange() {
    const stages = [...this.roots].map((root) => ({
      root,
      top: root.getBoundingClientRect().top,
      lines: linesOf(root),
    }));
    /** @type {[HTMLElement, number][]} */
    const margins = [];
    while (stages.length) {
      const [{ top }] = stages,
        row = stages.filter((stage) => Math.abs(stage.top - top) < 1);
      for (const stage of row) stages.splice(stages.indexOf(stage), 1);
      const beside = row.filter(({ root }) => root.dataset.form === "beside"),
        isAlone = beside.length < 2;
      const shifts = beside.map(() => 0);
      for (const [k] of SELECTORS.entries()) {
        const lines = beside.map((stage) => stage.lines[k]),
          isUnaligned = isAlone || lines.some((line) => line === null || line.isHidden);
        const lowest = isUnaligned ? 0 : Math.max(...lines.map((line, n) => (line?.natural ?? 0) + shifts[n]));
        for (const [n, line] of lines.entries()) {
          if (!line) continue;
          const margin = isUnaligned ? 0 : lowest - line.natural - shifts[n];
          shifts[n] += margin;
          if (Math.abs(margin - line.margin) > SAME) margins.push([line.element, margin]);
          else shifts[n] += line.margin - margin;
        }
      }
    }
    for (const [element, margin] of margins)
      element.style.marginTop = margin > SAME ? `${Math.round(margin * 100) / 100}px` : "";
  }
}

/**
 * Measure where each element would be without the margins above it; null for an element that is not there.
 * @param {HTMLElement} root
 */
function linesOf(root) {
  const { top } = root.getBoundingClientRect();
  let marginsAbove = 0;
  return SELECTORS.map((selector) => {
    const element = /** @type {HTMLElement | null} */ (root.querySelector(selector));
    if (!element) return null;
    const box = element.getBoundingClientRect(),
      isHidden = !element.getClientRects().length,
      margin = parseFloat(element.style.marginTop) || 0;
    if (!isHidden) marginsAbove += margin;
    return { element, isHidden, margin, natural: box.top - top - marginsAbove };
  });
}

export const alignment = new StageAlignment();
