// A pen draws boxes, lines, shapes and text; onto a canvas here, into SVG in `svg.ts`. What is drawn is the same.

export interface Style {
  fill?: string;
  stroke?: string;
  width?: number;
  dash?: readonly number[];
  alpha?: number;
}

export interface Letters {
  fill: string;
  size: number;
  bold?: boolean;
  align?: "left" | "center" | "right";
  alpha?: number;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
  id?: string;
  title?: string;
}

export interface Pen {
  boxes(name: string, boxes: Box[], style: Style, round?: number): void;
  /** Curves of eight numbers each: start, two controls, end. */
  curves(name: string, curves: number[], style: Style): void;
  /** Closed shapes: corners as x, y, x, y, ... */
  shapes(name: string, shapes: number[][], style: Style): void;
  text(name: string, text: string, x: number, y: number, letters: Letters): void;
}

export class CanvasPen implements Pen {
  constructor(
    private readonly paint: CanvasRenderingContext2D,
    private readonly font: string,
  ) {}

  boxes(_name: string, boxes: Box[], style: Style, round = 0): void {
    this.paint.beginPath();
    for (const one of boxes) {
      if (round > 0) this.paint.roundRect(one.x, one.y, one.width, one.height, round);
      else this.paint.rect(one.x, one.y, one.width, one.height);
    }
    this.finish(style);
  }

  curves(_name: string, curves: number[], style: Style): void {
    this.paint.beginPath();
    for (let at = 0; at < curves.length; at += 8) {
      this.paint.moveTo(curves[at]!, curves[at + 1]!);
      this.paint.bezierCurveTo(curves[at + 2]!, curves[at + 3]!, curves[at + 4]!, curves[at + 5]!, curves[at + 6]!, curves[at + 7]!);
    }
    this.finish(style);
  }

  shapes(_name: string, shapes: number[][], style: Style): void {
    this.paint.beginPath();
    for (const one of shapes) {
      this.paint.moveTo(one[0]!, one[1]!);
      for (let at = 2; at < one.length; at += 2) this.paint.lineTo(one[at]!, one[at + 1]!);
      this.paint.closePath();
    }
    this.finish(style);
  }

  text(_name: string, text: string, x: number, y: number, letters: Letters): void {
    const { paint } = this;
    paint.globalAlpha = letters.alpha ?? 1;
    paint.font = `${letters.bold ? "600 " : ""}${letters.size}px ${this.font}`;
    paint.textAlign = letters.align ?? "left";
    paint.textBaseline = "middle";
    paint.direction = "ltr";
    paint.fillStyle = letters.fill;
    paint.fillText(text, x, y);
  }

  private finish(style: Style): void {
    const { paint } = this;
    paint.globalAlpha = style.alpha ?? 1;
    if (style.fill) {
      paint.fillStyle = style.fill;
      paint.fill();
    }
    if (style.stroke) {
      paint.strokeStyle = style.stroke;
      paint.lineWidth = style.width ?? 1;
      paint.setLineDash([...(style.dash ?? [])]);
      paint.stroke();
    }
  }
}

/** How wide a text is, and a text cut to a width; remembered, for the same is asked in each frame. */
export class Measure {
  private readonly paint = document.createElement("canvas").getContext("2d")!;
  private readonly cuts = new Map<string, string>();

  constructor(private readonly font: string) {}

  width(text: string, size: number, bold = false): number {
    this.paint.font = `${bold ? "600 " : ""}${size}px ${this.font}`;
    return this.paint.measureText(text).width;
  }

  cut(text: string, room: number, size: number, bold = false): string {
    const key = `${size} ${Math.round(room)} ${Number(bold)} ${text}`;
    const known = this.cuts.get(key);
    if (known !== undefined) return known;
    if (this.cuts.size > 20_000) this.cuts.clear();
    let fits = text.slice(0, 400);
    if (this.width(fits, size, bold) > room) {
      let [least, most] = [0, fits.length];
      while (least < most) {
        const middle = (least + most + 1) >> 1;
        if (this.width(`${fits.slice(0, middle)}…`, size, bold) <= room) least = middle;
        else most = middle - 1;
      }
      fits = least ? `${fits.slice(0, least).replace(/[\ud800-\udbff]$/, "")}…` : "";
    }
    this.cuts.set(key, fits);
    return fits;
  }
}
