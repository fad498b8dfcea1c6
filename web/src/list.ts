// A page that is one list: its table, its search, and columns of the usual kinds.

import { PRIORITIES, type Plant, type Priority } from "./data";
import { h, known, mark, stamp, unknown } from "./element";
import { many, say } from "./say";
import { fits, terms } from "./search";
import { Table, type Column } from "./table";
import { count } from "./text";

export interface View {
  name: string;
  title: string;
  number: number | null;
  element: HTMLElement;
  fields: string[]; // that its search knows
  search?: (query: string) => void;
  sort?: (by: string) => void;
  opened?: (open: string) => void; // what the drawer shows
  move?: (step: number) => void;
  enter?: () => void;
  shown?: () => void; // it is in the page now
}

/** What a page may ask for: to open something, or to be sorted. */
export interface Doors {
  open: (open: string) => void;
  sorted: (by: string) => void;
}

interface List<Row> {
  name: string;
  title: string;
  rows: Row[];
  columns: Column<Row>[];
  fields: (row: Row) => Record<string, string>; // `_name`: found by words alone
  key: (row: Row) => string;
  doors: Doors;
  empty: string;
  note?: string;
  quiet?: (row: Row) => boolean;
  order?: (rows: Row[], by: Column<Row> | null, down: boolean) => Row[];
  number?: number;
}

export function list<Row>(of: List<Row>): View {
  const haystack = of.rows.map((row) => {
    const fields = of.fields(row);
    for (const name of Object.keys(fields)) fields[name] = (fields[name] ?? "").toLowerCase();
    return { row, fields, all: Object.values(fields).join("\n") };
  });
  const { doors, key, columns, rows, empty, quiet, order } = of;
  const table = new Table<Row>({ name: of.name, label: of.title, columns, rows, empty, key, quiet, order, open: (row) => doors.open(key(row)), sorted: doors.sorted });
  return {
    name: of.name,
    title: of.title,
    number: of.number ?? of.rows.length,
    element: h("section", { class: "list" }, of.note && h("p", { class: "note" }, of.note), table.element),
    fields: Object.keys(haystack[0]?.fields ?? {}).filter((name) => !name.startsWith("_")),
    search: (query) => {
      const sought = terms(query);
      table.show(sought.length ? haystack.filter((one) => fits(sought, one.fields, one.all)).map((one) => one.row) : of.rows);
    },
    sort: (by) => table.order(by),
    opened: (open) => table.opened(open),
    move: (step) => table.move(step),
    enter: () => table.enter(),
  };
}

type Given<Row> = Partial<Column<Row>> & { name: string; head: string; least: number };

/** Text that a device or a reading gave; hatched where there is none. */
export function column<Row>(given: Given<Row>, text: (row: Row) => string, code = false): Column<Row> {
  return { cell: (row) => known(text(row), code), sort: text, ...given };
}

/** Text that is nothing where there is none. */
export function plain<Row>(given: Given<Row>, text: (row: Row) => string): Column<Row> {
  return { cell: (row) => h("span", { title: text(row) }, text(row)), sort: text, ...given };
}

export function number<Row>(given: Given<Row>, of: (row: Row) => number, words: (of: number) => string = count): Column<Row> {
  return { right: true, cell: (row) => words(of(row)), sort: of, ...given };
}

export function time<Row>(given: Omit<Given<Row>, "least">, of: (row: Row) => number): Column<Row> {
  return { least: 150, cell: (row) => stamp(of(row)), sort: of, ...given };
}

export function status<Row>(of: (row: Row) => Priority): Column<Row> {
  return { name: "priority", head: say("Priority"), least: 86, cell: (row) => mark(of(row), true), sort: (row) => (of(row) ? PRIORITIES.indexOf(of(row)) : "") };
}

/** A protocol; one that is not recognised is not known. */
export function protocol<Row>(of: (row: Row) => string, least = 96): Column<Row> {
  const text = (row: Row): string => recognised(of(row));
  return { name: "protocol", head: say("Protocol"), least, cell: (row) => text(row) || unknown(), sort: text };
}

export function recognised(name: string): string {
  return name === "unknown" ? "" : name;
}

/** How many rows the page does not hold. */
export function left(plant: Plant, name: string): string {
  const number = plant.page.left_out[name] ?? 0;
  return number ? many(number, "{n} more is in the JSON (inspect --json) and not on this page.", "{n} more are in the JSON (inspect --json) and not on this page.") : "";
}
