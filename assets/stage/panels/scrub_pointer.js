// Pointer over a small figure: press or drag to move the cursor, click a cell to select its unit.

/** @import { Ports } from "../view/ports.js" */

/** @typedef {Pick<Ports, "state">} ScrubPorts */

/**
 * Listen to the pointer.
 * @param {{time: (x: number) => number, at: (x: number, y: number) => {unit: number | null}}} panels
 * @param {Record<string, HTMLElement>} part
 * @param {ScrubPorts} ports
 */
export function scrubPointer(panels, { panels: host }, { state }) {
  const listeners = new AbortController(),
    { signal } = listeners;
  let down = false;
  const move = (/** @type {PointerEvent} */ event) => {
    const box = host.getBoundingClientRect(),
      x = event.clientX - box.left,
      { unit } = panels.at(x, event.clientY - box.top);
    state.stop();
    state.set({ t: Math.max(0, Math.floor(panels.time(x))), ...(unit === null ? {} : { unit }) });
  };
  host.addEventListener(
    "pointerdown",
    (event) => {
      if (event.pointerType === "mouse" && event.button !== 0) return;
      down = true;
      host.setPointerCapture(event.pointerId);
      move(event);
    },
    { signal },
  );
  host.addEventListener("pointermove", (event) => (down ? move(event) : undefined), { signal });
  for (const end of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
    host.addEventListener(end, () => (down = false), { signal });
  }
  return () => listeners.abort();
}
