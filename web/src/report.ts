// The page: tabs, one search, a list or the map, and the drawer with the evidence. Every state has an address (after the #).

import { PAGE, Plant } from "./data";
import { Drawer } from "./drawer";
import { h } from "./element";
import { findings } from "./findings";
import type { Doors, View } from "./list";
import * as lists from "./lists";
import { PlantMap } from "./map";
import { overview } from "./overview";
import { say } from "./say";
import { count } from "./text";

interface State {
  view: string;
  query: string;
  open: string;
  sort: string;
  hide: string; // kinds of edges that the map does not show
}

const NOTHING: State = { view: "overview", query: "", open: "", sort: "", hide: "" };
const LETTERS: Record<string, string> = { o: "overview", a: "assets", f: "findings", m: "map", p: "operations", c: "conversations", l: "logins", n: "undecoded", b: "malformed" };
const NEXT_KEY_MS = 1000;

function keys(): [string, string][] {
  return [
    ["/", say("search")],
    ["j k", say("next row, row before; an open drawer follows")],
    ["Enter", say("open the row with its evidence")],
    ["e", say("to the bytes that prove it")],
    ["Esc", say("close, or clear the search")],
    ["1 … 9", say("the pages, from left to right")],
    ["g", say("and then: o overview, a assets, f findings, m map, p operations, c conversations, l logins, n not decoded, b broken rules")],
    ["t", say("dark or light")],
    ["?", say("these keys")],
  ];
}

function searches(): [string, string][] {
  return [
    ["siemens 317", say("both words, anywhere in the row")],
    ["vendor:siemens", say("the word in this field")],
    ['role="RTU"', say("exactly this in the field")],
    ["serial_number:unknown", say("nothing is known in the field")],
    ["priority:high|medium", say("either of them")],
  ];
}

function read(): State {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const given = new URLSearchParams(query);
  const text = (name: string): string => given.get(name) ?? "";
  return { view: path || NOTHING.view, query: text("q"), open: text("open"), sort: text("sort"), hide: text("hide") };
}

function address(state: State): string {
  const given = new URLSearchParams();
  if (state.query) given.set("q", state.query);
  if (state.sort) given.set("sort", state.sort);
  if (state.hide) given.set("hide", state.hide);
  if (state.open) given.set("open", state.open);
  const text = given.toString();
  return `#/${state.view}${text ? `?${text}` : ""}`;
}

class Report {
  private state = read();
  private readonly drawer: Drawer;
  private readonly map: PlantMap;
  private readonly pages: View[];
  private readonly search = h("input", { type: "search", placeholder: say("Search  /"), "aria-label": say("search"), "aria-keyshortcuts": "/", spellcheck: "false", autocomplete: "off" });
  private readonly tabs = h("nav", { "aria-label": say("pages") });
  private readonly main = h("main", { tabindex: -1 });
  private readonly help = h("dialog", { class: "keys", "aria-label": say("keys and search") });
  private waiting = 0;
  private stepping = false;
  private going = 0; // until when the key after g is waited for

  constructor(plant: Plant) {
    const open = (name: string): void => this.go({ ...this.state, open: name });
    const go = (view: string, query = ""): void => this.go({ ...NOTHING, view, query });
    const doors: Doors = { open, sorted: (sort) => this.replace({ ...this.state, sort }) };
    this.drawer = new Drawer(plant, () => this.close(), open);
    const map = (this.map = new PlantMap(plant, open, (query) => go("assets", query), (hide) => this.replace({ ...this.state, hide })));
    this.pages = [
      overview(plant, go, open),
      lists.assets(plant, doors),
      findings(plant, doors, go),
      { name: "map", title: say("Map"), number: null, element: map.element, fields: [], shown: () => map.fit() },
      lists.operations(plant, doors),
      lists.talks(plant, doors),
      lists.logins(plant, doors),
      lists.undecoded(plant, doors),
      lists.broken(plant, doors),
    ];
    this.search.addEventListener("input", () => {
      clearTimeout(this.waiting);
      this.waiting = window.setTimeout(() => this.typed(), 120);
    });
    const theme = h("button", { class: "theme", type: "button", title: say("dark or light (t)"), "aria-label": say("dark or light"), click: turn }, "◐");
    const help = h("button", { class: "theme", type: "button", title: say("keys and search (?)"), "aria-label": say("keys and search"), click: () => this.explain() }, "?");
    document.body.prepend(h("header", {}, h("span", { class: "brand" }, "Fieldwatch"), this.tabs, this.search, theme, help), h("div", { class: "body" }, this.main, this.drawer.element), this.help);
    addEventListener("hashchange", () => this.show(read()));
    addEventListener("keydown", (event) => this.key(event));
    this.show(this.state, true);
  }

  private go(state: State): void {
    if (address(state) === location.hash) this.settle();
    else if (this.stepping) this.replace(state);
    else {
      location.hash = address(state);
      this.show(state); // at once: the next key may come before the browser says that the address changed
    }
  }

  /** Another address for the same place: the back button passes over it. */
  private replace(state: State): void {
    history.replaceState(null, "", address(state));
    this.show(state);
  }

