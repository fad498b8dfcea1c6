// Ways through the plant: who is a neighbour of whom, and the shortest way from one node to another along what is shown.

import type { Plan } from "./data";
import type { Shown } from "./filter";

export interface Neighbour {
  node: number;
  edge: number;
}

/** The edges at each node, either way. */
export function neighbours(plan: Plan, seen: Shown): Neighbour[][] {
  const found: Neighbour[][] = plan.nodes.map(() => []);
  for (const at of seen.edges) {
    const { from, to } = plan.edges[at]!;
    found[from]!.push({ node: to, edge: at });
    found[to]!.push({ node: from, edge: at });
  }
  return found;
}

export interface Way {
  nodes: number[];
  edges: Set<number>;
}

/** A shortest way between two nodes, breadth first; edges are walked either way. Null where there is none. */
export function way(around: Neighbour[][], from: number, to: number): Way | null {
  const came = new Map<number, Neighbour>([[from, { node: -1, edge: -1 }]]);
  let rim = [from];
  while (rim.length && !came.has(to)) {
    const next: number[] = [];
    for (const here of rim) {
      for (const { node, edge } of around[here] ?? []) {
        if (came.has(node)) continue;
        came.set(node, { node: here, edge });
        next.push(node);
      }
    }
    rim = next;
  }
  if (!came.has(to)) return null;
  const found: Way = { nodes: [], edges: new Set() };
  for (let here = to; here >= 0; ) {
    found.nodes.unshift(here);
    const back = came.get(here)!;
    if (back.edge >= 0) found.edges.add(back.edge);
    here = back.node;
  }
  return found;
}

/** The node in a direction: the nearest that it talks with, else the nearest of all; -1 where there is none. */
export function toward(at: number, dx: number, dy: number, x: Float64Array, y: Float64Array, around: Neighbour[][], all: number[]): number {
  const nearest = (candidates: number[]): number => {
    let [best, least] = [-1, Infinity];
    for (const one of candidates) {
      const [right, down] = [x[one]! - x[at]!, y[one]! - y[at]!];
      const [along, aside] = [right * dx + down * dy, Math.abs(right * dy) + Math.abs(down * dx)];
      const cost = along + 2 * aside;
      if (one !== at && along > 0 && aside <= 2 * along && cost < least) [best, least] = [one, cost];
    }
    return best;
  };
  const talking = nearest((around[at] ?? []).map((one) => one.node));
  return talking >= 0 ? talking : nearest(all);
}
