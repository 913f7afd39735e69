// Undo and redo: a list of immutable states and the index of the current one.

/** Undo history. @template State */
export class History {
  /**
   * @param {State} first
   * @param {number} [most]  largest number of states; beyond it the oldest is dropped
   */
  constructor(first, most = 200) {
    this.most = Math.max(1, most);
    /** @type {State[]} */
    this.states = [first];
    this.at = 0;
    /** Key of the last push. @type {string | null} */
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
   * Add a state after the current one and drop the undone ones.
   * @param {State} state
   * @param {{joins?: string}} [drag]  consecutive states with the same key are merged into one
   */
  push(state, { joins } = {}) {
    if (state === this.now) return;
    const isContinued = joins !== undefined && joins === this.joins;
    this.joins = joins ?? null;
    this.states.length = isContinued ? this.at : this.at + 1;
    // a drag that ends where it began adds nothing
    if (!isContinued || state !== this.states[this.at - 1]) this.states.push(state);
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
   * Move to the previous or the next state.
   * @param {-1 | 1} way
   * @returns {State}
   */
  go(way) {
    this.joins = null; // ends the drag that edits were joined to
    this.at = Math.max(0, Math.min(this.states.length - 1, this.at + way));
    return this.now;
  }

  /**
   * Start again from a state.
   * @param {State} state
   */
  reset(state) {
    this.states = [state];
    this.at = 0;
    this.joins = null;
  }
}
