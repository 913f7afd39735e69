// Ties the page to the browser: writes Python's part of the settings into the address, reports the theme, carries the
// stage's questions to Python and the replies back, and draws the stage's cell over the Plotly charts.
// window.gruvizStage is where it meets assets/stage.js. Called again on every change of its data.

const instances = new WeakMap();
const CHARTS = ".st-key-heatmaps .js-plotly-plot, .st-key-lines .js-plotly-plot";
const GATES = "zrnh";
const LEAVES = "[data-testid=stTopNavLink], [data-testid=stSidebarNavLink], .st-key-train_send button";
const QUIET = 4000;  // ms

function writeAddress({ names, prefixes, query }) {
  const url = new URL(window.location.href);
  for (const key of [...url.searchParams.keys()]) {
    if (names.includes(key) || prefixes.some((prefix) => key.startsWith(prefix))) url.searchParams.delete(key);
  }
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  if (url.href !== window.location.href) window.history.replaceState(window.history.state, "", url);
}

// A box in chart pixels, or null where the step or unit lies outside the axis
function cellOn(xaxis, yaxis, step, unit) {
  const ends = (axis, at) => [axis.l2p(at - 0.5), axis.l2p(at + 0.5)].sort((a, b) => a - b);
  const [left, right] = ends(xaxis, step);
  const [top, bottom] = ends(yaxis, unit);
  if (right < 0 || left > xaxis._length || bottom < 0 || top > yaxis._length) return null;
  // the frame goes around the cell, not over it
  const width = Math.max(right - left, 3) + 4, height = Math.max(bottom - top, 3) + 4;
  return {
    left: xaxis._offset + (left + right) / 2 - width / 2, width,
    top: yaxis._offset + (top + bottom) / 2 - height / 2, height,
  };
}

function piece(overlay, style) {
  const div = document.createElement("div");
  Object.assign(div.style, { position: "absolute", boxSizing: "border-box" });
  for (const [key, value] of Object.entries(style)) div.style[key] = typeof value === "number" ? `${value}px` : value;
  overlay.append(div);
}

function drawCursor(chart, { ink, halo }) {
  const layout = chart._fullLayout, cell = window.gruvizStage?.cell;
  if (!layout?.xaxis?._length || !cell) return;
  const { t: step, unit } = cell;
  let overlay = chart.querySelector(".gruviz-cursor");
  if (!overlay) {
    overlay = document.createElement("div");
    overlay.className = "gruviz-cursor";
    Object.assign(overlay.style, { position: "absolute", inset: "0", pointerEvents: "none" });
    // under the layer of hover texts
    chart.querySelector(".hoverlayer").closest("svg").before(overlay);
  }
  overlay.replaceChildren();
  const xaxis = layout.xaxis;
  const yaxes = Object.keys(layout).filter((key) => /^yaxis\d*$/.test(key)).map((key) => layout[key]);
  const heat = (chart._fullData ?? []).filter((data) => data.type === "heatmap" && GATES.includes(data.name));
  const [left, right] = [xaxis.l2p(step - 0.5), xaxis.l2p(step + 0.5)];
  const inside = (at) => at >= -2 && at <= xaxis._length + 2;
  for (const axis of yaxes) {
    const tall = { top: axis._offset, height: axis._length };
    if (!heat.length) {
      // a veil over the step of a line chart: the line itself stays visible
      const width = Math.max(right - left, 3);
      if (inside((left + right) / 2)) piece(overlay, { ...tall, left: xaxis._offset + (left + right - width) / 2, width, background: ink, opacity: "0.3" });
      continue;
    }
    // a line at either side of the step, outside of its cells
    for (const [at, shadow] of [[left - 1, "-1px"], [right, "1px"]]) {
      if (inside(at)) piece(overlay, { ...tall, left: xaxis._offset + at, width: 1, background: ink, boxShadow: `${shadow} 0 ${halo}` });
    }
  }
  for (const { yaxis } of heat) {
    const box = cellOn(xaxis, layout[yaxis.replace("y", "yaxis")], step, unit);
    if (box) piece(overlay, { ...box, border: `2px solid ${ink}`, outline: `1px solid ${halo}`, borderRadius: 2 });
  }
}

