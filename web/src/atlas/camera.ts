// What part of the ground is on the screen, and how much is told of it at that distance.

import type { Layout } from "./layout";

export const NEAREST = 2.5;
export const FARTHEST = 0.02;

export type Depth = "site" | "zone" | "asset" | "labels";

export class Camera {
  x = 0; // of the ground, at the left edge of the screen
  y = 0;
  scale = 1;
  width = 1; // of the screen
  height = 1;
  gutter = 118; // at the left edge of the screen, for the names of the levels

  get depth(): Depth {
    if (this.scale < 0.24) return "site";
    if (this.scale < 0.5) return "zone";
    return this.scale < 0.8 ? "asset" : "labels";
  }

  sx(x: number): number {
    return (x - this.x) * this.scale;
  }

  sy(y: number): number {
    return (y - this.y) * this.scale;
  }

  ground(sx: number, sy: number): [number, number] {
    return [sx / this.scale + this.x, sy / this.scale + this.y];
  }

  pan(dx: number, dy: number): void {
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
  }

  /** Nearer or farther, with what is under this place of the screen staying there. */
  zoom(factor: number, sx = this.width / 2, sy = this.height / 2): void {
    const [x, y] = this.ground(sx, sy);
    this.scale = Math.min(NEAREST, Math.max(FARTHEST, this.scale * factor));
    this.x = x - sx / this.scale;
    this.y = y - sy / this.scale;
  }

  /** All of the ground, and what was pinned beside it. */
  fit(done: Layout): void {
    const { width, height } = done;
    const within = (found: number, low: number, high: number): number => Math.min(high, Math.max(low, found)); // a pin far out hides nobody else
    const [left, top] = [within(least(done.x) - 90, -width, 0), within(least(done.y) - 40, -height, 0)];
    const [right, bottom] = [within(90 - least(done.x.map((x) => -x)), width, 2 * width), within(40 - least(done.y.map((y) => -y)), height, 2 * height)];
    const edge = 12;
    const gutter = this.gutter + edge;
    this.scale = Math.min(1.15, Math.max(FARTHEST, Math.min((this.width - gutter - edge) / (right - left), (this.height - 2 * edge) / (bottom - top))));
    this.x = left - Math.max(gutter, (this.width + gutter - (right - left) * this.scale) / 2) / this.scale;
    this.y = top - Math.max(edge, (this.height - (bottom - top) * this.scale) / 2) / this.scale;
  }

  /** One frame, as large as there is room. */
  frame(one: { x: number; y: number; width: number; height: number }): void {
    const room = 40;
    this.scale = Math.min(1.15, Math.max(0.6, Math.min((this.width - this.gutter - room) / one.width, (this.height - 2 * room) / one.height)));
    this.x = one.x + one.width / 2 - (this.width + this.gutter) / 2 / this.scale;
    this.y = one.y + one.height / 2 - this.height / 2 / this.scale;
  }

  /** Brings a place near the middle if it is not on the screen. */
  reveal(x: number, y: number): void {
    const [sx, sy] = [this.sx(x), this.sy(y)];
    if (sx < this.gutter + 80 || sx > this.width - 60 || sy < 40 || sy > this.height - 40) {
      this.x = x - this.width / 2 / this.scale;
      this.y = y - this.height / 2 / this.scale;
    }
  }

  sees(left: number, top: number, right: number, bottom: number): boolean {
    return this.sx(right) >= 0 && this.sx(left) <= this.width && this.sy(bottom) >= 0 && this.sy(top) <= this.height;
  }
}

function least(places: Float64Array): number {
  return places.reduce((found, one) => Math.min(found, one), Infinity);
}
