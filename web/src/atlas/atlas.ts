// The map of a site: reads its data, keeps what is chosen, and has picture, legend, card and list agree.

import { read, written } from "./address";
import { Board } from "./board";
import { conduits } from "./bundle";
import { Camera } from "./camera";
import { Card } from "./card";
import { Clock } from "./clock";
import { BadPlan, plan, type Plan } from "./data";
import { draw } from "./draw";
import { fileName, png, save, svg } from "./export";
import { Filter, isFound, shown } from "./filter";
import { listen, type Hands } from "./input";
import { Labels } from "./labels";
import { CELL, CARD, free, layout } from "./layout";
import { List } from "./list";
import { h } from "./make";
import { palette, wear } from "./palette";
import { Panel } from "./panel";
import { neighbours, toward, way } from "./path";
import { CanvasPen, Measure } from "./pen";
import { Pinning, ask } from "./pins";
import { Tools } from "./tools";
import { single, tooMany, type View } from "./view";

const NOTHING: Plan = { site: { id: "", name: "" }, zones: [], nodes: [], edges: [], pins: new Map(), loose: 0 };

class Atlas implements Hands {
  readonly view: View;
  private readonly labels: Labels;
  private readonly clock: Clock;
  private readonly canvas: HTMLCanvasElement;
  private readonly stage: HTMLElement;
  private readonly board: Board;
  private readonly card: Card;
  private readonly panel: Panel;
  private readonly list: List;
  private readonly tools: Tools;
  private readonly pinning: Pinning;
  private wanted: string; // id of the node that the address chooses, until it is there
  private waiting = 0; // animation frame that was asked for
  private fitted = true; // nobody moved the camera since all was seen

