// A table of any length: only the rows in view exist. Sorted by a heading, moved through by keys; columns give way where there is no room.

import { h, type Child } from "./element";
import { many, say } from "./say";
import { byText, count } from "./text";

export interface Column<Row> {
  name: string; // in the address of a sorted table
  head: string;
  least: number; // pixels
  share?: number; // of the room that is left
  rank?: number; // the greater, the earlier it gives way; 0 stays
  right?: boolean;
  cell: (row: Row) => Child;
  sort: (row: Row) => string | number;
}

export interface Options<Row> {
  name: string;
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  empty: string;
  open: (row: Row) => void;
  key: (row: Row) => string; // what the address calls it when it is open
  sorted: (by: string) => void; // a person chose this order
  quiet?: (row: Row) => boolean; // a row that belongs to the one above
  order?: (rows: Row[], by: Column<Row> | null, down: boolean) => Row[];
}

const HEIGHT = 32;
const SPARE = 16;
const GAP = 12;
const EDGES = 32 + 14; // room left and right, and the scroll bar
const MOST_PRINTED = 5000;
const PRINTED_WIDTH = 1040; // A4, landscape

export class Table<Row> {
  readonly element: HTMLElement;
  private readonly head = h("div", { class: "row head", role: "row", "aria-rowindex": 1 });
  private readonly canvas = h("div", { class: "canvas", role: "rowgroup" });
  private readonly body = h("div", { class: "rows", role: "presentation", tabindex: -1 }, this.canvas);
  private readonly foot = h("div", { class: "foot", role: "status" });
  private columns: Column<Row>[];
  private rows: Row[];
  private shown: Row[];
  private by: Column<Row> | null = null;
  private down = false;
  private at = -1;
  private drawn: [from: number, to: number] = [0, 0];
  private printing = false;

  constructor(private readonly options: Options<Row>) {
    this.rows = this.shown = options.rows;
    this.columns = options.columns;
    const heads = h("div", { class: "heads", role: "rowgroup" }, this.head);
    this.element = h("div", { class: "table", role: "grid", tabindex: 0, "aria-label": options.label, "aria-colcount": options.columns.length }, heads, this.body, this.foot);
    this.body.addEventListener("scroll", () => {
      this.head.style.transform = `translateX(${-this.body.scrollLeft}px)`;
      const [from, to] = this.window(2);
      if (from < this.drawn[0] || to > this.drawn[1]) this.draw();
    });
    new ResizeObserver(() => this.fit(this.body.clientWidth)).observe(this.body);
    addEventListener("beforeprint", () => this.print(true));
    addEventListener("afterprint", () => this.print(false));
    this.lay(options.columns);
    this.show(options.rows);
  }

  /** Shows these rows, in the order that was chosen. */
  show(rows: Row[]): void {
    this.rows = rows;
    this.at = -1;
    this.sort();
  }

  /** Orders the rows by a column, `-name` the other way; "" is the order in which they came. */
  order(by: string): void {
    const column = this.options.columns.find((one) => one.name === by.replace(/^-/, "")) ?? null;
    const down = column !== null && by.startsWith("-");
    if (column === this.by && down === this.down) return;
    [this.by, this.down] = [column, down];
    this.heads();
    this.sort();
  }

  /** Marks the row that is open, and brings it into view. */
  opened(key: string): void {
    if (!key || (this.at >= 0 && this.keyAt(this.at) === key)) return;
    const at = this.shown.findIndex((row) => this.options.key(row) === key);
    if (at >= 0) this.to(at);
  }

  move(step: number): void {
    if (this.shown.length) this.to(Math.max(0, Math.min(this.shown.length - 1, this.at + step)));
  }

  enter(): void {
    const row = this.shown[this.at];
    if (row !== undefined) this.options.open(row);
  }

  private keyAt(at: number): string {
    const row = this.shown[at];
    return row === undefined ? "" : this.options.key(row);
  }

  private to(at: number): void {
    this.at = at;
    const top = at * HEIGHT;
    const view = this.body.clientHeight;
    if (top < this.body.scrollTop) this.body.scrollTop = top;
    else if (view && top + HEIGHT > this.body.scrollTop + view) this.body.scrollTop = top + HEIGHT - view;
    this.draw();
  }

  private sort(): void {
    const by = this.by;
    if (this.options.order) this.shown = this.options.order(this.rows, by, this.down);
    else this.shown = by ? ordered(this.rows, by.sort, this.down) : this.rows;
    this.element.setAttribute("aria-rowcount", String(this.shown.length + 1));
    this.canvas.style.height = `${this.shown.length * HEIGHT}px`;
    this.body.scrollTop = 0;
    this.tally();
    this.draw();
  }

