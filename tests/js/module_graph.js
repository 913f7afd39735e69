// The import graph of a tree of ES modules, read from its text: runtime imports, types imported in JSDoc, names defined.
// As a program it prints the largest cycle of a tree: node tests/js/module_graph.js FOLDER

import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * @typedef {object} Module
 * @property {string} name  path inside of the tree, with slashes
 * @property {string} text
 * @property {string} code  the text with every comment blanked out
 * @property {Set<string>} runtime  modules imported when this one loads: import and export ... from
 * @property {Set<string>} types  modules named in JSDoc only
 */

const COMMENT_OR_TEXT =
  /\/\*[^]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/(?![*/\s])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/[\\\n])+\/[dgimsuvy]*/g;
const RUNTIME = /^(?:import|export)\b(?!\s*\()(?:[^;"']*?\bfrom)?\s*["']([^"']+)["']/gm;
const DYNAMIC = /\bimport\(\s*["'](\.[^"']+)["']\s*\)/g;
const TAG = /@import\s[^]*?\bfrom\s*["']([^"']+)["']/g;

/** @param {string} text  its comments become spaces; every character stays where it is */
export function withoutComments(text) {
  return text.replace(COMMENT_OR_TEXT, (found) =>
    found.startsWith("/*") || found.startsWith("//") ? found.replace(/[^\n]/g, " ") : found,
  );
}

/** @param {string} text  everything but its comments becomes spaces */
export function commentsOf(text) {
  const code = withoutComments(text);
  return [...text].map((letter, k) => (letter === code[k] && letter !== "\n" ? " " : letter)).join("");
}

/**
 * @param {string} name  of the module that imports
 * @param {string} specifier  relative, such as "../data/scene.js"
 */
const resolved = (name, specifier) => path.posix.join(path.posix.dirname(name), specifier);

/**
 * Read one module.
 * @param {string} name
 * @param {string} text
 * @returns {Module}
 */
export function moduleOf(name, text) {
  const code = withoutComments(text),
    comments = commentsOf(text);
  const all = (/** @type {RegExp} */ pattern, /** @type {string} */ where) =>
    [...where.matchAll(pattern)].map(([, specifier]) => specifier).filter((each) => each.startsWith("."));
  const relative = (/** @type {string[]} */ found) => new Set(found.map((each) => resolved(name, each)));
  return {
    name,
    text,
    code,
    runtime: relative(all(RUNTIME, code)),
    types: relative([...all(TAG, comments), ...all(DYNAMIC, comments), ...all(DYNAMIC, code)]),
  };
}

/**
 * Read every module of a folder.
 * @param {string} folder
 * @returns {Map<string, Module>} by name
 */
export function modulesIn(folder) {
  const names = readdirSync(folder, { recursive: true, encoding: "utf-8" })
    .map((name) => name.split(path.sep).join("/"))
    .filter((name) => name.endsWith(".js"))
    .sort();
  return new Map(names.map((name) => [name, moduleOf(name, readFileSync(path.join(folder, name), "utf-8"))]));
}

/**
 * Find the groups of modules of which each reaches every other (Tarjan 1972), largest first.
 * @param {Map<string, Module>} modules
 * @param {boolean} [counting]  whether imported types count
 * @returns {string[][]} single modules too
 */
export function components(modules, counting = true) {
  /** @type {Map<string, number>} */
  const index = new Map();
  /** @type {Map<string, number>} */
  const low = new Map();
  /** @type {string[]} */
  const stack = [];
  /** @type {string[][]} */
  const found = [];
  const lowOf = (/** @type {string} */ name) => low.get(name) ?? Infinity;
  const visit = (/** @type {string} */ name) => {
    index.set(name, index.size);
    low.set(name, index.size - 1);
    stack.push(name);
    const each = modules.get(name);
    for (const other of [...(each?.runtime ?? []), ...((counting && each?.types) || [])]) {
      if (!modules.has(other)) continue;
      if (!index.has(other)) {
        visit(other);
        low.set(name, Math.min(lowOf(name), lowOf(other)));
      } else if (stack.includes(other)) low.set(name, Math.min(lowOf(name), index.get(other) ?? 0));
    }
    if (low.get(name) === index.get(name)) found.push(stack.splice(stack.indexOf(name)));
  };
  for (const name of modules.keys()) if (!index.has(name)) visit(name);
  return found.sort((a, b) => b.length - a.length);
}

/**
 * Return what a module loads: every module reachable from it by runtime imports, itself too, and the bytes of all.
 * @param {Map<string, Module>} modules
 * @param {string} entry  its name
 * @returns {{modules: Set<string>, bytes: number}}
 * @throws {Error} where one of them is not in the tree
 */
export function graphOf(modules, entry) {
  const reached = new Set([entry]);
  let bytes = 0;
  for (const name of reached) {
    const each = modules.get(name);
    if (!each) throw new Error(`${name} is imported, and is not there`);
    bytes += Buffer.byteLength(each.text);
    for (const other of each.runtime) reached.add(other);
  }
  return { modules: reached, bytes };
}

/**
 * Return the types a module defines in JSDoc; not those that only give another module's type the same name again.
 * @param {Module} given
 */
export function typedefsOf({ text }) {
  const comments = commentsOf(text).replace(/\n\s*\*(?!\/) ?/g, "\n "),
    names = [];
  for (const { index } of comments.matchAll(/@typedef\s*\{/g)) {
    const start = comments.indexOf("{", index);
    let end = start,
      depth = 0;
    do depth += { "{": 1, "}": -1 }[comments[end++]] ?? 0;
    while (depth && end < comments.length);
    const type = comments.slice(start + 1, end - 1).trim(),
      name = /^\s*([\w$]+)/.exec(comments.slice(end))?.[1] ?? "";
    const alias = /^import\(["'][^"']+["']\)\.([\w$]+)$/.exec(type);
    if (alias?.[1] !== name) names.push(name);
  }
  for (const [, name] of comments.matchAll(/@callback\s+([\w$]+)/g)) names.push(name);
  return names;
}

/**
 * Return the classes a module defines.
 * @param {Module} given
 */
export function classesOf({ code }) {
  return [...code.matchAll(/(?:^|[\s(=])class\s+([A-Z][\w$]*)/g)].map(([, name]) => name);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, self, folder = fileURLToPath(new URL("../../assets/stage", import.meta.url))] = process.argv;
  if (!self) process.exit(1);
  const modules = modulesIn(folder);
  for (const [title, counting] of /** @type {[string, boolean][]} */ ([
    ["counting types", true],
    ["at run time", false],
  ])) {
    const [largest] = components(modules, counting);
    process.stdout.write(`${modules.size} modules, largest cycle ${title}: ${largest.length}\n`);
    if (largest.length > 1) process.stdout.write(`  ${largest.sort().join(" ")}\n`);
  }
}
