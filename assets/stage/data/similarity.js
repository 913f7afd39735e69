// Similarity of units over time: their clusters, and their first principal component. See gruviz/tracing/analysis.py.
//
// Sources: Lance, Williams 1967 (Computer Journal 9:373) and Murtagh 1983 (Computer Journal 26:354) for average linkage
// by chains of nearest neighbours; Gruvaeus, Wainer 1972 (Br. J. Math. Stat. Psychol. 25:200) for turning clusters;
// Lanczos 1950 (J. Res. Natl. Bur. Stand. 45:255), begun anew from its best vector, for the principal component.

const BASIS = 24; // vectors before it is begun anew
const RESTARTS = 200;
const SETTLED = 1e-13; // of each entry: what rounding leaves

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
function dot(a, b) {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

/**
 * An order of units in which those that move together stand together; distance 1 - correlation.
 * @param {readonly Float64Array[]} h  of each unit over time, centred, none of them 0 throughout
 * @returns {number[]}
 */
export function clusterOrder(h) {
  const unit = h.map((values) => {
    const norm = Math.sqrt(dot(values, values));
    return values.map((value) => value / norm);
  });
  const apart = unit.map(() => new Float64Array(h.length));
  unit.forEach((one, a) => {
    for (let b = a; b < h.length; b++) apart[a][b] = apart[b][a] = Math.round((1 - dot(one, unit[b])) * 1e12) / 1e12; // equal distances differ in the last digits
  });
  return leavesOf(averageLinkage(apart), apart);
}

/** @typedef {[number, number]} Merge  the cluster that holds the second joins the one that goes by the first */

/**
 * Hierarchical clustering: the distance of two clusters is the mean over all pairs of their members.
 * @param {readonly Float64Array[]} distances
 * @returns {Merge[]}  a join comes after those of its parts
 */
function averageLinkage(distances) {
  const count = distances.length,
    d = distances.map((row) => row.slice()),
    size = new Float64Array(count).fill(1);
  /** @type {Merge[]} */
  const merges = [];
  /** @type {number[]} */
  const chain = [];
  d.forEach((row, k) => {
    row[k] = Infinity;
  });
  while (merges.length < count - 1) {
    if (!chain.length) chain.push(size.findIndex((each) => each > 0));
    const end = chain[chain.length - 1],
      near = d[end].reduce((best, value, k) => (value < d[end][best] ? k : best), 0);
    // a tie goes back and joins: the chain never walks in circles
    if (chain.length < 2 || d[end][near] < d[end][chain[chain.length - 2]]) {
      chain.push(near);
      continue;
    }
    const [a, b] = chain.splice(-2).sort((p, q) => p - q),
      both = size[a] + size[b];
    merges.push([a, b]);
    for (let k = 0; k < count; k++) {
      const mean = (size[a] * d[a][k] + size[b] * d[b][k]) / both;
      // a mean lies between its two numbers, but rounding could put it outside and break the chain
      d[k][a] = d[a][k] = Math.min(Math.max(mean, Math.min(d[a][k], d[b][k])), Math.max(d[a][k], d[b][k]));
    }
    for (let k = 0; k < count; k++) d[b][k] = d[k][b] = Infinity;
    d[a][a] = Infinity;
    [size[a], size[b]] = [both, 0];
  }
  return merges;
}

/**
 * The leaves of a tree from left to right, each join turned so that its most similar ends meet.
 * @param {readonly Merge[]} merges
 * @param {readonly Float64Array[]} apart
 */
function leavesOf(merges, apart) {
  const held = apart.map((_, k) => [k]);
  for (const [a, b] of merges) {
    const left = held[a],
      right = held[b],
      [otherLeft, otherRight] = [left.toReversed(), right.toReversed()];
    const turns = [
      [left, right],
      [left, otherRight],
      [otherLeft, right],
      [otherLeft, otherRight],
    ];
    const gap = (/** @type {number[][]} */ [one, other]) => apart[one[one.length - 1]][other[0]],
      best = turns.reduce((found, turn) => (gap(turn) < gap(found) ? turn : found));
    held[a] = best.flat();
  }
  const leaves = held[0] ?? [];
  // either end may be the beginning
  return leaves.length && leaves[leaves.length - 1] < leaves[0] ? leaves.toReversed() : leaves;
}

/**
 * The first principal component of units over time, its largest |entry| 1.
 * @param {readonly Float64Array[]} h  of each unit over time, centred
 * @returns {Float64Array}
 */
export function principalAxis(h) {
  const count = h.length,
    together = h.map(() => new Float64Array(count));
  h.forEach((one, a) => {
    for (let b = a; b < count; b++) together[a][b] = together[b][a] = dot(one, h[b]);
  });
  const times = (/** @type {Float64Array} */ v) => Float64Array.from(together, (row) => dot(row, v));
  // uneven, so that it is at right angles to no likely answer
  let best = Float64Array.from({ length: count }, (_, k) => 1 + Math.sin(12.9898 * (k + 1)) / 2);
  for (let restart = 0, off = Infinity; restart < RESTARTS && off > SETTLED; restart++) {
    const next = bestOf(best, times, Math.min(BASIS, count)),
      way = Math.sign(dot(next, best));
    off = next.reduce((most, value, k) => Math.max(most, Math.abs(value - way * best[k])), 0);
    best = next;
  }
  const most = best.reduce((found, value) => (Math.abs(value) > Math.abs(found) ? value : found), 0);
  // rounded, for equal units differ in the last digits; after that the first of the largest counts as positive
  const rounded = best.map((value) => Math.round((value / Math.abs(most)) * 1e9) / 1e9);
  const sign = Math.sign(rounded.reduce((found, value) => (Math.abs(value) > Math.abs(found) ? value : found), 0));
  return rounded.map((value) => value * sign);
}

/**
 * The best vector among those that a matrix makes of one again and again.
 * @param {Float64Array} start
 * @param {(v: Float64Array) => Float64Array} times
 * @param {number} size  most of them
 */
function bestOf(start, times, size) {
  /** @type {Float64Array[]} */
  const basis = [];
  /** @type {Float64Array[]} */
  const images = [];
  let next = start;
  while (basis.length < size) {
    const before = Math.sqrt(dot(next, next));
    // twice: once leaves what rounding left
    for (let pass = 0; pass < 2; pass++)
      for (const v of basis) {
        const along = dot(v, next);
        next = next.map((value, k) => value - along * v[k]);
      }
    const norm = Math.sqrt(dot(next, next));
    if (!(norm > 1e-13 * before)) break;
    const v = next.map((value) => value / norm);
    basis.push(v);
    next = times(v);
    images.push(next);
  }
  const small = basis.map((v) => Float64Array.from(images, (image) => dot(v, image))),
    weights = largestEigenvector(small);
  const found = new Float64Array(start.length);
  basis.forEach((v, k) => {
    for (let unit = 0; unit < found.length; unit++) found[unit] += weights[k] * v[unit];
  });
  const norm = Math.sqrt(dot(found, found));
  return found.map((value) => value / norm);
}

/**
 * Of a small symmetric matrix, by Jacobi's rotations.
 * @param {Float64Array[]} matrix  is changed
 */
function largestEigenvector(matrix) {
  const count = matrix.length,
    vectors = matrix.map((_, k) => Float64Array.from({ length: count }, (__, j) => Number(j === k)));
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    for (let p = 0; p < count; p++) {
      for (let q = p + 1; q < count; q++) {
        const { [q]: apq } = matrix[p];
        off = Math.max(off, Math.abs(apq) / (Math.abs(matrix[p][p]) + Math.abs(matrix[q][q]) || 1));
        if (apq === 0) continue;
        const theta = (matrix[q][q] - matrix[p][p]) / (2 * apq),
          tan = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1)),
          cos = 1 / Math.hypot(tan, 1),
          sin = tan * cos;
        for (const rows of [matrix, vectors]) rotate(rows, p, q, cos, sin);
        for (let k = 0; k < count; k++) [matrix[k][p], matrix[k][q]] = turnedBy(matrix[k][p], matrix[k][q], cos, sin);
      }
    }
    if (off < 1e-17) break;
  }
  const best = matrix.reduce((found, row, k) => (row[k] > matrix[found][found] ? k : found), 0);
  return vectors[best];
}

/** @param {number} a @param {number} b @param {number} cos @param {number} sin */
function turnedBy(a, b, cos, sin) {
  return [cos * a - sin * b, sin * a + cos * b];
}

/** @param {Float64Array[]} rows @param {number} p @param {number} q @param {number} cos @param {number} sin */
function rotate(rows, p, q, cos, sin) {
  for (let k = 0; k < rows.length; k++) [rows[p][k], rows[q][k]] = turnedBy(rows[p][k], rows[q][k], cos, sin);
}
