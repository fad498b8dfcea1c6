// A table of any length: only the rows in view exist. Sorted by a heading, moved through by keys.

import { h, type Child } from "./element";
import { byText, count } from "./text";

export interface Column<Row> {
  head: string;
  width: string; // a track of a CSS grid
  right?: boolean;
  cell: (row: Row) => Child;
  sort: (row: Row) => string | number;
}

export interface Options<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  empty: string;
  open?: (row: Row) => void;
  quiet?: (row: Row) => boolean; // a row that belongs to the one above
  order?: (rows: Row[], by: Column<Row> | null, down: boolean) => Row[];
}

const HEIGHT = 32;
const SPARE = 8;
const MOST_PRINTED = 5000;

export class Table<Row> {
  readonly element: HTMLElement;
  private readonly head: HTMLElement;
  private readonly body: HTMLElement;
  private readonly canvas: HTMLElement;
  private readonly foot: HTMLElement;
  private rows: Row[];
  private shown: Row[];
  private by: Column<Row> | null = null;
  private down = false;
  private at = -1;
  private printing = false;

  constructor(private readonly options: Options<Row>) {
    this.rows = this.shown = options.rows;
    const tracks = options.columns.map((column) => column.width).join(" ");
    this.head = h("div", { class: "row head", role: "row" });
    this.canvas = h("div", { class: "canvas", role: "rowgroup" });
    this.body = h("div", { class: "rows", tabindex: 0, role: "presentation" }, this.canvas);
    this.foot = h("div", { class: "foot", role: "status" });
    this.element = h("div", { class: "table", role: "grid", "aria-label": options.label }, h("div", { class: "heads", role: "rowgroup" }, this.head), this.body, this.foot);
    this.element.style.setProperty("--tracks", tracks);
    this.body.addEventListener("scroll", () => {
      this.head.style.transform = `translateX(${-this.body.scrollLeft}px)`;
      this.draw();
    });
    new ResizeObserver(() => this.draw()).observe(this.body);
    addEventListener("beforeprint", () => this.print(true));
    addEventListener("afterprint", () => this.print(false));
    this.heads();
    this.show(options.rows);
  }

  /** Shows these rows, in the order that was chosen. */
  show(rows: Row[]): void {
    this.rows = rows;
    this.at = -1;
    this.sort();
  }

  move(step: number): void {
    if (!this.shown.length) return;
    this.at = Math.max(0, Math.min(this.shown.length - 1, this.at + step));
    const top = this.at * HEIGHT;
    const view = this.body.clientHeight;
    if (top < this.body.scrollTop) this.body.scrollTop = top;
    else if (top + HEIGHT > this.body.scrollTop + view) this.body.scrollTop = top + HEIGHT - view;
    this.draw();
  }

  enter(): void {
    const row = this.shown[this.at];
    if (row !== undefined) this.options.open?.(row);
  }

  private sort(): void {
    const by = this.by;
    if (this.options.order) this.shown = this.options.order(this.rows, by, this.down);
    else this.shown = by ? ordered(this.rows, by.sort, this.down) : this.rows;
    this.element.setAttribute("aria-rowcount", String(this.shown.length + 1));
    this.canvas.style.height = `${this.shown.length * HEIGHT}px`;
    const all = this.options.rows.length;
    this.foot.textContent = this.shown.length === all ? `${count(all)} rows` : `${count(this.shown.length)} of ${count(all)} rows`;
    this.body.scrollTop = 0;
    this.draw();
  }

  private heads(): void {
    this.head.replaceChildren(
      ...this.options.columns.map((column) => {
        const turn = (): void => {
          if (this.by !== column) [this.by, this.down] = [column, false];
          else if (!this.down) this.down = true;
          else [this.by, this.down] = [null, false];
          this.heads();
          this.sort();
        };
        const state = this.by === column ? (this.down ? "descending" : "ascending") : "none";
        const mark = this.by === column ? (this.down ? " ↓" : " ↑") : "";
        const button = h("button", { type: "button", click: turn }, column.head + mark);
        return h("div", { class: column.right ? "cell right" : "cell", role: "columnheader", "aria-sort": state }, button);
      }),
    );
  }

  private print(on: boolean): void {
    if (!this.element.isConnected) return;
    this.printing = on;
    this.draw();
  }

  private draw(): void {
    const from = this.printing ? 0 : Math.max(0, Math.floor(this.body.scrollTop / HEIGHT) - SPARE);
    const view = Math.ceil((this.body.scrollTop + this.body.clientHeight) / HEIGHT) + SPARE;
    const to = Math.min(this.shown.length, this.printing ? MOST_PRINTED : view);
    const rows: Node[] = [];
    for (let at = from; at < to; at++) {
      const row = this.shown[at];
      if (row !== undefined) rows.push(this.row(row, at));
    }
    if (!this.shown.length) rows.push(h("div", { class: "empty" }, this.options.rows.length ? "Nothing fits the search." : this.options.empty));
    this.canvas.replaceChildren(...rows);
  }

  private row(row: Row, at: number): HTMLElement {
    const names = ["row", at === this.at ? "at" : "", this.options.quiet?.(row) ? "part" : "", this.options.open ? "door" : ""];
    const open = (): void => {
      this.at = at;
      this.draw();
      this.options.open?.(row);
    };
    const element = h(
      "div",
      { class: names.filter(Boolean).join(" "), role: "row", "aria-rowindex": at + 2, "aria-selected": at === this.at, click: open },
      ...this.options.columns.map((column) => h("div", { class: column.right ? "cell right" : "cell", role: "gridcell" }, column.cell(row))),
    );
    element.style.top = `${at * HEIGHT}px`;
    return element;
  }
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
