// Tables of numbers: typed arrays that know their shape.

/** @typedef {(Float32Array | Int32Array) & {columns: number, rows: number}} Table  (column, row), row by row in memory; a column is usually a step */
/** @typedef {Record<string, Table>} Tables */

/**
 * Give an array of numbers the shape of a table. The array itself is returned, not a copy.
 * @template {Float32Array | Int32Array} Values
 * @param {Values} values
 * @param {number} columns
 * @param {number} rows
 * @returns {Values & {columns: number, rows: number}}
 */
export function tableOf(values, columns, rows) {
  return Object.assign(values, { columns, rows });
}

/**
 * Return a copy of an array of numbers as a table.
 * @param {Float32Array} values
 * @param {number} columns
 * @param {number} rows
 */
export function tableCopy(values, columns, rows) {
  return tableOf(values.slice(), columns, rows);
}