  constructor(private readonly root: HTMLElement) {
    this.labels = Labels.from(root.dataset["labels"] ?? "");
    this.board = new Board(root, this.labels);
    this.clock = new Clock(document.documentElement.lang || "en", root.dataset["timezone"] || "UTC");
    this.pinning = new Pinning(root.dataset["pins"] ?? "");
    this.canvas = h("canvas", { class: "atlas-canvas", tabindex: 0, role: "application", "aria-label": this.labels.say("map"), "aria-describedby": "atlas-keys" });
    this.card = new Card(this.clock);
    this.panel = new Panel(this.clock, () => this.refilter());
    this.list = new List(this.clock, (node) => this.show(node));
    this.tools = new Tools(this.labels, {
      ...{ search: (text) => this.light(text), zoom: (factor) => this.zoom(factor), fit: () => this.fit(), path: () => this.path(), unpin: () => this.unpin() },
      ...{ list: (on) => this.twin(on), panel: (on) => (this.panel.element.hidden = !on), svg: () => this.saveSvg(), png: () => void this.savePng() },
    });
    const colours = palette(root);
    const wanted = read(location.hash);
    this.wanted = wanted.chosen;
    this.view = {
      ...{ plan: NOTHING, filter: wanted.filter, camera: new Camera(), colours, measure: new Measure(colours.font), labels: this.labels },
      ...{ done: layout(NOTHING), seen: shown(NOTHING, new Filter()), bundles: [], around: [], chosen: -1, under: -1, frame: -1, start: -1, way: null, found: null, moving: null },
    };
    this.stage = h("div", { class: "atlas-stage" }, this.canvas, this.card.element, ...this.board.elements);
    const keys = h("p", { class: "atlas-spoken", id: "atlas-keys" }, this.labels.say("keys"));
    root.classList.add("atlas");
    wear(root, colours);
    root.replaceChildren(this.tools.element, h("div", { class: "atlas-body" }, this.stage, this.list.element, this.panel.element), keys, this.board.voice);
    listen(this.canvas, this);
    new ResizeObserver(() => this.resize()).observe(this.stage);
    new MutationObserver(() => this.recolour()).observe(document.documentElement, { attributes: true, attributeFilter: ["class", "style", "data-theme", "data-bs-theme", "data-size"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
  }

  /** Fetches the data anew and shows it; what is chosen and filtered stays. */
  async load(): Promise<void> {
    this.board.tell("loading", this.view.plan.nodes.length ? "" : this.labels.say("loading")); // what is there stays while it is read anew
    try {
      this.take(plan(await ask(this.root.dataset["source"] ?? "")));
    } catch (problem) {
      const words = problem instanceof BadPlan ? this.labels.say("error.data", { where: problem.message }) : this.labels.say("error.load", { reason: problem instanceof Error ? problem.message : String(problem) });
      this.board.fail(words, () => void this.load());
    }
  }

  private take(read: Plan): void {
    const { view } = this;
    const chosen = view.plan.nodes[view.chosen]?.id ?? this.wanted;
    this.wanted = "";
    view.plan = read;
    view.done = layout(read);
    view.chosen = read.nodes.findIndex((one) => one.id === chosen);
    [view.start, view.under, view.frame, view.way] = [-1, -1, -1, null];
    this.card.forget();
    this.tools.pinnable(this.pinning.allowed);
    this.panel.build(view);
    if (read.nodes.length) this.board.tell("ready", "");
    else this.board.empty();
    this.resize();
    this.tools.write(view.filter.text);
    this.refilter();
  }

  private refilter(): void {
    const { view } = this;
    view.seen = shown(view.plan, view.filter);
    view.bundles = conduits(view.plan, view.done, view.seen, view.filter);
    view.around = neighbours(view.plan, view.seen);
    if (view.chosen >= 0 && !view.seen.has[view.chosen]) view.chosen = -1;
    if (view.way) view.way = way(view.around, view.way.nodes[0]!, view.way.nodes.at(-1)!);
    this.find();
    this.panel.update(view);
    this.list.show(view);
    this.root.dataset["nodes"] = String(view.seen.nodes.length);
    this.root.dataset["edges"] = String(view.seen.edges.length);
    const figures = { nodes: this.clock.count(view.seen.nodes.length), edges: this.clock.count(view.seen.edges.length) };
    this.tools.say(this.labels.say("shown", figures));
    const notes: (string | false)[] = [tooMany(view) && this.labels.say("toomany", { n: figures.nodes }), view.plan.loose > 0 && this.labels.say("loose", { n: this.clock.count(view.plan.loose) })];
    if (view.plan.nodes.length && !view.seen.nodes.length) notes.push(this.labels.say("nothing"));
    this.board.remark(notes.filter(Boolean).join(" "));
    this.card.forget();
    this.keep();
    this.redraw();
  }

  /** Keeps what is looked at in the page's address. */
  private keep(): void {
    const { view } = this;
    const hash = written(view.filter, view.plan.nodes[view.chosen]?.id ?? "");
    if (this.root.dataset["state"] === "ready" && hash !== location.hash.slice(1)) history.replaceState(history.state, "", hash ? `#${hash}` : location.pathname + location.search);
  }

  private find(): void {
    const { view } = this;
    const text = view.filter.text.trim();
    view.found = text ? new Set(view.seen.nodes.filter((at) => isFound(view.plan, view.plan.nodes[at]!, text))) : null;
    this.tools.found(view.found ? this.labels.say("found.count", { n: this.clock.count(view.found.size) }) : "");
  }

  private light(text: string): void {
    const { view } = this;
    view.filter.text = text;
    this.find();
    if (view.found?.size === 1) {
      const [only] = view.found;
      view.camera.reveal(view.done.x[only!]!, view.done.y[only!]!);
    }
    this.list.show(view);
    this.keep();
    this.redraw();
  }

  private twin(on: boolean): void {
    this.list.element.hidden = !on;
    this.stage.hidden = on;
    this.list.show(this.view);
  }

  /** From the list to the picture. */
  private show(node: number): void {
    this.tools.picture();
    this.twin(false);
    this.resize();
    const { camera, done } = this.view;
    camera.scale = Math.max(camera.scale, 0.9);
    [camera.x, camera.y] = [done.x[node]! - camera.width / 2 / camera.scale, done.y[node]! - camera.height / 2 / camera.scale];
    this.choose(node, false);
    this.canvas.focus();
  }

  private resize(): void {
    const { camera } = this.view;
    const [width, height] = [this.stage.clientWidth, this.stage.clientHeight];
    if (!width || !height) return;
    const ratio = devicePixelRatio || 1;
    [this.canvas.width, this.canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    camera.pan((width - camera.width) / 2, (height - camera.height) / 2);
    [camera.width, camera.height, camera.gutter] = [width, height, 118 * this.view.colours.size];
    if (this.fitted) camera.fit(this.view.done);
    this.redraw();
  }

  private recolour(): void {
    this.view.colours = palette(this.root);
    wear(this.root, this.view.colours);
    this.resize();
  }

  private redraw(): void {
    this.waiting ||= requestAnimationFrame(() => {
      this.waiting = 0;
      this.paint();
    });
  }

  /** Draws at once; gives the milliseconds that it took. */
  paint(): number {
    const begun = performance.now();
    const paint = this.canvas.getContext("2d")!;
    const ratio = devicePixelRatio || 1;
    paint.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { view } = this;
    if (view.plan.nodes.length) draw(new CanvasPen(paint, view.colours.font), view);
    else paint.clearRect(0, 0, view.camera.width, view.camera.height);
    this.card.show(view, view.moving || tooMany(view) ? -1 : view.under >= 0 || view.way ? view.under : view.chosen);
    this.root.dataset["depth"] = view.camera.depth;
    const drawn = view.bundles.filter((one) => one.grave).length;
    const some = !single(view) && drawn < view.bundles.length;
    this.board.hint(some ? this.labels.say("conduits.some", { n: this.clock.count(drawn), all: this.clock.count(view.bundles.length) }) : "");
    return performance.now() - begun;
  }

  at(x: number, y: number): number {
    const { view } = this;
    if (tooMany(view) || view.camera.depth === "site" || x < view.camera.gutter) return -1;
    const [a, b] = view.camera.ground(x, y);
    const slack = Math.max(0, 4 / view.camera.scale - 4);
    const { seen, done } = view;
    const hit = (at: number): boolean => Math.abs(done.x[at]! - a) <= Math.min(CELL.width, CARD.width + slack) / 2 && Math.abs(done.y[at]! - b) <= Math.min(CELL.height, CARD.height + slack) / 2;
    return seen.nodes.findLast(hit) ?? -1;
  }

  point(node: number, x = -1, y = -1): void {
    const { view } = this;
    const [a, b] = view.camera.ground(x, y);
    const far = node < 0 && x >= view.camera.gutter && !single(view);
    const frame = far ? view.done.frames.findIndex((one) => a >= one.x && a <= one.x + one.width && b >= one.y && b <= one.y + one.height) : -1;
    if (node === view.under && frame === view.frame) return;
    [view.under, view.frame] = [node, frame];
    this.canvas.classList.toggle("over", node >= 0 || (frame >= 0 && view.camera.depth === "site"));
    this.redraw();
  }

  /** A zone that is far away is brought near. */
  enter(x: number, y: number): void {
    const { camera, done } = this.view;
    this.point(-1, x, y);
    const frame = done.frames[this.view.frame];
    if (!frame || camera.depth !== "site") return;
    this.fitted = false;
    camera.frame(frame);
    this.view.frame = -1;
    this.redraw();
  }

  choose(node: number, path: boolean): void {
    const { view } = this;
    if (path && node >= 0 && view.chosen >= 0 && node !== view.chosen) this.trace(view.chosen, node);
    else if (node < 0 || view.start < 0) [view.way, view.start] = [null, -1];
    view.chosen = node;
    view.under = -1;
    this.board.say(node < 0 ? "" : path && view.way ? this.board.remarked : this.card.spoken(view, node));
    this.root.dataset["chosen"] = view.plan.nodes[node]?.id ?? "";
    this.keep();
    this.redraw();
  }

  /** The way between two nodes is lit. */
  private trace(from: number, to: number): void {
    const { view } = this;
    view.way = way(view.around, from, to);
    view.start = view.way ? from : -1;
    this.root.dataset["path"] = view.way ? view.way.nodes.map((at) => view.plan.nodes[at]!.id).join(" ") : "";
    this.board.remark(view.way ? this.labels.say("path.found", { n: view.way.nodes.length - 1 }) : this.labels.say("path.none"));
  }

  path(): void {
    const { view } = this;
    if (view.chosen < 0) return this.board.remark(this.labels.say("path.how"));
    if (view.start >= 0 && view.start !== view.chosen && !view.way) {
      this.trace(view.start, view.chosen);
    } else {
      [view.start, view.way] = [view.chosen, null];
      this.board.remark(this.labels.say("path.from", { name: view.plan.nodes[view.chosen]!.label }));
    }
    this.board.say(this.board.remarked);
    this.redraw();
  }

  open(): void {
    const url = this.view.plan.nodes[this.view.chosen]?.url;
    if (url) location.assign(url);
  }

  pan(dx: number, dy: number): void {
    this.fitted = false;
    this.view.camera.pan(dx, dy);
    this.redraw();
  }

  zoom(factor: number, x?: number, y?: number): void {
    this.fitted = false;
    this.view.camera.zoom(factor, x, y);
    this.redraw();
  }

  fit(): void {
    this.fitted = true;
    this.view.camera.fit(this.view.done);
    this.redraw();
  }

  step(dx: number, dy: number): void {
    const { view } = this;
    const { done, seen, around, chosen, camera } = view;
    const from = chosen >= 0 ? chosen : -1;
    const next = from < 0 ? (seen.nodes[0] ?? -1) : toward(from, dx, dy, done.x, done.y, around, seen.nodes);
    if (next < 0) return;
    camera.reveal(done.x[next]!, done.y[next]!);
    this.choose(next, false);
  }

  lift(node: number): boolean {
    if (!this.pinning.allowed) return false;
    this.view.chosen = node;
    this.view.moving = { node, x: this.view.done.x[node]!, y: this.view.done.y[node]! };
    return true;
  }

  carry(x: number, y: number): void {
    const { moving, camera } = this.view;
    if (!moving) return;
    [moving.x, moving.y] = camera.ground(x, y);
    this.redraw();
  }

  drop(): void {
    const { moving } = this.view;
    this.view.moving = null;
    if (moving) void this.pin(moving.node, moving.x, moving.y);
  }

  nudge(dx: number, dy: number): void {
    const { chosen, done } = this.view;
    if (chosen >= 0 && this.pinning.allowed) void this.pin(chosen, done.x[chosen]! + (dx * CELL.width) / 4, done.y[chosen]! + (dy * CELL.height) / 4);
  }

  /** Puts a node where it was asked to be, or beside what is there; back again if the server says no. */
  private async pin(node: number, x: number, y: number): Promise<void> {
    const { view } = this;
    const { id } = view.plan.nodes[node]!;
    const place = free(view.done, view.plan, id, x, y);
    await this.repin(id, place, () => this.pinning.put(id, ...place));
  }

  unpin(): void {
    const node = this.view.plan.nodes[this.view.chosen];
    if (node && this.pinning.allowed && this.view.plan.pins.has(node.id)) void this.repin(node.id, undefined, () => this.pinning.take(node.id));
  }

  private async repin(id: string, place: [number, number] | undefined, tell: () => Promise<void>): Promise<void> {
    const { pins } = this.view.plan;
    const before = pins.get(id);
    this.place(id, place);
    try {
      await tell();
    } catch (problem) {
      this.place(id, before);
      this.board.remark(this.labels.say("error.pin", { reason: problem instanceof Error ? problem.message : String(problem) }));
    }
  }

  private place(id: string, place: [number, number] | undefined): void {
    const { view } = this;
    if (place) view.plan.pins.set(id, place);
    else view.plan.pins.delete(id);
    view.done = layout(view.plan);
    this.refilter();
  }

  back(): void {
    const { view } = this;
    view.moving = null;
    this.board.remark("");
    this.choose(-1, false);
  }

  search(): void {
    this.tools.focus();
  }

  /** The picture as SVG text. */
  svg(): string {
    return svg(this.view, this.clock);
  }

  private saveSvg(): void {
    save(new Blob([this.svg()], { type: "image/svg+xml" }), fileName(this.view, "svg"));
  }

  private async savePng(): Promise<void> {
    const file = await png(this.view, this.clock);
    if (file) save(file, fileName(this.view, "png"));
    else this.board.remark(this.labels.say("error.png"));
  }
}

/** Makes the map where the page has a place for it. The element's `atlas` is for the page's other scripts: `load()` after an event of the server. */
const root = document.getElementById("map");
if (root?.dataset["source"] !== undefined) {
  const atlas = new Atlas(root);
  Object.assign(root, { atlas });
  void atlas.load();
}
