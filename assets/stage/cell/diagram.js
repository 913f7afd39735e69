// Cell diagram: one GRU step as a circuit, with numbers (or whole vectors) on the wires.
// Three rows of boxes between two rails (h_{t-1} from the top, x_t from the bottom); the state runs along the top line.
// A single coloured line carries one number, a double line carries a vector.

/** @import { Gate, PhaseName, Words } from "../data/scene_types.js" */
/** @import { Carried, Quantity } from "./diagram_layout.js" */
/** @import { CellParts, CellStrip } from "./diagram_shapes.js" */
/** @import { Selection } from "./selection.js" */
/** @typedef {Selection & {reducesMotion: boolean}} DiagramState  reducesMotion: prefers-reduced-motion is set */
import { CELL_ORDER, CELL_WORD, QUANTITIES, cellAlong, cellSource } from "./diagram_layout.js";
import { cellBuild, cellClip, cellNew, cellPool, cellSay, cellSet, cellWide } from "./diagram_shapes.js";
import { fill } from "../view/format.js";
import { compactNumber } from "./compact_number.js";

/**
 * Make the diagram inside `host`.
 * @param {Element} host
 * @param {Words} w  its keys are w.cell_...
 * @param {(name: Quantity) => void} onPick  a number was clicked
 * @returns {{update: (state: DiagramState) => void, setWords: (w: Words) => void}}
 */
