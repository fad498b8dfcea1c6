// Hands: pointer, wheel, fingers and keys become what the map can do.

export interface Hands {
  /** The node at a place of the screen, or -1. */
  at(x: number, y: number): number;
  choose(node: number, path: boolean): void;
  point(node: number, x?: number, y?: number): void;
  enter(x: number, y: number): void; // what is there, where it is no node
  open(): void;
  pan(dx: number, dy: number): void;
  zoom(factor: number, x?: number, y?: number): void;
  fit(): void;
  step(dx: number, dy: number): void;
  nudge(dx: number, dy: number): void;
  lift(node: number): boolean; // false where it may not be moved
  carry(x: number, y: number): void;
  drop(): void;
  back(): void; // leaves what was begun
  path(): void;
  unpin(): void;
  search(): void;
}

const STILL = 4; // pixels within which a hand has not moved
const ARROWS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Listens on the canvas. */
export function listen(canvas: HTMLElement, hands: Hands): void {
  new Pointers(canvas, hands);
  canvas.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && pressed(event, hands)) event.preventDefault();
  });
}

function pressed(event: KeyboardEvent, hands: Hands): boolean {
  const arrow = ARROWS[event.key];
  if (arrow) {
    if (event.shiftKey) hands.nudge(...arrow);
    else hands.step(...arrow);
    return true;
  }
  const keys: Record<string, () => void> = {
    Enter: () => hands.open(),
    "+": () => hands.zoom(1.25),
    "=": () => hands.zoom(1.25),
    "-": () => hands.zoom(0.8),
    "0": () => hands.fit(),
    p: () => hands.path(),
    Delete: () => hands.unpin(),
    Escape: () => hands.back(),
    f: () => hands.search(),
  };
  const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
  act?.();
  return act !== undefined;
}

class Pointers {
  private readonly down = new Map<number, [x: number, y: number]>();
  private begun: { x: number; y: number; node: number; moved: boolean; carrying: boolean } | null = null;
  private apart = 0; // of two fingers

  constructor(
    private readonly canvas: HTMLElement,
    private readonly hands: Hands,
  ) {
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.release(event));
    canvas.addEventListener("pointercancel", (event) => this.cancel(event));
    canvas.addEventListener("pointerleave", () => this.down.size || hands.point(-1));
    canvas.addEventListener("dblclick", () => hands.open());
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  private place(event: MouseEvent): [number, number] {
    const { left, top } = this.canvas.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  private press(event: PointerEvent): void {
    if (event.button !== 0) return;
    const [x, y] = this.place(event);
    this.canvas.setPointerCapture(event.pointerId);
    this.down.set(event.pointerId, [x, y]);
    if (this.down.size === 1) this.begun = { x, y, node: this.hands.at(x, y), moved: false, carrying: false };
    else this.apart = this.distance();
  }

  private move(event: PointerEvent): void {
    const [x, y] = this.place(event);
    const before = this.down.get(event.pointerId);
    if (!before) {
      this.hands.point(this.hands.at(x, y), x, y);
      return;
    }
    this.down.set(event.pointerId, [x, y]);
    if (this.down.size > 1) this.pinch();
    else if (this.begun) this.drag(x, y, x - before[0], y - before[1]);
  }

  private drag(x: number, y: number, dx: number, dy: number): void {
    const begun = this.begun!;
    if (!begun.moved) {
      if (Math.hypot(x - begun.x, y - begun.y) <= STILL) return;
      begun.moved = true;
      begun.carrying = begun.node >= 0 && this.hands.lift(begun.node);
      [dx, dy] = [x - begun.x, y - begun.y];
    }
    if (begun.carrying) this.hands.carry(x, y);
    else this.hands.pan(dx, dy);
  }

  private pinch(): void {
    const now = this.distance();
    const [one, other] = [...this.down.values()] as [[number, number], [number, number]];
    if (this.apart > 0) this.hands.zoom(now / this.apart, (one[0] + other[0]) / 2, (one[1] + other[1]) / 2);
    this.apart = now;
    if (this.begun) this.begun.moved = true;
  }

  private distance(): number {
    const [one, other] = [...this.down.values()];
    return one && other ? Math.hypot(one[0] - other[0], one[1] - other[1]) : 0;
  }

  private release(event: PointerEvent): void {
    const { begun } = this;
    if (!this.down.delete(event.pointerId) || this.down.size) return;
    this.begun = null;
    if (begun?.carrying) this.hands.drop();
    else if (begun && !begun.moved) {
      this.hands.choose(begun.node, event.shiftKey);
      if (begun.node < 0) this.hands.enter(begun.x, begun.y);
    }
  }

  private cancel(event: PointerEvent): void {
    this.down.delete(event.pointerId);
    this.begun = null;
    this.hands.back();
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 30 : 1;
    this.hands.zoom(Math.exp(-Math.max(-240, Math.min(240, event.deltaY * lines)) * 0.0022), ...this.place(event));
  }
}