// Only Python can redraw the charts in other colours, and it does not hear of a theme switched while the page is open
function reportTheme(instance, setTriggerValue) {
  const page = document.querySelector("[data-testid=stApp]");
  const [red, green, blue] = (getComputedStyle(page).backgroundColor.match(/[\d.]+/g) ?? [255, 255, 255]).map(Number);
  const theme = red + green + blue < 384 ? "dark" : "light";
  if (theme !== instance.page.theme && theme !== instance.reported) setTriggerValue("theme", theme);
  instance.reported = theme;
}

function watch(instance) {
  for (const chart of document.querySelectorAll(CHARTS)) {
    if (!chart.on || !chart._fullLayout) continue;
    if (instance.charts.get(chart) !== chart._gruvizWatch || !chart._gruvizWatch) {
      chart._gruvizWatch = {};
      instance.charts.set(chart, chart._gruvizWatch);
      chart.on("plotly_afterplot", () => drawCursor(chart, instance.page));
      chart.on("plotly_click", ({ points: [point] }) => {
        const gate = GATES.includes(point.data.name) ? point.data.name : undefined;
        const unit = gate && point.data.type === "heatmap" ? Math.round(point.y) : window.gruvizStage?.cell?.unit;
        window.gruvizStage?.goTo?.({ t: Math.round(point.x), unit, gate });
      });
    }
    drawCursor(chart, instance.page);
    if (instance.opened && chart.closest(".st-key-heatmaps")) {
      // charts just asked for are below the stage: show that they are there
      instance.opened = false;
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      chart.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
    }
  }
}

// The header of a packed message (gruviz/packing.py); the arrays are the stage's affair
function headerOf(bytes) {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
}

function deliver(instance, bytes, { trace, reply, kind, open }) {
  const key = `${trace} ${reply}`;
  if (reply === undefined || key === instance.delivered) return;
  instance.delivered = key;
  if (kind === "figure") instance.opened = open;
  window.gruvizStage.deliver?.(bytes);
}

export default function ({ data, parentElement, setTriggerValue }) {
  let instance = instances.get(parentElement);
  if (!instance) {
    instance = { charts: new WeakMap() };
    instances.set(parentElement, instance);
    let asked = false;
    const soon = () => {
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => { asked = false; watch(instance); });
    };
    instance.moved = soon;
    window.addEventListener("gruviz-cell", soon);
    // A question asked of a page that is being left would run there, on the next one, and leave that blank
    instance.left = ({ type, target }) => {
      if (type === "popstate" || target.closest?.(LEAVES)) instance.quiet = performance.now() + QUIET;
    };
    document.addEventListener("click", instance.left, true);
    window.addEventListener("popstate", instance.left);
    instance.observer = new MutationObserver((changes) => {
      // our own overlay changes the page too
      if (!changes.every((change) => change.target.closest?.(".gruviz-cursor") || change.target.querySelector?.(":scope > .gruviz-cursor"))) soon();
    });
    instance.observer.observe(document.body, { childList: true, subtree: true });
  }
  const header = headerOf(data);
  instance.page = header.page;
  const stage = window.gruvizStage ??= {};
  const ask = stage.ask = (question) => {
    if (!(performance.now() < instance.quiet)) setTriggerValue("ask", question);
  };
  writeAddress(header.page);
  deliver(instance, data, header);
  watch(instance);
  // the new theme's colours are in place a frame later
  requestAnimationFrame(() => requestAnimationFrame(() => reportTheme(instance, setTriggerValue)));
  return () => {
    // Streamlit may clean up after an older call than the one that is on the page
    if (window.gruvizStage.ask !== ask) return;
    instance.observer.disconnect();
    window.removeEventListener("gruviz-cell", instance.moved);
    document.removeEventListener("click", instance.left, true);
    window.removeEventListener("popstate", instance.left);
    delete window.gruvizStage.ask;
    instances.delete(parentElement);
  };
}
