/** What tests and automation may ask of the root element, by its property `imagespace`. */

/** @param {import("./map_view.js").Viewer} viewer */
export function hooks(viewer) {
  const { picture } = viewer;
  return {
    /** @param {number} row @returns {{x: number, y: number} | null} CSS pixels relative to the page */
    screen(row) {
      viewer.measure();
      const at = picture.place(row);
      if (!at) return null;
      const box = picture.canvas.getBoundingClientRect();
      return { x: box.left + window.scrollX + at.x, y: box.top + window.scrollY + at.y };
    },
    /** Draws once and waits for the GPU. @returns {number} milliseconds */
    frame: () => picture.frame(),
    /** @returns {import("../space/camera.js").CameraState} */
    get camera() {
      return { ...picture.camera.state };
    },
    set camera(state) {
      viewer.loop.cut();
      picture.camera.set(state);
      viewer.travel.touched();
    },
    /** How the dots are drawn: matrix from the file's positions to clip space, diameter in device px at a distance, and the least. */
    get drawing() {
      return { matrix: picture.camera.clip(picture.positions), size: picture.dotSize * picture.dpr, distance: picture.camera.distance, least: picture.leastSize };
    },
    /** Bytes that the viewer itself accounts for. */
    memory: () => ({
      gpuBytes: picture.gpu.bytes,
      heapBytes: viewer.dataset.bytes + viewer.atlas.bytes + picture.bytes,
    }),
    /** Images in view that should be shown, those that are, how many stand for their region, and how many are previews. */
    sprites: () => ({ ...picture.sprites.counts }),
    /** Rows drawn as images and the CSS pixels of their longer side, in the order painted. @returns {[number, number][]} */
    images: () => [...picture.sprites.shown],
    /** Rows that the mask leaves and the layout has no place for. */
    missing: () => picture.missing,
  };
}
