import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "../../assets/stage/model/run_worker.js";
import { RunScheduler } from "../../assets/stage/model/run_scheduler.js";
import { startRerun, finishRerun, prepare, allocateGates } from "../../assets/stage/model/gru.js";
import { seeded } from "./seeded.js";

const GATES = ["r", "z", "n", "h"];
const SHORT = { steps: 30, units: 8 },
  LONG = { steps: 3000, units: 24 }; // within a frame; about eleven pieces, each way

function drawn({ steps, units, directions = 1, layers = 1, seed = 1 }) {
  const random = seeded(seed),
    inputs = 2,
    reals = (count, size) => Float32Array.from({ length: count }, () => random.real(-size, size));
  const made = Array.from({ length: layers * directions }, (_, row) => {
    const wide = row < directions ? inputs : units * directions,
      size = 1 / Math.sqrt(units);
    return {
      reset: "after",
      inputs: wide,
      units,
      reverse: row % directions === 1,
      w_ih: reals(3 * units * wide, size),
      w_hh: reals(3 * units * units, size),
      b_ih: reals(3 * units, 0.5),
      b_hh: null,
    };
  });
  return {
    model: { directions, layers: made },
    x: reals(steps * inputs, 1),
    h0: reals(made.length * units, 0.5),
    steps,
    inputs,
  };
}

/** The clock stands but for what computing costs: a millisecond each time it is looked at. */
function clockOf() {
  const timers = new Map();
  const held = {
    at: 0,
    cost: 1,
    last: 0,
    timers,
    now: () => (held.at += held.cost),
    later: (act, ms) => {
      timers.set(++held.last, { act, due: held.at + ms });
      return held.last;
    },
    never: (timer) => void timers.delete(timer),
    /** The next that is due by then; false where none is. */
    next(until = held.at) {
      const [id, first] = [...timers].sort(([, p], [, q]) => p.due - q.due)[0] ?? [];
      if (!first || first.due > until) return false;
      timers.delete(id);
      held.at = Math.max(held.at, first.due);
      first.act();
      return true;
    },
  };
  return held;
}

/** A worker that does a thing only when it is told to. */
class Pretended {
  constructor({ mute = false } = {}) {
    this.clock = clockOf();
    this.inbox = [];
    this.outbox = [];
    this.sent = [];
    this.heard = [];
    this.ended = false;
    this.mute = mute;
    this.scope = {
      onmessage: null,
      postMessage: (message, transfer = []) => this.outbox.push(structuredClone(message, { transfer })),
    };
    if (!mute) serve(this.scope, this.clock);
  }

  postMessage(message, transfer) {
    assert.ok(!this.ended);
    this.inbox.push(structuredClone(message, { transfer }));
    this.sent.push(message.kind);
  }

  /** All messages there are, into the worker and out of it. */
  deliver() {
    if (this.mute || this.ended) return;
    while (this.inbox.length || this.outbox.length) {
      for (const data of this.inbox.splice(0)) this.scope.onmessage({ data });
      for (const data of this.outbox.splice(0)) {
        this.heard.push(data);
        this.onmessage?.({ data });
      }
    }
  }

  /** One slice of work; false where there is none. */
  slice() {
    this.deliver();
    const worked = this.clock.next();
    this.deliver();
    return worked;
  }

  finish() {
    while (this.slice());
  }

  terminate() {
    this.ended = true;
  }
}

/** A bending whose worker and clock are in hand. */
function bending(given, { worker = (held) => held.made[held.made.push(new Pretended()) - 1], ...more } = {}) {
  const drawing = drawn(given),
    clock = clockOf(),
    held = { ...drawing, clock, made: [], results: [] };
  held.bending = new RunScheduler({
    ...drawing,
    onResult: (result) => held.results.push({ ...result, knownSpans: structuredClone(result.knownSpans) }),
    clock,
    createWorker: () => worker(held),
    ...more,
  });
  Object.defineProperty(held, "worker", { get: () => held.made[0] });
  Object.defineProperty(held, "latest", { get: () => held.results.at(-1) });
  return held;
}

const held = (layer, steps, value = 0.9) => ({ do: "clamp", gate: "z", value, units: null, steps, layer });

/** That the newest result is the whole run, and free what it is without edits. */
function whole({ model, x, h0, steps, latest }, edits, input = x) {
  const prepared = prepare(model),
    free = allocateGates(model, steps),
    bent = allocateGates(model, steps);
  finishRerun(startRerun(prepared, x, h0, [], null, free));
  finishRerun(startRerun(prepared, input, h0, edits, null, bent));
  assert.equal(latest.isDone, true);
  model.layers.forEach(({ units }, row) => {
    for (const gate of GATES) {
      assert.deepEqual(latest.freeGates[row][gate], free[row][gate]);
      assert.deepEqual(latest.editedGates[row][gate], bent[row][gate]);
    }
    const [first, last] = latest.changedSpans[row] ?? [0, -1];
    for (let k = 0; k < steps * units; k++)
      if (k < first * units || k >= (last + 1) * units)
        assert.equal(latest.editedGates[row].h[k] - latest.freeGates[row].h[k], 0);
  });
}

