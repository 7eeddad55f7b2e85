// Generated from contract/ by `python -m imagespace_core.viewer.declarations`. Do not edit.

export declare const MISSING: -1;

export declare const NAMES_PER_FILE: 2048;

export declare const LONGEST_NAME: 80;

export declare const MOST_VERTICES: 200;

export declare const MOST_LISTED: 20000;

export declare const LARGEST_SIDE: 2048;

export declare const REBUILT_HEADER: "imagespace-rebuilt";

export type Mode = "replace" | "add" | "remove" | "toggle";

export type Select = SelectPolygon | SelectRows | SelectCodes | SelectRange | SelectShown | SelectChange;

export type ColumnFile = CategoryColumn | ListColumn | NumberColumn | ColorColumn | TextColumn;

/** An image was chosen. */
export interface Click {
  /** Milliseconds since the page was opened: it tells two equal events apart. */
  at?: number | null;
  row: number;
}

/** An image was chosen on the map. */
export interface MapClick {
  /** Milliseconds since the page was opened: it tells two equal events apart. */
  at?: number | null;
  /** None: beside all images, while one is open. */
  row: number | null;
}

/** A cluster's name was chosen on the map. */
export interface ClusterClick {
  /** Milliseconds since the page was opened: it tells two equal events apart. */
  at?: number | null;
  label: number;
}

/** A cluster was given a name; an empty one gives it back its number. */
export interface Rename {
  /** Milliseconds since the page was opened: it tells two equal events apart. */
  at?: number | null;
  label: number;
  name: string;
}

/** What the viewer hides beside the mask: a selection leaves it out. */
export interface Hiding {
  /** Slug of the column. */
  color?: string | null;
  /** Those hidden; None: all but those in `shown`. */
  codes?: number[] | null;
  shown?: number[] | null;
  /** The only values shown, as they occur in the column, ends included. */
  range?: [number, number] | null;
}

/** The rows inside a polygon on the screen. */
export interface SelectPolygon {
  /** Milliseconds since the page was opened: it tells two equal events apart. */
  at?: number | null;
  mode?: Mode;
  hiding?: Hiding | null;
  /** Path below the base of the positions that were drawn; rows without a place there are not selected. */
  positions?: string | null;
  kind: "polygon";
  /** x and y in clip space over w. */
  polygon: [number, number][];
  /** Raw positions to clip space, column by column. */
  matrix: number[];
  /** Rows with a clip w below are behind the eye. */
  near: number;
}

/** Some rows. */
export interface SelectRows {
  /** Milliseconds since the page was opened: it tells two equal events apart. */
  at?: number | null;
  mode?: Mode;
  hiding?: Hiding | null;
  /** Path below the base of the positions that were drawn; rows without a place there are not selected. */
  positions?: string | null;
  kind: "rows";
  rows: number[];
}

/** The rows with some values of a column of categories or clusters. */
export interface SelectCodes {
  /** Milliseconds since the page was opened: it tells two equal events apart. */
  at?: number | null;
  mode?: Mode;
  hiding?: Hiding | null;
  /** Path below the base of the positions that were drawn; rows without a place there are not selected. */
  positions?: string | null;
  kind: "codes";
  /** Slug of the column. */
  color: string;
  codes: number[];
}

/** The rows with values of a column of numbers or dates between two, both included. */
export interface SelectRange {
  /** Milliseconds since the page was opened: it tells two equal events apart. */
  at?: number | null;
  mode?: Mode;
  hiding?: Hiding | null;
  /** Path below the base of the positions that were drawn; rows without a place there are not selected. */
  positions?: string | null;
  kind: "range";
  /** Slug of the column. */
  color: string;
  range: [number, number];
}

/** All that is shown, or the other way round within it. */
export interface SelectShown {
  /** Milliseconds since the page was opened: it tells two equal events apart. */
  at?: number | null;
  mode?: Mode;
  hiding?: Hiding | null;
  /** Path below the base of the positions that were drawn; rows without a place there are not selected. */
  positions?: string | null;
  kind: "all" | "invert";
}

