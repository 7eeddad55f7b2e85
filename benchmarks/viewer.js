// What benchmarks/viewer.py runs inside the page.

/** Whether the peer's chart shows more than its background. */
export function peerDrawn() {
  const canvas = [...document.querySelectorAll(".js-plotly-plot canvas")].sort((a, b) => b.width - a.width)[0];
  if (!canvas?.width) return false;
  const small = new OffscreenCanvas(200, 100).getContext("2d");
  small.drawImage(canvas, 0, 0, 200, 100);
  const { data } = small.getImageData(0, 0, 200, 100);
  const colors = new Set();
  for (let i = 0; i < data.length; i += 4) if (data[i + 3]) colors.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
  return colors.size > 20;
}

/**
 * Frames of a bare `gl.POINTS` call and of the viewer, in turns, so that whatever else the machine does falls on both.
 * The call has the same positions, matrix, canvas and point sizes, one color, and nothing else.
 * @returns {Promise<[number, number][]>} milliseconds
 */
export async function frames(root, url, dims, count) {
  const { matrix, size, distance, least } = root.imagespace.drawing;
  const canvas = document.createElement("canvas");
  const like = root.querySelector("canvas");
  canvas.width = like.width;
  canvas.height = like.height;
  const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: dims === 3 });
  const bytes = await (await fetch(url)).arrayBuffer();
  const points = new Float32Array(bytes.slice(10 + new DataView(bytes).getUint16(8, true)));
  const program = gl.createProgram();
  for (const [kind, text] of [
    [gl.VERTEX_SHADER, `#version 300 es
      in vec3 at; uniform mat4 matrix;
      void main() { gl_Position = matrix * vec4(at, 1.0); gl_PointSize = max(${least.toFixed(3)}, ${(size * distance).toFixed(6)} / gl_Position.w); }`],
    [gl.FRAGMENT_SHADER, `#version 300 es
      precision mediump float; out vec4 color; void main() { color = vec4(0.1, 0.2, 0.3, 0.5); }`],
  ]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.bindAttribLocation(program, 0, "at");
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
  gl.useProgram(program);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, points, gl.STATIC_DRAW);
  gl.enableVertexAttribArray(0);
  gl.vertexAttribPointer(0, dims, gl.FLOAT, false, 0, 0);
  gl.uniformMatrix4fv(gl.getUniformLocation(program, "matrix"), false, matrix);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  if (dims === 3) gl.enable(gl.DEPTH_TEST);
  gl.viewport(0, 0, canvas.width, canvas.height);
  const bare = () => {
    const start = performance.now();
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.drawArrays(gl.POINTS, 0, points.length / dims);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    return performance.now() - start;
  };
  const pairs = Array.from({ length: count + 2 }, () => [bare(), root.imagespace.frame()]).slice(2);
  gl.getExtension("WEBGL_lose_context").loseContext();
  return pairs;
}

/** Presses a button of the page; milliseconds until the first frame in which images have moved. */
export async function switched(root, button) {
  const place = () => JSON.stringify([1, 2, 3].map((row) => root.imagespace.screen(row)));
  const before = place();
  const start = performance.now();
  button.click();
  while (place() === before) await new Promise(requestAnimationFrame);
  return performance.now() - start;
}

/** Where the first images are: [x, y] in CSS pixels of the window. */
function standing(root) {
  const points = Math.min(4000, Number(root.dataset.points));
  return Array.from({ length: points }, (_, row) => root.imagespace.screen(row)).map(({ x, y }) => [x - scrollX, y - scrollY]);
}

/** Where some images are, well inside the canvas: [x, y] in CSS pixels of the window. */
export function places(root, count) {
  const box = root.querySelector("canvas").getBoundingClientRect();
  const found = [];
  for (const [x, y] of standing(root)) {
    if (x > box.left + 90 && x < box.right - 320 && y > box.top + 60 && y < box.bottom - 60) found.push([x, y]);
    if (found.length === count) break;
  }
  return found;
}

/** How long a pointer rests before the card comes. */
const DWELL_MS = 80;

/** Waits until the image under the pointer, if there is one, has its card. */
export async function rested(root) {
  const card = root.querySelector("[data-testid=imagespace-hover]");
  const settled = () => {
    const ring = root.querySelector(".is-ring-hover");
    return ring ? !card.hidden && card.dataset.row === ring.dataset.row : card.hidden;
  };
  for (let frames = 0; frames < 2 || !settled(); frames++) await new Promise(requestAnimationFrame);
}

/** From the next movement of the pointer on, waits for the card of another image than the one shown now. */
export function listen(root) {
  const shown = root.querySelector("[data-testid=imagespace-hover]");
  const before = shown.dataset.row;
  root.heard = new Promise((resolve) => {
    root.addEventListener("pointermove", () => {
      const start = performance.now();
      const look = () => (shown.hidden || shown.dataset.row === before ? setTimeout(look, 1) : resolve(performance.now() - start - DWELL_MS));
      look();
    }, { once: true, capture: true });
  });
}
/** Milliseconds between the end of the dwell and the card. */
export const heard = (root) => root.heard;

/** Megabytes on the GPU, in the viewer's arrays, and of the JavaScript heap. */
export function memory(root) {
  const { gpuBytes, heapBytes } = root.imagespace.memory();
  return [gpuBytes, heapBytes, performance.memory.usedJSHeapSize].map((bytes) => bytes / 2 ** 20);
}

/** Middle and radius, in CSS pixels of the window, of a circle that about a quarter of the rows lie in. */
export function quarter(root) {
  const box = root.querySelector("canvas").getBoundingClientRect();
  const x = box.left + 0.4 * box.width, y = box.top + 0.5 * box.height;
  const away = standing(root).map(([left, top]) => Math.hypot(left - x, top - y)).sort((a, b) => a - b);
  return [x, y, Math.min(away[Math.floor(away.length / 4)], 0.48 * box.height)];
}
