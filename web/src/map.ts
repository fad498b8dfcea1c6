// The plant by Purdue level: levels as bands, who talks with whom as edges; grey is normal, only what changes the plant stands out.

import { PRIORITIES, SHAPES, title, value, type Plant, type Priority } from "./data";
import { h, s } from "./element";
import { byText, count, many } from "./text";

const BANDS: [level: string, name: string][] = [
  ["4", "4 Business"],
  ["3", "3 Operations"],
  ["2", "2 Supervision"],
  ["1", "1 Control"],
  ["0", "0 Process"],
  ["", "Level not known"],
];

const MOST_ALONE = 150; // with more assets on the page, those of one role in a band are one box
const MOST_VENDORS = 6;
const CROWD = 12; // ... where they are more than so many
const BOX = { width: 152, height: 36, gapX: 14, gapY: 22 };
const MARGIN = { left: 128, top: 24, bottom: 32 };
const LINK_ONLY = new Set(["arp"]); // says that two are on one link, nothing more

interface Box {
  key: string;
  level: string;
  title: string;
  detail: string;
  assets: number[];
  worst: Priority;
  query: string; // finds the assets of a crowd; "" for a single asset
  x: number;
  y: number;
}

interface Edge {
  from: Box;
  to: Box;
  worst: Priority;
  packets: number;
  protocols: Set<string>;
}

export class PlantMap {
  readonly element: HTMLElement;
  private readonly canvas = h("div", { class: "map" });
  private readonly hidden = new Set<string>();
  private width = 0;

  constructor(
    private readonly plant: Plant,
    private readonly open: (open: string) => void,
    private readonly search: (text: string) => void,
  ) {
    this.element = h("section", { class: "mapview" }, this.legend(), this.canvas);
    new ResizeObserver(() => this.fit()).observe(this.canvas);
  }

  /** Draws the map for the room that it has. */
  fit(): void {
    const width = Math.floor(this.canvas.clientWidth);
    if (width > 0 && width !== this.width) {
      this.width = width;
      this.draw();
    }
  }

  private legend(): HTMLElement {
    const kinds: [string, string][] = [
      ["quiet", "reads and other talk"],
      ["journal", `${SHAPES.journal} writes`],
      ["low", `${SHAPES.low} commands, time`],
      ["medium", `${SHAPES.medium} force, mode, start, configuration`],
      ["high", `${SHAPES.high} program, firmware, stop, reset`],
    ];
    const boxes = kinds.map(([kind, words]) => {
      const box = h("input", { type: "checkbox", checked: true, change: () => this.toggle(kind, box.checked) });
      return h("label", { class: `legend ${kind}` }, box, h("span", { class: "sample" }), words);
    });
    return h("div", { class: "legends" }, ...boxes);
  }

  private toggle(kind: string, shown: boolean): void {
    if (shown) this.hidden.delete(kind);
    else this.hidden.add(kind);
    for (const edge of this.canvas.querySelectorAll(`.edge.${kind}`)) edge.classList.toggle("off", !shown);
  }

