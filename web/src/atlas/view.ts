// Everything that a picture is made from.

import type { Conduit } from "./bundle";
import type { Camera } from "./camera";
import type { Plan } from "./data";
import type { Filter, Shown } from "./filter";
import type { Labels } from "./labels";
import type { Layout } from "./layout";
import type { Palette } from "./palette";
import type { Neighbour, Way } from "./path";
import type { Measure } from "./pen";

export const MOST_NODES = 10_000; // with more that are shown, only their zones are drawn
export const MOST_SINGLE = 800; // edges that are drawn one by one from afar, and in full when near

export interface View {
  plan: Plan;
  filter: Filter;
  done: Layout;
  seen: Shown;
  bundles: Conduit[];
  around: Neighbour[][];
  camera: Camera;
  colours: Palette;
  measure: Measure;
  labels: Labels;
  chosen: number; // node that has the keys, or -1
  under: number; // node under the pointer, or -1
  frame: number; // frame under the pointer, from afar, or -1
  start: number; // node where a path begins, or -1
  way: Way | null;
  found: Set<number> | null; // nodes that the search lights up; null without a search
  moving: { node: number; x: number; y: number } | null;
}

/** True where there are more nodes than a picture of each would say anything. */
export function tooMany(view: View): boolean {
  return view.seen.nodes.length > MOST_NODES;
}

/** True where each edge is a line of its own; else those between zones are bundled. */
export function single(view: View): boolean {
  const { camera, seen } = view;
  return !tooMany(view) && (camera.depth === "labels" || (camera.depth === "asset" && seen.edges.length <= MOST_SINGLE));
}

/** The middle of a node; where the hand is, for one that is being moved. */
export function placeOf(view: View, node: number): [number, number] {
  if (view.moving?.node === node) return [view.moving.x, view.moving.y];
  return [view.done.x[node]!, view.done.y[node]!];
}
