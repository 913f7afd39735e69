import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { registry } from "../../assets/stage/hosts/registry.js";
import { inview } from "../../assets/stage/hosts/viewport.js";

/** @type {any[]} */
const watchers = [];
Object.assign(globalThis, {
  IntersectionObserver: class {
    /** @param {(found: {isIntersecting: boolean}[]) => void} told */
    constructor(told) {
      this.told = told;
      this.on = true;
      watchers.push(this);
    }
    observe() {
      return this.on;
    }
    disconnect() {
      this.on = false;
    }
  },
});

/** @type {any} */
const element = { querySelector: () => ({}) };

/** @returns {{call: (data: any, at?: any) => () => void, see: (seen: boolean) => void, sent: any[]}} */
function placed() {
  const at = { ...element },
    sent = /** @type {any[]} */ ([]);
  const call = (/** @type {any} */ data) =>
    inview({ data, parentElement: at, setTriggerValue: (name, value) => sent.push([name, value]) });
  return { call, see: (seen) => watchers[watchers.length - 1].told([{ isIntersecting: seen }]), sent };
}

test("what is due is asked for once it rests in view, and once for each picture", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { call, see, sent } = placed(),
    leave = call({ about: "a", due: true });
  mock.timers.tick(5000);
  assert.deepEqual(sent, []);
  see(true);
  mock.timers.tick(100);
  see(false); // scrolled past
  mock.timers.tick(5000);
  assert.deepEqual(sent, []);
  see(true);
  mock.timers.tick(300);
  assert.deepEqual(sent, [["look", "a"]]);
  call({ about: "a", due: true }); // drawn anew, for whatever reason
  mock.timers.tick(5000);
  assert.equal(sent.length, 1);
  mock.timers.tick(3500); // nothing came of it: the server was another one by then
  mock.timers.tick(500);
  assert.deepEqual(sent.splice(1), [["look", "a"]]);
  call({ about: "b", due: false });
  mock.timers.tick(5000);
  assert.equal(sent.length, 1);
  const last = call({ about: "c", due: true });
  mock.timers.tick(200);
  call({ about: "d", due: true }); // somebody drags a slider
  mock.timers.tick(300);
  assert.deepEqual(sent, [
    ["look", "a"],
    ["look", "d"],
  ]);
  leave();
  last();
  mock.timers.reset();
});

test("a page that is being left asks for nothing, and what is taken down watches no more", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { call, see, sent } = placed();
  registry.quietUntil = Infinity;
  const leave = call({ about: "a", due: true });
  see(true);
  mock.timers.tick(2000);
  assert.deepEqual(sent, []);
  leave();
  registry.quietUntil = -Infinity;
  mock.timers.tick(2000);
  assert.deepEqual(sent, []);
  assert.equal(watchers[watchers.length - 1].on, false);
  mock.timers.reset();
});
