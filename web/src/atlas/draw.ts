// The picture: bands, frames, lines, cards. The farther away, the less is told: zones, then cards, then names, then what they are.

import type { Priority } from "./data";
import { isFresh } from "./filter";
import { CARD, type Frame } from "./layout";
import { drawLines, mix, triangle } from "./lines";
import type { Box, Pen, Style } from "./pen";
import { placeOf, tooMany, type View } from "./view";

const DIM = 0.28;

/** Draws what the camera sees. */
export function draw(pen: Pen, view: View): void {
  const { camera, colours } = view;
  pen.boxes("ground", [{ x: 0, y: 0, width: camera.width, height: camera.height }], { fill: colours.bg });
  drawBands(pen, view);
  drawFrames(pen, view);
  const near = camera.depth === "asset" || camera.depth === "labels";
  if (near) drawLines(pen, view);
  const cards = tooMany(view) ? [] : drawNodes(pen, view);
  if (!near) drawLines(pen, view);
  drawFrameNames(pen, view);
  for (const [at, box, dim] of cards) drawMark(pen, view, view.plan.nodes[at]!.priority, box, dim); // no name lies on what needs somebody
  drawBandNames(pen, view);
}

function drawBands(pen: Pen, view: View): void {
  const { camera, colours, done } = view;
  const boxes = done.bands.map((band) => ({ x: 0, y: camera.sy(band.y), width: camera.width, height: band.height * camera.scale }));
  const odd = boxes.filter((_, at) => at % 2 === 1);
  pen.boxes("band", odd, { fill: mix(colours.line, colours.bg, 0.22) });
}

/** The names of the levels stay at the left edge, wherever the camera is. */
function drawBandNames(pen: Pen, view: View): void {
  const { camera, colours, done, labels, measure } = view;
  const wide = camera.gutter;
  const grow = colours.size;
  const grounds = [colours.bg, mix(colours.line, colours.bg, 0.22)];
  const bands = done.bands.filter((band) => camera.sy(band.y + band.height) > 0 && camera.sy(band.y) < camera.height);
  pen.boxes("gutter", [{ x: 0, y: 0, width: wide, height: camera.height }], { fill: colours.bg });
  for (const band of bands) {
    pen.boxes("gutter", [{ x: 0, y: camera.sy(band.y), width: wide, height: band.height * camera.scale }], { fill: grounds[done.bands.indexOf(band) % 2]! });
    const top = Math.max(0, camera.sy(band.y));
    const bottom = Math.min(camera.height, camera.sy(band.y + band.height));
    if (bottom - top < 8) continue;
    const y = Math.min((top + bottom) / 2, top + 26);
    const many = bottom - top > 40;
    if (band.level === null) {
      pen.text("band-name", measure.cut(labels.say("level.unknown"), wide - 14, 11 * grow, true), 10, y, { fill: colours.muted, size: 11 * grow, bold: true });
      continue;
    }
    pen.text("band-level", String(band.level), 10, y, { fill: colours.text, size: many ? 15 * grow : bottom - top < 13 ? 9 : 12, bold: true });
    pen.text("band-name", measure.cut(labels.say(`level.${band.level}`), wide - 44 * grow - 4, 11 * grow), 44 * grow, y, { fill: colours.muted, size: 11 * grow });
  }
  pen.curves("gutter", [wide, 0, wide, 0, wide, camera.height, wide, camera.height], { stroke: colours.line });
}

function drawFrames(pen: Pen, view: View): void {
  const { camera, colours, done } = view;
  const used = new Set(view.seen.nodes.map((at) => done.frameOf[at]!));
  const seen = done.frames.filter((one, at) => used.has(at) && camera.sees(one.x, one.y, one.x + one.width, one.y + one.height));
  const box = (one: (typeof seen)[number]): Box => ({ x: camera.sx(one.x), y: camera.sy(one.y), width: one.width * camera.scale, height: one.height * camera.scale });
  const style: Style = { fill: colours.surface, stroke: mix(colours.line, colours.muted, 0.8), width: 1 };
  const round = Math.min(6, 6 * camera.scale + 1);
  pen.boxes("frame", seen.filter((one) => one.zone >= 0).map(box), style, round);
  pen.boxes("frame free", seen.filter((one) => one.zone < 0).map(box), { ...style, fill: mix(colours.surface, colours.bg, 0.5), dash: [3, 4] }, round);
}

