/**
 * The colors that the viewer and Python share. Behind `export default` stands JSON, which Python reads as it is.
 *
 * categories: the colors of values, in this order. neutral: noise and missing values. scale: stops from dark to light in
 * even steps of lightness, blue over green to yellow, readable without red or green; and the part of it that is used on
 * each background, without the end nearest to that. lightness: of colors made up beyond the categories, in OKLab.
 * near: colors of the list nearer than this, in RGB, to one that people chose are left out.
 */
export default {
  "categories": {
    "light": [
      "#0072b2", "#e08a00", "#009e73", "#c8609e", "#d55e00", "#4aa8dd", "#a08c00", "#7a5cc0", "#524a00", "#820f40", "#005c64", "#483292",
      "#9c3f00", "#72c265", "#316d4e", "#d589e4", "#7d4d6e", "#fb8081", "#9b7ae0", "#a1655b", "#005c19", "#004b90", "#00c8b9", "#6a391e",
      "#92a1ff", "#755d00", "#717e47", "#007485", "#bd7e76", "#a96600", "#008da8", "#baab70", "#5050b1", "#00a8bf", "#593963", "#a12f4d",
      "#a752a1", "#6da337", "#6575a7", "#d396b1", "#7b8fc2", "#388779", "#ab7faa", "#296685", "#ba4a74", "#723700", "#436e00", "#78419e",
      "#00c1e7", "#867a00", "#4d8a1f", "#861500", "#404e18", "#00554c", "#2b4872", "#731c69", "#afb32a", "#81ba96", "#854e3c", "#007858",
      "#4fa09d", "#dc6478", "#aaa2da", "#4294e9", "#c04e3e", "#00927b", "#92668e", "#6cb8cb", "#f080b6", "#6a6024", "#92357b", "#7f9b68",
      "#566fcf", "#c87e00", "#4db2ff", "#0069a5", "#93703f", "#3c819b", "#6a3443", "#d89988", "#555a8c", "#af8959", "#f48c49", "#c06cc0",
      "#00ad8f", "#db9f10", "#0080c6", "#da6d40", "#9e6375", "#54855e", "#7f6da0", "#5f4106", "#1f5432", "#005261", "#464070", "#cea174"
    ],
    "dark": [
      "#4aa3e0", "#f0a830", "#2fc49a", "#e08fc0", "#f07a3a", "#8fd0f5", "#f0e442", "#b09af0", "#ffb4b3", "#908b00", "#f7c3ff", "#5bfed1",
      "#ba60ac", "#00a28f", "#b4d39d", "#ae775b", "#8374da", "#39f6ff", "#a5deff", "#a5be43", "#f6b2b9", "#9aa167", "#ffc969", "#00c9e5",
      "#b8baff", "#faa3fa", "#e76f88", "#6bb3ff", "#00e5e0", "#4d90ac", "#dda187", "#6e9262", "#eedfa2", "#ffcaf2", "#c79100", "#ffa476",
      "#dbca44", "#d15a63", "#c878cf", "#5baca5", "#c78a77", "#5ab35b", "#ff8692", "#e8bf8e", "#b77800", "#4885df", "#a5f797", "#57e5a9",
      "#9097cd", "#b8b478", "#70c1c1", "#1f9f58", "#009bbb", "#907aae", "#ffccba", "#b3efc8", "#a7e8ff", "#ffb3ea", "#00b4c6", "#bd88ac",
      "#ccbdf6", "#ff9cc9", "#7accff", "#1cdcff", "#8fb4e4", "#cc6526", "#9ba516", "#898ff6", "#a2db71", "#fe8f5b", "#8dc096", "#af7281",
      "#97854b", "#47968b", "#cfdaff", "#8dd9c6", "#c5a2d4", "#d592f2", "#61cb7c", "#ffb649", "#00b894", "#d6ab1b", "#dc9caf", "#67a4c6",
      "#a8a2ff", "#00cfb5", "#cfaa77", "#77bcd8", "#abaae3", "#6888b6", "#a3749b", "#ffc9d6", "#ffd4a6", "#d1e8af", "#9ff0e6", "#ebd1ff"
    ]
  },
  "neutral": { "light": "#a3a8b0", "dark": "#6d7480" },
  "scale": {
    "stops": ["#3b1f6b", "#44398a", "#3d569b", "#31719f", "#278a9c", "#26a38f", "#4cba77", "#8ccd58", "#cddb43", "#f8e750"],
    "light": [0, 0.94],
    "dark": [0.16, 1]
  },
  "lightness": { "light": [0.4, 0.74], "dark": [0.62, 0.9] },
  "near": 50
};
