// The plant by Purdue level: levels as bands, who talks with whom as edges; grey is normal, only what changes the plant stands out.

import { PRIORITIES, SHAPES, title, value, type Plant, type Priority } from "./data";
import { h, s } from "./element";
import { many, say, term } from "./say";
import { exactly } from "./search";
import { byText } from "./text";

const BANDS: [level: string, name: string][] = [
  ["4", say("4 Business")],
  ["3", say("3 Operations")],
  ["2", say("2 Supervision")],
  ["1", say("1 Control")],
  ["0", say("0 Process")],
  ["", say("Level not known")],
];

const KINDS: [kind: string, words: string][] = [
  ["quiet", say("reads and other talk")],
  ["journal", say("{shape} writes", { shape: SHAPES.journal })],
  ["low", say("{shape} commands, time", { shape: SHAPES.low })],
  ["medium", say("{shape} force, mode, start, configuration", { shape: SHAPES.medium })],
  ["high", say("{shape} program, firmware, stop, reset", { shape: SHAPES.high })],
];

const MOST_ALONE = 150; // with more assets on the page, those of one role in a band are one box
const MOST_VENDORS = 6;
const CROWD = 12; // ... where they are more than so many
const MOST_LINES = 150; // with more, only the gravest are drawn until a person asks for others
const BOX = { width: 168, height: 50, gapX: 14, gapY: 22 };
const MARGIN = { left: 128, top: 24, bottom: 32 };
const LINK_ONLY = new Set(["arp"]); // says that two are on one link, nothing more

const OTHERS = "\0"; // stands for the vendors that have no box of their own

interface Box {
  key: string;
  level: string;
  title: string;
  role: string;
  detail: string;
  assets: number[];
  worst: Priority;
  query: string; // finds the assets of a crowd; "" for a single asset
  line: number; // of its band
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
  private readonly boxesOf = new Map<string, HTMLInputElement>();
  private readonly note = h("span", { class: "note", hidden: true }, say("Many lines: only the gravest are drawn. A box under the pointer shows all of its own."));
  private hidden = new Set<string>();
  private chosen = ""; // kinds that a person hid, "none" where all are to be seen, "" where nothing was chosen
  private byItself = new Set<string>(); // kinds that are not drawn because there are too many
  private width = 0;

  constructor(
    private readonly plant: Plant,
    private readonly open: (open: string) => void,
    private readonly search: (text: string) => void,
    private readonly hid: (kinds: string) => void,
  ) {
    this.element = h("section", { class: "mapview" }, this.legend(), this.canvas);
    new ResizeObserver(() => this.fit()).observe(this.canvas);
  }

  /** Shows all kinds of lines but these. */
  hide(kinds: string): void {
    this.chosen = kinds;
    this.hidden = kinds ? new Set(kinds === "none" ? [] : kinds.split(",")) : new Set(this.byItself);
    this.note.hidden = kinds !== "" || !this.byItself.size;
    for (const [kind, box] of this.boxesOf) {
      box.checked = !this.hidden.has(kind);
      for (const edge of this.canvas.querySelectorAll(`.edge.${kind}`)) edge.classList.toggle("off", !box.checked);
    }
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
    const labels = KINDS.map(([kind, words]) => {
      const box = h("input", { type: "checkbox", checked: true, change: () => this.toggle(kind, box.checked) });
      this.boxesOf.set(kind, box);
      return h("label", { class: `legend ${kind}` }, box, h("span", { class: "sample" }), words);
    });
    return h("div", { class: "legends", role: "group", "aria-label": say("lines that are drawn") }, ...labels, this.note);
  }

  private toggle(kind: string, shown: boolean): void {
    const kinds = new Set(this.hidden);
    if (shown) kinds.delete(kind);
    else kinds.add(kind);
    this.hid([...kinds].sort().join(",") || (this.byItself.size ? "none" : ""));
  }

