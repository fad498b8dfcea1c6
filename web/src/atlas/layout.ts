// Where everything stands. The same data gives the same places; who comes later moves nobody who is there; a pin wins.
//
// Levels are bands, from 5 down to 0, and below them what has no level. A zone has a frame in each band in which it has nodes. The *founders* are the
// nodes first seen on the site's first day: they alone decide how high the bands and how large the first frames are, in steps, so that there is
// room. Everybody takes the next place of his frame in the order of arrival; whose frame is full opens another at the right end of the band.

import { LEVELS, type Plan } from "./data";

export const CELL = { width: 152, height: 54 };
export const CARD = { width: 136, height: 40 };

const FRAME = { side: 8, head: 22, foot: 6, gap: 16 };
const BAND = { above: 8, below: 8, left: 24 };
const FOUNDING_MS = 24 * 3600 * 1000;
const LEAST_WIDTH = 1100; // of the picture of a small site
const WIDE = 1.35; // width by height that a picture strives for
const LOOSE = 1.3; // part of a band that frames, gaps and free places take beside the cards
const FLAT = 1.75; // rows of a frame by the root of its places: cells are wider than high

export interface Band {
  level: number | null;
  y: number;
  height: number;
}

export interface Frame {
  zone: number; // index, or -1
  band: number;
  x: number;
  y: number;
  width: number;
  height: number;
  columns: number;
  places: number;
  taken: number;
}

export interface Layout {
  bands: Band[];
  frames: Frame[];
  x: Float64Array; // the middle of each node
  y: Float64Array;
  frameOf: Int32Array;
  width: number;
  height: number;
}

interface Column {
  x: number;
  width: number;
  next: number; // y of the next frame
}

/** The places of all nodes and frames. */
export function layout(plan: Plan): Layout {
  return new Ground(plan).settle();
}

/** The band in which a node stands: that of its level, else of its zone, else the last. */
export function bandOf(plan: Plan, at: number): number {
  const node = plan.nodes[at];
  const level = node?.level ?? plan.zones[node?.zone ?? -1]?.level ?? null;
  const found = (LEVELS as readonly (number | null)[]).indexOf(level);
  return found < 0 ? LEVELS.length : found;
}

/** Steps of size: a frame that grows within its step stays as it is. */
export function step(count: number): number {
  let size = 2;
  while (size < count) size = Math.max(size + 1, (size & (size - 1)) === 0 ? size * 1.5 : (size * 4) / 3);
  return Math.ceil(size);
}

class Ground {
  private readonly bands: Band[] = [];
  private readonly frames: Frame[] = [];
  private readonly columns: Column[][];
  private readonly open = new Map<string, number[]>(); // frames of a zone in a band
  private readonly order: number[];
  private readonly band: number[];
  private readonly pinned: Cover;
  private readonly done: Layout;

  constructor(private readonly plan: Plan) {
    const { nodes } = plan;
    this.order = nodes.map((_, at) => at).sort((a, b) => this.age(a) - this.age(b) || (nodes[a]!.id < nodes[b]!.id ? -1 : 1));
    this.band = nodes.map((_, at) => bandOf(plan, at));
    this.columns = [...LEVELS, null].map(() => []);
    this.pinned = new Cover(plan.pins);
    const count = nodes.length;
    this.done = { bands: this.bands, frames: this.frames, x: new Float64Array(count), y: new Float64Array(count), frameOf: new Int32Array(count), width: 0, height: 0 };
  }

  settle(): Layout {
    this.found();
    const late = this.order.filter((at) => !this.take(at));
    for (const at of late) while (!this.take(at));
    for (const [at, node] of this.plan.nodes.entries()) {
      const pin = this.plan.pins.get(node.id);
      if (pin) [this.done.x[at], this.done.y[at]] = pin;
    }
    const last = this.bands[this.band.includes(LEVELS.length) ? LEVELS.length : LEVELS.length - 1]!;
    if (last.level !== null) this.bands.pop();
    this.done.width = Math.max(LEAST_WIDTH, ...this.frames.map((one) => one.x + one.width + BAND.left));
    this.done.height = last.y + last.height;
    return this.done;
  }

  private age(at: number): number {
    return this.plan.nodes[at]!.first;
  }

  /** Bands and first frames, by what the founders need. */
  private found(): void {
    const until = this.order.length ? this.age(this.order[0]!) + FOUNDING_MS : 0;
    const counts = new Map<string, number>();
    for (const at of this.order) if (this.age(at) <= until) counts.set(this.key(at), (counts.get(this.key(at)) ?? 0) + 1);
    const wanted = [...counts].map(([key, count]) => ({ key, band: Number(key.split(" ")[0]), zone: Number(key.split(" ")[1]), places: step(count + 1) }));
    const area = wanted.reduce((sum, one) => sum + one.places, 0) * CELL.width * CELL.height * LOOSE;
    const width = Math.max(LEAST_WIDTH, Math.sqrt(area * WIDE));
    let y = 0;
    for (const [band, level] of [...LEVELS, null].entries()) {
      const here = wanted.filter((one) => one.band === band);
      const places = here.reduce((sum, one) => sum + one.places, 0);
      const rows = Math.max(1, Math.ceil((places * CELL.width * LOOSE) / width));
      const height = rows * CELL.height + FRAME.head + FRAME.foot + BAND.above + BAND.below;
      this.bands.push({ level, y, height });
      y += height;
      here.sort((one, other) => Number(one.zone < 0) - Number(other.zone < 0) || other.places - one.places || (this.zoneName(one.zone) < this.zoneName(other.zone) ? -1 : 1));
      for (const one of here) this.frame(one.key, band, one.zone, one.places);
    }
  }

