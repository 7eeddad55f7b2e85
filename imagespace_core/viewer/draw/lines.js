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
  /** @type {Map<import("../data/positions.js").Positions, {buffer: WebGLBuffer, count: number}>} by layout */ #sent = new Map();

  /** @param {import("./gpu.js").Gpu} gpu */
  constructor(gpu) {
    this.gpu = gpu;
    this.objects = this.create();
  }

  create() {
    return { program: this.gpu.program(VERTEX, FRAGMENT), array: this.gpu.gl.createVertexArray() };
  }

  restore() {
    this.#sent.clear();
    this.objects = this.create();
  }

  /** While layouts glide, the lines of one fade into those of the next. @param {import("./renderer.js").Frame} frame */
  draw({ positions, previous, mix, camera, theme }) {
    const { gl } = this.gpu;
    /** @type {[import("../data/positions.js").Positions, number][]} */
    const layouts = [[positions, mix], ...(previous ? [/** @type {[typeof previous, number]} */ ([previous, 1 - mix])] : [])];
    for (const [old, { buffer }] of this.#sent) {
      if (layouts.some(([kept]) => kept === old)) continue;
      this.gpu.release(buffer);
      this.#sent.delete(old);
    }
    for (const [layout, strength] of layouts) {
      const lines = layout.guides?.lines;
      if (!lines?.length || strength <= 0) continue;
      const { buffer, count } = this.#sent.get(layout) ?? this.#send(layout, lines);
      const { program: { program, at }, array } = this.objects;
      const { x, y, z } = camera.state;
      gl.useProgram(program);
      gl.bindVertexArray(array);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.enableVertexAttribArray(0);
      gl.vertexAttribPointer(0, 3, gl.FLOAT, false, 0, 0);
      gl.uniformMatrix4fv(at.uMatrix, false, camera.matrix);
      gl.uniform3f(at.uTarget, x, y, z);
      gl.uniform4f(at.uColor, theme.text[0], theme.text[1], theme.text[2], STRENGTH * strength);
      gl.depthMask(false);
      gl.drawArrays(gl.LINES, 0, count);
      gl.depthMask(true);
      gl.bindVertexArray(null);
    }
  }

  destroy() {
    for (const { buffer } of this.#sent.values()) this.gpu.release(buffer);
    this.#sent.clear();
  }

  /** @param {import("../data/positions.js").Positions} positions @param {number[][][]} lines in the units of its file */
  #send(positions, lines) {
    const ends = lines.flatMap((line) => line.slice(1).flatMap((to, i) => [line[i], to]));
    const data = new Float32Array(ends.flatMap((end) => positions.world(end)));
    const made = { buffer: this.gpu.buffer(data), count: ends.length };
    this.#sent.set(positions, made);
    return made;
  }
}
