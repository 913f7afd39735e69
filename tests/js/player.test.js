import assert from "node:assert/strict";
import { test } from "node:test";
import { PHASES, SlowPlayer } from "../../assets/stage/playback/slow_player.js";
import { seeded } from "./seeded.js";

/** A player whose frames come when they are asked for, `ms` apart. */
function playing({ steps = 100, t = 0, way = 1 } = {}) {
  const held = { loop: null, t, steps, way, now: 5000, frames: new Map(), next: 0, moved: [], phased: 0, switched: [] };
  const track = {
    at: () => held.t,
    steps: () => held.steps,
    direction: () => held.way,
    loop: () => held.loop,
    onStep: (to) => {
      held.t = to;
      held.moved.push(to);
    },
    onPhase: () => {
      held.phased++;
    },
    onSwitch: (on) => held.switched.push(on),
  };
  const frames = {
    request: (act) => {
      held.frames.set(++held.next, act);
      return held.next;
    },
    cancel: (frame) => held.frames.delete(frame),
  };
  held.player = new SlowPlayer(track, frames);
  held.run = (ms, each = 1000 / 60) => {
    for (const end = held.now + ms; held.now < end && held.frames.size;) {
      held.now += each;
      const due = [...held.frames.values()];
      held.frames.clear();
      for (const act of due) act(held.now);
    }
  };
  return held;
}

test("it plays at its speed", () => {
  for (const speed of [1, 8, 60, 240]) {
    const p = playing({ steps: 10_000 });
    p.player.speed = speed;
    p.player.toggle();
    p.run(3000 + 17); // the first frame only starts the clock
    assert.ok(Math.abs(p.t - 3 * speed) <= 1 + speed / 60, `${speed} steps a second: ${p.t} after three`);
  }
});

test("the speed does not hang on how often frames come", () => {
  for (const each of [4, 16.7, 33, 100, 240]) {
    const p = playing({ steps: 10_000 });
    p.player.speed = 30;
    p.player.toggle();
    p.run(4000 + each, each);
    assert.ok(Math.abs(p.t - 120) <= 9, `a frame every ${each} ms: ${p.t}`);
  }
});

test("a tab that was hidden does not jump", () => {
  const p = playing({ steps: 10_000 });
  p.player.speed = 60;
  p.player.toggle();
  p.run(100);
  const before = p.t;
  p.run(1, 60_000);
  assert.ok(p.t - before <= 15, `${p.t - before} steps at once`);
});

test("it ends at the last step and says so once", () => {
  const p = playing({ steps: 20, t: 15 });
  p.player.toggle();
  p.run(5000);
  assert.equal(p.t, 19);
  assert.equal(p.player.isPlaying, false);
  assert.deepEqual(p.switched, [true, false]);
  assert.equal(p.frames.size, 0);
});

test("from the end it starts over", () => {
  const p = playing({ steps: 20, t: 19 });
  p.player.toggle();
  assert.equal(p.t, 0);
  assert.equal(p.player.isPlaying, true);
});

test("a reverse layer plays from the end to the start", () => {
  const p = playing({ steps: 20, t: 0, way: -1 });
  p.player.toggle();
  assert.equal(p.t, 19);
  p.run(1000);
  assert.ok(p.t < 19 && p.t > 5);
  p.run(5000);
  assert.equal(p.t, 0);
  assert.equal(p.player.isPlaying, false);
});

test("a second press stops it, and no frame is left", () => {
  const p = playing();
  p.player.toggle();
  p.run(500);
  p.player.toggle();
  assert.deepEqual(p.switched, [true, false]);
  assert.equal(p.frames.size, 0);
  const { t } = p;
  p.run(500);
  assert.equal(p.t, t);
});

test("stopping what stands says nothing", () => {
  const p = playing();
  p.player.stop();
  assert.deepEqual(p.switched, []);
});

