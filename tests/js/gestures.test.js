import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "./seeded.js";
import { Standin } from "./standin.js";

const names = (actions) => actions.map((action) => action.do);
const MOUSE = { pointerType: "mouse" };

function near(found, wanted) {
  found.forEach((value, k) => assert.ok(Math.abs(value - wanted[k]) < 1e-6, `${found} is not ${wanted}`));
}

function proper(
  {
    gestures,
    geometry: {
      steps,
      window: [a, b],
    },
    t,
  },
  message,
) {
  assert.ok(Number.isFinite(a) && Number.isFinite(b), `${message}: window ${a}, ${b}`);
  assert.ok(
    a >= -1e-6 && b <= steps + 1e-6 && b - a >= Math.min(4, steps) - 1e-6,
    `${message}: window ${a}, ${b} of ${steps}`,
  );
  assert.ok(Number.isInteger(t) && t >= 0 && t < steps, `${message}: step ${t}`);
  assert.equal(gestures.gesture === null, !gestures.isBusy, message);
}

// ---- one pointer

test("a click on a cell chooses it and explains it", () => {
  const stage = new Standin();
  stage.down(stage.x(30), "r", MOUSE);
  assert.equal(stage.chosen.length, 0);
  assert.deepEqual(names(stage.up(stage.x(30), "r", MOUSE)), ["click", "release"]);
  assert.deepEqual(stage.chosen, [{ do: "click", cell: { t: 30, gate: "r", unit: 2 }, explain: true }]);
  assert.equal(stage.told("scrub").length, 0);
});

test("a click on the input chooses it; there is nothing to explain", () => {
  const stage = new Standin();
  stage.down(stage.x(30), "x", MOUSE);
  stage.up(stage.x(30), "x", MOUSE);
  assert.deepEqual(stage.chosen, [{ do: "click", cell: { t: 30, gate: "x" }, explain: false }]);
});

test("a click on the axis chooses the step alone", () => {
  const stage = new Standin();
  stage.down(stage.x(30), "axis", MOUSE);
  stage.up(stage.x(30), "axis", MOUSE);
  assert.deepEqual(stage.chosen, [{ do: "click", cell: { t: 30 }, explain: false }]);
});

test("a click on a unit's name chooses the unit, and leaves the step", () => {
  const stage = new Standin();
  stage.down(20, "h", MOUSE);
  stage.up(20, "h", MOUSE);
  assert.deepEqual(stage.chosen, [{ do: "click", cell: { gate: "h", unit: 2 }, explain: true }]);
});

test("a click beside everything does nothing", () => {
  const stage = new Standin();
  stage.down(700, "axis", MOUSE);
  assert.deepEqual(names(stage.up(700, "axis", MOUSE)), ["release"]);
});

test("a finger's tap shows in words what the finger hides", () => {
  const stage = new Standin();
  stage.down(stage.x(30), "r");
  assert.equal(stage.hover, null);
  assert.deepEqual(names(stage.up(stage.x(30), "r")), ["click", "hover", "release"]);
  assert.equal(stage.hover.t, 30);
});

test("a pointer that is not down hovers", () => {
  const stage = new Standin();
  assert.deepEqual(names(stage.move(stage.x(7), "n", MOUSE)), ["hover"]);
  assert.deepEqual([stage.hover.t, stage.hover.gate, stage.hover.unit], [7, "n", 2]);
  stage.down(stage.x(7), "n", MOUSE);
  assert.equal(stage.hover, null);
});

test("three pixels of a mouse are still a click, seven of a finger; more is a drag", () => {
  const mouse = { pointerType: "mouse" },
    finger = { pointerType: "touch" };
  for (const [by, clicks, of] of [
    [3, 1, mouse],
    [-3, 1, mouse],
    [4, 0, mouse],
    [-4, 0, mouse],
    [7, 1, finger],
    [-8, 0, finger],
  ]) {
    const stage = new Standin();
    stage.down(300, "z", of);
    stage.move(300 + by, "z", of);
    stage.up(300 + by, "z", of);
    assert.equal(stage.chosen.length, clicks, `${by} px`);
    assert.equal(stage.told("scrub").length, 1 - clicks, `${by} px`);
  }
});

