// A small figure: one panel, the cursor and a play bar. A page can have many of them.

/** @import { Message } from "../data/message.js" */
/** @import { Gate } from "../data/scene_types.js" */
/** @import { PagePorts } from "../view/ports.js" */
/** @import { Stage } from "../stage.js" */
import { SinglePanel } from "../panels/single_panel.js";
import { PlayBar } from "../playback/play_bar.js";
import { mount } from "../stage.js";

/**
 * Put a small figure into a host.
 * @param {HTMLElement} host
 * @param {Message} message  its scene
 * @param {object} [options]
 * @param {Gate} [options.gate]
 * @param {number} [options.height]  px of the panel
 * @param {PagePorts} [options.ports]
 * @returns {Stage}
 */
export function figure(host, message, { gate = "h", height, ports } = {}) {
  return mount(host, message, {
    parts: [new PlayBar(), new SinglePanel(gate)],
    height,
    ports,
  });
}
