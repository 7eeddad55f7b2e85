/** Messages that stay on view for a while, and announcements for screen readers. */

/** How long a message stays. */
const STAY_MS = 12000;

export class Notices {
  #timer = 0;

  /**
   * @param {HTMLElement} message
   * @param {HTMLElement} live region
   * @param {((message: string) => void) | undefined} send to the host
   */
  constructor(message, live, send) {
    this.message = message;
    this.live = live;
    this.send = send;
  }

  /** Something went wrong. @param {string} text */
  show(text) {
    this.message.textContent = text;
    this.message.hidden = false;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => (this.message.hidden = true), STAY_MS);
    this.send?.(text);
  }

  /** @param {string} text for a screen reader */
  announce(text) {
    if (this.live.textContent !== text) this.live.textContent = text;
  }

  destroy() {
    clearTimeout(this.#timer);
    this.send = undefined;
  }
}
