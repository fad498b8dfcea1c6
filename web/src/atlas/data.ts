// What the server says of a site, read strictly: what has another form than was agreed is refused with its place.

import { UNREAD, rank } from "./effects";
import { visible } from "./labels";

export const LEVELS = [5, 4, 3.5, 3, 2, 1, 0] as const; // from the top of the picture
export const PRIORITIES = ["now", "next", "never", ""] as const;

export type Priority = (typeof PRIORITIES)[number];

export interface Zone {
  id: string;
  name: string;
  level: number | null;
}

export interface Node {
  id: string;
  label: string;
  level: number | null;
  zone: number; // index, or -1
  role: string;
  vendor: string;
  priority: Priority;
  fresh: boolean; // the server calls it new
  first: number; // milliseconds since 1970, UTC
  last: number;
  url: string; // a path of this server, or ""
}

export interface Edge {
  from: number; // index of a node
  to: number;
  protocols: string[];
  effects: [effect: string, count: number][]; // the gravest first
  packets: number;
  first: number;
  last: number;
  fresh: boolean;
  abnormal: string; // the reason, or ""
}

export type Pins = Map<string, [x: number, y: number]>;

export interface Plan {
  site: { id: string; name: string };
  zones: Zone[];
  nodes: Node[];
  edges: Edge[];
  pins: Pins;
  loose: number; // edges with an end that is not among the nodes
}

/** The data has another form than was agreed: where, what was read, what is allowed. */
export class BadPlan extends Error {}

type Table = Record<string, unknown>;

/** The plan in an answer of the server. */
export function plan(answer: unknown): Plan {
  const all = table(answer, "plan");
  const site = table(all["site"], "site");
  const zones = list(all["zones"], "zones").map((one, at) => zone(table(one, `zones[${at}]`), `zones[${at}]`));
  const zoneAt = new Map(zones.map((one, at) => [one.id, at]));
  const nodes = list(all["nodes"], "nodes").map((one, at) => node(table(one, `nodes[${at}]`), `nodes[${at}]`, zoneAt));
  const nodeAt = new Map(nodes.map((one, at) => [one.id, at]));
  if (nodeAt.size !== nodes.length) refuse("nodes", "an id twice", "each id once");
  const edges = list(all["edges"], "edges").map((one, at) => edge(table(one, `edges[${at}]`), `edges[${at}]`, nodeAt));
  const tied = edges.filter((one) => one.from >= 0 && one.to >= 0 && one.from !== one.to);
  const loose = edges.filter((one) => one.from < 0 || one.to < 0).length;
  return { site: { id: text(site, "id", "site"), name: words(site, "name", "site") }, zones, nodes, edges: tied, pins: pins(table(all["pins"] ?? {}, "pins")), loose };
}

function zone(from: Table, at: string): Zone {
  return { id: text(from, "id", at), name: words(from, "name", at), level: level(from, at) };
}

function node(from: Table, at: string, zones: Map<string, number>): Node {
  const url = text(from, "url", at);
  if (url && !/^\/(?![/\\])/.test(url)) refuse(`${at}.url`, url, "a path that begins with one /");
  const priority = PRIORITIES.find((one) => one === (from["priority"] ?? ""));
  if (priority === undefined) refuse(`${at}.priority`, from["priority"], PRIORITIES.join(", "));
  return {
    ...{ id: text(from, "id", at), label: words(from, "label", at), level: level(from, at), url, priority },
    ...{ zone: from["zone"] == null ? -1 : (zones.get(text(from, "zone", at)) ?? -1), fresh: from["new"] === true },
    ...{ role: words(from, "role", at), vendor: words(from, "vendor", at), first: time(from, "first_ns", at), last: time(from, "last_ns", at) },
  };
}

function edge(from: Table, at: string, nodes: Map<string, number>): Edge {
  const effects = Object.entries(table(from["effects"] ?? {}, `${at}.effects`)).map(([effect, count]): [string, number] => [visible(effect), number(count, `${at}.effects`)]);
  effects.sort(([one, many], [other, more]) => rank(other) - rank(one) || more - many || (one < other ? -1 : 1));
  return {
    ...{ from: nodes.get(text(from, "from", at)) ?? -1, to: nodes.get(text(from, "to", at)) ?? -1 },
    ...{ protocols: list(from["protocols"], `${at}.protocols`).map((one) => visible(String(one))), effects: effects.length ? effects : [[UNREAD, 0]] },
    ...{ packets: number(from["packets"] ?? 0, `${at}.packets`), fresh: from["new"] === true, abnormal: words(from, "abnormal", at) },
    ...{ first: time(from, "first_ns", at), last: time(from, "last_ns", at) },
  };
}

function pins(from: Table): Pins {
  return new Map(
    Object.entries(from).map(([id, place]) => {
      const [x, y] = list(place, `pins.${id}`);
      return [id, [number(x, `pins.${id}`), number(y, `pins.${id}`)]];
    }),
  );
}

function level(from: Table, at: string): number | null {
  const found = from["level"] ?? null;
  if (found !== null && !(LEVELS as readonly unknown[]).includes(found)) refuse(`${at}.level`, found, [...LEVELS, null].join(", "));
  return found as number | null;
}

/** Nanoseconds as a decimal text, to milliseconds. */
function time(from: Table, name: string, at: string): number {
  const found = from[name];
  if (typeof found !== "string" || !/^-?\d{1,19}$/.test(found)) return refuse(`${at}.${name}`, found, "nanoseconds as a decimal text");
  return Number(BigInt(found) / 1000n) / 1000;
}

function text(from: Table, name: string, at: string): string {
  const found = from[name] ?? "";
  return typeof found === "string" || typeof found === "number" ? String(found) : refuse(`${at}.${name}`, found, "a text");
}

/** A text that is shown: what cannot be seen in it is written out. */
function words(from: Table, name: string, at: string): string {
  return visible(text(from, name, at));
}

function number(found: unknown, at: string): number {
  return typeof found === "number" && Number.isFinite(found) ? found : refuse(at, found, "a number");
}

function list(found: unknown, at: string): unknown[] {
  return Array.isArray(found) ? found : refuse(at, found, "a list");
}

function table(found: unknown, at: string): Table {
  return found && typeof found === "object" && !Array.isArray(found) ? (found as Table) : refuse(at, found, "an object");
}

function refuse(at: string, read: unknown, allowed: string): never {
  throw new BadPlan(`${at}: ${String(JSON.stringify(read) ?? read).slice(0, 60)} · ${allowed}`);
}
