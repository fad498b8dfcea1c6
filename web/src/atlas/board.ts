// What the map says of itself: that it is being read, is empty or failed; a remark; a hint; and what is read out.

import type { Labels } from "./labels";
import { h } from "./make";

export class Board {
  readonly voice = h("p", { class: "atlas-spoken", "aria-live": "polite" });
  readonly elements: HTMLElement[];
  private readonly state = h("div", { class: "atlas-state", role: "status" });
  private readonly note = h("p", { class: "atlas-note", hidden: true });
  private readonly small = h("p", { class: "atlas-hint", hidden: true });

  constructor(
    private readonly root: HTMLElement,
    private readonly labels: Labels,
  ) {
    this.elements = [this.small, this.note, this.state];
  }

  /** In which state the map is; with words, they stand in place of the picture. */
  tell(state: string, words: string, ...more: HTMLElement[]): void {
    this.root.dataset["state"] = state;
    this.root.setAttribute("aria-busy", String(state === "loading"));
    this.state.hidden = words === "";
    this.state.replaceChildren(...(words ? [h("p", {}, words), ...more] : []));
  }

  /** What will be here, and the way to what fills it, where the page names one. */
  empty(): void {
    const fill = this.root.dataset["fill"] ?? "";
    this.tell("empty", this.labels.say("empty"), ...(fill ? [h("a", { href: fill }, this.labels.say("empty.fill"))] : []));
  }

  fail(words: string, again: () => void): void {
    this.tell("error", words, h("button", { type: "button", click: again }, this.labels.say("retry")));
  }

  /** Words beside the picture; none takes them away. */
  remark(words: string): void {
    this.note.textContent = words;
    this.note.hidden = !words;
  }

  get remarked(): string {
    return this.note.textContent ?? "";
  }

  hint(words: string): void {
    this.small.textContent = words;
    this.small.hidden = !words;
  }

  say(words: string): void {
    this.voice.textContent = words;
  }
}
