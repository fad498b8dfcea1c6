// The card beside a node: what it is, and who talks with it about what.

import type { Clock } from "./clock";
import { UNREAD } from "./effects";
import { h } from "./make";
import { placeOf, type View } from "./view";

const MOST = 7;

export class Card {
  readonly element = h("div", { class: "atlas-card", hidden: true });
  private shown = -1;

  constructor(private readonly clock: Clock) {}

  /** Shows what is known of a node, beside it; nothing for -1. */
  show(view: View, node: number): void {
    this.element.hidden = node < 0;
    if (node < 0) {
      this.shown = -1;
      return;
    }
    if (node !== this.shown) this.element.replaceChildren(...this.words(view, node));
    this.shown = node;
    const [x, y] = placeOf(view, node);
    const { camera } = view;
    const [sx, sy] = [camera.sx(x + 76), camera.sy(y - 20)];
    const [wide, high] = [this.element.offsetWidth, this.element.offsetHeight];
    const left = sx + wide > camera.width - 8 ? camera.sx(x - 76) - wide : sx;
    this.element.style.left = `${Math.max(8, Math.min(left, camera.width - wide - 8))}px`;
    this.element.style.top = `${Math.max(8, Math.min(sy, camera.height - high - 8))}px`;
  }

  /** Forgets what it shows, for the data has changed. */
  forget(): void {
    this.shown = -1;
  }

  /** One sentence for who hears the page. */
  spoken(view: View, node: number): string {
    const one = view.plan.nodes[node]!;
    const parts = [one.label, view.labels.term("role", one.role), one.vendor, level(view, node), view.plan.zones[one.zone]?.name ?? view.labels.say("zone.none")];
    if (one.priority) parts.push(view.labels.say(`priority.${one.priority}`));
    return [...parts.filter(Boolean), view.labels.say("talks", { n: view.around[node]!.length })].join(", ");
  }

  private words(view: View, node: number): HTMLElement[] {
    const { labels, plan } = view;
    const one = plan.nodes[node]!;
    const grave = (edge: number): number => Number(plan.edges[edge]!.abnormal !== "");
    const talks = [...view.around[node]!].sort((a, b) => grave(b.edge) - grave(a.edge) || view.seen.rankOf[b.edge]! - view.seen.rankOf[a.edge]! || plan.edges[b.edge]!.packets - plan.edges[a.edge]!.packets);
    const facts: [string, string][] = [
      [labels.say("level"), level(view, node)],
      [labels.say("zone"), plan.zones[one.zone]?.name ?? labels.say("zone.none")],
      [labels.say("seen"), `${this.clock.when(one.first)} – ${this.clock.when(one.last)}`],
    ];
    const detail = [labels.term("role", one.role), one.vendor].filter(Boolean).join(" · ");
    return [
      h("p", { class: "atlas-card-name" }, one.label),
      h("p", { class: "atlas-card-detail" }, detail || labels.say("unknown"), one.priority && h("span", { class: `atlas-due ${one.priority}` }, labels.say(`priority.${one.priority}`))),
      h("dl", {}, ...facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
      h("ul", {}, ...talks.slice(0, MOST).map(({ edge, node: other }) => this.talk(view, edge, node, other))),
      ...(talks.length > MOST ? [h("p", { class: "atlas-more" }, labels.say("talks.more", { n: this.clock.count(talks.length - MOST) }))] : []),
    ];
  }

  private talk(view: View, at: number, node: number, other: number): HTMLElement {
    const edge = view.plan.edges[at]!;
    const way = edge.from === node ? "→" : "←";
    return h(
      "li",
      { class: edge.abnormal ? "abnormal" : `rank${view.seen.rankOf[at]}` },
      h("span", { class: "atlas-peer" }, `${way} ${view.plan.nodes[other]!.label}`),
      h("span", { class: "atlas-says" }, `${edge.protocols.join(", ")} · ${effects(view, at, this.clock)}`),
      edge.abnormal && h("span", { class: "atlas-abnormal" }, `▲ ${edge.abnormal}`),
    );
  }
}

/** What an edge does, with its counts, the gravest first: `write 4, read 123`. */
export function effects(view: View, at: number, clock: Clock): string {
  const all = view.plan.edges[at]!.effects.filter(([name]) => !view.filter.effects.has(name));
  return all.map(([name, count]) => (name === UNREAD ? view.labels.say("effect.unread") : `${view.labels.term("effect", name)} ${clock.count(count)}`)).join(", ");
}

/** The level of a node in words; unknown is told as such. */
export function level(view: View, node: number): string {
  const found = view.plan.nodes[node]!.level;
  return found === null ? view.labels.say("level.unknown") : `${found} ${view.labels.say(`level.${found}`)}`;
}
