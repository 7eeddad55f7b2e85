/** The WebGL2 context and everything made in it, counted in bytes and released together. */

/**
 * @typedef {{buffer: WebGLBuffer, bytes: number}} GpuBuffer
 * @typedef {{texture: WebGLTexture, frame: WebGLFramebuffer, width: number, height: number, unit: number}} GpuTarget
 *   unit: what stands for one in a channel
 * @typedef {{program: WebGLProgram, at: Record<string, WebGLUniformLocation>}} GpuProgram
 */

export class Gpu {
  /** @type {Map<WebGLBuffer | WebGLTexture | WebGLFramebuffer, number>} bytes of what lives */ #sizes = new Map();
  /** @type {Set<WebGLProgram>} */ #programs = new Set();

  /**
   * @param {HTMLCanvasElement} canvas
   * @throws {Error} when the browser has no WebGL2
   */
  constructor(canvas) {
    const gl = canvas.getContext("webgl2", {
      alpha: false, antialias: false, depth: true, stencil: false, powerPreference: "high-performance",
    });
    if (!gl) throw new Error("This browser offers no WebGL2, which the map is drawn with.");
    this.gl = gl;
  }

  /** The context came back: all objects are gone already. */
  restore() {
    this.#sizes.clear();
    this.#programs.clear();
  }

  /** Bytes of all living buffers and textures. */
  get bytes() {
    let sum = 0;
    for (const size of this.#sizes.values()) sum += size;
    return sum + this.gl.drawingBufferWidth * this.gl.drawingBufferHeight * 12; // two color buffers and depth
  }

  /**
   * @param {number | ArrayBufferView} content bytes to reserve, or the data
   * @param {GLenum} [usage]
   * @param {GLenum} [target]
   * @returns {WebGLBuffer}
   */
  buffer(content, usage = this.gl.STATIC_DRAW, target = this.gl.ARRAY_BUFFER) {
    const buffer = this.gl.createBuffer();
    this.fill(buffer, content, usage, target);
    return buffer;
  }

  /**
   * Replaces the content of a buffer.
   * @param {WebGLBuffer} buffer
   * @param {number | ArrayBufferView} content bytes to reserve, or the data
   * @param {GLenum} [usage]
   * @param {GLenum} [target]
   */
  fill(buffer, content, usage = this.gl.STATIC_DRAW, target = this.gl.ARRAY_BUFFER) {
    const { gl } = this;
    gl.bindBuffer(target, buffer);
    gl.bufferData(target, /** @type {any} */ (content), usage);
    this.#sizes.set(buffer, typeof content === "number" ? content : content.byteLength);
  }

  /**
   * A texture of RGBA bytes.
   * @param {number} width
   * @param {number} height
   * @param {number} levels of the mip pyramid
   * @param {number} minify gl filter
   */
  texture(width, height, levels, minify) {
    const { gl } = this;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texStorage2D(gl.TEXTURE_2D, levels, gl.RGBA8, width, height);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, minify);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, levels > 1 ? gl.LINEAR : gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    let bytes = 0;
    for (let level = 0; level < levels; level++) bytes += 4 * (width >> level) * (height >> level);
    this.#sizes.set(texture, bytes);
    return texture;
  }

  /**
   * Something to add numbers up in: half floats where they can be drawn to, else bytes, which end at 255.
   * @param {number} width
   * @param {number} height
   * @returns {GpuTarget}
   */
  target(width, height) {
    const { gl } = this;
    const float = gl.getExtension("EXT_color_buffer_float") ?? gl.getExtension("EXT_color_buffer_half_float");
    const texture = gl.createTexture(), frame = gl.createFramebuffer();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, float ? gl.R16F : gl.RGBA8, width, height);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, filter, gl.LINEAR);
    for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, wrap, gl.CLAMP_TO_EDGE);
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    this.#sizes.set(texture, width * height * (float ? 2 : 4));
    this.#sizes.set(frame, 0);
    return { texture, frame, width, height, unit: float ? 1 : 1 / 255 };
  }

  /**
   * @param {string} vertex source
   * @param {string} fragment source
   * @param {string[]} defines names set for the preprocessor
   * @returns {GpuProgram}
   */
  program(vertex, fragment, defines = []) {
    const { gl } = this;
    const head = `#version 300 es\n${defines.map((name) => `#define ${name}\n`).join("")}precision highp float;\nprecision highp int;\n`;
    const program = gl.createProgram();
    const shaders = [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]].map(([kind, source]) => {
      const shader = /** @type {WebGLShader} */ (gl.createShader(/** @type {number} */ (kind)));
      gl.shaderSource(shader, head + source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
      return shader;
    });
    gl.linkProgram(program);
    // One question, once: every one waits until the GPU is through with all before it.
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
      throw new Error(`shader: ${shaders.map((shader) => gl.getShaderInfoLog(shader)).join("")}${gl.getProgramInfoLog(program)}`);
    }
    for (const shader of shaders) gl.deleteShader(shader);
    this.#programs.add(program);
    /** @type {Record<string, WebGLUniformLocation>} */ const at = {};
    const count = gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS) ?? 0;
    for (let i = 0; i < count; i++) {
      const { name } = /** @type {WebGLActiveInfo} */ (gl.getActiveUniform(program, i));
      at[name] = /** @type {WebGLUniformLocation} */ (gl.getUniformLocation(program, name));
    }
    return { program, at };
  }

  /** Comes true once everything sent so far is drawn; at once where the context is lost. @returns {Promise<void>} */
  finished() {
    const { gl } = this;
    const sync = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    return new Promise((resolve) => {
      const look = () => {
        if (sync && !gl.isContextLost() && gl.clientWaitSync(sync, 0, 0) === gl.TIMEOUT_EXPIRED) setTimeout(look, 4);
        else {
          gl.deleteSync(sync);
          resolve();
        }
      };
      look();
    });
  }

  /** Deletes one of them; null is fine. @param {WebGLBuffer | WebGLTexture | WebGLFramebuffer | null | undefined} thing */
  release(thing) {
    if (!thing) return;
    this.#sizes.delete(thing);
    if (thing instanceof WebGLTexture) this.gl.deleteTexture(thing);
    else if (thing instanceof WebGLFramebuffer) this.gl.deleteFramebuffer(thing);
    else this.gl.deleteBuffer(thing);
  }

  /** Deletes everything and gives the context back at once: browsers allow only about sixteen. */
  destroy() {
    for (const thing of [...this.#sizes.keys()]) this.release(thing);
    for (const program of this.#programs) this.gl.deleteProgram(program);
    this.restore();
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}
