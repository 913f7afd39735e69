// The cell diagram: one GRU step drawn as a circuit, its numbers (or whole vectors) on the wires.
// Three rows of boxes hang from two rails (h_{t-1} comes down, x_t comes up); along the top line the state is kept.
// A single coloured line carries one number, a double line carries a whole vector.

/** @import { Gate, PhaseName, Words } from "../data/scene_types.js" */
/** @import { Carried, Quantity } from "./diagram_layout.js" */
/** @import { CellParts, CellStrip } from "./diagram_shapes.js" */
/** @import { Selection } from "./selection.js" */
/** @typedef {Selection & {reduced: boolean}} DiagramState  reduced: people asked for little motion */
import { CELL_ORDER, CELL_WORD, QUANTITIES, cellAlong, cellSource } from "./diagram_layout.js";
import { cellBuild, cellClip, cellNew, cellPool, cellSay, cellSet, cellWide } from "./diagram_shapes.js";
import { fill } from "../view/format.js";
import { compactNumber } from "./compact_number.js";

/**
 * The diagram inside `host`, with the words `w` (read as w.cell_...).
 * @param {Element} host
 * @param {Words} w
 * @param {(name: Quantity) => void} onPick  a number was picked
 * @returns {{update: (state: DiagramState) => void, setWords: (w: Words) => void}}
 */