function drawFrameNames(pen: Pen, view: View): void {
  const { camera, done } = view;
  const counts = new Int32Array(done.frames.length);
  for (const at of view.seen.nodes) counts[done.frameOf[at]!]!++;
  for (const [at, one] of done.frames.entries()) {
    const small = one.width * camera.scale < 34 || one.height * camera.scale < 12;
    if (counts[at] && !small && camera.sees(one.x, one.y, one.x + one.width, one.y + one.height)) drawFrameName(pen, view, one, String(counts[at]));
  }
}

/** The name of a zone and how many nodes it has here; the name alone, or nothing, where there is less room. */
function drawFrameName(pen: Pen, view: View, one: Frame, count: string): void {
  const { camera, colours, labels, measure, plan } = view;
  const over = camera.depth === "site" || camera.depth === "zone"; // there is no line for it: it lies on the cards
  const [wide, tall] = [one.width * camera.scale, one.height * camera.scale];
  const size = colours.size * (over ? Math.min(13, Math.max(10, wide / 14)) : Math.min(13, Math.max(10, 12.5 * camera.scale)));
  const name = plan.zones[one.zone]?.name ?? labels.say("zone.none");
  const counted = measure.width(count, size) + 7;
  let text = measure.cut(name, wide - 14 - counted, size, true);
  const full = text === name || wide > 120;
  if (!full) text = measure.cut(name, wide - 10, size, true);
  if (text.length < Math.min(3, name.length)) return;
  const [x, y] = [camera.sx(one.x), camera.sy(one.y) + Math.max(size * 0.75 + 1, Math.min(tall / 2, 12 * camera.scale))];
  const long = measure.width(text, size, true);
  if (over) pen.boxes("frame-back", [{ x: x + 2, y: y - size * 0.75, width: Math.min(wide - 4, long + (full ? counted : 0) + 9), height: size * 1.5 }], { fill: colours.surface, alpha: 0.9 }, 2);
  pen.text("frame-name", text, x + 6, y, { fill: one.zone < 0 ? colours.muted : colours.text, size, bold: true });
  if (full) pen.text("frame-count", count, over ? x + 6 + long + 7 : x + wide - 7, y, { fill: colours.muted, size, align: over ? "left" : "right" });
}

type Card = [node: number, box: Box, dim: boolean];

/** Draws the nodes that the camera sees; gives where. */
function drawNodes(pen: Pen, view: View): Card[] {
  const { camera, colours, plan } = view;
  const scale = camera.scale;
  const near = camera.depth === "asset" || camera.depth === "labels";
  const far = camera.depth === "site";
  const lit = highlighted(view);
  const groups: Record<string, Box[]> = { plain: [], dim: [], open: [], "open dim": [] };
  const cards: Card[] = [];
  for (const at of view.seen.nodes) {
    const [x, y] = placeOf(view, at);
    if (!camera.sees(x - CARD.width / 2, y - CARD.height / 2, x + CARD.width / 2, y + CARD.height / 2)) continue;
    const node = plan.nodes[at]!;
    const box: Box = { x: camera.sx(x - CARD.width / 2), y: camera.sy(y - CARD.height / 2), width: CARD.width * scale, height: CARD.height * scale, id: node.id, title: node.label };
    const dim = lit !== null && !lit.has(at);
    groups[`${node.level === null && !far ? "open" : "plain"}${dim ? " dim" : ""}`.replace("plain dim", "dim")]!.push(box);
    cards.push([at, box, dim]);
  }
  const style: Style = far ? { fill: mix(colours.muted, colours.bg, 0.42) } : { fill: mix(colours.line, colours.surface, near ? 0.35 : 0.8), stroke: mix(colours.muted, colours.bg, 0.6), width: 1 };
  const round = near ? 3 : 0;
  for (const [name, boxes] of Object.entries(groups)) {
    const dashed = name.startsWith("open") ? { dash: [3, 3] } : {};
    if (boxes.length) pen.boxes("node", boxes, { ...style, ...dashed, ...(name.includes("dim") && { alpha: DIM }) }, round);
  }
  drawRings(pen, view, cards, round);
  if (near) for (const [at, box, dim] of cards) drawWords(pen, view, at, box, dim);
  return cards;
}