test("a finger that goes down or up scrolls the page, whatever it crosses: nothing else comes of it", () => {
  for (const [from, to] of [
    ["z", "h"],
    ["ruler", "z"],
    ["axis", "r"],
    ["x", "n"],
    ["overview", "axis"],
  ]) {
    for (const ends of ["up", "cancel"]) {
      const stage = new Standin({ window: [20, 60] });
      stage.down(300, from);
      stage.move(304, to);
      stage.move(420, from); // and stays a swipe
      stage.feed(ends, 420, to);
      assert.deepEqual(
        stage.log.map((action) => action.do).filter((name) => name !== "hover"),
        ["remember", "release"],
      );
      assert.equal(stage.gestures.isBusy, false);
      assert.deepEqual(stage.geometry.window, [20, 60]);
    }
  }
});

test("a second finger makes a zoom of a swipe", () => {
  const stage = new Standin();
  stage.down(280, "z", { id: 11 });
  stage.move(280, "h", { id: 11 });
  stage.down(320, "h", { id: 12 });
  stage.move(420, "h", { id: 12 });
  assert.ok(stage.zoomed);
});

test("one who wandered and came back has not clicked", () => {
  const stage = new Standin();
  stage.down(300);
  stage.move(310);
  stage.move(300);
  assert.deepEqual(names(stage.up(300)), ["dragEnd", "release"]);
});

test("the ruler answers at once, cells once it is no click", () => {
  const stage = new Standin();
  assert.ok(!names(stage.down(stage.x(40), "ruler")).includes("scrub")); // a finger may go on to scroll
  stage.cancel(stage.x(40), "ruler");
  assert.ok(names(stage.down(stage.x(40), "ruler", { pointerType: "mouse" })).includes("scrub"));
  assert.equal(stage.t, 40);
  const other = new Standin();
  assert.ok(!names(other.down(other.x(40), "z")).includes("scrub"));
  other.move(other.x(43));
  assert.equal(other.t, 43);
});

test("scrubbing past an end stays at it", () => {
  const stage = new Standin();
  stage.down(stage.x(40), "ruler");
  stage.move(-5000, "ruler");
  assert.equal(stage.t, 0);
  stage.move(5000, "ruler");
  assert.equal(stage.t, 99);
});

test("cells of what is zoomed pan; the ruler, the input and the axis always scrub", () => {
  const stage = new Standin({ window: [20, 60] });
  stage.drag(300, 360, "z");
  near(stage.geometry.window, [16, 56]);
  assert.equal(stage.told("scrub").length, 0);
  for (const on of ["ruler", "x", "axis"]) {
    const other = new Standin({ window: [20, 60] });
    other.drag(300, 360, on);
    assert.equal(other.t, Math.floor(other.time(360)), on);
    assert.deepEqual(other.geometry.window, [20, 60]);
  }
});

test("what is panned stays under the pointer, and stops at the ends", () => {
  const stage = new Standin({ window: [20, 60] }),
    held = stage.time(300);
  stage.down(300);
  for (const x of [310, 250, 333]) {
    stage.move(x);
    near([stage.time(x)], [held]);
  }
  stage.move(5000);
  near(stage.geometry.window, [0, 40]);
  stage.move(333);
  near([stage.time(333)], [held]); // it comes back as if it had never been stopped
});

test("a brush zooms to the whole steps under it, in either direction", () => {
  for (const [from, to] of [
    [10, 30],
    [30, 10],
  ]) {
    const stage = new Standin();
    stage.drag(stage.x(from), stage.x(to), "z", { shift: true });
    assert.deepEqual(stage.geometry.window, [10, 31]);
    assert.equal(stage.brush, null);
    assert.equal(stage.told("dragEnd").length, 0);
  }
});

test("a brush is seen while it lasts", () => {
  const stage = new Standin();
  stage.down(200, "z", { shift: true });
  stage.move(260, "z");
  assert.deepEqual(stage.brush, { from: 200, to: 260, overview: false });
});

test("a brush past the ends takes what there is", () => {
  const stage = new Standin();
  stage.drag(stage.x(80), 5000, "z", { shift: true });
  assert.deepEqual(stage.geometry.window, [80, 100]);
});

test("the overview brushes, its thumb pans, a click centres", () => {
  const stage = new Standin({ window: [40, 60] });
  stage.drag(350, 410, "overview"); // in the thumb: 40 to 60 of 100 stand at 290 to 410
  near(stage.geometry.window, [50, 70]);
  stage.drag(110, 230, "overview");
  assert.deepEqual(stage.geometry.window, [10, 30]);
  stage.down(50 + 600 * 0.8, "overview");
  stage.up(50 + 600 * 0.8, "overview");
  near(stage.geometry.window, [70, 90]);
});

