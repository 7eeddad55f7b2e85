/** How a row becomes a disc: vertex and fragment shader, with what they are compiled for as defines. */

import { FAR } from "../data/positions.js";

/** Device pixels from which a dot gets an outline. */
export const EDGED = 5;

/** World = (raw - center) * scale; `uTarget` is taken off first, so that deep zooms keep their precision. */
const PLACE = `
  vec3 place(vec3 raw, vec4 norm) { return (raw - norm.xyz) * norm.w - uTarget; }
  bool lost(vec3 raw) { return abs(raw.x) > ${FAR.toExponential()}; }
`;

export const VERTEX = `
  layout(location = 0) in vec3 aTo;
  layout(location = 1) in uint aShade;
  #ifdef GLIDE
  layout(location = 2) in vec3 aFrom;
  uniform vec4 uFromNorm;
  uniform float uMix;
  #endif
  uniform vec4 uNorm;
  uniform vec3 uTarget;
  uniform mat4 uMatrix;
  uniform sampler2D uPalette;
  uniform float uAlpha;
  uniform vec4 uSize; // diameter in device px at distance 1, least, most
  uniform vec3 uBackground;
  uniform vec3 uFog; // strength, depth where it begins, one over its range
  flat out vec4 vColor;
  flat out float vSize;
  ${PLACE}
  void main() {
    vec4 color = texelFetch(uPalette, ivec2(aShade & 255u, aShade >> 8u), 0);
    if (lost(aTo) || color.a == 0.0) {
      gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
      gl_PointSize = 1.0;
      return;
    }
    vec3 p = place(aTo, uNorm);
    #ifdef GLIDE
    if (!lost(aFrom)) p = mix(place(aFrom, uFromNorm), p, uMix);
    else color.a *= uMix;
    #endif
    gl_Position = uMatrix * vec4(p, 1.0);
    #ifdef TALLY
    gl_PointSize = 1.0;
    vColor = vec4(uAlpha);
    return;
    #endif
    vSize = clamp(uSize.x / gl_Position.w, uSize.y, uSize.z);
    gl_PointSize = vSize;
    #ifdef DIM
    color.rgb = mix(vec3(dot(color.rgb, vec3(0.3, 0.59, 0.11))), uBackground, 0.45);
    #endif
    #ifdef FOG
    color.rgb = mix(color.rgb, uBackground, uFog.x * smoothstep(0.0, 1.0, (gl_Position.w - uFog.y) * uFog.z));
    #endif
    vColor = vec4(color.rgb, 1.0) * (color.a * uAlpha);
  }
`;

export const FRAGMENT = `
  flat in vec4 vColor; // premultiplied
  flat in float vSize;
  uniform vec4 uEdge; // color of the thin outline, strength
  uniform float uCut; // least cover that is drawn: in 3D a faint rim would hide what is behind
  out vec4 color;
  void main() {
    #ifdef ROUND
    float reach = vSize * 0.5;
    float away = length(gl_PointCoord - 0.5) * vSize;
    float cover = clamp(reach - away, 0.0, 1.0);
    if (cover <= uCut) discard;
    color = vColor * cover;
    #ifdef EDGE
    float edge = uEdge.a * smoothstep(reach - 2.2, reach - 1.0, away) * smoothstep(${EDGED.toFixed(1)}, ${(EDGED + 4).toFixed(1)}, vSize);
    color.rgb = mix(color.rgb, uEdge.rgb * color.a, edge);
    #endif
    #else
    color = vColor;
    #endif
  }
`;
