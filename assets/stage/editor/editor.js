// The what-if editor as a part: it connects the session, its commands, the strip and the drag tools.

/** @import { Message } from "../data/message.js" */
/** @import { Part, Ports } from "../view/ports.js" */
/** @import { SceneChange } from "../view/store_types.js" */
import { button, element } from "../view/elements.js";
import { EditCommands } from "./commands.js";
import { DragTool } from "./drag.js";
import { EditOverlay } from "./edit_overlay.js";
import { EditSession } from "./edit_session.js";
import { Sentences } from "./sentences.js";
import { Toolbar } from "./toolbar.js";
import { WeightGrid } from "./weight_grid.js";

/** @typedef {Pick<Ports, "state" | "page" | "root" | "slot" | "on" | "command" | "onKey" | "paint">} EditorPorts */

/**
 * Make the part.
 * @returns {Editor}
 */
export function whatIfEditor() {
  return new Editor();
}

/** @implements {Part} */
export class Editor {
  constructor() {
    this.slot = "strip";
    this.strip = element("div", "bench");
    this.strip.dataset.part = "bench";
    this.strip.setAttribute("role", "group");
    this.strip.hidden = true;
    this.opener = button("toggle", [], () => {});
    Object.assign(this.opener.dataset, { do: "whatif", part: "whatif" });
    this.below = element("p", "aside");
    this.below.dataset.part = "aside";
    this.below.hidden = true;
  }

  /**
   * @param {HTMLElement} host
   * @param {EditorPorts} ports
   */
  mount(host, ports) {
    const { state, page, root, on } = ports;
    this.ports = ports;
    const session = new EditSession(state, {
      onChange: () => this.write(),
      onRest: () => this.announce(),
    });
    const commands = new EditCommands(session, {
      current: () => state,
      onToolChange: (tool) => {
        root.classList.toggle("in-hand", tool !== "look");
        root.dataset.tool = tool;
        this.toolbar?.showForm();
        ports.paint();
      },
      onTargetChange: () => {
        this.write();
        ports.paint();
      },
    });
    const sentences = new Sentences(session),
      drag = new DragTool(session, commands, state),
      grid = new WeightGrid({ state, session, commands });
    this.session = session;
    this.commands = commands;
    this.sentences = sentences;
    this.grid = grid;
    this.toolbar = new Toolbar(this.strip, {
      state,
      page,
      session,
      commands,
      sentences,
      canShowWeights: () => grid.layer !== null,
      showWeights: (open) => this.showWeights(open),
      openCompare: () => this.compare(),
    });
    state.overlay = new EditOverlay(session, { look: () => state.look, target: () => commands.selectedTarget });
    state.pressHandlers.push(drag);
    state.explainers.push(() => session.explain());
    host.append(this.strip);
    ports.slot("tools")?.append(this.opener);
    ports.slot("cell")?.append(grid.host);
    ports.slot("foot")?.append(this.below);
    ports.command("whatif", () => this.toggle());
    ports.command("writeEdits", () => {
      if (session.isEdited) session.write(); // otherwise they are written once nothing has changed for a moment
    });
    ports.onKey((event) => commands.key(event), true);
    on("response", (/** @type {Message} */ message) => {
      const { header } = message;
      // an error names its request, which may be about an earlier trace
      if (header.trace === state.scene.trace.id || header.kind === "error") session.respond(message);
    });
    on("givenUp", (/** @type {{kind: string}} */ { kind }) => session.dropRequest(kind));
    on("leave", () => {
      session.leave();
      drag.cancel();
    });
    on("layer", () => session.layerChanged());
    on("scene", (/** @type {SceneChange} */ change) => {
      if (change.isNewTrace || change.isNewView) commands.selectedTarget = null;
      session.take(change);
      this.speak(); // the session knows whether there is a model
    });
  }

  speak() {
    const { ports, opener, below } = this;
    if (!ports) return;
    const { words, baseScene } = ports.state;
    opener.textContent = words.whatif_short;
    opener.title = this.canEdit ? words.whatif : words.whatif_no_model;
    opener.setAttribute("aria-disabled", String(!this.canEdit));
    opener.hidden = !!baseScene.form; // the runs of Compare are edited on Explore
    below.textContent = words.whatif_aside;
  }

  /** Whether the model is on the page, or a server can be asked for it. */
  get canEdit() {
    return !!this.session?.knownModel || !!this.ports?.state.canAnswer("model");
  }

  /** Open or close the strip. */
  toggle() {
    const { ports, session, commands } = this;
    if (!ports || !session || !commands || ports.state.baseScene.form) return;
    if (!this.canEdit) return ports.state.emit("hint", ports.state.words.whatif_no_model);
    session.isOpen = !session.isOpen;
    if (session.isOpen) {
      this.write();
      if (!session.runs.isSettled) session.runs.load();
    } else commands.takeTool("look");
    this.write();
    session.refit();
    ports.state.emit("layout");
    ports.paint();
  }

  /** Show the edited run beside the free run, on another page. */
  compare() {
    const { ports, session } = this;
    if (!ports || !session) return;
    session.write();
    const { bent, drawn, t, unit, gate, layer } = ports.state.view;
    const query = new URLSearchParams({ bent, drawn, t: String(t), unit: String(unit), gate, layer: String(layer) });
    ports.page.choose?.("compare", String(query));
  }

  /**
   * Show the grid of weights in place of the cell diagram, or close it.
   * @param {boolean} open
   */
  showWeights(open) {
    const { ports, grid } = this;
    if (!ports || !grid) return;
    grid.host.hidden = !open;
    ports.root.classList.toggle("weighing", open);
    if (open) grid.draw();
  }

  /** Update the strip and the button from the session. */
  write() {
    const { ports, session, toolbar, opener } = this;
    if (!session || !toolbar) return;
    toolbar.write();
    opener.setAttribute("aria-pressed", String(session.isOpen));
    ports?.root.classList.toggle("editing", session.isOpen);
    opener.classList.toggle("acting", session.isEdited && !session.isOpen);
  }

  /** Tell screen readers what the edits change. */
  announce() {
    const { ports, session, sentences } = this;
    if (ports && sentences && session?.isOpen) ports.state.emit("announce", sentences.sentence());
  }

  update() {
    const { ports, session } = this;
    this.below.hidden = !session?.showsEdits || !ports?.state.canAnswer("figure"); // a plain page has nothing below
  }

  destroy() {
    this.session?.destroy();
    for (const node of [this.strip, this.opener, this.grid?.host, this.below]) node?.remove();
  }
}
