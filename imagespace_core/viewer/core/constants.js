/** What Python knows too. The types are those that it declares, so that the type checker finds where the two differ. */

/** The code of a missing value; the label of noise. @type {typeof import("../contract").MISSING} */
export const MISSING = -1;
/** Names in each of their files. @type {typeof import("../contract").NAMES_PER_FILE} */
export const NAMES_PER_FILE = 2048;
/** Letters of a cluster's name at most. @type {typeof import("../contract").LONGEST_NAME} */
export const LONGEST_NAME = 80;
/** Vertices of an area that selects, at most. @type {typeof import("../contract").MOST_VERTICES} */
export const MOST_VERTICES = 200;
/** Of an image that the server scales, px. @type {typeof import("../contract").LARGEST_SIDE} */
export const LARGEST_SIDE = 2048;
/** Of the server's answer where the workspace was rebuilt. @type {typeof import("../contract").REBUILT_HEADER} */
export const REBUILT_HEADER = "imagespace-rebuilt";
