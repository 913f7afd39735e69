// Stages beside each other stay in line: where a text wraps in one of them, the others leave the same room.

/** From the top. Room over one of them moves everything below it in its stage. */
const LINES = [
  ".body",
  ".written-head",
  ...["r", "z", "n", "h"].map((gate) => `[data-line=${gate}]`),
  ".cell-head",
  "[data-part=cell]",
  "[data-part=lines]",
  "[data-part=why]",
];
const SAME = 0.3; // px nobody sees

/** Keeps the stages of a page level. */
export class Level {
  constructor() {
    /** @type {Set<HTMLElement>} */
    this.roots = new Set();
    this.frame = 0;
    this.sizes = new ResizeObserver(() => this.soon());
    this.equations = new MutationObserver((changes) => {
      for (const { addedNodes } of changes)
        for (const node of addedNodes) if (node instanceof Element) this.sizes.observe(node);
      this.soon();
    });
  }

  /**
   * A stage is on the page; whether it has to be in line is in its `data-form`.
   * @param {HTMLElement} root
   * @returns {() => void} it is no more
   */
  join(root) {
    this.roots.add(root);
    this.sizes.observe(root);
    for (const each of root.querySelectorAll(".sheet > *, .side > *, .gates > *")) this.sizes.observe(each);
    for (const each of root.querySelectorAll(".gates")) this.equations.observe(each, { childList: true });
    return () => {
      this.roots.delete(root);
      this.soon(); // what is observed of it goes with its elements
    };
  }

  /** In the next frame: a change within an observer's own call would have it called again at once. */
  soon() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.arrange();
    });
  }

  arrange() {
    const all = [...this.roots].map((root) => ({ root, top: root.getBoundingClientRect().top, lines: linesOf(root) }));
    /** @type {[HTMLElement, number][]} */
    const room = [];
    while (all.length) {
      const [{ top }] = all,
        row = all.filter((each) => Math.abs(each.top - top) < 1);
      for (const each of row) all.splice(all.indexOf(each), 1);
      const beside = row.filter(({ root }) => root.dataset.form === "beside"),
        alone = beside.length < 2;
      const shifts = beside.map(() => 0);
      for (const [k] of LINES.entries()) {
        const found = beside.map(({ lines }) => lines[k]),
          apart = alone || found.some((line) => line === null || line.hidden);
        const lowest = apart ? 0 : Math.max(...found.map((line, n) => (line?.natural ?? 0) + shifts[n]));
        for (const [n, line] of found.entries()) {
          if (!line) continue;
          const over = apart ? 0 : lowest - line.natural - shifts[n];
          shifts[n] += over;
          if (Math.abs(over - line.over) > SAME) room.push([line.element, over]);
          else shifts[n] += line.over - over;
        }
      }
    }
    for (const [element, over] of room)
      element.style.marginTop = over > SAME ? `${Math.round(over * 100) / 100}px` : "";
  }
}

/**
 * The lines of a stage: where each would be without the room left over it and over those before; null where there is none.
 * @param {HTMLElement} root
 */
function linesOf(root) {
  const { top } = root.getBoundingClientRect();
  let before = 0;
  return LINES.map((selector) => {
    const element = /** @type {HTMLElement | null} */ (root.querySelector(selector));
    if (!element) return null;
    const box = element.getBoundingClientRect(),
      hidden = !element.getClientRects().length,
      over = parseFloat(element.style.marginTop) || 0;
    if (!hidden) before += over;
    return { element, hidden, over, natural: box.top - top - before };
  });
}

export const level = new Level();