test("what fits a frame is there when ask returns, and no worker is made", () => {
  const one = bending(SHORT);
  assert.equal(one.clock.timers.size, 0);
  const number = one.bending.ask([held(0, [10, 20])]);
  assert.deepEqual(
    one.results.map((result) => [result.number, result.isDone, result.isTooLong]),
    [[number, true, false]],
  );
  whole(one, [held(0, [10, 20])]);
  assert.deepEqual(one.latest.changedSpans[0], [10, 29]);
  assert.equal(one.made.length, 0);
  assert.equal(one.clock.timers.size, 0);
  one.bending.ask([]);
  whole(one, []);
  assert.deepEqual(one.latest.changedSpans, [null]);
});

test("a long free run is begun at once, in a worker, and nothing is told of it", () => {
  const one = bending(LONG);
  assert.equal(one.made.length, 1);
  one.worker.finish();
  assert.deepEqual(one.results, []);
  assert.deepEqual(
    one.worker.sent.filter((kind) => kind !== "spare"),
    ["model"],
  );
  assert.equal(one.clock.timers.size, 0);
});

test("what does not fit comes from the worker in pieces, the first columns first", () => {
  for (const kind of [{}, { layers: 2 }, { directions: 2, layers: 2 }]) {
    const one = bending({ ...LONG, ...kind });
    one.worker.finish();
    one.bending.ask([held(0, [100, 2900])]);
    assert.equal(one.results.length, 0);
    one.worker.slice();
    assert.equal(one.results.length, 1);
    const [first] = one.results;
    assert.equal(first.isDone, false);
    assert.ok(
      first.knownSpans[0][0] === 0 && first.knownSpans[0][1] > 100 && first.knownSpans[0][1] < 2999,
      `${first.knownSpans[0]}`,
    );
    one.worker.finish();
    assert.ok(one.results.length > 2);
    whole(one, [held(0, [100, 2900])]);
  }
});

test("what is known stays as it is told, while the rest is computed", () => {
  const one = bending({ ...LONG, layers: 2 }, {}),
    edits = [held(0, [700, 900]), held(1, null, 0.2)];
  one.bending.ask(edits);
  const told = [];
  while (one.worker.slice())
    if (one.latest) told.push({ known: one.latest.knownSpans, h: one.latest.editedGates.map(({ h }) => h.slice()) });
  whole(one, edits);
  assert.ok(told.length > 2);
  for (const { known, h } of told)
    known.forEach(
      (span, row) =>
        span &&
        assert.deepEqual(
          h[row].subarray(0, (span[1] + 1) * 24),
          one.latest.editedGates[row].h.subarray(0, (span[1] + 1) * 24),
        ),
    );
});

test("the newest request only: one that runs is given up at its next piece, those in between are never begun", () => {
  const one = bending(LONG);
  one.worker.finish();
  const first = one.bending.ask([held(0, null, 0.1)]);
  one.worker.slice();
  assert.equal(one.latest.number, first);
  const before = one.worker.heard.length;
  one.bending.ask([held(0, null, 0.2)]);
  one.bending.ask([held(0, null, 0.3)]);
  const last = one.bending.ask([held(0, null, 0.4)]);
  one.worker.finish();
  assert.deepEqual([...new Set(one.worker.heard.slice(before).map(({ number }) => number))], [last]);
  assert.deepEqual([...new Set(one.results.map(({ number }) => number))], [first, last]);
  whole(one, [held(0, null, 0.4)]);
});

test("pieces of an older request that were on their way are not taken", () => {
  const one = bending(LONG);
  one.worker.finish();
  one.bending.ask([held(0, null, 0.1)]);
  one.worker.deliver();
  one.worker.clock.next();
  const last = one.bending.ask([held(0, [2980, 2999], 0.4)]);
  assert.ok(one.latest.number === last && one.latest.isDone, "within a frame: at once");
  one.worker.finish();
  assert.equal(one.results.length, 1);
  whole(one, [held(0, [2980, 2999], 0.4)]);
  assert.ok(one.worker.heard.filter(({ number }) => number === 1).length <= 1, "given up");
});

