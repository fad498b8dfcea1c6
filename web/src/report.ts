// The page: tabs, one search, a list or the map, and the drawer with the evidence. Every state has an address (after the #).

import { load, Plant } from "./data";
import { Drawer } from "./drawer";
import { h } from "./element";
import { PlantMap } from "./map";
import { count } from "./text";
import * as views from "./views";

interface State {
  view: string;
  query: string;
  open: string;
}

const KEYS: [string, string][] = [
  ["/", "search"],
  ["j k", "next row, row before; an open drawer follows"],
  ["Enter", "open the row with its evidence"],
  ["Esc", "close, or clear the search"],
  ["1 to 8", "the pages"],
  ["t", "dark or light"],
  ["?", "these keys"],
];

function read(): State {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const given = new URLSearchParams(query);
  return { view: decodeURIComponent(path) || "overview", query: given.get("q") ?? "", open: given.get("open") ?? "" };
}

function address(state: State): string {
  const given = new URLSearchParams();
  if (state.query) given.set("q", state.query);
  if (state.open) given.set("open", state.open);
  const text = given.toString();
  return `#/${state.view}${text ? `?${text}` : ""}`;
}

class Report {
  private state = read();
  private readonly drawer: Drawer;
  private readonly pages: views.View[];
  private readonly search = h("input", { type: "search", placeholder: "Search  /", "aria-label": "search", spellcheck: "false", autocomplete: "off" });
  private readonly tabs = h("nav", { "aria-label": "pages" });
  private readonly main = h("main");
  private readonly keys = h("dialog", { class: "keys", "aria-label": "keys" }, h("h2", {}, "Keys"), h("dl", { class: "facts" }, ...KEYS.flatMap(([key, words]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, words)])));
  private waiting = 0;
  private stepping = false;

  constructor(plant: Plant) {
    const open = (name: string): void => this.go({ ...this.state, open: name });
    const go = (view: string, query = ""): void => this.go({ view, query, open: "" });
    this.drawer = new Drawer(plant, () => open(""), open);
    const map = new PlantMap(plant, open, (query) => go("assets", query));
    this.pages = [
      views.overview(plant, go, open),
      views.assets(plant, open),
      { name: "map", title: "Map", number: null, element: map.element, shown: () => map.fit() },
      views.operations(plant, open),
      views.talks(plant, open),
      views.logins(plant, open),
      views.undecoded(plant, open),
      views.broken(plant, open),
    ];
    this.search.addEventListener("input", () => {
      clearTimeout(this.waiting);
      this.waiting = window.setTimeout(() => this.typed(), 120);
    });
    const theme = h("button", { class: "theme", type: "button", title: "dark or light (t)", click: turn }, "◐");
    const help = h("button", { class: "theme", type: "button", title: "keys (?)", click: () => this.keys.showModal() }, "?");
    document.body.prepend(h("header", {}, h("span", { class: "brand" }, "Fieldwatch"), this.tabs, this.search, theme, help), h("div", { class: "body" }, this.main, this.drawer.element), this.keys);
    addEventListener("hashchange", () => this.show(read()));
    addEventListener("keydown", (event) => this.key(event));
    this.show(this.state, true);
  }

  private go(state: State): void {
    if (address(state) === location.hash) return;
    if (this.stepping) {
      history.replaceState(null, "", address(state));
      this.show(state);
    } else location.hash = address(state);
  }

  private typed(): void {
    const view = this.page().search ? this.state.view : "assets";
    history.replaceState(null, "", address({ view, query: this.search.value, open: "" }));
    this.show(read());
  }

  private page(): views.View {
    return this.pages.find((one) => one.name === this.state.view) ?? (this.pages[0] as views.View);
  }

  private show(state: State, first = false): void {
    const before = this.state;
    this.state = state;
    const page = this.page();
    if (first || before.view !== state.view) {
      this.main.replaceChildren(page.element);
      document.body.dataset["view"] = page.name;
      page.shown?.();
      this.tabs.replaceChildren(...this.pages.map((one) => h("a", { href: address({ view: one.name, query: "", open: "" }), "aria-current": one === page ? "page" : undefined }, one.title, one.number !== null && h("span", { class: "number" }, count(one.number)))));
    }
    if (document.activeElement !== this.search || this.search.value.trim() === "") this.search.value = state.query;
    if (first || before.view !== state.view || before.query !== state.query) page.search?.(state.query);
    if (state.open) this.drawer.show(state.open);
    else this.drawer.hide();
    document.title = `${page.title} - Fieldwatch`;
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const typing = event.target instanceof HTMLInputElement && event.target.type === "search";
    if (event.key === "Escape") this.escape();
    else if (typing && event.key === "Enter") this.search.blur();
    else if (typing) return;
    else if (!this.command(event)) return;
    event.preventDefault();
  }

  private escape(): void {
    if (this.keys.open) this.keys.close();
    else if (this.state.open) this.go({ ...this.state, open: "" });
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

  private command(event: KeyboardEvent): boolean {
    const page = this.page();
    if (event.key.startsWith("Arrow") && !page.move) return false;
    const tab = this.pages[Number(event.key) - 1];
    if (event.key === "/") this.search.select();
    else if (event.key === "j" || event.key === "ArrowDown") this.step(1);
    else if (event.key === "k" || event.key === "ArrowUp") this.step(-1);
    else if (event.key === "t") turn();
    else if (event.key === "?") this.keys.showModal();
    else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement || event.target instanceof SVGElement)) page.enter?.();
    else if (tab) this.go({ view: tab.name, query: "", open: "" });
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

new Report(new Plant(load()));