export function createCell(host, w, onPick) {
  let words = w,
    pictureKey = "";
  /** @type {CellParts | null} */
  let picture = null;
  /** @type {DiagramState | null} */
  let last = null;
  const word = (/** @type {string} */ key) => words[key] ?? "";

  /** @param {MouseEvent | KeyboardEvent} event */
  const pick = (event) => {
    const node = event.target instanceof Element ? event.target.closest(".cell-node") : null;
    if (!node || ("key" in event && event.key !== "Enter" && event.key !== " ")) return;
    if ("key" in event) event.preventDefault(); // the space bar would scroll and start playback
    event.stopPropagation();
    const name = QUANTITIES.find((each) => each === nameOf(node));
    if (name) onPick(name);
  };
  const svg = cellNew(host, "svg", { class: "cell-svg", role: "group", viewBox: "0 0 360 420" });
  svg.addEventListener("click", pick);
  svg.addEventListener("keydown", pick);

  /**
   * Rebuild the picture; the focus stays on the same number.
   * @param {DiagramState} state
   */
  function build(state) {
    const active = activeElementIn(svg),
      name = active && svg.contains(active) ? nameOf(active) : null;
    svg.replaceChildren();
    const parts = cellBuild(svg, state.mode, state.reset, words);
    if (name) parts.nodes.get(name)?.focus({ preventScroll: true });
    pictureKey = `${state.mode} ${state.reset}`;
    return parts;
  }

  /**
   * Return the progress of slow motion through a part of a phase, 0 to 1; 1 without slow motion.
   * @param {DiagramState} state
   * @param {PhaseName} phase
   * @param {number} from
   * @param {number} to
   */
  function progressOf(state, phase, from, to) {
    if (!state.phase) return 1;
    const ahead = CELL_ORDER.indexOf(phase) - CELL_ORDER.indexOf(state.phase.name);
    if (ahead || state.reducesMotion) return ahead > 0 ? 0 : 1;
    return Math.max(0, Math.min(1, (state.phase.progress - from) / (to - from)));
  }

  /**
   * Whether slow motion has reached a point of a phase.
   * @param {DiagramState} state
   * @param {PhaseName} phase
   * @param {number} at
   */
  function isComputed(state, phase, at) {
    return progressOf(state, phase, at - 1e-3, at) === 1;
  }

  /**
   * Return the number on a wire: undefined for a vector, null for a number that is not known yet.
   * @param {DiagramState} state
   * @param {Carried} key
   * @returns {number | null | undefined}
   */
  function valueOf(state, key) {
    const { numbers, sums } = state;
    if (state.mode === "layer" || key === "units" || key === "all r" || key === "product") return undefined;
    if (key === "x") return numbers.x === null ? undefined : numbers.x;
    if (key === "rest") return numbers.z === null ? null : 1 - numbers.z;
    if (key === "inner") return sums?.n.inner ?? null;
    if (key === "gated") return sums?.n.h ?? null;
    return numbers[key];
  }

  /**
   * @param {CellParts} parts
   * @param {DiagramState} state
   */
  function drawWires(parts, state) {
    let dots = 0;
    for (const wire of parts.wires) {
      const progress = progressOf(state, wire.phase, wire.from, wire.to),
        now = state.phase?.name === wire.phase;
      const value = valueOf(state, wire.carry);
      const kind = value === undefined ? " cell-double" : value === null ? " cell-plain" : "";
      const cls = `${kind}${now ? " cell-now" : ""}${progress > 0 ? "" : " cell-none"}`;
      const size = value != null && Number.isFinite(value) ? Math.min(1, Math.abs(value)) : 0;
      const [width, about] = value === undefined ? [4.2, 2] : value === null ? [1.6, 1.5] : [1.4 + 4.4 * size, 1.5];
      cellSet(wire.casing, "class", "cell-casing" + cls);
      cellSet(wire.core, "class", "cell-core" + cls);
      cellSet(wire.casing, "stroke-width", (width + about).toFixed(2));
      cellSet(wire.core, "stroke-width", width.toFixed(2));
      for (const line of [wire.casing, wire.core]) {
        cellSet(line, "stroke-dasharray", progress < 1 ? `${progress.toFixed(3)} 2` : "none");
      }
      if (wire.head) cellSet(wire.head, "class", `cell-tip${cls}${progress < 1 ? " cell-none" : ""}`);
      if (value != null) {
        const sum = wire.carry === "inner" || wire.carry === "gated";
        const colour = state.colour(cellSource(wire.carry), sum ? Math.max(-1, Math.min(1, value)) : value);
        cellSet(wire.core, "stroke", colour);
        if (wire.head) cellSet(wire.head, "fill", colour);
      }
      if (progress === 0 || progress === 1 || dots === parts.dots.length) continue;
      const [x, y] = cellAlong(wire.points, progress),
        dot = parts.dots[dots++];
      cellSet(dot, "transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
      cellSet(dot, "class", "cell-dot");
    }
    for (; dots < parts.dots.length; dots++) cellSet(parts.dots[dots], "class", "cell-dot cell-hide");
  }

  /**
   * @param {CellParts} parts
   * @param {DiagramState} state
   */
  function drawStrips(parts, state) {
    for (const strip of parts.strips) {
      const isKnown = isComputed(state, strip.phase, strip.at),
        now = state.phase?.name === strip.phase;
      const single = strip.key === "x" && state.mode === "unit" && state.numbers.x !== null;
      cellSet(strip.group, "class", single ? "cell-none" : isKnown || now ? "cell-part" : "cell-part cell-todo");
      cellSet(strip.cells, "class", isKnown ? "" : "cell-hide");
      if (single || !isKnown) continue;
      const source = cellSource(strip.key),
        { hPrev, r, [source]: own } = state.vectors;
      const cells = strip.key === "product" ? cellPool(hPrev, r) : cellPool(own);
      if (cells.length !== strip.rects.length) fit(strip, cells.length);
      for (let k = 0; k < cells.length; k++) {
        const value = strip.key === "rest" ? 1 - cells[k] : cells[k];
        cellSet(strip.rects[k], "fill", state.colour(source, value));
      }
    }
  }

  /**
   * Make the rectangles of a strip, slightly too long so that there are no gaps between them.
   * @param {CellStrip} strip
   * @param {number} count
   */
  function fit(strip, count) {
    const each = strip.length / count;
    strip.cells.replaceChildren();
    strip.rects = Array.from({ length: count }, (_, k) => {
      const long = k < count - 1 ? each + 0.3 : each;
      return cellNew(
        strip.cells,
        "rect",
        strip.down
          ? { x: strip.left, y: strip.top + k * each, width: 10, height: long }
          : { x: strip.left + k * each, y: strip.top, width: long, height: 10 },
      );
    });
  }

  /**
   * @param {CellParts} parts
   * @param {DiagramState} state
   */
  function drawNumbers(parts, state) {
    const about = state.isApproximate ? "≈" : "";
    for (const { key, text, phase, at, cls, decimals } of parts.numbers) {
      const value = valueOf(state, key),
        content = compactNumber(value, decimals);
      cellSay(text, content && about + content);
      const visibility = isComputed(state, phase, at) ? "" : " cell-hide";
      cellSet(text, "class", cls + (value !== value ? " cell-quiet" : "") + visibility);
    }
    for (const { gate, group, at, texts } of parts.sums) {
      const sum = state.sums?.[gate];
      // visible while they are requested; hidden if nobody can answer
      cellSet(group, "class", (sum || state.canExplain) && isComputed(state, gate, at) ? "" : "cell-hide");
      for (const [key, text] of texts) cellSay(text, compactNumber(sum?.[key], 3));
    }
  }

  /**
   * @param {CellParts} parts
   * @param {DiagramState} state
   */
  function drawNodes(parts, state) {
    for (const low of parts.previous) cellSay(low, state.reverse ? "t+1" : "t−1");
    const about = state.isApproximate ? "≈" : "";
    for (const { group, phase, from, base, name } of parts.veils) {
      const veil = !isComputed(state, phase, from) ? " cell-todo" : state.phase?.name === phase ? " cell-now" : "";
      const byHand = state.mode === "unit" && state.byHand.some((each) => each === name);
      cellSet(
        group,
        "class",
        base + veil + (name && name === state.gate ? " cell-chosen" : "") + (byHand ? " cell-by-hand" : ""),
      );
      if (!name) continue;
      const value = valueOf(state, name),
        label = word(`cell_name_${CELL_WORD[name] ?? name}`),
        meaning =
          value === undefined
            ? fill(word("cell_vector"), { name: label, count: state.vectors[name].length })
            : `${label}${byHand ? ` ${word("term_by_hand")}` : ""}: ${about}${compactNumber(value, 4)}`;
      cellSet(group, "aria-label", `${visibleText(group)}, ${meaning}`);
    }
  }

  /**
   * @param {CellParts} parts
   * @param {DiagramState} state
   */
  function drawCaption(parts, state) {
    const all = state.some ? fill(word("cell_some"), { count: state.some }) : word("cell_all"),
      unit = state.mode === "unit" ? fill(words.unit_number, { unit: state.unitName }) : all;
    for (const each of parts.all) cellSay(each, all);
    const more = [state.reverse && word("cell_reverse"), state.below && word("cell_below")].filter(Boolean);
    const rest = ["", fill(word("cell_step"), { t: state.t }), ...more].join(" · ");
    const used = [...rest].reduce((sum, letter) => sum + cellWide(letter), 0);
    cellSay(parts.caption, cellClip(unit, (svg.closest("[data-type=projector]") ? 233 : 284) - used) + rest);
    cellSet(svg, "aria-label", `${word("cell_title")} · ${unit}${rest}`);
  }

  /**
   * Draw a state. It is called in every frame and sets only attributes that have changed.
   * @param {DiagramState} state
   */
  function update(state) {
    last = state;
    if (!picture || pictureKey !== `${state.mode} ${state.reset}`) picture = build(state);
    for (const draw of [drawWires, drawStrips, drawNumbers, drawNodes, drawCaption]) draw(picture, state);
  }

  /**
   * Change the language.
   * @param {Words} next
   */
  function setWords(next) {
    words = next;
    pictureKey = "";
    if (last) update(last);
  }

  return { update, setWords };
}

/**
 * Return the focused element of the document or shadow tree.
 * @param {Element} within
 */
function activeElementIn(within) {
  const tree = within.getRootNode();
  return tree instanceof Document || tree instanceof ShadowRoot ? tree.activeElement : null;
}

/**
 * Return the visible text of a node. Its accessible name must start with it (WCAG 2.5.3, label in name).
 * @param {Element} node
 */
function visibleText(node) {
  return [...node.querySelectorAll("text")]
    .map(({ textContent }) => textContent)
    .filter(Boolean)
    .join(" ");
}

/** @param {Element} node */
function nameOf(node) {
  return node.getAttribute("data-name");
}
