// What the stage knows: unpacked messages, tiles of a trace, colours, numbers as text. See gruviz/scene.py for the format.

const GATES = ["z", "r", "n", "h"];
const LEVELS = 4096;
const KEPT_TILES = 8;

// One message of gruviz.packing.pack: its header, and its arrays as views of one aligned copy
function unpack(bytes) {
  const buffer = bytes.slice().buffer;
  const size = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
  const arrays = {};
  for (const [name, { offset, shape, type }] of Object.entries(header.arrays ?? {})) {
    const Kind = type === "i4" ? Int32Array : Float32Array;
    arrays[name] = new Kind(buffer, 4 + size + offset, shape.reduce((a, b) => a * b, 1));
    arrays[name].columns = shape[0];
    arrays[name].rows = shape[1] ?? 1;
  }
  return { header, arrays };
}

function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

const packed = ([red, green, blue]) => (255 << 24 | Math.round(blue) << 16 | Math.round(green) << 8 | Math.round(red)) >>> 0;

// Colours of one domain: a table for pixels, and CSS texts for single cells
class Palette {
  constructor({ low, high, colours }, odd) {
    this.low = low;
    this.high = high;
    this.slack = 1e-6 * (high - low);
    this.nan = packed(rgb(odd.nan));
    this.outside = packed(rgb(odd.outside));
    this.odd = odd;
    const stops = colours.map(rgb);
    this.table = new Uint32Array(LEVELS + 1);
    for (let k = 0; k <= LEVELS; k++) {
      const at = k / LEVELS * (stops.length - 1), left = Math.min(Math.floor(at), stops.length - 2);
      this.table[k] = packed(stops[left].map((value, c) => value + (stops[left + 1][c] - value) * (at - left)));
    }
  }

  pixel(value) {
    if (value !== value) return this.nan;
    if (value < this.low - this.slack || value > this.high + this.slack) return this.outside;
    const level = (value - this.low) / (this.high - this.low) * LEVELS + 0.5 | 0;
    return this.table[level < 0 ? 0 : level > LEVELS ? LEVELS : level];
  }

  css(value) {
    const pixel = this.pixel(value);
    return `rgb(${pixel & 255},${pixel >> 8 & 255},${pixel >> 16 & 255})`;
  }
}

// Some steps of one layer; `each` steps share a column where they are pooled
class Tile {
  constructor(header, arrays) {
    Object.assign(this, header);
    this.arrays = arrays;
    this.columns = arrays.z.columns;
    this.units = arrays.z.rows;
    this.exact = this.each === 1;
  }

  holds(layer, t) {
    return this.layer === layer && t >= this.first && t <= this.last;
  }

  covers(layer, first, last) {
    return this.layer === layer && this.first <= first && this.last >= last;
  }

  column(t) {
    return Math.floor((t - this.first) / this.each);
  }

  // How many steps a column stands for: the last may hold fewer
  weight(column) {
    return Math.min(this.each, this.last + 1 - this.first - column * this.each);
  }

  array(name, statistic) {
    return this.exact || statistic === "mean" ? this.arrays[name] : this.arrays[`${name}_${statistic}`];
  }
}

// All that is known of one trace, newest first
class Tiles {
  constructor(steps, reverse) {
    this.tiles = [];
    this.steps = steps;
    this.reverse = reverse;
  }

  // Overviews stay: they are what is seen while something finer is on its way; so does what is on the screen
  add(header, arrays, onScreen) {
    const tile = new Tile(header, arrays);
    this.tiles = [tile, ...this.tiles.filter((old) => !old.covers(tile.layer, tile.first, tile.last) || old.first < tile.first || old.last > tile.last)];
    const spare = this.tiles.filter((old) => old !== onScreen && !old.covers(old.layer, 0, this.steps - 1));
    if (spare.length > KEPT_TILES) this.tiles.splice(this.tiles.indexOf(spare.at(-1)), 1);
  }

  has(layer, first, last) {
    return this.tiles.some((tile) => tile.layer === layer && tile.first === first && tile.last === last);
  }

  finest(layer, t) {
    let best = null;
    for (const tile of this.tiles) if (tile.holds(layer, t) && (!best || tile.each < best.each)) best = tile;
    return best;
  }

  // What to draw of steps first to last: the finest tile that covers them all
  covering(layer, first, last) {
    let best = null;
    for (const tile of this.tiles) if (tile.covers(layer, first, last) && (!best || tile.each < best.each)) best = tile;
    return best;
  }

  vector(name, layer, t) {
    const tile = this.finest(layer, t), array = tile?.arrays[name];
    return array ? array.subarray(tile.column(t) * array.rows, (tile.column(t) + 1) * array.rows) : null;
  }

  // The state a step starts from: exact tiles only
  previous(layer, t) {
    const before = this.reverse(layer) ? t + 1 : t - 1;
    for (const tile of this.tiles) {
      if (!tile.exact || !tile.holds(layer, t)) continue;
      if (tile.holds(layer, before)) return tile.arrays.h.subarray((before - tile.first) * tile.units, (before - tile.first + 1) * tile.units);
      return tile.arrays.before;
    }
    return null;
  }
}

// "{name}" of a sentence filled in
function fill(text, fields) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => name in fields ? fields[name] : whole);
}

// The hover sentences are shared with the Plotly figures: %{z:.4f}, %{z:.2%}
function fillHover(text, value) {
  return text.replace(/%\{z:\.(\d)(f|%)\}/g, (_, digits, kind) => kind === "%" ? `${signed((value * 100).toFixed(digits))}%` : number(value, +digits));
}

// JSON has no NaN and no inf: they come as texts
const real = (value) => typeof value === "string" ? { nan: NaN, inf: Infinity, "-inf": -Infinity }[value] : value;

const signed = (text) => text.replace("-", "\u2212");

function number(value, digits = 4) {
  if (value === null || value === undefined) return "\u2013";
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "\u221e" : "\u2212\u221e";
  const size = Math.abs(value);
  if (size >= 1e5 || (size > 0 && size < 1e-4 && digits > 4)) return signed(value.toExponential(2));
  const text = value.toFixed(size >= 1000 ? Math.min(1, digits) : size >= 100 ? Math.min(2, digits) : digits);
  return signed(/^-0\.?0*$/.test(text) ? text.slice(1) : text);
}

// The same choice where there are fewer units or other names: what is not there is left out
function withinUnits(text, count, names) {
  const found = parseUnits(text, Infinity, names);
  if (found.wrong === undefined && [...found.units].every((unit) => unit < count)) return text;
  return text.split(/[,;\s]+/).map((word) => word.replace(/[-\u2013:]\d+$/, (end) => end[0] + Math.min(+end.slice(1), count - 1)))
    .filter((word) => parseUnits(word, count, names).units?.size).join(", ");
}

// "0-7, 12, half-way" -> unit numbers, or the first word that is neither a number nor a name
function parseUnits(text, count, names) {
  const chosen = new Set();
  const pieces = text.split(/[,;]/).map((piece) => piece.trim()).filter(Boolean);
  for (const word of pieces.flatMap((piece) => names.includes(piece) ? [piece] : piece.split(/\s+/))) {
    const range = word.match(/^(\d+)(?:[-\u2013:](\d+))?$/), named = names.indexOf(word);
    const ends = named >= 0 ? [named, named] : range ? [+range[1], +(range[2] ?? range[1])] : null;
    if (!ends || Math.max(...ends) >= count) return { wrong: word };
    for (let unit = Math.min(...ends); unit <= Math.max(...ends); unit++) chosen.add(unit);
  }
  return { units: chosen };
}