/** A change of the selection itself. */
export interface SelectChange {
  /** Milliseconds since the page was opened: it tells two equal events apart. */
  at?: number | null;
  mode?: Mode;
  hiding?: Hiding | null;
  /** Path below the base of the positions that were drawn; rows without a place there are not selected. */
  positions?: string | null;
  kind: "clear" | "undo" | "redo";
}

/** A cluster as the map and the strip show it. */
export interface MapCluster {
  label: number;
  title: string;
  size: number;
  /** The image that stands for it. */
  row: number;
  /** Where its name stands, by map like "tsne-2d", in the units of its file; else it stands at the row. */
  anchors?: Record<string, number[]>;
}

/** A row to glide to, once for each nonce. */
export interface Flight {
  row: number;
  nonce: number;
}

/** The map. */
export interface MapConfig {
  /** URL that serves the workspace's files, with a slash behind. */
  base: string;
  rows: number;
  /** Like "tsne". */
  layout: string;
  dims: 2 | 3;
  /** Slug of a column. */
  color?: string | null;
  /** CSS colors for categories; None for the viewer's own. */
  palette?: string[] | null;
  /** Factor. */
  pointSize?: number;
  /** 0 to 1. */
  opacity?: number;
  /** Path of the positions' file below the base; None for that of the map `layout`. */
  positions?: string | null;
  /** Path of the layout's headings, axes and lines: a `GuidesFile`. */
  guides?: string | null;
  /** Path of how central each row is. */
  centrality?: string | null;
  /** Path, or data: URL, of a bit mask: the rows shown. */
  mask?: string | null;
  /** Likewise the rows selected, which keep their color while the others lose it. */
  selection?: string | null;
  /** Whether the host takes selections; else there are no tools for it. */
  select?: boolean;
  /** Of clusters, given by people, by label. */
  names?: Record<string, string>;
  /** Path of a picture of this view, for browsers that cannot draw it. */
  stillMap?: string | null;
  /** The open image. */
  selected?: number | null;
  /** Rows that were searched for. */
  query?: number[];
  /** Rows that were found. */
  results?: number[];
  /** Those whose names stand on the map. */
  clusters?: MapCluster[];
  /** Slug of the column that names the layer that each row's card shows. */
  cardLayer?: string | null;
  fly?: Flight | null;
  /** Name in the document's query under which the camera is kept. */
  cameraParam?: string | null;
  /** CSS px. */
  height?: number | null;
  /** Of the map, for screen readers. */
  label?: string | null;
}

export interface MapEvents {
  click: MapClick;
  cluster: ClusterClick;
  select: Select;
}

/** An image in a gallery. */
export interface Tile {
  row: number;
  title: string;
  note?: string;
  current?: boolean;
}

/** A grid of images. */
export interface GalleryConfig {
  base: string;
  /** Which gallery this is, for styles and tests. */
  name: string;
  tiles: Tile[];
  /** What stands there without tiles. */
  empty: string;
  /** Side of a tile, CSS px. */
  size: number;
  /** What a click does, for screen readers. */
  action: string;
}

export interface GalleryEvents {
  click: Click;
}

/** One image in full. */
export interface DetailConfig {
  base: string;
  row: number;
  title: string;
  /** What requests some layers of the image only, to go behind its address. */
  layers: string;
  /** What people call the image that this was cut from, such as "slice"; None where it was not. */
  parent: string | null;
  /** Name and value. */
  facts: [string, string][];
  neighbors: Tile[];
  /** The heading over the neighbors. */
  nearest: string;
  /** Why this is not the original. */
  warning: string | null;
}

export interface DetailEvents {
  click: Click;
}

/** The clusters side by side. */
export interface ClusterStripConfig {
  base: string;
  /** Of the column of clusters. */
  slug: string;
  /** Largest first. */
  clusters: MapCluster[];
  /** Images in no cluster. */
  noise: number;
  /** Label of the open image's cluster. */
  current: number | null;
}

