// @ts-nocheck  its types are still to be written
// Small things drawn and measured on a canvas.

// 1, 2, 5, 10, 20 ... at least `wanted`
export function niceStep(wanted) {
  const power = 10 ** Math.floor(Math.log10(Math.max(wanted, 1)));
  return Math.max(1, [1, 2, 5, 10].map((k) => k * power).find((step) => step >= wanted));
}

export function shorten(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let cut = text;
  while (cut.length > 1 && context.measureText(`${cut}\u2026`).width > room) cut = cut.slice(0, -1);
  return `${cut}\u2026`;
}

export function roundedRect(context, x, y, width, height, radius) {
  context.beginPath();
  context.roundRect(x, y, width, height, Math.min(radius, width / 2, height / 2));
  context.fill();
}