test("the overview of what is not zoomed brushes from anywhere", () => {
  const stage = new Standin();
  stage.down(170, "overview");
  stage.move(290, "overview");
  assert.deepEqual(stage.brush, { from: 170, to: 290, overview: true });
  stage.up(290, "overview");
  assert.deepEqual(stage.geometry.window, [20, 40]);
});

test("the ends of a loop are taken hold of on the ruler", () => {
  for (const [grip, to, wanted] of [
    [20, 10, [10, 39]],
    [40, 60, [20, 60]],
    [40, 5, [5, 20]],
  ]) {
    const stage = new Standin({ loop: [20, 39] }),
      x = stage.x(grip - 0.5) + 3;
    stage.drag(x, stage.x(to), "ruler");
    assert.deepEqual(stage.geometry.loop, wanted, `from ${grip} to ${to}`);
    assert.equal(stage.told("scrub").length, 0);
  }
  const beside = new Standin({ loop: [20, 39] });
  beside.drag(beside.x(29), beside.x(35), "ruler");
  assert.deepEqual(beside.geometry.loop, [20, 39]);
  assert.equal(beside.t, 35);
});

test("of two presses only the first remembers where it was", () => {
  const stage = new Standin();
  const click = (after) => {
    const told = names(stage.down(stage.x(30), "z", { after }));
    stage.up(stage.x(30), "z", { after: 60 });
    return told.includes("remember");
  };
  assert.deepEqual([click(0), click(200), click(700)], [true, false, true]);
});

test("a cancelled press is no click, a cancelled brush no zoom", () => {
  const stage = new Standin();
  stage.down(300);
  assert.deepEqual(names(stage.cancel(300)), ["release"]);
  stage.down(200, "z", { shift: true });
  stage.move(300);
  assert.deepEqual(names(stage.cancel(300)), ["brush", "release"]);
  assert.equal(stage.brush, null);
  assert.deepEqual(stage.geometry.window, [0, 100]);
  assert.equal(stage.chosen.length, 0);
});

test("a lift of what never was down is nothing", () => {
  const stage = new Standin();
  assert.deepEqual(stage.up(300), []);
  assert.deepEqual(stage.cancel(300), []);
  stage.drag(300, 340);
  assert.deepEqual(stage.cancel(340), []); // the lost capture that follows a lift
});

test("a pointer that is pressed twice was let go unseen", () => {
  const stage = new Standin({ window: [20, 60] });
  stage.down(300);
  stage.down(400);
  stage.move(460);
  near(stage.geometry.window, [16, 56]); // one pointer: it pans, as if only the second press had been
  stage.up(460);
  assert.equal(stage.gestures.isBusy, false);
});

// ---- two and more

/** Two fingers spread from 280 and 320 to 220 and 380, as in a pinch. */
function spread(stage) {
  stage.down(280, "z", { id: 11 });
  stage.down(320, "z", { id: 12 });
  stage.move(220, "z", { id: 11 });
  stage.move(380, "z", { id: 12 });
}

test("two fingers zoom, and keep the steps under them", () => {
  const stage = new Standin(),
    held = [stage.time(280), stage.time(320)];
  spread(stage);
  near([stage.time(220), stage.time(380)], held);
  assert.equal(stage.chosen.length + stage.told("scrub").length, 0);
});

for (const stays of [11, 12]) {
  for (const lift of ["up", "cancel"]) {
    test(`after a pinch finger ${stays} stays (${lift}): it pans, it never zooms, it never clicks`, () => {
      const stage = new Standin(),
        gone = 23 - stays,
        at = { 11: 220, 12: 380 };
      spread(stage);
      const zoomed = [...stage.geometry.window];
      stage.feed(lift, at[gone], "z", { id: gone });
      assert.deepEqual(stage.geometry.window, zoomed);
      stage.move(at[stays], "z", { id: stays });
      near(stage.geometry.window, zoomed); // does nothing until it moves
      const held = stage.time(at[stays]);
      for (const x of [300, 260, 320]) {
        stage.move(x, "z", { id: stays });
        near([stage.time(x)], [held]);
        near([stage.geometry.window[1] - stage.geometry.window[0]], [zoomed[1] - zoomed[0]]);
        proper(stage, "one finger is left");
      }
      stage.up(320, "z", { id: stays });
      assert.equal(stage.chosen.length, 0);
      assert.equal(stage.gestures.isBusy, false);
    });
  }
}