for (const way of [1, -1]) {
  test(`a loop goes round within its ends, way ${way}`, () => {
    const p = playing({ steps: 100, t: 50, way });
    p.loop = [10, 19];
    p.player.speed = 60;
    p.player.toggle();
    assert.equal(p.t, way > 0 ? 10 : 19);
    p.run(3000);
    assert.equal(p.player.isPlaying, true);
    assert.ok(
      p.moved.every((t) => t >= 10 && t <= 19),
      `${p.moved}`,
    );
    assert.equal(new Set(p.moved).size, 10);
    const [first, last] = way > 0 ? [10, 19] : [19, 10];
    assert.ok(p.moved.some((t, k) => t === first && p.moved[k - 1] === last));
  });
}

test("a loop of one step stays there", () => {
  const p = playing({ t: 3 });
  p.loop = [3, 3];
  p.player.toggle();
  p.run(1000);
  assert.equal(p.t, 3);
});

test("slow motion goes through the phases of each step, in the order of computation", () => {
  const p = playing({ steps: 10 }),
    seen = [];
  p.player.setSlow(true);
  assert.equal(p.player.isPlaying, true);
  for (let k = 0; k < 900; k++) {
    p.run(1);
    const { phase } = p.player;
    if (!phase) continue;
    assert.ok(phase.progress >= 0 && phase.progress <= 1, `${phase.name} ${phase.progress}`);
    if (seen.at(-1) !== phase.name) seen.push(phase.name);
  }
  const names = PHASES.map(([name]) => name);
  assert.deepEqual(seen.slice(0, 11), [...names, ...names, names[0]]);
  assert.ok(p.t >= 2 && p.t <= 3, `${p.t} steps in 15 s`);
  assert.ok(p.phased > 800);
});

test("out of slow motion it plays on", () => {
  const p = playing();
  p.player.setSlow(true);
  p.run(1000);
  p.player.setSlow(false);
  p.run(1000);
  assert.equal(p.player.phase, null);
  assert.ok(p.t >= 6 && p.t <= 9, `${p.t}`);
});

test("stopped in slow motion it shows the whole step", () => {
  const p = playing();
  p.player.setSlow(true);
  p.run(1000);
  p.player.stop();
  assert.equal(p.player.phase, null);
  assert.equal(p.frames.size, 0);
});

test("a halt tells nobody", () => {
  const p = playing();
  p.player.toggle();
  p.run(100);
  p.player.halt();
  assert.deepEqual(p.switched, [true]);
  assert.equal(p.frames.size, 0);
});

test("a trace of one step", () => {
  const p = playing({ steps: 1 });
  p.player.toggle();
  p.run(1000);
  assert.equal(p.t, 0);
  assert.equal(p.player.isPlaying, false);
});

test("whatever is pressed, steps are whole, within the trace, and one frame at most waits", () => {
  const { whole, one, chance } = seeded(8);
  for (let n = 0; n < 200; n++) {
    const steps = whole(1, 60),
      p = playing({ steps, t: whole(0, steps - 1), way: one([1, -1]) });
    for (let k = 0; k < 60; k++) {
      one([
        () => p.player.toggle(),
        () => p.player.stop(),
        () => p.player.setSlow(chance(0.5)),
        () => {
          p.player.speed = one([1, 8, 240]);
        },
        () => {
          p.loop = chance(0.3) ? null : [whole(0, steps - 1), whole(0, steps - 1)].sort((a, b) => a - b);
        },
        () => {
          p.t = whole(0, steps - 1);
        },
        () => p.run(whole(1, 700), whole(1, 300)),
        () => p.run(whole(1, 700)),
      ])();
      assert.ok(Number.isInteger(p.t) && p.t >= 0 && p.t < steps, `${p.t} of ${steps}`);
      assert.ok(p.frames.size <= 1);
      assert.equal(p.frames.size === 1, p.player.isPlaying);
    }
  }
});