test("what was thought to fit a frame, and does not, goes on between frames until something else is asked", () => {
  const one = bending(LONG);
  one.worker.finish();
  one.bending.local.rates = [1e-9];
  one.bending.ask([held(0, null, 0.1)]);
  assert.ok(one.latest && !one.latest.isDone);
  one.clock.next();
  assert.ok(one.results.length === 2 && !one.latest.isDone);
  one.bending.local.rates = [1.5e-6];
  one.bending.ask([held(0, null, 0.2)]);
  assert.equal(one.clock.timers.size, 0);
  one.worker.finish();
  whole(one, [held(0, null, 0.2)]);
});

test("what is asked before the free run is there waits for it", () => {
  const one = bending({ ...LONG, directions: 2 });
  one.bending.ask([held(1, [50, 2000])]);
  one.worker.finish();
  whole(one, [held(1, [50, 2000])]);
});

test("after one that was given up anything may follow, here or there", () => {
  const random = seeded(5),
    one = bending({ ...LONG, directions: 2, layers: 2, steps: 1500 });
  for (let k = 0; k < 30; k++) {
    const layer = random.whole(0, 3),
      begin = random.whole(0, 1499),
      edits = [held(layer, [begin, random.whole(begin, 1499)], random.real())];
    one.bending.ask(edits);
    if (random.chance(0.5)) {
      for (let left = random.whole(0, 3); left > 0; left--) one.worker.slice();
    } else {
      one.worker.finish();
      while (one.clock.next());
      whole(one, edits);
    }
  }
});

test("the input may be another", () => {
  for (const size of [SHORT, LONG]) {
    const one = bending(size),
      x = one.x.slice(),
      at = size.steps - 10;
    x[at * 2] = 3;
    one.bending.ask([], x, at - 2);
    one.worker?.finish();
    whole(one, [], x);
    assert.equal(one.latest.x, x);
    assert.deepEqual(one.latest.changedSpans[0], [at, size.steps - 1]);
    one.bending.ask([], one.x.slice());
    one.worker?.finish();
    assert.deepEqual(one.latest.changedSpans, [null]);
    whole(one, []);
  }
  const one = bending(LONG),
    x = one.x.slice();
  x[20] = 3;
  one.bending.ask([held(0, null)], x);
  assert.equal(x.length, one.x.length, "it is not sent away");
  one.worker.finish();
  whole(one, [held(0, null)], x);
});

test("without a worker the page computes slices of a frame, the first at once", () => {
  const one = bending(LONG, {
    worker: () => {
      throw new TypeError("a page from file: has none");
    },
  });
  assert.equal(one.clock.timers.size, 1);
  while (one.clock.next());
  const begun = one.clock.at;
  one.bending.ask([held(0, [10, 2999])]);
  assert.equal(one.results.length, 1);
  assert.ok(!one.latest.isDone && one.latest.knownSpans[0][1] > 10);
  assert.ok(one.clock.at - begun <= 10, `${one.clock.at - begun} ms`);
  for (let before = one.clock.at; one.clock.next(); before = one.clock.at) assert.ok(one.clock.at - before <= 10);
  assert.ok(one.results.length > 1);
  whole(one, [held(0, [10, 2999])]);
});

test("there too the newest only", () => {
  const one = bending(LONG, {
    worker: () => {
      throw new TypeError();
    },
  });
  const first = one.bending.ask([held(0, null, 0.1)]);
  for (let k = 0; k < 4; k++) one.clock.next();
  const last = one.bending.ask([held(0, null, 0.2)]),
    upTo = one.results.length;
  while (one.clock.next());
  assert.ok(one.results.slice(0, upTo - 1).every(({ number }) => number === first));
  assert.ok(one.results.slice(upTo).every(({ number }) => number === last));
  whole(one, [held(0, null, 0.2)]);
});

test("a worker that fails is done without, in the middle of its work too", () => {
  for (const slices of [0, 1, 4, 100]) {
    const one = bending(LONG);
    one.bending.ask([held(0, null)]);
    for (let k = 0; k < slices; k++) one.worker.slice();
    one.worker.onerror({});
    assert.ok(one.worker.ended);
    while (one.clock.next());
    whole(one, [held(0, null)]);
    one.bending.ask([held(0, null, 0.3)]);
    while (one.clock.next());
    whole(one, [held(0, null, 0.3)]);
    assert.equal(one.made.length, 1, "none is made again");
  }
});

test("a worker that never comes up is done without, after some seconds", () => {
  const one = bending(LONG, { worker: (all) => all.made[all.made.push(new Pretended({ mute: true })) - 1] });
  one.bending.ask([held(0, null)]);
  while (one.clock.next(2900));
  assert.equal(one.results.length, 0);
  while (one.clock.next(10000));
  assert.ok(one.worker.ended);
  whole(one, [held(0, null)]);
});