test("the finger that stays and does not move does not click", () => {
  const stage = new Standin();
  spread(stage);
  stage.up(220, "z", { id: 11 });
  stage.up(380, "z", { id: 12 });
  assert.equal(stage.chosen.length, 0);
  assert.equal(stage.told("scrub").length, 0);
});

test("a finger that comes back zooms on from there", () => {
  const stage = new Standin();
  spread(stage);
  stage.up(220, "z", { id: 11 });
  stage.move(340, "z", { id: 12 });
  const before = [...stage.geometry.window],
    held = [stage.time(340), stage.time(440)];
  stage.down(440, "z", { id: 13 });
  assert.deepEqual(stage.geometry.window, before);
  stage.move(320, "z", { id: 12 });
  stage.move(480, "z", { id: 13 });
  near([stage.time(320), stage.time(480)], held);
});

test("a third finger changes nothing, and takes over where one of the two lifts", () => {
  const stage = new Standin();
  spread(stage);
  const window = [...stage.geometry.window];
  stage.down(500, "z", { id: 13 });
  for (const x of [520, 100, 560]) assert.deepEqual(stage.move(x, "z", { id: 13 }), []);
  assert.deepEqual(stage.geometry.window, window);
  const held = [stage.time(380), stage.time(560)];
  stage.up(220, "z", { id: 11 });
  assert.deepEqual(stage.geometry.window, window);
  stage.move(350, "z", { id: 12 });
  stage.move(590, "z", { id: 13 });
  near([stage.time(350), stage.time(590)], held);
});

test("a third finger that goes again leaves the two their steps", () => {
  const stage = new Standin(),
    held = [stage.time(280), stage.time(320)];
  spread(stage);
  stage.down(500, "z", { id: 13 });
  stage.up(500, "z", { id: 13 });
  stage.move(200, "z", { id: 11 });
  near([stage.time(200), stage.time(380)], held);
});

test("a third finger that goes again leaves them to the two beyond the whole as well", () => {
  const stage = new Standin({ window: [20, 60] }),
    held = [stage.time(280), stage.time(380)];
  stage.down(280, "z", { id: 11 });
  stage.down(380, "z", { id: 12 });
  stage.move(350, "z", { id: 11 });
  assert.deepEqual(stage.geometry.window, [0, 100]);
  stage.down(500, "z", { id: 13 });
  stage.up(500, "z", { id: 13 });
  stage.move(240, "z", { id: 11 });
  near([stage.time(240), stage.time(380)], held);
});

test("one of two fingers that is pressed again holds what is under it now", () => {
  const stage = new Standin();
  spread(stage);
  const window = [...stage.geometry.window],
    held = [stage.time(500), stage.time(380)];
  stage.down(500, "z", { id: 11 });
  assert.deepEqual(stage.geometry.window, window);
  stage.move(540, "z", { id: 11 });
  near([stage.time(540), stage.time(380)], held);
});

test("a second finger ends a brush, and what it began is forgotten", () => {
  const stage = new Standin();
  stage.down(200, "z", { id: 11, shift: true });
  stage.move(300, "z", { id: 11 });
  stage.down(400, "z", { id: 12 });
  assert.equal(stage.brush, null);
  stage.up(300, "z", { id: 11 });
  stage.up(400, "z", { id: 12 });
  assert.deepEqual(stage.geometry.window, [0, 100]);
});

test("fingers one above the other zoom once they are apart, without a jump", () => {
  const stage = new Standin();
  stage.down(300, "z", { id: 11 });
  stage.down(301, "h", { id: 12 });
  stage.move(295, "z", { id: 11 });
  stage.move(303, "h", { id: 12 });
  assert.deepEqual(stage.geometry.window, [0, 100]);
  stage.move(340, "h", { id: 12 });
  assert.deepEqual(stage.geometry.window, [0, 100]);
  const held = [stage.time(295), stage.time(340)];
  stage.move(360, "h", { id: 12 });
  near([stage.time(295), stage.time(360)], held);
});

function orders(list) {
  return list.length < 2
    ? [list]
    : list.flatMap((one, k) => orders([...list.slice(0, k), ...list.slice(k + 1)]).map((rest) => [one, ...rest]));
}

