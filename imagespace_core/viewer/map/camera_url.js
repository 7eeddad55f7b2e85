/** The camera in the page's address, so that a link reopens the same view. */

const DELAY_MS = 300;

export class Address {
  /** @param {string | null} parameter name in the query; null keeps nothing */
  constructor(parameter) {
    this.parameter = parameter;
    this.timer = 0;
  }

  /**
   * @param {string} layout like "tsne"
   * @param {number} dims
   * @returns {import("../space/camera.js").CameraState | null} null when the address tells of none, or of another map's
   */
  read(layout, dims) {
    if (!this.parameter) return null;
    const text = new URL(document.URL).searchParams.get(this.parameter) ?? "";
    const [key, list = ""] = text.split(":");
    const numbers = list.split(",").map(Number);
    if (key !== `${layout}-${dims}d` || numbers.length !== (dims === 3 ? 6 : 3) || !numbers.every(Number.isFinite)) return null;
    if (dims === 2) return { x: numbers[0], y: numbers[1], z: 0, half: numbers[2], yaw: 0, pitch: 0 };
    const [x, y, z, half, yaw, pitch] = numbers;
    return { x, y, z, half, yaw, pitch };
  }

  /**
   * Writes a little later, once.
   * @param {string} layout
   * @param {number} dims
   * @param {import("../space/camera.js").CameraState | null} state null removes it: the whole map is what opens anyway
   */
  write(layout, dims, state) {
    if (!this.parameter) return;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const url = new URL(document.URL);
      const short = (v) => String(Number(v.toPrecision(5)));
      const numbers = state && (dims === 3 ? [state.x, state.y, state.z, state.half, state.yaw, state.pitch] : [state.x, state.y, state.half]);
      const text = numbers ? `${layout}-${dims}d:${numbers.map(short).join(",")}` : null;
      if (url.searchParams.get(this.parameter) === text) return;
      if (text) url.searchParams.set(this.parameter, text);
      else url.searchParams.delete(this.parameter);
      // Colons and commas are plain in a query; they stay readable.
      history.replaceState(history.state, "", url.href.replaceAll("%3A", ":").replaceAll("%2C", ","));
    }, DELAY_MS);
  }

  destroy() {
    clearTimeout(this.timer);
  }
}
