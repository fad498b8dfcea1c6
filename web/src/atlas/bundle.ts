// Conduits: everything that the nodes of one frame say to those of another, as one line with direction and its gravest effect.

import type { Plan } from "./data";
import { isFresh, type Filter, type Shown } from "./filter";
import type { Layout } from "./layout";

export interface Conduit {
  from: number; // index of a frame
  to: number;
  rank: number; // of its gravest effect
  edges: number;
  packets: number;
  abnormal: number;
  fresh: number;
  grave: boolean; // among those that are drawn where all would be a tangle
}

const ENOUGH = 110; // are drawn without a choice
const MOST_DRAWN = 70;

/** The conduits between the frames, the quiet ones first; the gravest are marked. */
export function conduits(plan: Plan, done: Layout, seen: Shown, filter: Filter): Conduit[] {
  const found = new Map<number, Conduit>();
  for (const at of seen.edges) {
    const edge = plan.edges[at]!;
    const [from, to] = [done.frameOf[edge.from]!, done.frameOf[edge.to]!];
    if (from === to) continue;
    const key = from * done.frames.length + to;
    const one = found.get(key) ?? { from, to, rank: 0, edges: 0, packets: 0, abnormal: 0, fresh: 0, grave: false };
    one.rank = Math.max(one.rank, seen.rankOf[at]!);
    one.edges++;
    one.packets += edge.packets;
    one.abnormal += Number(edge.abnormal !== "");
    one.fresh += Number(isFresh(edge, filter));
    found.set(key, one);
  }
  const order = [...found.values()].sort((one, other) => one.abnormal - other.abnormal || one.rank - other.rank || one.edges - other.edges);
  for (const one of order.length > ENOUGH ? order.slice(-MOST_DRAWN) : order) one.grave = true;
  return order;
}