test("three fingers in every order of lifting, lifted or cancelled", () => {
  const ids = [11, 12, 13],
    places = { 11: 150, 12: 330, 13: 560 };
  for (const order of orders(ids)) {
    for (let lifts = 0; lifts < 8; lifts++) {
      const stage = new Standin({ steps: 500 }),
        message = `${order} ${lifts}`,
        at = { ...places };
      for (const id of ids) stage.down(at[id], "z", { id });
      order.forEach((id, k) => {
        for (const other of ids.filter((each) => !order.slice(0, k).includes(each))) {
          const wide = stage.geometry.window[1] - stage.geometry.window[0];
          at[other] += (other - 12) * 9 + 4;
          stage.move(at[other], "z", { id: other });
          proper(stage, message);
          if (k === 2) near([stage.geometry.window[1] - stage.geometry.window[0]], [wide]);
        }
        const before = [...stage.geometry.window];
        stage.feed((lifts >> k) & 1 ? "cancel" : "up", at[id], "z", { id });
        assert.deepEqual(stage.geometry.window, before, `${message}: lifting moves nothing`);
        proper(stage, message);
      });
      assert.equal(stage.gestures.isBusy, false, message);
      assert.equal(stage.chosen.length, 0, message);
    }
  }
});

// ---- anything

const PLACES = ["ruler", "x", "z", "r", "n", "h", "axis", "overview", "between"];

for (let seed = 1; seed <= 40; seed++) {
  test(`whatever pointers do, the stage stays whole: ${seed}`, () => {
    const { real, whole, one, chance } = seeded(seed);
    const steps = one([1, 2, 3, 7, 100, 100_000]),
      from = whole(0, steps - 1);
    const stage = new Standin({ steps, loop: chance(0.5) ? [from, whole(from, steps - 1)] : null });
    const down = new Set();
    let alone = true,
      pressed = 0,
      travelled = 0,
      limit = 4;
    const start = new Map();
    for (let n = 0; n < 1500; n++) {
      const id = whole(1, 4),
        type = one(["down", "move", "move", "move", "move", "up", "cancel"]),
        on = one(PLACES);
      const x = chance(0.01)
        ? one([NaN, Infinity, -Infinity, undefined])
        : chance(0.02)
          ? one([1e300, -1e300, 1e9])
          : real(-60, 760);
      const before = [...stage.geometry.window],
        held = down.has(id),
        fingers = down.size,
        usable = Number.isFinite(x);
      const pointerType = one(["touch", "mouse", "pen"]);
      const told = stage.feed(type, x, on, { id, shift: chance(0.2), pointerType, after: whole(0, 600) });
      const message = `${n}: ${type} ${id} at ${x} on ${on}, window ${before}`;
      if (type === "down" && usable) {
        // pressed again: let go unseen before
        if (held) down.delete(id);
        if (!down.size) [alone, travelled, limit] = [true, 0, pointerType === "touch" ? 8 : 4];
        else alone = false;
        down.add(id);
        pressed = x;
        start.set(id, x);
      }
      if (type === "move" && held && usable) travelled = Math.max(travelled, Math.abs(x - start.get(id)));
      if (type !== "down" && type !== "move") down.delete(id);
      proper(stage, message);
      assert.equal(stage.gestures.isBusy, down.size > 0, message);
      for (const action of told) {
        for (const number of [action.t, action.cell?.t, ...(action.ends ?? [])].filter(
          (value) => value !== undefined,
        )) {
          assert.ok(Number.isInteger(number) && number >= 0 && number < steps, `${message}: ${JSON.stringify(action)}`);
        }
        if (action.do === "click") {
          assert.ok(type === "up" && alone && held && fingers === 1, `${message}: no click may come of this`);
          assert.ok(travelled < limit, `${message}: a click after ${travelled} px from ${pressed}`);
        }
        if (action.do === "window" && !alone) {
          assert.equal(type, "move", `${message}: only moving zooms or pans`);
          if (fingers === 1) near([stage.geometry.window[1] - stage.geometry.window[0]], [before[1] - before[0]]);
        }
      }
      if (type === "up" || type === "cancel") assert.equal(told.at(-1)?.do, held ? "release" : undefined, message);
      if (!down.size) assert.equal(stage.brush, null, message);
    }
  });
}

test("a stage without any width takes nothing and keeps its window", () => {
  const stage = new Standin({ plot: 0, window: [20, 60] });
  for (const type of ["down", "move", "up"]) assert.deepEqual(stage.feed(type, 300), []);
  stage.geometry.plot = 600;
  stage.down(300);
  stage.geometry.plot = NaN; // hidden while the finger is down
  stage.move(400);
  stage.up(400);
  assert.equal(stage.gestures.isBusy, false);
  assert.deepEqual(stage.geometry.window, [20, 60]);
});
