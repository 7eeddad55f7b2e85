/** The camera in the page's address, so that a link reopens the same view. */

const DELAY_MS = 300;

export class CameraUrl {
  /** The map that the camera is of: another map's camera in the address counts for nothing. */
  layout = "";
  dims = 2;
  #timer = 0;

  /** @param {string | null} parameter name in the query; null keeps nothing */
  constructor(parameter) {
    this.parameter = parameter;
  }

  /** @returns {import("../space/camera.js").CameraState | null} null when the address has none, or another map's */
  read() {
    if (!this.parameter) return null;
    const text = new URL(document.URL).searchParams.get(this.parameter) ?? "";
    const [key, list = ""] = text.split(":");
    const numbers = list.split(",").map(Number);
    if (key !== this.#key || numbers.length !== (this.dims === 3 ? 6 : 3) || !numbers.every(Number.isFinite)) return null;
    if (this.dims === 2) return { x: numbers[0], y: numbers[1], z: 0, half: numbers[2], yaw: 0, pitch: 0 };
    const [x, y, z, half, yaw, pitch] = numbers;
    return { x, y, z, half, yaw, pitch };
  }

  /**
   * Writes a little later, once.
   * @param {import("../space/camera.js").CameraState | null} state null removes it: the whole map is what opens anyway
   */
  write(state) {
    const { parameter, dims } = this;
    if (!parameter) return;
    const key = this.#key;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      const url = new URL(document.URL);
      const short = (/** @type {number} */ v) => String(Number(v.toPrecision(5)));
      const numbers = state && (dims === 3 ? [state.x, state.y, state.z, state.half, state.yaw, state.pitch] : [state.x, state.y, state.half]);
      const text = numbers ? `${key}:${numbers.map(short).join(",")}` : null;
      if (url.searchParams.get(parameter) === text) return;
      if (text) url.searchParams.set(parameter, text);
      else url.searchParams.delete(parameter);
      // Colons and commas are plain in a query; they stay readable.
      history.replaceState(history.state, "", url.href.replaceAll("%3A", ":").replaceAll("%2C", ","));
    }, DELAY_MS);
  }

  destroy() {
    clearTimeout(this.#timer);
  }

  get #key() {
    return `${this.layout}-${this.dims}d`;
  }
}
