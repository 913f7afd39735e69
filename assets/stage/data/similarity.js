// Similarity of units over time: clusters, and the first principal component. See gruviz/tracing/analysis.py.
//
// Sources: Lance, Williams 1967 (Computer Journal 9:373), the update of average linkage; Murtagh 1983 (Computer Journal
// 26:354), the nearest-neighbour chain; Gruvaeus, Wainer 1972 (Br. J. Math. Stat. Psychol. 25:200), the order of leaves;
// Lanczos 1950 (J. Res. Natl. Bur. Stand. 45:255), restarted from its best vector, for the principal component.

const BASIS = 24; // Lanczos vectors per restart
const RESTARTS = 200;
const TOLERANCE = 1e-13; // change of an entry between restarts: float64 rounding

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
function dot(a, b) {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

/**
 * Return the units in the leaf order of a hierarchical clustering; distance: 1 - correlation.
 * @param {readonly Float64Array[]} h  of each unit over time, centred, not constant
 * @returns {number[]}
 */
export function clusterOrder(h) {
  const unit = h.map((values) => {
    const norm = Math.sqrt(dot(values, values));
    return values.map((value) => value / norm);
  });
  const distances = unit.map(() => new Float64Array(h.length));
  unit.forEach((one, a) => {
    for (let b = a; b < h.length; b++)
      distances[a][b] = distances[b][a] = Math.round((1 - dot(one, unit[b])) * 1e12) / 1e12; // rounded: equal distances differ in the last digits
  });
  return leavesOf(averageLinkage(distances), distances);
}

/** @typedef {[number, number]} Merge  cluster b is merged into cluster a; a cluster is identified by its smallest unit */

/**
 * Cluster hierarchically with average linkage, by nearest-neighbour chains.
 * @param {readonly Float64Array[]} distances
 * @returns {Merge[]}  children before parents
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
    // on a tie, merge with the previous cluster: the chain cannot become a cycle
    if (chain.length < 2 || d[end][near] < d[end][chain[chain.length - 2]]) {
      chain.push(near);
      continue;
    }
    const [a, b] = chain.splice(-2).sort((p, q) => p - q),
      both = size[a] + size[b];
    merges.push([a, b]);
    for (let k = 0; k < count; k++) {
      const mean = (size[a] * d[a][k] + size[b] * d[b][k]) / both;
      // clipped: rounding could move the mean outside of its two numbers and break the chain
      d[k][a] = d[a][k] = Math.min(Math.max(mean, Math.min(d[a][k], d[b][k])), Math.max(d[a][k], d[b][k]));
    }
    for (let k = 0; k < count; k++) d[b][k] = d[k][b] = Infinity;
    d[a][a] = Infinity;
    [size[a], size[b]] = [both, 0];
  }
  return merges;
}

/**
 * Return the leaves of a tree from left to right. The children of each merge are flipped so that the most similar leaves
 * are adjacent.
 * @param {readonly Merge[]} merges
 * @param {readonly Float64Array[]} distances
 */
function leavesOf(merges, distances) {
  const clusters = distances.map((_, k) => [k]);
  for (const [a, b] of merges) {
    const first = clusters[a],
      second = clusters[b],
      [otherLeft, otherRight] = [first.toReversed(), second.toReversed()];
    const turns = [
      [first, second],
      [first, otherRight],
      [otherLeft, second],
      [otherLeft, otherRight],
    ];
    const gap = (/** @type {number[][]} */ [one, other]) => distances[one[one.length - 1]][other[0]],
      best = turns.reduce((closest, turn) => (gap(turn) < gap(closest) ? turn : closest));
    clusters[a] = best.flat();
  }
  const leaves = clusters[0] ?? [];
  // of the two directions, start at the smaller unit
  return leaves.length && leaves[leaves.length - 1] < leaves[0] ? leaves.toReversed() : leaves;
}

/**
 * Return the first principal component of units over time, scaled to a largest |entry| of 1.
 * @param {readonly Float64Array[]} h  of each unit over time, centred
 * @returns {Float64Array}
 */
export function principalAxis(h) {
  const count = h.length,
    gram = h.map(() => new Float64Array(count));
  h.forEach((one, a) => {
    for (let b = a; b < count; b++) gram[a][b] = gram[b][a] = dot(one, h[b]);
  });
  const multiply = (/** @type {Float64Array} */ v) => Float64Array.from(gram, (row) => dot(row, v));
  // an irregular start vector: unlikely to be orthogonal to the result
  let best = Float64Array.from({ length: count }, (_, k) => 1 + Math.sin(12.9898 * (k + 1)) / 2);
  for (let restart = 0, change = Infinity; restart < RESTARTS && change > TOLERANCE; restart++) {
    const next = bestOf(best, multiply, Math.min(BASIS, count)),
      way = Math.sign(dot(next, best));
    change = next.reduce((most, value, k) => Math.max(most, Math.abs(value - way * best[k])), 0);
    best = next;
  }
  const most = best.reduce((largest, value) => (Math.abs(value) > Math.abs(largest) ? value : largest), 0);
  // rounded: equal units differ in the last digits; sign: the first of the largest entries is positive
  const axis = best.map((value) => Math.round((value / Math.abs(most)) * 1e9) / 1e9);
  const sign = Math.sign(axis.reduce((largest, value) => (Math.abs(value) > Math.abs(largest) ? value : largest), 0));
  return axis.map((value) => value * sign);
}

/**
 * Return the Ritz vector of the largest eigenvalue in the Krylov space of a start vector.
 * @param {Float64Array} start
 * @param {(v: Float64Array) => Float64Array} times  multiplies with the matrix
 * @param {number} size  of the space, at most
 */
function bestOf(start, times, size) {
  /** @type {Float64Array[]} */
  const basis = [];
  /** @type {Float64Array[]} */
  const images = [];
  let next = start;
  while (basis.length < size) {
    const before = Math.sqrt(dot(next, next));
    // orthogonalize twice: once is not exact enough in floating point
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
  const vector = new Float64Array(start.length);
  basis.forEach((v, k) => {
    for (let unit = 0; unit < vector.length; unit++) vector[unit] += weights[k] * v[unit];
  });
  const norm = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / norm);
}

/**
 * Return the eigenvector of the largest eigenvalue of a small symmetric matrix, by Jacobi rotations.
 * @param {Float64Array[]} matrix  overwritten
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
        for (let k = 0; k < count; k++) [matrix[k][p], matrix[k][q]] = rotatePair(matrix[k][p], matrix[k][q], cos, sin);
      }
    }
    if (off < 1e-17) break;
  }
  const best = matrix.reduce((largest, row, k) => (row[k] > matrix[largest][largest] ? k : largest), 0);
  return vectors[best];
}

/** @param {number} a @param {number} b @param {number} cos @param {number} sin */
function rotatePair(a, b, cos, sin) {
  return [cos * a - sin * b, sin * a + cos * b];
}

/** @param {Float64Array[]} rows @param {number} p @param {number} q @param {number} cos @param {number} sin */
function rotate(rows, p, q, cos, sin) {
  for (let k = 0; k < rows.length; k++) [rows[p][k], rows[q][k]] = rotatePair(rows[p][k], rows[q][k], cos, sin);
}
