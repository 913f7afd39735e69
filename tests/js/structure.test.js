// The tree of assets/stage as a whole: what imports what, what knows the page, and that a name means one thing.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Linter } from "eslint";

import { classesOf, components, graphOf, moduleOf, modulesIn, typedefsOf } from "./module_graph.js";

// A folder imports only from those before it and from itself, types too. A name with .js is a module beside the folders.
const ORDER = "model data view panels playback cell controls difference editor stage.js hosts".split(" ");
const DOM =
  "document window HTMLElement matchMedia requestAnimationFrame navigator location history localStorage".split(" ");
const STREAMLIT = /streamlit|setTriggerValue|stApp|st-key|\bparentElement\b/i;
const SMALLEST_FIGURE = "hosts/figure.js",
  MOST_BYTES = 60_000; // of all modules that the smallest figure loads

const modules = modulesIn(fileURLToPath(new URL("../../assets/stage", import.meta.url)));

/** @param {string} name  of a module; its folder, or the module itself where it is in none */
const folderOf = (name) => (name.includes("/") ? name.split("/")[0] : name);

/** @param {string[]} faults  each a line of the message */
function none(faults, title) {
  assert.equal(faults.length, 0, `${faults.length} ${title}\n  ${faults.join("\n  ")}\n`);
}

/**
 * Names that several places define.
 * @param {[string, string][]} defined  [name, where]
 */
function repeated(defined) {
  const places = new Map();
  for (const [name, where] of defined) places.set(name, [...(places.get(name) ?? []), where]);
  return [...places].filter(([, where]) => where.length > 1).map(([name, where]) => `${name}: ${where.join(", ")}`);
}

/**
 * The globals of a page that a text uses: `document` is one, `{ document }.document` after a declaration is none.
 * @param {string} code
 */
function domGlobals(code) {
  const found = new Linter().verify(code, {
    languageOptions: { ecmaVersion: 2024, sourceType: "module" },
    rules: {
      "no-restricted-globals": ["error", ...DOM],
      "no-restricted-properties": [
        "error",
        ...["globalThis", "self"].flatMap((object) => DOM.map((property) => ({ object, property }))),
      ],
    },
  });
  return found.map(({ line, message }) => `line ${line}: ${message}`);
}

describe("the tree of modules", () => {
  test("every import leads to a module of the tree", () => {
    none(
      [...modules.values()].flatMap(({ name, runtime, types }) =>
        [...runtime, ...types].filter((other) => !modules.has(other)).map((other) => `${name} -> ${other}`),
      ),
      "imports of what is not there",
    );
  });

  test("has no cycle, counting imported types", (t) => {
    const cycles = components(modules).filter(({ length }) => length > 1);
    const [largest = []] = cycles;
    t.diagnostic(`modules in the largest strongly connected component: ${Math.max(largest.length, 1)}`);
    none(
      cycles.map((names) => names.sort().join(" ")),
      "cycles",
    );
  });

  test("has no cycle at run time", () => {
    none(
      components(modules, false)
        .filter(({ length }) => length > 1)
        .map((names) => names.sort().join(" ")),
      "cycles",
    );
  });

  test(`imports only along ${ORDER.join(" < ")}`, () => {
    const faults = [];
    for (const { name, runtime, types } of modules.values()) {
      const height = ORDER.indexOf(folderOf(name));
      if (height < 0) faults.push(`${name}: in none of the folders`);
      for (const other of [...new Set([...runtime, ...types])].sort()) {
        if (ORDER.indexOf(folderOf(other)) > height && height >= 0)
          faults.push(`${name} imports ${runtime.has(other) ? "" : "a type of "}${other}`);
      }
    }
    none(faults, "imports against the order of the folders");
  });

  test("model and data use no global of a page", () => {
    const tried = [...modules.values()].filter(({ name }) => ["model", "data"].includes(folderOf(name)));
    assert.ok(tried.length > 10);
    none(
      tried.flatMap(({ name, text }) => domGlobals(text).map((fault) => `${name} ${fault}`)),
      "uses of the page",
    );
  });

  test("nothing outside of hosts knows Streamlit", () => {
    const faults = [];
    for (const { name, text } of modules.values())
      for (const [k, line] of text.split("\n").entries())
        if (folderOf(name) !== "hosts" && STREAMLIT.test(line)) faults.push(`${name}:${k + 1} ${line.trim()}`);
    none(faults, "lines that know Streamlit");
  });
});