/** The nodes that are meant, while others are dim; null where none is meant more than another. */
function highlighted(view: View): Set<number> | null {
  if (view.way) return new Set(view.way.nodes);
  const focus = view.under >= 0 ? view.under : view.chosen;
  if (focus >= 0 && view.seen.has[focus]) return new Set([focus, view.start, ...view.around[focus]!.map((one) => one.node)]);
  if (view.found) return view.found;
  return view.filter.fresh ? new Set(view.seen.nodes.filter((at) => isFresh(view.plan.nodes[at]!, view.filter))) : null;
}

/** What is chosen, found, new or moved has a ring in the one accent. */
function drawRings(pen: Pen, view: View, cards: Card[], round: number): void {
  const { colours, filter, plan } = view;
  const grown = (box: Box, by: number): Box => ({ x: box.x - by, y: box.y - by, width: box.width + 2 * by, height: box.height + 2 * by });
  const pick = (fits: (at: number) => boolean, by: number): Box[] => cards.filter(([at]) => fits(at)).map(([, box]) => grown(box, by));
  const way = new Set(view.way?.nodes);
  const found = pick((at) => (view.found?.has(at) ?? false) || way.has(at), 1);
  const fresh = filter.fresh ? pick((at) => isFresh(plan.nodes[at]!, filter), 1) : [];
  const chosen = pick((at) => at === view.chosen || at === view.start || at === view.moving?.node, 2);
  if (fresh.length) pen.boxes("fresh", fresh, { stroke: colours.accent, width: 1.5, dash: [4, 2] }, round + 1);
  if (found.length) pen.boxes("found", found, { stroke: colours.accent, width: 1.5 }, round + 1);
  if (chosen.length) pen.boxes("chosen", chosen, { stroke: colours.accent, width: 2.5 }, round + 2);
}

/** The shape of a priority at the place, as large as there is room. */
export function drawShape(pen: Pen, colours: View["colours"], priority: Priority, x: number, y: number, size: number, alpha = 1): void {
  if (priority === "now") pen.shapes("mark now", [triangle(x, y, size)], { fill: colours.now, alpha });
  if (priority === "next") pen.shapes("mark next", [[x, y - size, x + size, y, x, y + size, x - size, y]], { fill: colours.next, alpha });
  if (priority === "never") pen.boxes("mark never", [{ x: x - size * 0.7, y: y - size * 0.7, width: size * 1.4, height: size * 1.4 }], { stroke: colours.never, width: 1.2, alpha }, size);
}

function drawMark(pen: Pen, view: View, priority: Priority, box: Box, dim: boolean): void {
  if (!priority || (priority === "never" && view.camera.depth === "site")) return;
  const near = view.camera.depth === "asset" || view.camera.depth === "labels";
  const size = near ? Math.min(6, 5.5 * view.camera.scale + 1) : Math.max(2.6, Math.min(5, box.height / 2));
  drawShape(pen, view.colours, priority, near ? box.x + 6 + size : box.x + box.width / 2, box.y + box.height / 2, size, dim ? DIM : 1);
}

function drawWords(pen: Pen, view: View, at: number, box: Box, dim: boolean): void {
  const { camera, colours, labels, measure, plan } = view;
  const node = plan.nodes[at]!;
  const alpha = dim ? 0.45 : 1;
  const size = Math.min(box.height * 0.42, colours.size * Math.min(14, Math.max(9, Math.round(12 * camera.scale))));
  const left = box.x + 8 + (node.priority ? Math.min(15, 16 * camera.scale) : 0);
  const room = box.x + box.width - left - 5;
  const detail = [labels.term("role", node.role), node.vendor].filter(Boolean).join(" · ");
  const two = camera.depth === "labels" && detail !== "";
  const middle = box.y + box.height / 2;
  pen.text("label", measure.cut(node.label, room, size), left, two ? middle - size * 0.6 : middle, { fill: colours.text, size, alpha });
  if (two) pen.text("detail", measure.cut(detail, room, Math.max(9, size - 2)), left, middle + size * 0.65, { fill: colours.muted, size: Math.max(9, size - 2), alpha });
  if (plan.pins.has(node.id)) pen.boxes("pin", [{ x: box.x + box.width - 6, y: box.y + 3, width: 3, height: 3 }], { fill: colours.accent, alpha }, 1.5);
}
