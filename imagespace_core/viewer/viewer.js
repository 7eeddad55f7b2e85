/** One mounted viewer: takes configurations, loads what changed, and leads drawing and input together. */

import { Address } from "./address.js";
import { Atlas } from "./atlas.js";
import { between } from "./camera.js";
import { Controls } from "./controls.js";
import { Dataset } from "./dataset.js";
import { frame } from "./dom.js";
import { count, value } from "./format.js";
import { Card } from "./hover.js";
import { listenToKeys } from "./keyboard.js";
import { Labels } from "./labels.js";
import { Legend } from "./legend.js";
import { Loop } from "./loop.js";
import { Marks } from "./marks.js";
import { pick, step } from "./picking.js";
import { Picture } from "./picture.js";
import { Pointing } from "./pointing.js";
import { unpackMask } from "./shading.js";
import { Sprites } from "./sprites.js";
import { ThemeReader } from "./theme.js";
import { Toolbar } from "./toolbar.js";

const GLIDE_MS = 900;
const FLY_MS = 700;
/** A partial picture of arriving rows is drawn at most this often. */
const PARTIAL_MS = 250;

export class Viewer {
  constructor(host, config, events) {
  }
}
