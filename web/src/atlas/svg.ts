// A pen that writes SVG. Text is put in as text, so that nothing in a name is ever read as markup.

import type { Box, Letters, Pen, Style } from "./pen";

const SVG = "http://www.w3.org/2000/svg";

export class SvgPen implements Pen {
  readonly root: SVGElement;

  constructor(
    width: number,
    height: number,
    font: string,
  ) {
    this.root = element("svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}`, "font-family": font });
  }

  boxes(name: string, boxes: Box[], style: Style, round = 0): void {
    const group = this.group(name, style);
    for (const { x, y, width, height, id, title } of boxes) {
      const one = element("rect", { x: short(x), y: short(y), width: short(width), height: short(height), ...(round > 0 && { rx: round }), ...(id !== undefined && { "data-id": id }) });
      if (title) one.append(Object.assign(element("title", {}), { textContent: title }));
      group.append(one);
    }
  }

  curves(name: string, curves: number[], style: Style): void {
    const group = this.group(name, { ...style, fill: "none" });
    for (let at = 0; at < curves.length; at += 8) {
      const [x, y, a, b, c, d, e, f] = curves.slice(at, at + 8).map(short);
      group.append(element("path", { d: `M${x} ${y}C${a} ${b} ${c} ${d} ${e} ${f}` }));
    }
  }

  shapes(name: string, shapes: number[][], style: Style): void {
    const group = this.group(name, style);
    for (const one of shapes) group.append(element("polygon", { points: one.map(short).join(" ") }));
  }

  text(name: string, text: string, x: number, y: number, letters: Letters): void {
    const anchor = { left: "start", center: "middle", right: "end" }[letters.align ?? "left"];
    const style = { fill: letters.fill, "font-size": letters.size, "text-anchor": anchor, ...(letters.bold && { "font-weight": 600 }), ...(letters.alpha !== undefined && { opacity: letters.alpha }) };
    this.root.append(Object.assign(element("text", { class: name, x: short(x), y: short(y), dy: "0.35em", ...style }), { textContent: text }));
  }

  toString(): string {
    return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(this.root)}\n`;
  }

  private group(name: string, style: Style): SVGElement {
    const group = element("g", { class: name, fill: style.fill ?? "none" });
    if (style.stroke) group.setAttribute("stroke", style.stroke);
    if (style.stroke) group.setAttribute("stroke-width", String(style.width ?? 1));
    if (style.dash?.length) group.setAttribute("stroke-dasharray", style.dash.join(" "));
    if (style.alpha !== undefined && style.alpha < 1) group.setAttribute("opacity", String(style.alpha));
    this.root.append(group);
    return group;
  }
}

function element(tag: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, tag) as SVGElement;
  for (const [name, value] of Object.entries(attributes)) if (name !== "xmlns") made.setAttribute(name, String(value));
  return made;
}

function short(number: number): number {
  return Math.round(number * 100) / 100;
}
