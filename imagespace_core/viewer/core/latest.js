/** Of calls that overlap, the latest counts: an earlier one learns that it came too late. */

export class Latest {
  #turn = 0;

  /** @param {AbortSignal} signal once aborted, all come too late */
  constructor(signal) {
    this.signal = signal;
  }

  /** Begins a call. @returns {() => boolean} whether it has come too late by now */
  begin() {
    const turn = ++this.#turn;
    return () => this.signal.aborted || turn !== this.#turn;
  }
}
