// What is shown. One answer for the picture, the list and the export; and how much each entry of the legend stands for.

import type { Edge, Node, Plan, Priority } from "./data";
import { KINDS, rank } from "./effects";

export const NO_ZONE = "";

/** What a person took away. Nothing in it: everything is shown. */
export class Filter {
  readonly kinds = new Set<number>(); // ranks of lines as they are drawn
  readonly effects = new Set<string>();
  readonly protocols = new Set<string>();
  readonly zones = new Set<string>();
  readonly priorities = new Set<Priority>();
  onlyAbnormal = false;
  from = -Infinity; // milliseconds
  until = Infinity;
  text = ""; // lights up, takes nothing away
  fresh = false; // the overlay: what is new stands out
  since: number | null = null; // new is what was first seen from then on; null: what the server calls new

  /** Gives everything back; what is searched for stays. */
  clear(): void {
    for (const off of [this.kinds, this.effects, this.protocols, this.zones, this.priorities]) off.clear();
    [this.onlyAbnormal, this.fresh, this.since] = [false, false, null];
    [this.from, this.until] = [-Infinity, Infinity];
  }

  /** True where some talk is taken away: then nodes without talk are not shown either. */
  get talkOnly(): boolean {
    return this.kinds.size > 0 || this.effects.size > 0 || this.protocols.size > 0 || this.onlyAbnormal;
  }
}

export interface Shown {
  nodes: number[]; // indices, as in the plan
  edges: number[];
  has: Uint8Array; // 1 for each node that is shown
  rankOf: Int8Array; // of each edge: its gravest effect that is not taken away
  counts: Counts;
}

export interface Counts {
  kinds: number[];
  effects: Map<string, number>;
  protocols: Map<string, number>;
  zones: Map<string, number>;
  priorities: Map<Priority, number>;
  abnormal: number;
  fresh: number;
}

type Side = "kinds" | "effects" | "protocols" | "zones" | "priorities" | "abnormal" | "";

/** Everything that the filter lets through. */
export function shown(plan: Plan, filter: Filter): Shown {
  const rankOf = Int8Array.from(plan.edges, (edge) => gravest(edge, filter));
  const zoneIds = plan.nodes.map((node) => zoneId(plan, node));
  const nodeFits = plan.nodes.map((node, at) => fitsNode(node, zoneIds[at]!, filter, ""));
  const edges = plan.edges.map((_, at) => at).filter((at) => fitsEdge(plan.edges[at]!, rankOf[at]!, nodeFits, filter, ""));
  const talks = new Uint8Array(plan.nodes.length);
  for (const at of edges) talks[plan.edges[at]!.from] = talks[plan.edges[at]!.to] = 1;
  const nodes = plan.nodes.map((_, at) => at).filter((at) => nodeFits[at] && (talks[at] || !filter.talkOnly));
  const has = new Uint8Array(plan.nodes.length);
  for (const at of nodes) has[at] = 1;
  return { nodes, edges, has, rankOf, counts: counts(plan, filter, nodeFits, zoneIds, nodes, edges, rankOf) };
}

/** True for what is new since the date of the filter, or, without one, for what the server calls new. */
export function isFresh(one: { fresh: boolean; first: number }, filter: Filter): boolean {
  return filter.since === null ? one.fresh : one.first >= filter.since;
}

/** True where the words of the search stand in the node's name, role, vendor or zone. */
export function isFound(plan: Plan, node: Node, text: string): boolean {
  const all = `${node.label} ${node.role} ${node.vendor} ${plan.zones[node.zone]?.name ?? ""}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

export function zoneId(plan: Plan, node: Node): string {
  return plan.zones[node.zone]?.id ?? NO_ZONE;
}

/** The rank of the gravest effect that is not taken away, or -1 where all are. */
function gravest(edge: Edge, filter: Filter): number {
  const effect = edge.effects.find(([name]) => !filter.effects.has(name));
  return effect ? rank(effect[0]) : -1;
}

function overlaps(one: { first: number; last: number }, filter: Filter): boolean {
  return one.first <= filter.until && one.last >= filter.from;
}

function fitsNode(node: Node, zone: string, filter: Filter, but: Side): boolean {
  return overlaps(node, filter) && (but === "zones" || !filter.zones.has(zone)) && (but === "priorities" || !filter.priorities.has(node.priority));
}

function fitsEdge(edge: Edge, rankHere: number, nodes: boolean[], filter: Filter, but: Side): boolean {
  if (!nodes[edge.from] || !nodes[edge.to] || !overlaps(edge, filter)) return false;
  if (but !== "effects" && (rankHere < 0 || (but !== "kinds" && filter.kinds.has(rankHere)))) return false;
  if (but !== "abnormal" && filter.onlyAbnormal && !edge.abnormal) return false;
  return but === "protocols" || !edge.protocols.length || edge.protocols.some((one) => !filter.protocols.has(one));
}

/** What each entry would show if it alone were switched on as well. */
function counts(plan: Plan, filter: Filter, fits: boolean[], zoneIds: string[], nodes: number[], edges: number[], rankOf: Int8Array): Counts {
  const found: Counts = { kinds: KINDS.map(() => 0), effects: new Map(), protocols: new Map(), zones: new Map(), priorities: new Map(), abnormal: 0, fresh: 0 };
  const add = <K>(map: Map<K, number>, key: K, more: number): unknown => map.set(key, (map.get(key) ?? 0) + more);
  for (const [at, edge] of plan.edges.entries()) {
    const byEffect = Number(fitsEdge(edge, rankOf[at]!, fits, filter, "effects"));
    if (rankOf[at]! >= 0) found.kinds[rankOf[at]!]! += Number(fitsEdge(edge, rankOf[at]!, fits, filter, "kinds"));
    for (const [effect] of edge.effects) add(found.effects, effect, byEffect);
    const byProtocol = Number(fitsEdge(edge, rankOf[at]!, fits, filter, "protocols"));
    for (const protocol of edge.protocols) add(found.protocols, protocol, byProtocol);
    if (edge.abnormal) found.abnormal += Number(fitsEdge(edge, rankOf[at]!, fits, filter, "abnormal"));
  }
  for (const [at, node] of plan.nodes.entries()) {
    add(found.zones, zoneIds[at]!, Number(fitsNode(node, zoneIds[at]!, filter, "zones")));
    add(found.priorities, node.priority, Number(fitsNode(node, zoneIds[at]!, filter, "priorities")));
  }
  found.fresh = nodes.filter((at) => isFresh(plan.nodes[at]!, filter)).length + edges.filter((at) => isFresh(plan.edges[at]!, filter)).length;
  return found;
}