export function createCell(host, w, onPick) {
  let words = w,
    built = "";
  /** @type {CellParts | null} */
  let picture = null;
  /** @type {DiagramState | null} */
  let last = null;
  const word = (/** @type {string} */ key) => words[key] ?? "";

  /** @param {MouseEvent | KeyboardEvent} event */
  const pick = (event) => {
    const node = event.target instanceof Element ? event.target.closest(".cell-node") : null;
    if (!node || ("key" in event && event.key !== "Enter" && event.key !== " ")) return;
    if ("key" in event) event.preventDefault(); // the space bar would scroll, and play
    event.stopPropagation();
    const name = QUANTITIES.find((each) => each === nameOf(node));
    if (name) onPick(name);
  };
  const svg = cellNew(host, "svg", { class: "cell-svg", role: "group", viewBox: "0 0 360 420" });
  svg.addEventListener("click", pick);
  svg.addEventListener("keydown", pick);

  /**
   * Draw anew; what had the focus keeps it.
   * @param {DiagramState} state
   */
  function build(state) {
    const held = focused(svg),
      name = held && svg.contains(held) ? nameOf(held) : null;
    svg.replaceChildren();
    const made = cellBuild(svg, state.mode, state.reset, word);
    if (name) made.nodes.get(name)?.focus({ preventScroll: true });
    built = `${state.mode} ${state.reset}`;
    return made;
  }

  /**
   * How far slow motion has come with something: 0 not begun, 1 done; without slow motion everything is done.
   * @param {DiagramState} state
   * @param {PhaseName} phase
   * @param {number} from
   * @param {number} to
   */
  function reach(state, phase, from, to) {
    if (!state.phase) return 1;
    const ahead = CELL_ORDER.indexOf(phase) - CELL_ORDER.indexOf(state.phase.name);
    if (ahead || state.reduced) return ahead > 0 ? 0 : 1;
    return Math.max(0, Math.min(1, (state.phase.progress - from) / (to - from)));
  }

  /**
   * Whether slow motion has come to a moment of a phase.
   * @param {DiagramState} state
   * @param {PhaseName} phase
   * @param {number} at
   */
  function known(state, phase, at) {
    return reach(state, phase, at - 1e-3, at) === 1;
  }

  /**
   * The one number a wire carries: undefined for a vector, null for a number not known yet.
   * @param {DiagramState} state
   * @param {Carried} key
   * @returns {number | null | undefined}
   */
  function carried(state, key) {
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
      const done = reach(state, wire.phase, wire.from, wire.to),
        now = state.phase?.name === wire.phase;
      const value = carried(state, wire.carry);
      const kind = value === undefined ? " cell-double" : value === null ? " cell-plain" : "";
      const cls = `${kind}${now ? " cell-now" : ""}${done > 0 ? "" : " cell-none"}`;
      const size = value != null && Number.isFinite(value) ? Math.min(1, Math.abs(value)) : 0;
      const [width, about] = value === undefined ? [4.2, 2] : value === null ? [1.6, 1.5] : [1.4 + 4.4 * size, 1.5];
      cellSet(wire.casing, "class", "cell-casing" + cls);
      cellSet(wire.core, "class", "cell-core" + cls);
      cellSet(wire.casing, "stroke-width", (width + about).toFixed(2));
      cellSet(wire.core, "stroke-width", width.toFixed(2));
      for (const line of [wire.casing, wire.core]) {
        cellSet(line, "stroke-dasharray", done < 1 ? `${done.toFixed(3)} 2` : "none");
      }
      if (wire.head) cellSet(wire.head, "class", `cell-tip${cls}${done < 1 ? " cell-none" : ""}`);
      if (value != null) {
        const sum = wire.carry === "inner" || wire.carry === "gated";
        const colour = state.colour(cellSource(wire.carry), sum ? Math.max(-1, Math.min(1, value)) : value);
        cellSet(wire.core, "stroke", colour);
        if (wire.head) cellSet(wire.head, "fill", colour);
      }
      if (done === 0 || done === 1 || dots === parts.dots.length) continue;
      const [x, y] = cellAlong(wire.points, done),
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
      const done = known(state, strip.phase, strip.at),
        now = state.phase?.name === strip.phase;
      const single = strip.key === "x" && state.mode === "unit" && state.numbers.x !== null;
      cellSet(strip.group, "class", single ? "cell-none" : done || now ? "cell-part" : "cell-part cell-todo");
      cellSet(strip.cells, "class", done ? "" : "cell-hide");
      if (single || !done) continue;
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
   * As many rectangles as there are cells, each a hair too long so that no seam shows.
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
    const about = state.approximate ? "≈" : "";
    for (const { key, text, phase, at, cls, decimals } of parts.numbers) {
      const value = carried(state, key),
        shown = compactNumber(value, decimals);
      cellSay(text, shown && about + shown);
      const hidden = known(state, phase, at) ? "" : " cell-hide";
      cellSet(text, "class", cls + (value !== value ? " cell-quiet" : "") + hidden);
    }
    for (const { gate, group, at, texts } of parts.sums) {
      const sum = state.sums?.[gate];
      // their place is kept while they are on their way; where nobody can tell them there is none
      cellSet(group, "class", (sum || state.canAsk) && known(state, gate, at) ? "" : "cell-hide");
      for (const [key, text] of texts) cellSay(text, compactNumber(sum?.[key], 3));
    }
  }

  /**
   * @param {CellParts} parts
   * @param {DiagramState} state
   */
  function drawNodes(parts, state) {
    for (const low of parts.previous) cellSay(low, state.reverse ? "t+1" : "t−1");
    const about = state.approximate ? "≈" : "";
    for (const { group, phase, from, base, name } of parts.veils) {
      const veil = !known(state, phase, from) ? " cell-todo" : state.phase?.name === phase ? " cell-now" : "";
      const byHand = state.mode === "unit" && state.byHand.some((each) => each === name);
      cellSet(
        group,
        "class",
        base + veil + (name && name === state.gate ? " cell-chosen" : "") + (byHand ? " cell-by-hand" : ""),
      );
      if (!name) continue;
      const value = carried(state, name),
        said = word(`cell_name_${CELL_WORD[name] ?? name}`),
        meant =
          value === undefined
            ? fill(word("cell_vector"), { name: said, count: state.vectors[name].length })
            : `${said}${byHand ? ` ${word("term_by_hand")}` : ""}: ${about}${compactNumber(value, 4)}`;
      cellSet(group, "aria-label", `${seenIn(group)}, ${meant}`);
    }
  }

  /**
   * @param {CellParts} parts
   * @param {DiagramState} state
   */
  function drawCaption(parts, state) {
    const all = state.some ? fill(word("cell_some"), { count: state.some }) : word("cell_all"),
      unit = state.mode === "unit" ? state.unitName : all;
    for (const each of parts.all) cellSay(each, all);
    const more = [state.reverse && word("cell_reverse"), state.below && word("cell_below")].filter(Boolean);
    const rest = ["", fill(word("cell_step"), { t: state.t }), ...more].join(" · ");
    const taken = [...rest].reduce((sum, letter) => sum + cellWide(letter), 0);
    cellSay(parts.caption, cellClip(String(unit), (svg.closest("[data-type=projector]") ? 233 : 284) - taken) + rest);
    cellSet(svg, "aria-label", `${word("cell_title")} · ${unit}${rest}`);
  }

  /**
   * Draw a state; called at every frame, it touches only what changed.
   * @param {DiagramState} state
   */
  function update(state) {
    last = state;
    if (!picture || built !== `${state.mode} ${state.reset}`) picture = build(state);
    for (const draw of [drawWires, drawStrips, drawNumbers, drawNodes, drawCaption]) draw(picture, state);
  }

  /**
   * Change the language in place.
   * @param {Words} changed
   */
  function setWords(changed) {
    words = changed;
    built = "";
    if (last) update(last);
  }

  return { update, setWords };
}

/**
 * What has the focus where the diagram is.
 * @param {Element} within
 */
function focused(within) {
  const tree = within.getRootNode();
  return tree instanceof Document || tree instanceof ShadowRoot ? tree.activeElement : null;
}

/**
 * What is written at a node: whoever speaks to a computer says what is seen, so its name begins with it.
 * @param {Element} node
 */
function seenIn(node) {
  return [...node.querySelectorAll("text")]
    .map(({ textContent }) => textContent)
    .filter(Boolean)
    .join(" ");
}

/** @param {Element} node  of the picture, or none of it */
function nameOf(node) {
  return node.getAttribute("data-name");
}
