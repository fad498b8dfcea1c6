// The row of tools above the map.

import type { Labels } from "./labels";
import { h } from "./make";

export interface Work {
  search(text: string): void;
  zoom(factor: number): void;
  fit(): void;
  path(): void;
  unpin(): void;
  list(on: boolean): void;
  panel(on: boolean): void;
  svg(): void;
  png(): void;
}

export class Tools {
  readonly element: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly hits = h("span", { class: "atlas-hits", role: "status" });
  private readonly figures = h("span", { class: "atlas-figures", role: "status" });
  private readonly twin: HTMLButtonElement;
  private readonly loose: HTMLButtonElement;

  constructor(labels: Labels, work: Work) {
    const button = (name: string, words: string, act: () => void): HTMLButtonElement => h("button", { type: "button", title: labels.say(name), "aria-label": labels.say(name), click: act }, words);
    const toggle = (name: string, pressed: boolean, act: (on: boolean) => void): HTMLButtonElement => {
      const made = h("button", { type: "button", "aria-pressed": String(pressed), click: () => act(flip(made)) }, labels.say(name));
      return made;
    };
    this.input = h("input", { type: "search", placeholder: labels.say("search"), "aria-label": labels.say("search"), input: () => work.search(this.input.value) });
    this.twin = toggle("list", false, (on) => work.list(on));
    this.loose = button("unpin", labels.say("unpin"), () => work.unpin());
    this.element = h(
      "div",
      { class: "atlas-tools", role: "toolbar", "aria-label": labels.say("tools") },
      this.input,
      this.hits,
      this.figures,
      button("path", labels.say("path"), () => work.path()),
      this.loose,
      h("span", { class: "atlas-join" }, button("zoom.out", "−", () => work.zoom(0.8)), button("zoom.fit", labels.say("fit"), () => work.fit()), button("zoom.in", "+", () => work.zoom(1.25))),
      this.twin,
      toggle("filters", true, (on) => work.panel(on)),
      h("span", { class: "atlas-join" }, button("export.svg", "SVG", () => work.svg()), button("export.png", "PNG", () => work.png())),
    );
  }

  /** Whether things may be moved here, and so be let go. */
  pinnable(allowed: boolean): void {
    this.loose.hidden = !allowed;
  }

  say(figures: string): void {
    this.figures.textContent = figures;
  }

  found(words: string): void {
    this.hits.textContent = words;
  }

  /** What is searched for, when it was not typed here. */
  write(text: string): void {
    this.input.value = text;
  }

  picture(): void {
    this.twin.setAttribute("aria-pressed", "false");
  }

  focus(): void {
    this.input.focus();
  }
}

function flip(button: HTMLButtonElement): boolean {
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  return on;
}
