/** What tests and automation may ask of the root element, by its property `imagespace`. */

/**
 * @param {import("../draw/renderer.js").Renderer} renderer
 * @param {import("./camera_moves.js").CameraMoves} moves
 * @param {import("../core/frame_loop.js").FrameLoop} loop
 * @param {import("../data/workspace_files.js").WorkspaceFiles} files
 * @param {import("../data/sprite_pages.js").SpritePages} pages
 * @param {() => void} measure follows the element's size
 */
export function automation(renderer, moves, loop, files, pages, measure) {
  return {
    /** @param {number} row @returns {{x: number, y: number} | null} CSS pixels relative to the page */
    screen(row) {
      measure();
      const at = renderer.place(row);
      if (!at) return null;
      const box = renderer.canvas.getBoundingClientRect();
      return { x: box.left + window.scrollX + at.x, y: box.top + window.scrollY + at.y };
    },
    /** Draws once and waits for the GPU. @returns {number} milliseconds */
    frame: () => renderer.frame(),
    /** @returns {import("../space/camera.js").CameraState} */
    get camera() {
      return { ...renderer.camera.state };
    },
    set camera(state) {
      loop.cut();
      renderer.camera.set(state);
      moves.touched();
    },
    /** How the dots are drawn: matrix from the file's positions to clip space, diameter in device px at a distance, and the least. */
    get drawing() {
      const { camera, positions, dotSize, dpr, leastSize } = renderer;
      return { matrix: positions && camera.clip(positions), size: dotSize * dpr, distance: camera.distance, least: leastSize };
    },
    /** Bytes that the viewer itself accounts for. */
    memory: () => ({ gpuBytes: renderer.gpu.bytes, heapBytes: files.bytes + pages.bytes + renderer.bytes }),
    /** Images in view that should be shown, those that are, how many stand for their region, and how many are large pictures. */
    sprites: () => ({ ...renderer.sprites.counts }),
    /** Rows drawn as images and the CSS pixels of their longer side, in the order painted. @returns {[number, number][]} */
    images: () => [...renderer.sprites.shown],
    /** Rows that the mask leaves and the layout has no place for. */
    missing: () => renderer.missing,
  };
}
