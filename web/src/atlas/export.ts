// The picture as a file: exactly what is on the screen, under a title, with its time range and its legend.

import type { Clock } from "./clock";
import { PRIORITIES } from "./data";
import { draw, drawShape } from "./draw";
import { KINDS } from "./effects";
import { lineStyle, triangle } from "./lines";
import { CanvasPen, type Pen } from "./pen";
import { SvgPen } from "./svg";
import type { View } from "./view";

const HEAD = 52;
const FOOT = 62;

/** The SVG file's text. */
export function svg(view: View, clock: Clock): string {
  const { width, height } = view.camera;
  const [head, body, foot] = [new SvgPen(width, HEAD, view.colours.font), new SvgPen(width, height, view.colours.font), new SvgPen(width, FOOT, view.colours.font)];
  const whole = new SvgPen(width, HEAD + height + FOOT, view.colours.font);
  drawHead(head, view, clock);
  draw(body, view);
  drawFoot(foot, view, clock);
  body.root.setAttribute("y", String(HEAD));
  body.root.setAttribute("overflow", "hidden");
  foot.root.setAttribute("y", String(HEAD + height));
  whole.root.append(head.root, body.root, foot.root);
  return whole.toString();
}

/** The PNG file, with twice as many points as the screen. */
export function png(view: View, clock: Clock): Promise<Blob | null> {
  const { width, height } = view.camera;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width * 2, (HEAD + height + FOOT) * 2];
  const paint = canvas.getContext("2d")!;
  const pen = new CanvasPen(paint, view.colours.font);
  paint.scale(2, 2);
  drawHead(pen, view, clock);
  paint.save();
  paint.translate(0, HEAD);
  paint.beginPath();
  paint.rect(0, 0, width, height);
  paint.clip();
  draw(pen, view);
  paint.restore();
  paint.translate(0, HEAD + height);
  drawFoot(pen, view, clock);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** Hands a file to the person. */
export function save(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** A file's name that every system takes. */
export function fileName(view: View, ending: string): string {
  const site = view.plan.site.name.replace(/[^\p{L}\p{N}_-]+/gu, "-").slice(0, 60);
  return `${["map", site].filter(Boolean).join("-")}.${ending}`;
}

function drawHead(pen: Pen, view: View, clock: Clock): void {
  const { camera, colours, labels, measure, plan, seen, filter } = view;
  pen.boxes("head", [{ x: 0, y: 0, width: camera.width, height: HEAD }], { fill: colours.surface });
  pen.text("title", measure.cut(labels.say("export.title", { site: plan.site.name }), camera.width - 32, 16, true), 16, 18, { fill: colours.text, size: 16, bold: true });
  const [from, until] = span(view);
  const parts = [
    labels.say("export.time", { from: clock.when(Math.max(from, filter.from)), until: clock.when(Math.min(until, filter.until)) }),
    labels.say("shown", { nodes: clock.count(seen.nodes.length), edges: clock.count(seen.edges.length) }),
    labels.say("export.made", { when: clock.when(Date.now()) }),
  ];
  pen.text("time", measure.cut(parts.join(" · "), camera.width - 32, 11), 16, 38, { fill: colours.muted, size: 11 });
}

function drawFoot(pen: Pen, view: View, clock: Clock): void {
  const { camera, colours, labels, measure, seen } = view;
  pen.boxes("foot", [{ x: 0, y: 0, width: camera.width, height: FOOT }], { fill: colours.surface });
  let x = 16;
  const entry = (words: string, count: number, y: number, sample: (x: number, y: number) => void): void => {
    sample(x, y);
    const text = `${words} ${clock.count(count)}`;
    pen.text("legend", text, x + 40, y, { fill: colours.text, size: 11 });
    x += 40 + measure.width(text, 11) + 22;
  };
  for (const [rank, kind] of KINDS.entries()) {
    entry(labels.say(`kind.${kind}`), seen.edges.filter((at) => seen.rankOf[at] === rank).length, 20, (left, y) =>
      pen.curves("legend", [left, y, left + 10, y, left + 20, y, left + 32, y], lineStyle(rank, false, colours)),
    );
  }
  entry(labels.say("abnormal"), seen.edges.filter((at) => view.plan.edges[at]!.abnormal).length, 20, (left, y) => pen.shapes("legend", [triangle(left + 16, y, 5)], { fill: colours.now }));
  x = 16;
  for (const priority of PRIORITIES.filter(Boolean)) {
    entry(labels.say(`priority.${priority}`), seen.nodes.filter((at) => view.plan.nodes[at]!.priority === priority).length, 44, (left, y) => drawShape(pen, colours, priority, left + 16, y, 5));
  }
}

/** The first and the last time in the plan. */
export function span(view: Pick<View, "plan">): [first: number, last: number] {
  let [first, last] = [Infinity, -Infinity];
  for (const one of [...view.plan.nodes, ...view.plan.edges]) {
    first = Math.min(first, one.first);
    last = Math.max(last, one.last);
  }
  return first <= last ? [first, last] : [0, 0];
}
