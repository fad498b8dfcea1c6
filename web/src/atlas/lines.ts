// Who talks with whom: reads thin and grey, what changes the plant by weight and dash; only what is abnormal has colour.

import { KINDS } from "./effects";
import { isFresh } from "./filter";
import { CARD, type Frame } from "./layout";
import type { Palette } from "./palette";
import type { Pen, Style } from "./pen";
import { MOST_SINGLE, placeOf, single, type View } from "./view";

const WIDTHS = [1, 1.7, 2.2, 3];
const DASHES: readonly (readonly number[])[] = [[], [], [7, 4], [13, 3, 3, 3]];
const QUIET = 0.14; // what is not meant when something is

/** How a kind of line is drawn, in the picture and in the legend. */
export function lineStyle(rank: number, abnormal: boolean, colours: Palette, alpha = 1): Style {
  const stroke = abnormal ? colours.now : rank === 0 ? mix(colours.muted, colours.bg, 0.55) : rank === 1 ? colours.muted : mix(colours.text, colours.bg, 0.85);
  return { stroke, width: WIDTHS[rank] ?? 1, dash: DASHES[rank] ?? [], alpha };
}

interface Batch {
  curves: number[];
  heads: number[][];
  marks: number[][];
  style: Style;
  name: string;
}

class Batches {
  private readonly found = new Map<string, Batch>();

  constructor(private readonly view: View) {}

  add(rank: number, abnormal: boolean, alpha: number, bold: number, curve: number[], head: number): void {
    const key = `${Number(alpha >= 1)}${Number(abnormal)}${rank}${alpha}${bold}`;
    let batch = this.found.get(key);
    if (!batch) {
      const style = lineStyle(rank, abnormal, this.view.colours, alpha);
      const name = `edge ${KINDS[rank]}${abnormal ? " abnormal" : ""}`;
      batch = { curves: [], heads: [], marks: [], style: { ...style, width: (style.width ?? 1) * bold }, name };
      this.found.set(key, batch);
    }
    batch.curves.push(...curve);
    if (head > 0) batch.heads.push(arrow(curve, head + (batch.style.width ?? 1)));
    if (abnormal) batch.marks.push(triangle(...middle(curve), 5.5));
  }

  /** The quiet ones first, so that the grave ones lie above them. */
  draw(pen: Pen): void {
    for (const [, batch] of [...this.found].sort(([one], [other]) => (one < other ? -1 : 1))) {
      pen.curves(batch.name, batch.curves, batch.style);
      const fill: Style = { fill: batch.style.stroke!, alpha: batch.style.alpha ?? 1 };
      if (batch.heads.length) pen.shapes("arrow", batch.heads, fill);
      if (batch.marks.length) pen.shapes("abnormal", batch.marks, { ...fill, stroke: this.view.colours.surface });
    }
  }
}

export function drawLines(pen: Pen, view: View): void {
  const batches = new Batches(view);
  const focus = view.way ? -1 : view.under >= 0 ? view.under : view.chosen;
  const alone = single(view);
  const many = view.seen.edges.length > MOST_SINGLE;
  if (!alone) drawConduits(batches, view, focus);
  for (const at of view.seen.edges) {
    const edge = view.plan.edges[at]!;
    const onWay = view.way?.edges.has(at) ?? false;
    const own = edge.from === focus || edge.to === focus;
    const inside = view.done.frameOf[edge.from] === view.done.frameOf[edge.to];
    if (!alone && !onWay && !own && !(inside && view.camera.depth !== "site" && view.camera.depth !== "zone")) continue;
    const short = many && !own && !onWay;
    const [from, to] = short ? [onScreen(view, edge.from), onScreen(view, edge.to)] : [true, true];
    if (!from && !to) continue;
    const whole = between(view, edge.from, edge.to);
    if (outside(whole, view)) continue;
    const curve = from && to ? whole : stub(whole, from, view.camera.scale);
    const dim = dimmed(view, focus, own, onWay, isFresh(edge, view.filter), edge.from, edge.to);
    const alpha = dim ? QUIET : view.seen.rankOf[at] === 0 && !own && !onWay ? crowd(view) : 1;
    batches.add(Math.max(0, view.seen.rankOf[at]!), edge.abnormal !== "", alpha, own || onWay ? 1.5 : 1, curve, to && (view.camera.scale > 0.45 || onWay) ? 5 : 0);
  }
  batches.draw(pen);
}

