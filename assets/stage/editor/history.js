// Undo and redo: a list of immutable states, and which of them is current.

/** @template State */
export class History {
  /**
   * @param {State} first
   * @param {number} [most]  states kept; the oldest goes
   */
  constructor(first, most = 200) {
    this.most = Math.max(1, most);
    /** @type {State[]} */
    this.states = [first];
    this.at = 0;
    /** @type {string | null} */
    this.joins = null;
  }

  get now() {
    return this.states[this.at];
  }

  get canUndo() {
    return this.at > 0;
  }

  get canRedo() {
    return this.at < this.states.length - 1;
  }

  /**
   * What comes after now; what was undone is gone.
   * @param {State} state
   * @param {{joins?: string}} [drag]  one state is left of all pushed with the same key, one after another
   */
  push(state, { joins } = {}) {
    if (state === this.now) return;
    const goesOn = joins !== undefined && joins === this.joins;
    this.joins = joins ?? null;
    this.states.length = goesOn ? this.at : this.at + 1;
    // a drag that ends where it began was none
    if (!goesOn || state !== this.states[this.at - 1]) this.states.push(state);
    else this.joins = null;
    if (this.states.length > this.most) this.states.shift();
    this.at = this.states.length - 1;
  }

  undo() {
    return this.go(-1);
  }

  redo() {
    return this.go(1);
  }

  /**
   * @param {-1 | 1} way
   * @returns {State}
   */
  go(way) {
    this.joins = null; // a drag does not go on after that
    this.at = Math.max(0, Math.min(this.states.length - 1, this.at + way));
    return this.now;
  }

  /**
   * Begins anew.
   * @param {State} state
   */
  reset(state) {
    this.states = [state];
    this.at = 0;
    this.joins = null;
  }
}
