/** What tests and automation may ask of the root element, by its property `imagespace`. */

/** @param {import("./viewer.js").Viewer} viewer */
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
    /** @returns {import("./camera.js").CameraState} */
    get camera() {
      return { ...picture.camera.state };
    },
    set camera(state) {
      viewer.loop.cut();
      picture.camera.set(state);
      viewer.travel.touched();
    },
    /** Bytes that the viewer itself accounts for. */
    memory: () => ({
      gpuBytes: picture.gpu.bytes,
      heapBytes: viewer.dataset.bytes + viewer.atlas.bytes + picture.shading.index.byteLength + picture.shading.palette.byteLength,
    }),
    /** Sprites in view that should be shown, and those that are. */
    sprites: () => ({ wanted: picture.sprites.wanted, loaded: picture.sprites.loaded }),
  };
}
