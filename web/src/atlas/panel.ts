// The legend that filters, and the other filters: each entry with how much it stands for.

import type { Clock } from "./clock";
import { PRIORITIES } from "./data";
import { KINDS, UNREAD, rank } from "./effects";
import { span } from "./export";
import type { Counts } from "./filter";
import { h } from "./make";
import type { View } from "./view";

const STEPS = 1000; // of the time range

interface Entry {
  button: HTMLButtonElement;
  number: HTMLElement;
  on: () => boolean;
  count: (counts: Counts) => number;
}

export class Panel {
  readonly element = h("aside", { class: "atlas-panel" });
  private entries: Entry[] = [];
  private hands: (() => void)[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly changed: () => void,
  ) {}

  /** Makes the entries for what the plan holds. */
  build(view: View): void {
    const { labels, plan, filter } = view;
    this.entries = [];
    this.hands = [];
    const effects = [...new Set(plan.edges.flatMap((one) => one.effects.map(([name]) => name)))].sort((a, b) => rank(b) - rank(a) || (a < b ? -1 : 1));
    const protocols = [...new Set(plan.edges.flatMap((one) => one.protocols))].sort();
    const zones: [string, string][] = plan.zones.map((one) => [one.id, one.name]);
    if (plan.nodes.some((one) => one.zone < 0)) zones.push(["", labels.say("zone.none")]);
    const effectName = (name: string): string => (name === UNREAD ? labels.say("effect.unread") : labels.term("effect", name));
    const open = [...this.element.querySelectorAll("details")].map((one) => one.open);
    this.element.setAttribute("aria-label", labels.say("filters"));
    this.element.replaceChildren(
      this.group(labels.say("lines"), [
        ...KINDS.map((kind, at) => this.each(`kind-${kind}`, labels.say(`kind.${kind}`), filter.kinds, at, (counts) => counts.kinds[at] ?? 0)),
        this.entry("abnormal", labels.say("abnormal.only"), () => filter.onlyAbnormal, () => (filter.onlyAbnormal = !filter.onlyAbnormal), (counts) => counts.abnormal),
      ]),
      this.group(labels.say("priority"), PRIORITIES.map((one) => this.each(`due-${one || "none"}`, labels.say(`priority.${one || "none"}`), filter.priorities, one, (counts) => counts.priorities.get(one) ?? 0))),
      this.group(labels.say("new"), [this.entry("fresh", labels.say("new.show"), () => filter.fresh, () => (filter.fresh = !filter.fresh), (counts) => counts.fresh), this.since(view)]),
      this.time(view),
      this.fold(labels.say("protocols"), protocols.map((one) => this.each("", labels.term("protocol", one), filter.protocols, one, (counts) => counts.protocols.get(one) ?? 0)), protocols, filter.protocols, view),
      this.fold(labels.say("zones"), zones.map(([id, name]) => this.each("", name, filter.zones, id, (counts) => counts.zones.get(id) ?? 0)), zones.map(([id]) => id), filter.zones, view),
      this.fold(labels.say("effects"), effects.map((one) => this.each("", effectName(one), filter.effects, one, (counts) => counts.effects.get(one) ?? 0)), effects, filter.effects, view),
      h("button", { type: "button", class: "atlas-reset", click: () => this.reset(view) }, labels.say("reset")),
    );
    for (const [at, one] of [...this.element.querySelectorAll("details")].entries()) one.open = open[at] ?? false;
  }

  /** Shows what is on, and the counts. */
  update(view: View): void {
    for (const { button, number, on, count } of this.entries) {
      button.setAttribute("aria-pressed", String(on()));
      number.textContent = this.clock.count(count(view.seen.counts));
    }
    for (const hand of this.hands) hand();
  }

  private reset(view: View): void {
    view.filter.clear();
    this.changed();
  }

  private group(name: string, entries: HTMLElement[]): HTMLElement {
    return h("div", { class: "atlas-group", role: "group", "aria-label": name }, h("h3", {}, name), ...entries);
  }