test("what would take seconds is not computed, and said so; what ran is given up", () => {
  const one = bending(LONG);
  one.worker.finish();
  one.bending.ask([held(0, null)]);
  one.worker.slice();
  one.bending.local.rates = [1e-3];
  const number = one.bending.ask([held(0, null, 0.3)]);
  assert.deepEqual(
    [one.latest.number, one.latest.isTooLong, one.latest.isDone, one.latest.editedGates],
    [number, true, true, []],
  );
  const count = one.results.length,
    heard = one.worker.heard.length;
  one.worker.finish();
  assert.equal(one.results.length, count);
  assert.equal(one.worker.heard.length, heard);
  assert.equal(one.clock.timers.size, 0);
  one.bending.local.rates = [1.5e-6];
  one.bending.ask([held(0, null, 0.3)]);
  one.worker.finish();
  whole(one, [held(0, null, 0.3)]);
});

test("a run too large for the page's memory takes none of it", () => {
  const large = bending({ steps: 2 ** 17, units: 17 });
  large.bending.ask([held(0, [2 ** 17 - 1, 2 ** 17 - 1])]);
  assert.equal(large.latest.isTooLong, true);
  assert.equal(large.made.length, 0);
  assert.equal(large.bending.local.cachedArrays, null);
});

test("buffers are lent and come back", () => {
  const one = bending({ ...LONG, steps: 8000 });
  one.worker.finish();
  const { scope } = one.worker,
    post = scope.postMessage;
  let made = 0;
  scope.postMessage = (message, transfer) => {
    post(message, transfer);
    assert.ok(
      message.values.every((buffer) => buffer.byteLength === 0),
      "sent away, not copied",
    );
  };
  const { ArrayBuffer: Own } = globalThis;
  globalThis.ArrayBuffer = class extends Own {
    constructor(...given) {
      super(...given);
      made++;
    }
  };
  try {
    for (let k = 0; k < 5; k++) {
      one.bending.ask([held(0, null, k / 10)]);
      one.worker.finish();
    }
  } finally {
    globalThis.ArrayBuffer = Own;
  }
  assert.ok(one.results.length > 10);
  assert.ok(made <= 1, `${made} buffers for ${one.results.length} messages`);
});

test("what the page has stays its own, and of a message only the numbers are sent", () => {
  const drawing = drawn(LONG),
    message = new Float32Array(1e5);
  message.set(drawing.x, 7);
  message.set(drawing.model.layers[0].w_hh, 50000);
  drawing.x = message.subarray(7, 7 + drawing.x.length);
  drawing.model.layers[0].w_hh = message.subarray(50000, 50000 + drawing.model.layers[0].w_hh.length);
  const worker = new Pretended(),
    one = new RunScheduler({ ...drawing, onResult: () => {}, clock: clockOf(), createWorker: () => worker });
  const [sent] = worker.inbox;
  assert.equal(sent.model.layers[0].w_hh.buffer.byteLength, drawing.model.layers[0].w_hh.byteLength);
  assert.equal(sent.x.buffer.byteLength, drawing.x.byteLength);
  assert.ok(drawing.x.length > 0 && drawing.model.layers[0].w_ih.length > 0);
  one.destroy();
});

test("once it is over nothing runs, nothing is told, and the worker is gone", () => {
  for (const alone of [false, true]) {
    const one = bending(
      LONG,
      alone
        ? {
            worker: () => {
              throw new TypeError();
            },
          }
        : {},
    );
    one.bending.ask([held(0, null)]);
    if (!alone) one.worker.slice();
    const count = one.results.length,
      heard = one.worker?.onmessage;
    one.bending.destroy();
    assert.equal(one.clock.timers.size, 0);
    assert.ok(alone || (one.worker.ended && one.worker.onmessage === null && one.worker.onerror === null));
    heard?.({ data: { kind: "here" } });
    one.bending.ask([held(0, null)]);
    one.bending.fallBack();
    one.bending.destroy();
    while (one.clock.next(1e6));
    assert.equal(one.results.length, count);
    assert.equal(one.made.length, alone ? 0 : 1);
    assert.equal(one.bending.local.cachedArrays, null);
  }
});

test("one may ask again as soon as something is told", () => {
  const one = bending(SHORT);
  let again = true;
  one.bending.onResult = (result) => {
    one.results.push(result);
    if (again) {
      again = false;
      one.bending.ask([held(0, [5, 5], 0.3)]);
    }
  };
  one.bending.ask([held(0, [3, 3])]);
  assert.deepEqual(
    one.results.map(({ number, isDone }) => [number, isDone]),
    [
      [1, true],
      [2, true],
    ],
  );
  whole(one, [held(0, [5, 5], 0.3)]);
});
