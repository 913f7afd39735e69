// Ties the page to the browser: writes the settings into the address, draws the time cursor over the Plotly
// charts without redrawing them, and reports a clicked heatmap cell. Called again on every change of its data.

const instances = new WeakMap();
const CHARTS = ".st-key-heatmaps .js-plotly-plot, .st-key-lines .js-plotly-plot";

function writeAddress({ names, prefix, query }) {
  const url = new URL(window.location.href);
  for (const key of [...url.searchParams.keys()]) {
    if (names.includes(key) || key.startsWith(prefix)) url.searchParams.delete(key);
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

function drawCursor(chart, { step, unit, ink, halo }) {
  const layout = chart._fullLayout;
  if (!layout?.xaxis?._length) return;
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
  const heat = (chart._fullData ?? []).filter((data) => data.type === "heatmap" && "zrnh".includes(data.name));
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
  if (theme !== instance.data.theme && theme !== instance.reported) setTriggerValue("theme", theme);
  instance.reported = theme;
}

function watch(instance) {
  for (const chart of document.querySelectorAll(CHARTS)) {
    if (!chart.on || !chart._fullLayout) continue;
    if (instance.charts.get(chart) !== chart._gruvizWatch || !chart._gruvizWatch) {
      chart._gruvizWatch = {};
      instance.charts.set(chart, chart._gruvizWatch);
      chart.on("plotly_afterplot", () => drawCursor(chart, instance.data));
      chart.on("plotly_click", ({ points: [point] }) => {
        const onGate = point.data.type === "heatmap" && point.data.name !== "x";
        instance.pick({ step: Math.round(point.x), unit: onGate ? Math.round(point.y) : null });
      });
    }
    drawCursor(chart, instance.data);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  let instance = instances.get(parentElement);
  if (!instance) {
    instance = { charts: new WeakMap() };
    instances.set(parentElement, instance);
    let asked = false;
    instance.observer = new MutationObserver((changes) => {
      // our own overlay changes the page too
      if (asked || changes.every((change) => change.target.closest?.(".gruviz-cursor") || change.target.querySelector?.(":scope > .gruviz-cursor"))) return;
      asked = true;
      requestAnimationFrame(() => { asked = false; watch(instance); });
    });
    instance.observer.observe(document.body, { childList: true, subtree: true });
  }
  instance.data = data;
  instance.pick = (value) => setTriggerValue("pick", value);
  writeAddress(data);
  watch(instance);
  // the new theme's colours are in place a frame later
  requestAnimationFrame(() => requestAnimationFrame(() => reportTheme(instance, setTriggerValue)));
  return () => { instance.observer.disconnect(); instances.delete(parentElement); };
}
