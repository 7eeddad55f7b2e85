/** Words of the viewer: a message for a while, and what a screen reader is told. */

/** How long a message stays. */
const STAY_MS = 12000;

export class Notice {
  /**
   * @param {HTMLElement} message
   * @param {HTMLElement} live region
   * @param {((message: string) => void) | undefined} report to the host
   */
  constructor(message, live, report) {
    this.message = message;
    this.live = live;
    this.report = report;
    this.timer = 0;
  }

  /** Something went wrong. @param {string} text */
  tell(text) {
    this.message.textContent = text;
    this.message.hidden = false;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => (this.message.hidden = true), STAY_MS);
    this.report?.(text);
  }

  /** @param {string} text for a screen reader */
  say(text) {
    if (this.live.textContent !== text) this.live.textContent = text;
  }

  destroy() {
    clearTimeout(this.timer);
    this.report = undefined;
  }
}