  private draw(): void {
    const boxes = this.boxes();
    if (!boxes.length) {
      this.canvas.replaceChildren(h("div", { class: "empty" }, say("The map shows the assets by Purdue level once a capture holds frames that devices sent.")));
      return;
    }
    const edges = this.edges(boxes);
    const { bands, height } = this.place(boxes, edges);
    const width = this.width;
    const svg = s("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group", tabindex: -1, "aria-label": say("assets by Purdue level and who talks with whom") });
    svg.append(arrows());
    for (const band of bands) {
      svg.append(s("rect", { class: "band", x: 0, y: band.y, width, height: band.height }));
      svg.append(s("text", { class: "bandname", x: 12, y: band.y + 20 }, band.name), s("text", { class: "bandcount", x: 12, y: band.y + 36 }, band.words));
    }
    const order = [...edges].sort((one, other) => PRIORITIES.indexOf(other.worst) - PRIORITIES.indexOf(one.worst));
    const lines = order.map((edge) => this.edge(edge));
    svg.append(...lines.map(([line]) => line), ...boxes.map((box) => this.box(box, svg, lines)));
    this.canvas.replaceChildren(svg);
    this.byItself = crowded(edges);
    this.hide(this.chosen);
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
          const name = role ? term("role", role) : say("role not known");
          const lines = [vendor === OTHERS ? say("other vendors") : vendor, many(some.length, "{n} asset", "{n} assets")].filter(Boolean);
          made.push({ key: `${key}|${vendor}`, level, title: name, role: lines[0] ?? "", detail: lines[1] ?? "", assets: some, worst: severe(some), query: wanted(level, role, vendor), line: 0, x: 0, y: 0 });
        }
        continue;
      }
      for (const at of members) {
        const asset = page.assets[at];
        if (!asset) continue;
        const name = title(asset);
        const detail = name === asset.address ? value(asset, "model") || value(asset, "vendor") : asset.address;
        made.push({ key: asset.id, level, title: name, role: role ? term("role", role) : say("role not known"), detail, assets: [at], worst: severe([at]), query: "", line: 0, x: 0, y: 0 });
      }
    }
    return made.sort((one, other) => byText(one.role, other.role) || byText(one.title, other.title) || byText(one.key, other.key));
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
    return rest.length ? [...named, [named.length ? OTHERS : "", rest]] : named;
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
      const lines = 1 + Math.max(0, ...row.map((box) => box.line));
      const height = row.length ? MARGIN.top + lines * (BOX.height + BOX.gapY) - BOX.gapY + MARGIN.bottom : 48;
      for (const box of row) box.y = y + MARGIN.top + box.line * (BOX.height + BOX.gapY);
      const assets = row.reduce((sum, box) => sum + box.assets.length, 0);
      bands.push({ name, words: assets ? many(assets, "{n} asset", "{n} assets") : say("none seen"), y, height });
      y += height + 1;
    }
    return { bands, height: y };
  }

  /** Gives the boxes of a band their place from left to right, and their line in it. */
  private spread(row: Box[], room: number): void {
    const space = this.width - MARGIN.left - 12;
    const alone = row.length <= room;
    const step = Math.min(space / (alone ? row.length : room), (BOX.width + BOX.gapX) * 1.6);
    const left = MARGIN.left + (space - step * (alone ? row.length : room)) / 2 + (step - BOX.width) / 2;
    let [line, slot] = [0, 0];
    let rest = row.length;
    for (const box of row) {
      if (slot === capacity(line, room)) [line, slot, rest] = [line + 1, 0, rest - slot];
      const free = alone ? 0 : Math.max(0, capacity(line, room) - rest);
      box.line = line;
      box.x = left + step * (slot + Math.floor(free / 2) + (line % 2 ? 0.5 : 0));
      slot += 1;
    }
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
      const between = down && from.level !== to.level && to.line % 2 === 1; // straight down between the boxes of the line above
      const turn = between ? to.y - BOX.height - BOX.gapY - 4 : y2;
      const bend = (turn - y1) / 2;
      path = `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${turn - bend} ${x2} ${turn}${between ? `V${y2}` : ""}`;
    }
    const kind = edge.worst || "quiet";
    const told = { one: from.title, other: to.title, protocols: [...edge.protocols].sort().join(", "), packets: many(edge.packets, "{n} packet", "{n} packets") };
    const words = [say("{one} and {other}: {protocols}, {packets}", told), edge.worst && term("priority", edge.worst)].filter(Boolean).join(", ");
    const alone = from.assets.length === 1 && to.assets.length === 1;
    const line = s("g", { class: `edge ${kind}${alone ? " door" : ""}` }, s("path", { class: "line", d: path, "marker-end": edge.worst ? `url(#arrow-${kind})` : undefined }), s("path", { class: "touch", d: path }, s("title", {}, words)));
    if (alone) line.addEventListener("click", () => this.open(`pair/${from.assets[0]}/${to.assets[0]}`));
    return [line, edge];
  }

  private box(box: Box, svg: SVGElement, lines: [SVGElement, Edge][]): SVGElement {
    const group = box.query !== "";
    const kind = ["box", group ? "group" : "", box.worst].filter(Boolean).join(" ");
    const element = s(
      "g",
      { class: kind, transform: `translate(${box.x} ${box.y})`, tabindex: 0, role: "button", "aria-label": [box.title, box.role, box.detail, box.worst && term("priority", box.worst)].filter(Boolean).join(", ") },
      s("rect", { width: BOX.width, height: BOX.height, rx: 2 }),
      s("text", { class: "name", x: 8, y: 15 }, short(box.title, box.worst ? 21 : 25)),
      s("text", { class: "detail", x: 8, y: 29 }, short(box.role, 27)),
      s("text", { class: "detail", x: 8, y: 42 }, short(box.detail, 27)),
      box.worst && box.worst !== "journal" && s("text", { class: `shape ${box.worst}`, x: BOX.width - 8, y: 16 }, SHAPES[box.worst]),
      s("title", {}, [box.title, box.role, box.detail, box.worst && term("priority", box.worst)].filter(Boolean).join("\n")),
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

function wanted(level: string, role: string, vendor: string): string {
  const words = [exactly("role", role), exactly("level", level), "part:unknown"];
  if (vendor && vendor !== OTHERS) words.push(exactly("vendor", vendor));
  return words.join(" ");
}

/** The kinds that are not drawn so that no more than `MOST_LINES` are: the most harmless first, never the gravest. */
function crowded(edges: Edge[]): Set<string> {
  const gone = new Set<string>();
  let drawn = edges.length;
  for (const [kind] of KINDS.slice(0, -1)) {
    if (drawn <= MOST_LINES) break;
    gone.add(kind);
    drawn -= edges.filter((edge) => (edge.worst || "quiet") === kind).length;
  }
  return gone;
}

/** How many boxes a line of a band holds: every second one is moved by half a box, so that lines pass between the boxes above. */
function capacity(line: number, room: number): number {
  return line % 2 ? Math.max(1, room - 1) : room;
}

function middle(box: Box, near: Map<Box, Box[]>): number {
  const others = near.get(box);
  if (!others?.length) return box.x;
  return others.reduce((sum, other) => sum + other.x, 0) / others.length;
}

/** As much of the text as fits into so many small letters; capitals and digits are wider. */
function short(text: string, most: number): string {
  let room = most;
  const kept = [...text].findIndex((letter) => (room -= /[^a-z .,:;|'()]/.test(letter) ? 1.25 : 1) < 0);
  return kept < 0 ? text : `${[...text].slice(0, Math.max(1, kept - 1)).join("")}…`;
}

function arrows(): SVGElement {
  const marker = (kind: string): SVGElement =>
    s("marker", { id: `arrow-${kind}`, class: `arrow ${kind}`, viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 7, markerHeight: 7, markerUnits: "userSpaceOnUse", orient: "auto" }, s("path", { d: "M0 0 8 4 0 8z" }));
  return s("defs", {}, ...["journal", "low", "medium", "high"].map(marker));
}