function drawConduits(batches: Batches, view: View, focus: number): void {
  for (const one of view.bundles) {
    const own = one.from === view.frame || one.to === view.frame;
    if (!own && !one.grave) continue;
    const [from, to] = [view.done.frames[one.from]!, view.done.frames[one.to]!];
    const curve = conduit(view, from, to);
    if (outside(curve, view)) continue;
    const other = view.frame >= 0 ? !own : focus >= 0 || view.found !== null || (view.filter.fresh && !one.fresh);
    const alpha = view.way !== null || other ? QUIET : one.rank === 0 && !one.abnormal ? 0.8 : 1;
    const bold = (view.camera.depth === "site" ? 0.75 : 0.85) + Math.round(Math.min(0.6, Math.log10(one.edges) / 4) * 5) / 5;
    batches.add(one.rank, one.abnormal > 0, alpha, bold, curve, 4);
  }
}

function dimmed(view: View, focus: number, own: boolean, onWay: boolean, fresh: boolean, from: number, to: number): boolean {
  if (view.way) return !onWay;
  if (focus >= 0) return !own;
  if (view.found) return !view.found.has(from) && !view.found.has(to);
  return view.filter.fresh && !fresh;
}

/** Many quiet lines are drawn fainter than few. */
function crowd(view: View): number {
  return view.seen.edges.length > 400 ? 0.4 : view.seen.edges.length > 120 ? 0.55 : 0.9;
}

/** The line from one card to another, on the screen. */
export function between(view: View, from: number, to: number): number[] {
  const { camera } = view;
  const [a, b] = placeOf(view, from);
  const [c, d] = placeOf(view, to);
  const [ax, ay, bx, by, s] = [camera.sx(a), camera.sy(b), camera.sx(c), camera.sy(d), camera.scale];
  const [half, tall] = [(CARD.width / 2) * s, (CARD.height / 2) * s];
  const back = (from < to ? 4 : -4) * s; // the way back is another line
  const lean = Math.max(-0.75, Math.min(0.75, (bx - ax) / (900 * s))) * half;
  if (Math.abs(by - ay) > CARD.height * s) {
    const down = Math.sign(by - ay);
    const [top, end] = [ay + down * tall, by - down * tall];
    const [x, z] = [ax + lean + back, bx - lean + back];
    const bend = down * Math.max(10 * s, Math.abs(end - top) * 0.4);
    return [x, top, x, top + bend, z, end - bend, z, end];
  }
  const right = Math.sign(bx - ax) || 1;
  const arch = Math.min(34, 10 + Math.abs(bx - ax) * 0.05) * (from < to ? -s : s);
  if (Math.abs(bx - ax) < half * 2 + 30 * s) return [ax + right * half, ay + back, ax + right * half, ay + back, bx - right * half, by + back, bx - right * half, by + back];
  const edge = from < to ? -tall : tall;
  return [ax + right * half * 0.6, ay + edge, ax + right * half, ay + edge + arch, bx - right * half, by + edge + arch, bx - right * half * 0.6, by + edge];
}

