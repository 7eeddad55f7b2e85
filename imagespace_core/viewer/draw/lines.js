/** The thin lines of a layout: a graticule, columns, outlines. They lie under the images. */

const VERTEX = `
  layout(location = 0) in vec3 aAt; // world
  uniform mat4 uMatrix;
  uniform vec3 uTarget;
  void main() { gl_Position = uMatrix * vec4(aAt - uTarget, 1.0); }
`;
const FRAGMENT = `
  uniform vec4 uColor;
  out vec4 color;
  void main() { color = vec4(uColor.rgb * uColor.a, uColor.a); }
`;
const STRENGTH = 0.22;

export class Lines {
  /** @param {import("./gpu.js").Gpu} gpu */
  constructor(gpu) {
    this.gpu = gpu;
    this.create();
  }

  /** Also after a lost context. */
  create() {
    /** @type {Map<import("../data/positions.js").Positions, {buffer: WebGLBuffer, count: number}>} */ this.sent = new Map();
    this.program = this.gpu.program(VERTEX, FRAGMENT);
    this.array = this.gpu.gl.createVertexArray();
  }

  /**
   * @param {[import("../data/positions.js").Positions, number][]} layouts with how visible their lines are, 0 to 1; those of others are let go
   * @param {import("../space/camera.js").Camera} camera
   * @param {number[]} color rgb 0..1
   */
  draw(layouts, camera, color) {
    const { gl } = this.gpu;
    for (const [positions, { buffer }] of this.sent) {
      if (layouts.some(([kept]) => kept === positions)) continue;
      this.gpu.release(buffer);
      this.sent.delete(positions);
    }
    for (const [positions, visible] of layouts) {
      if (!positions.guides?.lines?.length || visible <= 0) continue;
      const { buffer, count } = this.#send(positions);
      const { program, at } = this.program;
      const { x, y, z } = camera.state;
      gl.useProgram(program);
      gl.bindVertexArray(this.array);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.enableVertexAttribArray(0);
      gl.vertexAttribPointer(0, 3, gl.FLOAT, false, 0, 0);
      gl.uniformMatrix4fv(at.uMatrix, false, camera.matrix);
      gl.uniform3f(at.uTarget, x, y, z);
      gl.uniform4f(at.uColor, color[0], color[1], color[2], STRENGTH * visible);
      gl.depthMask(false);
      gl.drawArrays(gl.LINES, 0, count);
      gl.depthMask(true);
      gl.bindVertexArray(null);
    }
  }

  #send(positions) {
    const found = this.sent.get(positions);
    if (found) return found;
    const ends = positions.guides.lines.flatMap((line) => line.slice(1).flatMap((to, i) => [line[i], to]));
    const data = new Float32Array(ends.flatMap((end) => positions.world(end)));
    const made = { buffer: this.gpu.buffer(data), count: ends.length };
    this.sent.set(positions, made);
    return made;
  }
}