  private key(at: number): string {
    return `${this.band[at]} ${this.plan.nodes[at]!.zone}`;
  }

  private zoneName(zone: number): string {
    return this.plan.zones[zone]?.id ?? "";
  }

  /** Gives a node the next place of its zone. False where a pin lies on that place, which then stays free. */
  private take(at: number): boolean {
    const key = this.key(at);
    const own = this.open.get(key) ?? [];
    const last = own.at(-1);
    const full = last === undefined || this.frames[last]!.taken >= this.frames[last]!.places;
    const index = full ? this.frame(key, this.band[at]!, this.plan.nodes[at]!.zone, step(own.reduce((sum, one) => sum + this.frames[one]!.places, 6) / 2)) : last;
    const frame = this.frames[index]!;
    const place = frame.taken++;
    this.done.frameOf[at] = index;
    this.done.x[at] = frame.x + FRAME.side + ((place % frame.columns) + 0.5) * CELL.width;
    this.done.y[at] = frame.y + FRAME.head + (Math.floor(place / frame.columns) + 0.5) * CELL.height;
    const id = this.plan.nodes[at]!.id;
    return this.plan.pins.has(id) || !this.pinned.over(this.done.x[at], this.done.y[at], id);
  }

  /** A new frame in the first column of the band that has room for it; its index. */
  private frame(key: string, band: number, zone: number, places: number): number {
    const { y, height: high } = this.bands[band]!;
    const most = Math.max(1, Math.floor((high - FRAME.head - FRAME.foot - BAND.above - BAND.below) / CELL.height));
    const columns = Math.ceil(places / Math.min(most, Math.max(1, Math.round(Math.sqrt(places * FLAT)))));
    const rows = Math.ceil(places / columns);
    const [width, height] = [columns * CELL.width + 2 * FRAME.side, rows * CELL.height + FRAME.head + FRAME.foot];
    const bottom = y + high - BAND.below;
    let column = this.columns[band]!.find((one) => one.width >= width && one.next + height <= bottom);
    if (!column) {
      const last = this.columns[band]!.at(-1);
      column = { x: last ? last.x + last.width + FRAME.gap : BAND.left, width, next: y + BAND.above };
      this.columns[band]!.push(column);
    }
    this.frames.push({ zone, band, x: column.x, y: column.next, width, height, columns, places: columns * rows, taken: 0 });
    column.next += height + FRAME.gap;
    this.open.set(key, [...(this.open.get(key) ?? []), this.frames.length - 1]);
    return this.frames.length - 1;
  }
}

/** What cards at given places cover. */
export class Cover {
  private readonly cells = new Map<string, [id: string, x: number, y: number][]>();

  constructor(places: Iterable<[string, readonly [number, number]]>) {
    for (const [id, [x, y]] of places) {
      const cell = `${Math.floor(x / CELL.width)} ${Math.floor(y / CELL.height)}`;
      this.cells.set(cell, [...(this.cells.get(cell) ?? []), [id, x, y]]);
    }
  }

  /** True where a card at this place would lie on that of another. */
  over(x: number, y: number, id: string): boolean {
    const [column, row] = [Math.floor(x / CELL.width), Math.floor(y / CELL.height)];
    for (let right = -1; right <= 1; right++) {
      for (let down = -1; down <= 1; down++) {
        const near = this.cells.get(`${column + right} ${row + down}`) ?? [];
        if (near.some(([other, a, b]) => other !== id && Math.abs(a - x) < CARD.width && Math.abs(b - y) < CARD.height)) return true;
      }
    }
    return false;
  }
}

/** The place nearest to the wanted one at which a card lies on no other: `[x, y]`. */
export function free(done: Layout, plan: Plan, id: string, x: number, y: number): [number, number] {
  const cover = new Cover(plan.nodes.map((node, at): [string, [number, number]] => [node.id, [done.x[at]!, done.y[at]!]]));
  for (let ring = 0; ring < 400; ring++) {
    const turns = Math.max(1, ring * 8);
    for (let turn = 0; turn < turns; turn++) {
      const angle = (turn / turns) * 2 * Math.PI;
      const place: [number, number] = [Math.round(x + (Math.cos(angle) * ring * CELL.width) / 4), Math.round(y + (Math.sin(angle) * ring * CELL.height) / 4)];
      if (!cover.over(...place, id)) return place;
    }
  }
  return [x, y];
}