test("assets/stage/README.md names every module", () => {
  const text = readFileSync(new URL("../../assets/stage/README.md", import.meta.url), "utf8");
  none(
    [...modules.keys()].filter((name) => !text.includes(`\`${name.split("/").pop()}\``)),
    "modules it does not name",
  );
});

describe("a name means one thing", () => {
  test("of a module", () => {
    none(
      repeated([...modules.keys()].map((name) => [name.split("/").at(-1) ?? "", name])),
      "repeated names of modules",
    );
  });

  test("of a class or type", () => {
    none(
      repeated(
        [...modules.values()].flatMap((each) =>
          [...classesOf(each), ...typedefsOf(each)].map((name) => /** @type {[string, string]} */ ([name, each.name])),
        ),
      ),
      "repeated names of classes and types",
    );
  });
});

describe("the smallest figure: one panel, a cursor, play", () => {
  test(`loads at most ${MOST_BYTES} bytes of source`, (t) => {
    const { modules: loaded, bytes } = graphOf(modules, SMALLEST_FIGURE);
    t.diagnostic(`${loaded.size} modules, ${bytes} bytes`);
    const size = (/** @type {string} */ name) => Buffer.byteLength(modules.get(name)?.text ?? "");
    const largest = [...loaded].sort((a, b) => size(b) - size(a)).map((name) => `${size(name)} ${name}`);
    assert.ok(bytes <= MOST_BYTES, `${bytes} bytes:\n  ${largest.join("\n  ")}`);
  });
});

describe("the reader of modules", () => {
  const read = (/** @type {string} */ text) => moduleOf("a/one.js", text);

  test("sees runtime imports of every form, and no text of comments or strings", () => {
    const { runtime, types } = read(`
import { a, b as c } from "./two.js";
import {
  long,
} from "../b/three.js";
import "./effect.js";
export { d } from "./four.js";
export * from "./five.js";
// import { no } from "./no.js";
/* import { no } from "./no.js"; */
const text = 'import { no } from "./no.js"', address = "https://x.y//z"; /** @import { T } from "./six.js" */
/** @type {import("./seven.js").S} */
const worker = new URL("./worker.js", import.meta.url), later = () => import("./eight.js");
`);
    assert.deepEqual([...runtime], ["a/two.js", "b/three.js", "a/effect.js", "a/four.js", "a/five.js"]);
    assert.deepEqual([...types], ["a/six.js", "a/seven.js", "a/eight.js"]);
  });

  test("sees what defines a type, and not what repeats one", () => {
    const each = read(`
/** @typedef {{a: number, b: {c: string}}} One  with words */
/**
 * What it is.
 * @typedef {object} Two
 * @property {number} a
 */
/**
 * @typedef {{a: number,
 *   b: string}} Three
 */
/** @typedef {import("./x.js").Four} Four */
/** @typedef {import("./x.js").Four} Five */
/** @callback Six */
/** @import { Seven } from "./x.js" */
export class Eight extends Nine {}
const ten = class Ten {};
// class Eleven
`);
    assert.deepEqual(typedefsOf(each), ["One", "Two", "Three", "Five", "Six"]);
    assert.deepEqual(classesOf(each), ["Eight", "Ten"]);
  });

  test("finds cycles, of types where they count", () => {
    const tree = new Map(
      Object.entries({
        "a.js": 'import "./b.js";',
        "b.js": 'import "./c.js";',
        "c.js": '/** @import { A } from "./a.js" */',
        "d.js": 'import "./a.js";',
      }).map(([name, text]) => [name, moduleOf(name, text)]),
    );
    assert.deepEqual(components(tree)[0].sort(), ["a.js", "b.js", "c.js"]);
    assert.equal(components(tree, false)[0].length, 1);
    const { modules: loaded, bytes } = graphOf(tree, "b.js");
    assert.deepEqual([[...loaded], bytes], [["b.js", "c.js"], 50]);
    assert.throws(() => graphOf(tree, "e.js"), /e\.js/);
  });

  test("tells a global of the page from a property or a local of that name", () => {
    assert.equal(domGlobals("export const a = document.body;").length, 1);
    assert.equal(domGlobals("export const a = self.location.href;").length, 1);
    assert.equal(domGlobals("const history = []; export const a = [history, ({ x: 1 }).window];").length, 0);
  });
});