export interface ClusterStripEvents {
  click: Click;
  select: Select;
  rename: Rename;
}

/** How many images are selected, and what can be done with them. */
export interface SelectionBarConfig {
  count: number;
  /** Of them, those that the filters leave out. */
  hidden: number;
  /** Whether there is something to undo. */
  undo: boolean;
  redo: boolean;
}

export interface SelectionBarEvents {
  select: Select;
}

/** int32 (n,) codes into `values`, most frequent first; labels for clusters. */
export interface CategoryColumn {
  name: string;
  slug: string;
  /** Rows without a value; noise, for clusters. */
  missing: number;
  kind: "category" | "cluster";
  values: string[];
  counts: number[];
}

/** int32 (n,): of each row the code of its value that most rows have. All codes of row i, rising, are those from starts[i] to starts[i + 1], int32 (n + 1,) in `<slug>.starts.npy`, of int32 (m,) in `<slug>.codes.npy`. */
export interface ListColumn {
  name: string;
  slug: string;
  /** Rows without a value; noise, for clusters. */
  missing: number;
  kind: "list";
  values: string[];
  counts: number[];
}

/** float32 or float64 (n,), for dates float64 (n,) in Unix seconds; NaN is missing. low, high: 2nd and 98th percentile. */
export interface NumberColumn {
  name: string;
  slug: string;
  /** Rows without a value; noise, for clusters. */
  missing: number;
  kind: "number" | "date";
  min: number | null;
  max: number | null;
  low: number | null;
  high: number | null;
  /** Whether all numbers are whole; workspaces built before this was noted do not say. */
  whole?: boolean | null;
}

/** uint8 (n, 3), the color itself. */
export interface ColorColumn {
  name: string;
  slug: string;
  /** Rows without a value; noise, for clusters. */
  missing: number;
  kind: "color";
}

/** No array: nearly every row differs, so color would say nothing. */
export interface TextColumn {
  name: string;
  slug: string;
  /** Rows without a value; noise, for clusters. */
  missing: number;
  kind: "text";
}

/** atlas.json: how sprites lie on their pages. */
export interface AtlasFile {
  /** Side of a cell, px. */
  cell: number;
  /** Side of a page, px. */
  page: number;
  columns: number;
  per_page: number;
  pages: number;
  rows: number;
}

/** Words over a group of images. at, width: in the units of the layout's file. */
export interface Heading {
  text: string;
  count: number;
  at: number[];
  align: "start" | "center" | "end";
  level: number;
  width?: number | null;
}

/** A mark on an axis. */
export interface Tick {
  at: number;
  text: string;
}

/** Numbers or dates along a side. */
export interface Axis {
  axis: "x" | "y";
  title: string;
  ticks: Tick[];
}

/** How far images were moved off each other, in sides of a cell, and the shares that overlap, 0 to 1. */
export interface Spacing {
  map: string;
  cell: number;
  moved_most: number;
  moved_median: number;
  overlapping_before: number;
  overlapping_after: number;
}

/** layouts/<name>.json: what helps people to read a layout. */
export interface GuidesFile {
  name: string;
  title: string;
  dims: 2 | 3;
  /** Side of the square that an image may fill without covering another. */
  cell: number | null;
  /** Whether images fill their cells to the edge. */
  seamless?: boolean;
  /** Rows without a place. */
  missing: number;
  notes: string[];
  headings: Heading[];
  axes: Axis[];
  /** Two places each. */
  lines: number[][][];
  /** Of a map without overlap. */
  apart?: Spacing | null;
}

/** What is marked in a parent, and its color, 0 to 255. */
export interface Structure {
  name: string;
  color: [number, number, number];
}

/** parent/<row>: the image that a row was cut from, and where. */
export interface ParentFile {
  parent: string;
  width: number;
  /** px */
  height: number;
  /** Rings, px of the parent. */
  outline: [number, number][][];
  marked: Structure[];
}
