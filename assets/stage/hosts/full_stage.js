// Lists of parts: those of a full stage, and those of a difference stage.

/** @import { Part } from "../view/ports.js" */
import { cellDiagram } from "../cell/cell_part.js";
import { equations } from "../cell/equations_part.js";
import { explanation } from "../cell/explanation_part.js";
import { announcer } from "../controls/announcer.js";
import { headline } from "../controls/headline.js";
import { inputHub } from "../controls/input_hub.js";
import { keyboard } from "../controls/keyboard.js";
import { layers } from "../controls/layers.js";
import { tools } from "../controls/tools.js";
import { whatIfEditor } from "../editor/editor.js";
import { detailMarks } from "../panels/detail_marks.js";
import { heatmapPanels } from "../panels/heatmap_panels.js";
import { inputRow } from "../panels/input_row.js";
import { outputRow } from "../panels/output_row.js";
import { overviewBar } from "../panels/overview_bar.js";
import { PanelsPointer } from "../panels/pointer.js";
import { stepLabels, targetLabels } from "../panels/step_labels.js";
import { transport } from "../playback/transport.js";
import { rankNumber } from "../view/more_formats.js";
import { selectedOutput } from "../view/prediction.js";
import { cursorLink } from "../view/cursor_link.js";
import { serverFeed } from "../view/server_feed.js";
import { trail } from "../view/trail.js";
import { windowSettler } from "../view/zoom.js";

/** Make the part with all panels. */
function panels() {
  return heatmapPanels({
    rows: [inputRow, outputRow],
    extras: [stepLabels, targetLabels, overviewBar],
    marks: detailMarks,
    canEnlarge: true,
    pointer: (surface, part, ports) => new PanelsPointer(surface, part, ports),
    output: selectedOutput,
    rank: rankNumber,
  });
}

/** Return the parts that come first on every stage, in the order of their slots. */
function first() {
  return [
    inputHub(),
    serverFeed(),
    cursorLink(),
    trail(),
    windowSettler(),
    headline(),
    transport(),
    tools(),
    layers(),
    panels(),
  ];
}

/** Return the parts that come last on every stage. */
function last() {
  return [announcer(), keyboard()];
}

/**
 * Make the parts of a full stage.
 * @returns {Part[]}
 */
export function fullParts() {
  return [...first(), cellDiagram(), equations(), explanation(), whatIfEditor(), ...last()];
}

/**
 * Make the parts of a difference stage.
 * @returns {Part[]}
 */
export function differenceParts() {
  return [...first(), ...last()];
}