/** The line from one frame to another, on the screen. */
function conduit(view: View, from: Frame, to: Frame): number[] {
  const { camera } = view;
  const side = (one: Frame, other: Frame): number => {
    const [left, right] = [one.x + one.width * 0.2, one.x + one.width * 0.8];
    return Math.min(right, Math.max(left, other.x + other.width / 2));
  };
  const [a, c] = [camera.sx(side(from, to)), camera.sx(side(to, from))];
  const shift = from.x + from.y * 7 < to.x + to.y * 7 ? 4 : -4;
  if (from.y + from.height <= to.y || to.y + to.height <= from.y) {
    const down = from.y < to.y;
    const [top, end] = [camera.sy(down ? from.y + from.height : from.y), camera.sy(down ? to.y : to.y + to.height)];
    const lean = (end - top) * 0.45;
    return [a + shift, top, a + shift, top + lean, c + shift, end - lean, c + shift, end];
  }
  const right = from.x < to.x;
  const [x, z] = [camera.sx(right ? from.x + from.width : from.x), camera.sx(right ? to.x : to.x + to.width)];
  const [y, w] = [camera.sy(from.y + from.height / 2) + shift, camera.sy(to.y + to.height / 2) + shift];
  const lean = (z - x) * 0.4;
  return [x, y, x + lean, y + shift * 3, z - lean, w + shift * 3, z, w];
}

function onScreen(view: View, node: number): boolean {
  const [x, y] = placeOf(view, node);
  return view.camera.sees(x - CARD.width / 2, y - CARD.height / 2, x + CARD.width / 2, y + CARD.height / 2);
}

/** The part of a line at the one end that is on the screen: it leads away from there. */
function stub(curve: number[], atStart: boolean, scale: number): number[] {
  const [x, y, a, b] = atStart ? [curve[0]!, curve[1]!, curve[2]!, curve[3]!] : [curve[6]!, curve[7]!, curve[4]!, curve[5]!];
  const share = Math.min(1, (22 * scale) / (Math.hypot(a - x, b - y) || 1));
  const [c, d] = [x + (a - x) * share, y + (b - y) * share];
  return atStart ? [x, y, x, y, c, d, c, d] : [c, d, c, d, x, y, x, y];
}

function outside(curve: number[], view: View): boolean {
  const [x, y] = [[curve[0]!, curve[2]!, curve[4]!, curve[6]!], [curve[1]!, curve[3]!, curve[5]!, curve[7]!]];
  return Math.max(...x) < 0 || Math.max(...y) < 0 || Math.min(...x) > view.camera.width || Math.min(...y) > view.camera.height;
}

/** The head of an arrow at the end of a curve. */
function arrow(curve: number[], size: number): number[] {
  const [x, y] = [curve[6]!, curve[7]!];
  let [dx, dy] = [x - curve[4]!, y - curve[5]!];
  if (Math.hypot(dx, dy) < 0.5) [dx, dy] = [x - curve[0]!, y - curve[1]!];
  const long = Math.hypot(dx, dy) || 1;
  const [ux, uy] = [(dx / long) * size, (dy / long) * size];
  return [x, y, x - ux - uy * 0.45, y - uy + ux * 0.45, x - ux + uy * 0.45, y - uy - ux * 0.45];
}

function middle(curve: number[]): [number, number] {
  return [(curve[0]! + 3 * curve[2]! + 3 * curve[4]! + curve[6]!) / 8, (curve[1]! + 3 * curve[3]! + 3 * curve[5]! + curve[7]!) / 8];
}

export function triangle(x: number, y: number, size: number): number[] {
  return [x, y - size, x + size, y + size * 0.8, x - size, y + size * 0.8];
}

/** A colour between two of the page, for canvas and SVG alike. */
export function mix(one: string, other: string, share: number): string {
  const [a, b] = [hex(one), hex(other)];
  if (!a || !b) return one;
  return `#${a.map((part, at) => Math.round(part * share + b[at]! * (1 - share)).toString(16).padStart(2, "0")).join("")}`;
}

function hex(colour: string): number[] | null {
  const long = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.test(colour) ? `#${[...colour.slice(1)].map((one) => one + one).join("")}` : colour;
  if (/^#[0-9a-f]{6}$/i.test(long)) return [1, 3, 5].map((at) => Number.parseInt(long.slice(at, at + 2), 16));
  const found = /^rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)/.exec(colour);
  return found ? found.slice(1, 4).map(Number) : null;
}