  private fold(name: string, entries: HTMLElement[], all: string[], off: Set<string>, view: View): HTMLElement {
    const { labels } = view;
    const none = (): void => {
      for (const one of all) off.add(one);
      this.changed();
    };
    const every = (): void => {
      off.clear();
      this.changed();
    };
    const both = h("p", { class: "atlas-both" }, h("button", { type: "button", click: every }, labels.say("all")), h("button", { type: "button", click: none }, labels.say("none")));
    return h("details", { class: "atlas-group" }, h("summary", {}, name, h("span", { class: "atlas-number" }, this.clock.count(all.length))), both, ...entries);
  }

  private each<T>(sample: string, name: string, off: Set<T>, one: T, count: (counts: Counts) => number): HTMLElement {
    const toggle = (): unknown => (off.has(one) ? off.delete(one) : off.add(one));
    return this.entry(sample, name, () => !off.has(one), toggle, count);
  }

  private entry(sample: string, name: string, on: () => boolean, toggle: () => unknown, count: (counts: Counts) => number): HTMLElement {
    const number = h("span", { class: "atlas-number" });
    const click = (): void => {
      toggle();
      this.changed();
    };
    const mark = h("span", { class: sample ? `atlas-sample ${sample}` : "atlas-box", "aria-hidden": "true" });
    const button = h("button", { type: "button", class: "atlas-entry", "aria-pressed": "true", click }, mark, h("span", { class: "atlas-word", title: name }, name), number);
    this.entries.push({ button, number, on, count });
    return button;
  }

  private since(view: View): HTMLElement {
    const { filter, labels } = view;
    const input = h("input", {
      type: "datetime-local",
      change: () => {
        const read = Date.parse(`${input.value}Z`);
        filter.since = input.value && Number.isFinite(read) ? read - this.clock.ahead(read) : null;
        filter.fresh = true;
        this.changed();
      },
    });
    this.hands.push(() => {
      input.value = filter.since === null ? "" : this.clock.when(filter.since).replace(" ", "T").slice(0, 16);
    });
    return h("label", { class: "atlas-since" }, labels.say("new.since"), input);
  }

  private time(view: View): HTMLElement {
    const { filter, labels } = view;
    const [first, last] = span(view);
    const at = (step: string): number => first + ((last - first) * Number(step)) / STEPS;
    const handle = (name: string, value: number): HTMLInputElement => h("input", { type: "range", min: 0, max: STEPS, value, "aria-label": labels.say(name), input: () => move() });
    const [from, until] = [handle("time.from", 0), handle("time.until", STEPS)];
    const [fromOut, untilOut] = [h("output"), h("output")];
    const bar = h("span", { class: "atlas-bar" });
    const move = (): void => {
      if (Number(from.value) > Number(until.value)) [from.value, until.value] = [until.value, from.value];
      filter.from = Number(from.value) > 0 ? at(from.value) : -Infinity;
      filter.until = Number(until.value) < STEPS ? at(until.value) : Infinity;
      this.changed();
    };
    const step = (time: number, none: number): string => String(Number.isFinite(time) && last > first ? Math.round(((time - first) / (last - first)) * STEPS) : none);
    this.hands.push(() => {
      [from.value, until.value] = [step(filter.from, 0), step(filter.until, STEPS)];
      for (const [hand, out] of [[from, fromOut] as const, [until, untilOut] as const]) {
        out.textContent = this.clock.when(at(hand.value));
        out.title = this.clock.utc(at(hand.value));
        hand.setAttribute("aria-valuetext", out.textContent);
      }
      bar.style.left = `${Number(from.value) / (STEPS / 100)}%`;
      bar.style.right = `${100 - Number(until.value) / (STEPS / 100)}%`;
    });
    return h("div", { class: "atlas-group", role: "group", "aria-label": labels.say("time") }, h("h3", {}, labels.say("time")), h("div", { class: "atlas-range" }, bar, from, until), h("p", { class: "atlas-times" }, fromOut, untilOut));
  }
}