  private close(): void {
    this.go({ ...this.state, open: "" });
    this.main.querySelector<HTMLElement>(".table, svg")?.focus();
  }

  private typed(): void {
    const view = this.page().search ? this.state.view : "assets";
    const sort = view === this.state.view ? this.state.sort : "";
    this.replace({ ...NOTHING, view, sort, query: this.search.value });
  }

  private page(): View {
    return this.pages.find((one) => one.name === this.state.view) ?? (this.pages[0] as View);
  }

  private show(state: State, first = false): void {
    const before = this.state;
    this.state = state;
    const page = this.page();
    const turned = first || before.view !== state.view;
    if (turned) {
      this.main.replaceChildren(page.element);
      document.body.dataset["view"] = page.name;
      this.map.hide(state.hide);
      page.shown?.();
      this.tabs.replaceChildren(...this.pages.map((one) => this.tab(one, one === page)));
      document.title = say("{page} - Fieldwatch", { page: page.title });
    } else if (before.hide !== state.hide) this.map.hide(state.hide);
    if (document.activeElement !== this.search || this.search.value.trim() === "") this.search.value = state.query;
    if (turned || before.sort !== state.sort) page.sort?.(state.sort);
    if (turned || before.query !== state.query) page.search?.(state.query);
    if (first || before.open !== state.open) {
      if (state.open) this.drawer.show(state.open);
      else this.drawer.hide();
      this.settle();
    }
    page.opened?.(state.open);
  }

  /** After a person opened something, the reader's place is in the drawer. */
  private settle(): void {
    if (this.state.open && !this.stepping && document.activeElement !== this.search) this.drawer.element.focus({ preventScroll: true });
  }

  private tab(of: View, current: boolean): HTMLElement {
    const number = of.number === null ? null : h("span", { class: "number" }, count(of.number));
    return h("a", { href: address({ ...NOTHING, view: of.name }), "aria-current": current ? "page" : undefined }, of.title, number && " ", number);
  }

  private explain(): void {
    const rows = (of: [string, string][]): HTMLElement => h("dl", { class: "facts" }, ...of.flatMap(([key, words]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, words)]));
    const fields = this.page().fields;
    const known = fields.length ? h("p", { class: "note" }, say("Fields of this page: {fields}", { fields: [...fields].sort().join(", ") })) : null;
    this.help.replaceChildren(...[h("h2", {}, say("Keys")), rows(keys()), h("h2", {}, say("Search")), rows(searches()), known].filter((one) => one !== null));
    this.help.showModal();
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (this.help.open) {
      if (event.key === "?") this.help.close();
      return; // Esc closes it by itself
    }
    const typing = event.target === this.search;
    if (event.key === "Escape") this.escape();
    else if (typing && (event.key === "Enter" || event.key === "ArrowDown")) this.toRows();
    else if (typing || !this.command(event)) return;
    event.preventDefault();
  }

  /** From the search to the first row that it found. */
  private toRows(): void {
    this.search.blur();
    this.main.querySelector<HTMLElement>(".table")?.focus();
    this.page().move?.(1);
  }

  private escape(): void {
    if (this.state.open) this.close();
    else if (this.state.query || this.search.value) {
      this.search.value = "";
      this.go({ ...this.state, query: "" });
    }
    this.search.blur();
  }

  /** The next row; where the drawer is open it follows. */
  private step(by: number): void {
    const page = this.page();
    page.move?.(by);
    if (!this.state.open || !page.enter) return;
    this.stepping = true;
    page.enter();
    this.stepping = false;
  }

  private evidence(): void {
    if (!this.state.open) {
      this.stepping = true;
      this.page().enter?.();
      this.stepping = false;
    }
    this.drawer.prove();
  }

  private command(event: KeyboardEvent): boolean {
    const page = this.page();
    const target = event.target as Element;
    const inside = this.drawer.element.contains(target);
    const going = event.timeStamp < this.going;
    const letter = going ? LETTERS[event.key] : undefined;
    this.going = 0;
    const tab = this.pages[Number(event.key) - 1];
    if (event.key.startsWith("Arrow") && (inside || !page.move)) return false;
    if (letter) this.go({ ...NOTHING, view: letter });
    else if (event.key === "g") this.going = event.timeStamp + NEXT_KEY_MS;
    else if (event.key === "/") this.search.select();
    else if (event.key === "j" || event.key === "ArrowDown") this.step(1);
    else if (event.key === "k" || event.key === "ArrowUp") this.step(-1);
    else if (event.key === "e") this.evidence();
    else if (event.key === "t") turn();
    else if (event.key === "?") this.explain();
    else if (event.key === "Enter" && !inside && !target.closest("button, a, summary, input, svg")) page.enter?.();
    else if (tab) this.go({ ...NOTHING, view: tab.name });
    else return false;
    return true;
  }
}

/** Dark becomes light and back; until then the page follows the system. */
function turn(): void {
  const root = document.documentElement;
  const dark = root.dataset["theme"] ? root.dataset["theme"] === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset["theme"] = dark ? "light" : "dark";
}

document.documentElement.lang = PAGE.language;
new Report(new Plant());