  /** What stands below: how many rows, and which columns have no room. */
  private tally(): void {
    const all = this.options.rows.length;
    const rows = this.shown.length === all ? many(all, "{n} row", "{n} rows") : many(all, "{some} of {n} row", "{some} of {n} rows", { some: count(this.shown.length) });
    const missing = this.options.columns.filter((column) => !this.columns.includes(column)).map((column) => column.head);
    this.foot.textContent = missing.length ? `${rows} · ${say("no room for: {columns}", { columns: missing.join(", ") })}` : rows;
  }

  /** Chooses the columns for so much room: those of the greatest rank give way. */
  private fit(width: number): void {
    if (width <= 0 || this.printing) return;
    this.lay(fitting(this.options.columns, width - EDGES));
    this.draw();
  }

  private lay(columns: Column<Row>[]): void {
    const same = columns.length === this.columns.length && this.head.childElementCount > 0;
    this.columns = columns;
    if (same) return;
    this.element.style.setProperty("--tracks", columns.map((column) => (column.share ? `minmax(${column.least}px, ${column.share}fr)` : `${column.least}px`)).join(" "));
    this.element.style.setProperty("--least", `${room(columns) + 32}px`);
    this.heads();
    this.tally();
  }

  private heads(): void {
    this.head.replaceChildren(
      ...this.columns.map((column) => {
        const turn = (): void => {
          const next = this.by !== column ? column.name : this.down ? "" : `-${column.name}`;
          this.order(next);
          this.options.sorted(next);
        };
        const state = this.by === column ? (this.down ? "descending" : "ascending") : "none";
        const arrow = this.by === column ? (this.down ? " ↓" : " ↑") : "";
        const button = h("button", { type: "button", title: column.head, click: turn }, column.head + arrow);
        return h("div", { class: column.right ? "cell right" : "cell", role: "columnheader", "aria-sort": state, "aria-colindex": this.options.columns.indexOf(column) + 1 }, button);
      }),
    );
  }

  private print(on: boolean): void {
    if (!this.element.isConnected) return;
    this.printing = on;
    this.lay(fitting(this.options.columns, on ? PRINTED_WIDTH : this.body.clientWidth - EDGES));
    this.draw();
  }

  /** The rows in view and some more. */
  private window(spare: number): [number, number] {
    if (this.printing) return [0, Math.min(this.shown.length, MOST_PRINTED)];
    const { scrollTop, clientHeight } = this.body;
    return [Math.max(0, Math.floor(scrollTop / HEIGHT) - spare), Math.min(this.shown.length, Math.ceil((scrollTop + clientHeight) / HEIGHT) + spare)];
  }

  private draw(): void {
    const [from, to] = (this.drawn = this.window(SPARE));
    const rows: Node[] = this.shown.slice(from, to).map((row, at) => this.row(row, from + at));
    if (!this.shown.length) rows.push(h("div", { class: "empty" }, this.options.rows.length ? say("Nothing fits the search. Esc clears it.") : this.options.empty));
    this.canvas.replaceChildren(...rows);
    if (this.at >= from && this.at < to) this.element.setAttribute("aria-activedescendant", this.id(this.at));
    else this.element.removeAttribute("aria-activedescendant");
  }

  private id(at: number): string {
    return `${this.options.name}-${at}`;
  }

  private row(row: Row, at: number): HTMLElement {
    const names = ["row", at === this.at ? "at" : "", this.options.quiet?.(row) ? "part" : "", "door"];
    const open = (): void => {
      this.to(at);
      this.options.open(row);
    };
    const element = h(
      "div",
      { id: this.id(at), class: names.filter(Boolean).join(" "), role: "row", "aria-rowindex": at + 2, "aria-selected": at === this.at ? "true" : "false", click: open },
      ...this.columns.map((column) => h("div", { class: column.right ? "cell right" : "cell", role: "gridcell", "aria-colindex": this.options.columns.indexOf(column) + 1 }, column.cell(row))),
    );
    element.style.top = `${at * HEIGHT}px`;
    return element;
  }
}

function room<Row>(columns: Column<Row>[]): number {
  return columns.reduce((sum, column) => sum + column.least, 0) + GAP * (columns.length - 1);
}

function fitting<Row>(columns: Column<Row>[], width: number): Column<Row>[] {
  let kept = columns;
  while (room(kept) > width) {
    const last = Math.max(...kept.map((column) => column.rank ?? 0));
    if (last === 0) break;
    const gone = kept.findLast((column) => column.rank === last);
    kept = kept.filter((column) => column !== gone);
  }
  return kept;
}

export function ordered<Row>(rows: Row[], key: (row: Row) => string | number, down: boolean): Row[] {
  const keyed = rows.map((row) => [key(row), row] as const);
  keyed.sort(([one], [other]) => compare(one, other, down));
  return keyed.map(([, row]) => row);
}

/** Order of two keys; what is not known comes last, whichever way. */
export function compare(one: string | number, other: string | number, down: boolean): number {
  if (one === "" || other === "") return one === other ? 0 : one === "" ? 1 : -1;
  const order = typeof one === "number" && typeof other === "number" ? one - other : byText(String(one), String(other));
  return down ? -order : order;
}
