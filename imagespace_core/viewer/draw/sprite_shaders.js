/** How an image becomes a quad with a rim: vertex and fragment shader. */

/** Added to the encoded size of an image, which stays below 2 ** 20. */
export const FROM_LARGE = 2 ** 21, PLACEHOLDER = 2 ** 22;

export const VERTEX = `
  layout(location = 0) in vec4 aPlace; // x, y, z of the center in clip space over w; dim, and half the fog
  layout(location = 1) in vec2 aBox; // half width and half height in px
  layout(location = 2) in vec3 aTexels; // corner in the texture, and encoded size
  layout(location = 3) in vec4 aColor;
  uniform vec2 uView; // px
  uniform float uBorder; // px
  out vec2 vPx;
  flat out vec2 vHalf;
  flat out vec4 vTexels;
  flat out vec4 vColor;
  flat out vec3 vDimLevelKind;
  flat out float vFog;
  void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
    vHalf = aBox.xy;
    vPx = corner * (aBox.xy + uBorder + 1.0);
    float size = mod(aTexels.z, ${FROM_LARGE.toExponential()});
    vTexels = vec4(aTexels.xy, mod(size, 1024.0), floor(size / 1024.0));
    vColor = aColor;
    vec2 perPx = vTexels.zw / (2.0 * vHalf);
    float level = floor(log2(max(1.0, max(perPx.x, perPx.y))) + 0.4);
    vFog = 2.0 * fract(aPlace.w);
    vDimLevelKind = vec3(floor(aPlace.w), level, floor(aTexels.z / ${FROM_LARGE.toExponential()}));
    gl_Position = vec4(aPlace.xy + vPx * 2.0 / uView, aPlace.z, 1.0);
  }
`;

export const FRAGMENT = `
  in vec2 vPx;
  flat in vec2 vHalf;
  flat in vec4 vTexels;
  flat in vec4 vColor;
  flat in vec3 vDimLevelKind;
  flat in float vFog;
  uniform sampler2D uSprites;
  uniform sampler2D uLarge;
  uniform vec2 uSides; // of the two textures
  uniform float uBorder;
  uniform vec3 uBackground;
  uniform float uCut; // where nearer images cover farther ones, edges are hard, or what is behind would not shine through
  out vec4 color;
  float box(vec2 p, vec2 b, float r) {
    vec2 q = abs(p) - b + r;
    return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - r;
  }
  void main() {
    float round = min(4.0 * uBorder / 1.5, min(vHalf.x, vHalf.y) * 0.25);
    float outer = 0.5 - box(vPx, vHalf + uBorder, round + uBorder);
    if (outer <= uCut) discard;
    vec2 texels = vTexels.zw;
    vec2 perPx = texels / (2.0 * vHalf);
    // Half a texel of the mip level in use stays inside, so that no neighbor shines in.
    vec2 margin = min(vec2(0.5 * exp2(vDimLevelKind.y)), texels * 0.5);
    vec2 at = vTexels.xy + clamp((vec2(vPx.x, -vPx.y) + vHalf) * perPx, margin, texels - margin);
    vec3 image;
    if (vDimLevelKind.z > 1.5) image = mix(vColor.rgb, uBackground, 0.55);
    else if (vDimLevelKind.z > 0.5) image = textureLod(uLarge, at / uSides.y, vDimLevelKind.y).rgb;
    else image = textureLod(uSprites, at / uSides.x, vDimLevelKind.y).rgb;
    float dim = vDimLevelKind.x;
    image = mix(image, mix(vec3(dot(image, vec3(0.3, 0.59, 0.11))), uBackground, 0.45), dim);
    float inner = clamp(0.5 - box(vPx, vHalf, round), 0.0, 1.0);
    vec3 rim = mix(vColor.rgb, uBackground, 0.7 * dim);
    float alpha = uCut > 0.0 ? 1.0 : min(outer, 1.0) * (1.0 - 0.45 * dim);
    color = vec4(mix(mix(rim, image, inner), uBackground, vFog) * alpha, alpha);
  }
`;
