// The same as the picture, as tables: for who reads with a screen reader, and for who would rather read.

import { effects, level } from "./card";
import type { Clock } from "./clock";
import { isFresh } from "./filter";
import { h, type Child } from "./make";
import type { View } from "./view";

const PAGE = 200; // rows at once
const PEERS = 4;

export class List {
  readonly element = h("div", { class: "atlas-list", hidden: true });
  private readonly first: Record<"nodes" | "edges", number> = { nodes: 0, edges: 0 };

  constructor(
    private readonly clock: Clock,
    private readonly choose: (node: number) => void,
  ) {}

  /** Writes the tables anew, from their first page where `again` is false. */
  show(view: View, again = false): void {
    if (this.element.hidden) return;
    if (!again) this.first.nodes = this.first.edges = 0;
    this.element.replaceChildren(this.nodes(view), this.edges(view));
  }

  private nodes(view: View): HTMLElement {
    const { labels, plan, seen, around } = view;
    const found = view.found;
    const order = [...seen.nodes].sort((a, b) => Number(found?.has(b) ?? 0) - Number(found?.has(a) ?? 0) || a - b);
    const heads = ["column.status", "column.name", "level", "zone", "column.role", "column.vendor", "column.peers", "column.first", "column.last"];
    return this.table(view, "nodes", order, heads, (at) => {
      const node = plan.nodes[at]!;
      const peers = [...new Set(around[at]!.map((one) => one.node))];
      const named = peers.slice(0, PEERS).map((one) => plan.nodes[one]!.label);
      const due = node.priority && h("span", { class: `atlas-due ${node.priority}` }, labels.say(`priority.${node.priority}`));
      const status = [isFresh(node, view.filter) && labels.say("status.new"), found?.has(at) && labels.say("status.found")].filter(Boolean).join(", ");
      const name = h("button", { type: "button", class: "atlas-door", click: () => this.choose(at) }, node.label);
      const zone = plan.zones[node.zone]?.name ?? labels.say("zone.none");
      const who = `${peers.length}${named.length ? `: ${named.join(", ")}${peers.length > PEERS ? ", …" : ""}` : ""}`;
      const marks = h("span", {}, due, due && status ? ", " : "", status);
      return [marks, node.url ? h("span", {}, name, " · ", h("a", { href: node.url, "aria-label": `${labels.say("open")} ${node.label}` }, labels.say("open"))) : name, level(view, at), zone, labels.term("role", node.role), node.vendor, who, this.time(node.first), this.time(node.last)];
    });
  }

  private edges(view: View): HTMLElement {
    const { plan, seen, labels } = view;
    const heads = ["column.from", "column.to", "column.protocols", "column.effects", "column.packets", "abnormal", "column.first", "column.last"];
    const order = [...seen.edges].sort((a, b) => Number(plan.edges[b]!.abnormal !== "") - Number(plan.edges[a]!.abnormal !== "") || seen.rankOf[b]! - seen.rankOf[a]! || a - b);
    return this.table(view, "edges", order, heads, (at) => {
      const edge = plan.edges[at]!;
      const abnormal = [edge.abnormal && `▲ ${edge.abnormal}`, isFresh(edge, view.filter) && labels.say("status.new")].filter(Boolean).join(", ");
      const ends = [edge.from, edge.to].map((one) => plan.nodes[one]!.label);
      return [...ends, edge.protocols.join(", "), effects(view, at, this.clock), this.clock.count(edge.packets), abnormal, this.time(edge.first), this.time(edge.last)];
    });
  }

  private time(ms: number): HTMLElement {
    return h("time", { title: this.clock.utc(ms) }, this.clock.when(ms));
  }

  private table(view: View, name: "nodes" | "edges", order: number[], heads: string[], cells: (at: number) => Child[]): HTMLElement {
    const { labels } = view;
    const first = Math.min(this.first[name], Math.max(0, order.length - 1));
    const rows = order.slice(first, first + PAGE).map((at) => h("tr", {}, ...cells(at).map((one) => h("td", {}, one))));
    const turn = (to: number) => (): void => {
      this.first[name] = to;
      this.show(view, true);
    };
    const range = { from: this.clock.count(order.length ? first + 1 : 0), to: this.clock.count(first + rows.length), n: this.clock.count(order.length) };
    const pages = h(
      "p",
      { class: "atlas-pages" },
      labels.say("rows", range),
      first > 0 && h("button", { type: "button", click: turn(Math.max(0, first - PAGE)) }, labels.say("page.back")),
      first + PAGE < order.length && h("button", { type: "button", click: turn(first + PAGE) }, labels.say("page.on")),
    );
    const caption = h("caption", {}, labels.say(`list.${name}`), h("span", { class: "atlas-number" }, ` ${this.clock.count(order.length)}`));
    const head = h("tr", {}, ...heads.map((one) => h("th", { scope: "col" }, labels.say(one))));
    return h("section", { class: "atlas-table", "data-count": order.length }, h("table", {}, caption, h("thead", {}, head), h("tbody", {}, ...rows)), pages);
  }
}