  private draw(): void {
    const boxes = this.boxes();
    if (!boxes.length) {
      this.canvas.replaceChildren(h("div", { class: "empty" }, "The map shows the assets by Purdue level once a capture holds frames that devices sent."));
      return;
    }
    const edges = this.edges(boxes);
    const { bands, height } = this.place(boxes, edges);
    const width = this.width;
    const svg = s("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "assets by Purdue level and who talks with whom" });
    svg.append(arrows());
    for (const band of bands) {
      svg.append(s("rect", { class: "band", x: 0, y: band.y, width, height: band.height }));
      svg.append(s("text", { class: "bandname", x: 12, y: band.y + 20 }, band.name), s("text", { class: "bandcount", x: 12, y: band.y + 36 }, band.words));
    }
    const order = [...edges].sort((one, other) => PRIORITIES.indexOf(other.worst) - PRIORITIES.indexOf(one.worst));
    const lines = order.map((edge) => this.edge(edge));
    svg.append(...lines.map(([line]) => line), ...boxes.map((box) => this.box(box, svg, lines)));
    this.canvas.replaceChildren(svg);
    for (const kind of this.hidden) this.toggle(kind, false);
  }

  private boxes(): Box[] {
    const { page, worst } = this.plant;
    const wholes = page.assets.map((_, at) => at).filter((at) => page.assets[at]?.parent === -1);
    const groups = new Map<string, number[]>();
    for (const at of wholes) {
      const asset = page.assets[at];
      if (!asset) continue;
      const key = `${value(asset, "purdue_level")}|${value(asset, "role")}`;
      const group = groups.get(key);
      if (group) group.push(at);
      else groups.set(key, [at]);
    }
    const made: Box[] = [];
    for (const [key, members] of groups) {
      const [level = "", role = ""] = key.split("|");
      const severe = (some: number[]): Priority => PRIORITIES[Math.min(...some.map((at) => PRIORITIES.indexOf(worst[at] ?? "")))] ?? "";
      if (wholes.length > MOST_ALONE && members.length > CROWD) {
        for (const [vendor, some] of this.byVendor(members)) {
          const detail = [count(some.length), vendor].filter(Boolean).join(" · ");
          made.push({ key: `${key}|${vendor}`, level, title: role || "role not known", detail, assets: some, worst: severe(some), query: wanted(role, vendor), x: 0, y: 0 });
        }
        continue;
      }
      for (const at of members) {
        const asset = page.assets[at];
        if (!asset) continue;
        const name = title(asset);
        const detail = [role || "role not known", name === asset.address ? value(asset, "model") : asset.address].filter(Boolean).join(" · ");
        made.push({ key: asset.id, level, title: name, detail, assets: [at], worst: severe([at]), query: "", x: 0, y: 0 });
      }
    }
    return made.sort((one, other) => byText(one.detail, other.detail) || byText(one.title, other.title) || byText(one.key, other.key));
  }

  /** A crowd by vendor: the most frequent ones by name, the others together. */
  private byVendor(members: number[]): [vendor: string, assets: number[]][] {
    const groups = new Map<string, number[]>();
    for (const at of members) {
      const asset = this.plant.page.assets[at];
      const vendor = asset ? value(asset, "vendor") : "";
      const group = groups.get(vendor);
      if (group) group.push(at);
      else groups.set(vendor, [at]);
    }
    const named = [...groups].filter(([vendor, some]) => vendor && some.length > CROWD).sort((one, other) => other[1].length - one[1].length || byText(one[0], other[0])).slice(0, MOST_VENDORS);
    const alone = new Set(named.map(([vendor]) => vendor));
    const rest = [...groups].filter(([vendor]) => !alone.has(vendor)).flatMap(([, some]) => some);
    return rest.length ? [...named, [named.length ? "other vendors" : "", rest]] : named;
  }

  private edges(boxes: Box[]): Edge[] {
    const { page } = this.plant;
    const home = new Map<number, Box>();
    for (const box of boxes) for (const at of box.assets) home.set(at, box);
    const of = (end: number): Box | undefined => home.get(this.plant.whole(page.ends[end]?.asset ?? -1));
    const made = new Map<string, Edge>();
    const between = (one: number, other: number): Edge | null => {
      const [from, to] = [of(one), of(other)];
      if (!from || !to || from === to) return null;
      const known = made.get(`${from.key}>${to.key}`) ?? made.get(`${to.key}>${from.key}`);
      if (known) return known;
      const edge: Edge = { from, to, worst: "", packets: 0, protocols: new Set() };
      made.set(`${from.key}>${to.key}`, edge);
      return edge;
    };
    for (const talk of page.talks) {
      if (LINK_ONLY.has(talk.protocol)) continue;
      const edge = between(talk.client, talk.server);
      if (edge) {
        edge.packets += talk.packets;
        edge.protocols.add(talk.protocol);
      }
    }
    for (const one of page.operations) {
      const edge = one.priority ? between(one.actor, one.target) : null;
      if (edge && PRIORITIES.indexOf(one.priority) < PRIORITIES.indexOf(edge.worst)) {
        edge.worst = one.priority;
        edge.protocols.add(one.protocol);
        const [from, to] = [of(one.actor), of(one.target)];
        if (from && to) [edge.from, edge.to] = [from, to];
      }
    }
    return [...made.values()];
  }

  /** Gives every box its place: bands from top to bottom, in each the boxes near those that they talk with. The same data give the same map. */
  private place(boxes: Box[], edges: Edge[]): { bands: { name: string; words: string; y: number; height: number }[]; height: number } {
    const room = Math.max(1, Math.floor((this.width - MARGIN.left - 12) / (BOX.width + BOX.gapX)));
    const near = new Map<Box, Box[]>();
    for (const edge of edges) {
      for (const [one, other] of [[edge.from, edge.to], [edge.to, edge.from]] as const) {
        const known = near.get(one);
        if (known) known.push(other);
        else near.set(one, [other]);
      }
    }
    const rows = new Map<string, Box[]>(BANDS.map(([level]) => [level, boxes.filter((box) => box.level === level)]));
    for (const box of boxes) if (!rows.has(box.level)) rows.get("")?.push(box);
    for (let sweep = 0; sweep < 5; sweep++) {
      for (const row of rows.values()) {
        if (sweep) row.sort((one, other) => middle(one, near) - middle(other, near) || byText(one.key, other.key));
        this.spread(row, room);
      }
    }
    const bands: { name: string; words: string; y: number; height: number }[] = [];
    let y = 0;
    for (const [level, name] of BANDS) {
      const row = rows.get(level) ?? [];
      if (!row.length && (level === "4" || level === "")) continue;
      const lines = Math.max(1, Math.ceil(row.length / room));
      const height = row.length ? MARGIN.top + lines * (BOX.height + BOX.gapY) - BOX.gapY + MARGIN.bottom : 48;
      row.forEach((box, at) => (box.y = y + MARGIN.top + Math.floor(at / room) * (BOX.height + BOX.gapY)));
      const assets = row.reduce((sum, box) => sum + box.assets.length, 0);
      bands.push({ name, words: assets ? many(assets, "asset") : "none seen", y, height });
      y += height + 1;
    }
    return { bands, height: y };
  }

  private spread(row: Box[], room: number): void {
    const space = this.width - MARGIN.left - 12;
    row.forEach((box, at) => {
      const line = Math.floor(at / room);
      const here = Math.min(room, row.length - line * room);
      const step = Math.min(space / here, (BOX.width + BOX.gapX) * 1.6);
      box.x = MARGIN.left + (space - step * here) / 2 + step * (at % room) + (step - BOX.width) / 2;
    });
  }

  private edge(edge: Edge): [SVGElement, Edge] {
    const { from, to } = edge;
    const [x1, x2] = [from.x + BOX.width / 2, to.x + BOX.width / 2];
    let path: string;
    if (from.y === to.y) {
      const lift = 12 + Math.min(40, Math.abs(x2 - x1) / 14);
      path = `M${x1} ${from.y}C${x1} ${from.y - lift} ${x2} ${from.y - lift} ${x2} ${to.y - (edge.worst ? 3 : 0)}`;
    } else {
      const down = from.y < to.y;
      const y1 = down ? from.y + BOX.height : from.y;
      const y2 = down ? to.y - (edge.worst ? 3 : 0) : to.y + BOX.height + (edge.worst ? 3 : 0);
      const bend = (y2 - y1) / 2;
      path = `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
    }
    const kind = edge.worst || "quiet";
    const words = `${from.title} and ${to.title}: ${[...edge.protocols].sort().join(", ")}, ${many(edge.packets, "packet")}${edge.worst ? `, ${edge.worst}` : ""}`;
    const line = s("g", { class: `edge ${kind}` }, s("path", { class: "line", d: path, "marker-end": edge.worst ? `url(#arrow-${kind})` : undefined }), s("path", { class: "touch", d: path }, s("title", {}, words)));
    line.addEventListener("click", () => {
      const [one, other] = [from.assets, to.assets];
      if (one.length === 1 && other.length === 1) this.open(`pair/${one[0]}/${other[0]}`);
    });
    return [line, edge];
  }

  private box(box: Box, svg: SVGElement, lines: [SVGElement, Edge][]): SVGElement {
    const group = box.query !== "";
    const kind = ["box", group ? "group" : "", box.worst].filter(Boolean).join(" ");
    const element = s(
      "g",
      { class: kind, transform: `translate(${box.x} ${box.y})`, tabindex: 0, role: "button", "aria-label": `${box.title}, ${box.detail}` },
      s("rect", { width: BOX.width, height: BOX.height, rx: 2 }),
      s("text", { class: "name", x: 8, y: 15 }, short(box.title, box.worst ? 17 : 19)),
      s("text", { class: "detail", x: 8, y: 28 }, short(box.detail, 21)),
      box.worst && box.worst !== "journal" && s("text", { class: `shape ${box.worst}`, x: BOX.width - 8, y: 16 }, SHAPES[box.worst]),
      s("title", {}, `${box.title}\n${box.detail}${box.worst ? `\n${box.worst}` : ""}`),
    );
    const go = (): void => {
      const asset = this.plant.page.assets[box.assets[0] ?? -1];
      if (group) this.search(box.query);
      else if (asset) this.open(`asset/${asset.id}`);
    };
    const focus = (on: boolean) => (): void => {
      svg.classList.toggle("focused", on);
      element.classList.toggle("near", on);
      for (const [line, edge] of lines) if (edge.from === box || edge.to === box) line.classList.toggle("near", on);
    };
    element.addEventListener("click", go);
    element.addEventListener("keydown", (event) => (event as KeyboardEvent).key === "Enter" && go());
    for (const [name, on] of [["mouseenter", true], ["focus", true], ["mouseleave", false], ["blur", false]] as const) element.addEventListener(name, focus(on));
    return element;
  }
}

function wanted(role: string, vendor: string): string {
  const words = [role ? `role:"${role}"` : "role:unknown"];
  if (vendor && vendor !== "other vendors") words.push(`vendor:"${vendor}"`);
  return words.join(" ");
}

function middle(box: Box, near: Map<Box, Box[]>): number {
  const others = near.get(box);
  if (!others?.length) return box.x;
  return others.reduce((sum, other) => sum + other.x, 0) / others.length;
}

function short(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function arrows(): SVGElement {
  const marker = (kind: string): SVGElement =>
    s("marker", { id: `arrow-${kind}`, class: `arrow ${kind}`, viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 7, markerHeight: 7, markerUnits: "userSpaceOnUse", orient: "auto" }, s("path", { d: "M0 0 8 4 0 8z" }));
  return s("defs", {}, ...["journal", "low", "medium", "high"].map(marker));
}

