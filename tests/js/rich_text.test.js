import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseInline } from "../../assets/stage/view/rich_text.js";

const STORIES = ["sentences", "stories", "task_stories", "tasks_about", "train", "page"];
const MARKDOWN = /[`\\]|\*|\]\(|__/;

/**
 * The texts of some tables of a words file: one line each, basic strings.
 * @param {string} language
 * @returns {[string, string][]}
 */
function textsOf(language) {
  const lines = readFileSync(new URL(`../../assets/words/${language}.toml`, import.meta.url), "utf8").split("\n");
  let table = "";
  /** @type {[string, string][]} */
  const found = [];
  for (const line of lines) {
    table = /^\[(\w+)\]$/.exec(line)?.[1] ?? table;
    const [, key, text] = /^([\w-]+) = (".*")$/.exec(line) ?? [];
    if (key && STORIES.includes(table)) found.push([`${language} ${table}.${key}`, JSON.parse(text)]);
  }
  return found;
}

/**
 * What is read of pieces.
 * @param {import("../../assets/stage/view/rich_text.js").Inline[]} pieces
 * @returns {string}
 */
function shown(pieces) {
  return pieces.map((piece) => ("parts" in piece ? shown(piece.parts) : piece.text)).join("");
}

for (const language of ["en", "ko"])
  test(`no story shows a Markdown sign: ${language}`, () => {
    const texts = textsOf(language);
    assert.ok(texts.length > 100);
    assert.ok(texts.filter(([, text]) => MARKDOWN.test(text)).length > 30); // there is something to read
    for (const [name, text] of texts) assert.doesNotMatch(shown(parseInline(text)), MARKDOWN, name);
  });

test("every inline form of the stories", () => {
  const text = (/** @type {string} */ words) => ({ kind: "text", text: words });
  assert.deepEqual(parseInline("**Look at r of `memory`:** dark at *reset*, see [z](watch)."), [
    { kind: "bold", parts: [text("Look at r of "), { kind: "code", text: "memory" }, text(":")] },
    text(" dark at "),
    { kind: "italic", parts: [text("reset")] },
    text(", see "),
    { kind: "link", name: "watch", parts: [text("z")] },
    text("."),
  ]);
});

test("an escaped sign is text, and a lone sign stays", () => {
  assert.deepEqual(parseInline("a\\*b\\*c 12\\:30"), [{ kind: "text", text: "a*b*c 12:30" }]);
  assert.deepEqual(parseInline("2 * 3 * 4"), [{ kind: "text", text: "2 * 3 * 4" }]);
  assert.deepEqual(parseInline("[z] is no link"), [{ kind: "text", text: "[z] is no link" }]);
  assert.deepEqual(parseInline(""), []);
});
