import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestQueue } from "../../assets/stage/data/requests.js";

const PATIENCE = 8000;

/** A queue whose clock stands until it is moved. */
function queue({ mute = false } = {}) {
  const timers = new Map(),
    sent = [],
    givenUp = [];
  const clock = {
    now: () => held.now,
    later: (act, ms) => {
      timers.set(++held.timer, { act, due: held.now + ms });
      return held.timer;
    },
    never: (timer) => timers.delete(timer),
  };
  const held = {
    now: 1000,
    timer: 0,
    trace: "one",
    sent,
    givenUp,
    timers,
    pass(ms) {
      const end = held.now + ms;
      for (;;) {
        const [id, next] =
          [...timers].filter(([, { due }]) => due <= end).sort(([, p], [, q]) => p.due - q.due)[0] ?? [];
        if (!next) break;
        timers.delete(id);
        held.now = next.due;
        next.act();
      }
      held.now = end;
    },
  };
  held.questions = new RequestQueue({
    send: mute ? null : (asked) => sent.push(asked),
    trace: () => held.trace,
    onGiveUp: (request) => givenUp.push(request),
    clock,
  });
  held.ask = (kind, more) => held.questions.ask({ kind, ...more });
  held.reply = (asked = sent.at(-1)) => {
    held.questions.remove(asked.id);
    held.questions.sendNext();
  };
  return held;
}

const kinds = (asked) => asked.map(({ kind, n }) => (n === undefined ? kind : `${kind} ${n}`));

test("a question goes out at once, with the trace it is about", () => {
  const q = queue();
  q.ask("tile", { layer: 1, first: 0, last: 9 });
  const [{ id, ...rest }] = q.sent;
  assert.deepEqual(rest, { kind: "tile", layer: 1, first: 0, last: 9, trace: "one" });
  assert.ok(Number.isSafeInteger(id));
});

test("ids never come twice", () => {
  const q = queue();
  for (let n = 0; n < 5; n++) {
    q.ask("tile", { n });
    q.reply();
  }
  assert.equal(new Set(q.sent.map(({ id }) => id)).size, 5);
});

test("one is on its way at a time; of each kind only the latest follows", () => {
  const q = queue();
  for (const [kind, n] of [
    ["tile", 1],
    ["tile", 2],
    ["explain", 1],
    ["tile", 3],
    ["explain", 2],
    ["order", 1],
  ])
    q.ask(kind, { n });
  assert.deepEqual(kinds(q.sent), ["tile 1"]);
  for (let n = 0; n < 5; n++) q.reply();
  assert.deepEqual(kinds(q.sent), ["tile 1", "tile 3", "explain 2", "order 1"]);
});

test("it is known what is waited for", () => {
  const q = queue();
  assert.equal(q.questions.has("tile"), false);
  q.ask("tile");
  q.ask("explain");
  assert.deepEqual(
    ["tile", "explain", "order"].map((kind) => q.questions.has(kind)),
    [true, true, false],
  );
  q.reply();
  assert.deepEqual(
    ["tile", "explain"].map((kind) => q.questions.has(kind)),
    [false, true],
  );
});

test("a question that is lost is sent again, once, with its id; then it is given up and the next goes out", () => {
  const q = queue();
  q.ask("tile", { n: 1 });
  q.ask("explain", { n: 2 });
  q.pass(PATIENCE - 1);
  assert.deepEqual(kinds(q.sent), ["tile 1"]);
  q.pass(100);
  assert.deepEqual(kinds(q.sent), ["tile 1", "tile 1"]);
  assert.equal(q.sent[0].id, q.sent[1].id);
  assert.equal(q.givenUp.length, 0);
  q.pass(PATIENCE + 100);
  assert.deepEqual(kinds(q.sent), ["tile 1", "tile 1", "explain 2"]);
  assert.deepEqual(kinds(q.givenUp), ["tile 1"]);
  q.pass(10 * PATIENCE);
  assert.deepEqual(kinds(q.sent), ["tile 1", "tile 1", "explain 2", "explain 2"]);
  assert.deepEqual(kinds(q.givenUp), ["tile 1", "explain 2"]);
  assert.equal(q.timers.size, 0);
});

test("a reply in time keeps a question from being sent again", () => {
  const q = queue();
  q.ask("tile");
  q.pass(PATIENCE / 2);
  q.reply();
  q.pass(10 * PATIENCE);
  assert.equal(q.sent.length, 1);
  assert.equal(q.givenUp.length, 0);
});

test("a late reply to what was sent twice is taken", () => {
  const q = queue();
  q.ask("tile");
  q.pass(PATIENCE + 100);
  q.reply(q.sent[0]);
  assert.equal(q.questions.has("tile"), false);
  q.pass(10 * PATIENCE);
  assert.equal(q.sent.length, 2);
});

test("a reply to a question nobody asked changes nothing", () => {
  const q = queue();
  q.ask("tile", { n: 1 });
  q.ask("explain", { n: 2 });
  q.reply({ id: -5 });
  assert.deepEqual(kinds(q.sent), ["tile 1"]);
  assert.equal(q.questions.has("tile"), true);
});

test("questions about a trace that is gone are not asked any more", () => {
  const q = queue();
  q.ask("tile", { n: 1 });
  q.ask("explain", { n: 2 });
  q.trace = "two";
  q.ask("order", { n: 3 });
  q.reply(q.sent[0]);
  assert.deepEqual(kinds(q.sent), ["tile 1", "order 3"]);
  assert.equal(q.sent[1].trace, "two");
  assert.deepEqual(kinds(q.givenUp), ["explain 2"]);
});

test("where nobody can be asked nothing is, and no timer runs", () => {
  const q = queue({ mute: true });
  q.ask("tile");
  q.questions.sendNext();
  assert.equal(q.questions.has("tile"), false);
  assert.equal(q.timers.size, 0);
});

test("once it is over no timer is left and nothing is sent", () => {
  const q = queue();
  q.ask("tile");
  q.ask("explain");
  q.questions.destroy();
  assert.equal(q.timers.size, 0);
  q.reply();
  q.ask("order");
  q.pass(10 * PATIENCE);
  assert.deepEqual(kinds(q.sent), ["tile"]);
  assert.equal(q.timers.size, 0);
});

test("however many are asked, one timer runs", () => {
  const q = queue();
  for (let n = 0; n < 50; n++) {
    q.ask("tile", { n });
    q.ask("explain", { n });
    if (n % 3 === 0) q.reply();
    q.pass(100);
    assert.ok(q.timers.size <= 1);
  }
});
