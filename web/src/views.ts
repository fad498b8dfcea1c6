// The pages: each is a list with its search, or the overview. Numbers are doors to the rows that they count.

import { mark } from "./drawer";
import { PRIORITIES, SHAPES, value, type Asset, type Plant, type Priority } from "./data";
import { h, known, unknown, type Child } from "./element";
import { fits, terms } from "./search";
import { ordered, Table, type Column } from "./table";
import { bytes, byText, count, effect, many, when } from "./text";

export interface View {
  name: string;
  title: string;
  number: number | null;
  element: HTMLElement;
  search?: (query: string) => void;
  move?: (step: number) => void;
  enter?: () => void;
  shown?: () => void; // it is in the page now
}

type Open = (open: string) => void;

interface List<Row> {
  name: string;
  title: string;
  rows: Row[];
  columns: Column<Row>[];
  fields: (row: Row) => Record<string, string>;
  open: (row: Row) => void;
  empty: string;
  note?: string;
  quiet?: (row: Row) => boolean;
  order?: (rows: Row[], by: Column<Row> | null, down: boolean) => Row[];
  number?: number;
}

function list<Row>(of: List<Row>): View {
  const haystack = of.rows.map((row) => {
    const fields = of.fields(row);
    for (const name of Object.keys(fields)) fields[name] = (fields[name] ?? "").toLowerCase();
    return { row, fields, all: Object.values(fields).join("\n") };
  });
  const table = new Table<Row>({ label: of.title, columns: of.columns, rows: of.rows, empty: of.empty, open: of.open, quiet: of.quiet, order: of.order });
  return {
    name: of.name,
    title: of.title,
    number: of.number ?? of.rows.length,
    element: h("section", { class: "list" }, of.note && h("p", { class: "note" }, of.note), table.element),
    search: (query) => {
      const sought = terms(query);
      table.show(sought.length ? haystack.filter((one) => fits(sought, one.fields, one.all)).map((one) => one.row) : of.rows);
    },
    move: (step) => table.move(step),
    enter: () => table.enter(),
  };
}

function column<Row>(head: string, width: string, text: (row: Row) => string, code = false): Column<Row> {
  return { head, width, cell: (row) => known(text(row), code), sort: text };
}

function number<Row>(head: string, width: string, of: (row: Row) => number, words: (of: number) => string = count): Column<Row> {
  return { head, width, right: true, cell: (row) => words(of(row)), sort: of };
}

function status<Row>(of: (row: Row) => Priority): Column<Row> {
  return { head: "!", width: "36px", cell: (row) => mark(of(row)), sort: (row) => PRIORITIES.indexOf(of(row)) };
}

export function assets(plant: Plant, open: Open): View {
  const { page, parts, worst } = plant;
  const text = (name: string) => (at: number): string => value(page.assets[at] as Asset, name);
  const asset = (at: number): Asset => page.assets[at] as Asset;
  const shown = (head: string, width: string, name: string, code = false): Column<number> => column(head, width, text(name), code);
  const columns: Column<number>[] = [
    status((at) => worst[at] ?? ""),
    { head: "Name", width: "minmax(120px, 1.5fr)", cell: (at) => (asset(at).component ? asset(at).component : known(text("name")(at))), sort: (at) => text("name")(at) || asset(at).component },
    { head: "Address", width: "138px", cell: (at) => (asset(at).parent < 0 ? known(asset(at).address, true) : ""), sort: (at) => asset(at).address },
    shown("Role", "minmax(110px, 1.2fr)", "role"),
    { head: "Level", width: "54px", cell: (at) => known(text("purdue_level")(at)), sort: text("purdue_level") },
    shown("Vendor", "minmax(110px, 1.4fr)", "vendor"),
    shown("Model", "minmax(110px, 1.4fr)", "model"),
    shown("Order number", "minmax(100px, 1.1fr)", "order_number", true),
    shown("Firmware", "minmax(80px, 0.8fr)", "firmware", true),
    shown("Serial number", "minmax(90px, 1fr)", "serial_number", true),
    { head: "Protocols", width: "minmax(90px, 1fr)", cell: (at) => known(asset(at).protocols.filter((one) => one !== "unknown").join(" ")), sort: (at) => asset(at).protocols.join(" ") },
    number("Parts", "58px", (at) => parts[at]?.length ?? 0, (of) => (of ? count(of) : "")),
  ];
  return list<number>({
    name: "assets",
    title: "Assets",
    rows: inOrder(plant),
    number: page.assets.filter((one) => one.parent < 0).length,
    columns,
    fields: (at) => {
      const one = asset(at);
      const fields: Record<string, string> = {};
      for (const [name, rivals] of Object.entries(one.attributes)) fields[name] = rivals[0]?.[0] ?? "";
      for (const name of ["name", "role", "vendor", "model", "firmware", "serial_number", "order_number"]) fields[name] ??= "";
      return { ...fields, level: fields["purdue_level"] ?? "", ip: one.ips.join(" "), mac: one.macs.join(" "), vlan: one.vlans.join(" "), protocol: one.protocols.join(" "), part: one.component };
    },
    open: (at) => open(`asset/${asset(at).id}`),
    quiet: (at) => asset(at).parent >= 0,
    order: (rows, by, down) => {
      const [wholes, kept] = [rows.filter((at) => asset(at).parent < 0), rows.filter((at) => asset(at).parent >= 0)];
      const first = by ? ordered(wholes, by.sort, down) : wholes;
      const here = new Set(first);
      const under = new Map<number, number[]>();
      for (const at of kept) {
        const top = plant.whole(at); // shown under it, in the order in which they came
        const known = under.get(top);
        if (known) known.push(at);
        else under.set(top, [at]);
      }
      const alone = kept.filter((at) => !here.has(plant.whole(at)));
      return [...first.flatMap((at) => [at, ...(under.get(at) ?? [])]), ...(by ? ordered(alone, by.sort, down) : alone)];
    },
    empty: "No asset yet: every device that sends a frame in a capture will be here, with what it says about itself.",
    note: left(plant, "assets"),
  });
}

/** The wholes by level, role and address, what is known first; behind each its parts. */
function inOrder(plant: Plant): number[] {
  const { page, parts } = plant;
  const key = (at: number, name: string): string => value(page.assets[at] as Asset, name);
  const wholes = page.assets.map((_, at) => at).filter((at) => page.assets[at]?.parent === -1);
  const level = (at: number): number => Number(key(at, "purdue_level") || -1);
  const unknown = (at: number): number => (key(at, "role") ? 0 : 1);
  wholes.sort((one, other) => level(other) - level(one) || unknown(one) - unknown(other) || byText(key(one, "role"), key(other, "role")) || byText(page.assets[one]?.address ?? "", page.assets[other]?.address ?? ""));
  const all = (at: number): number[] => [at, ...(parts[at] ?? []).sort((one, other) => byText(page.assets[one]?.component ?? "", page.assets[other]?.component ?? "")).flatMap(all)];
  return wholes.flatMap(all);
}

export function operations(plant: Plant, open: Open): View {
  const { page } = plant;
  const one = (at: number) => page.operations[at] as (typeof page.operations)[number];
  const rows = page.operations.map((_, at) => at);
  return list<number>({
    name: "operations",
    title: "Operations",
    rows,
    columns: [
      status((at) => one(at).priority),
      column("Time (UTC)", "158px", (at) => when(one(at).evidence[1]), true),
      column("Effect", "130px", (at) => effect(one(at).effect)),
      column("Who", "minmax(130px, 1.2fr)", (at) => plant.end(one(at).actor)),
      column("On", "minmax(130px, 1.2fr)", (at) => [plant.end(one(at).target), one(at).component].filter(Boolean).join(" ")),
      column("Protocol", "84px", (at) => one(at).protocol),
      column("Operation", "minmax(130px, 1.2fr)", (at) => one(at).name),
      { head: "Object", width: "minmax(110px, 1.2fr)", cell: (at) => h("span", { class: "code", title: one(at).object }, one(at).object), sort: (at) => one(at).object },
      { head: "Result", width: "minmax(80px, 0.7fr)", cell: (at) => known(one(at).result), sort: (at) => one(at).result },
      number("Times", "74px", (at) => one(at).count),
      number("Frame", "74px", (at) => one(at).evidence[3][0] ?? 0, String),
    ],
    fields: (at) => {
      const row = one(at);
      const ends = `${plant.end(row.actor)} ${plant.end(row.target)}`;
      return { effect: `${row.effect} ${effect(row.effect)}`, who: plant.end(row.actor), on: plant.end(row.target), ends, protocol: row.protocol, operation: row.name, object: row.object, result: row.result, technique: row.technique, priority: row.priority };
    },
    open: (at) => open(`operation/${at}`),
    empty: "No operation was seen that does more than look round and read. Writes, commands, program changes and logins will be here.",
    note: left(plant, "operations"),
  });
}

export function talks(plant: Plant, open: Open): View {
  const { page } = plant;
  const one = (at: number) => page.talks[at] as (typeof page.talks)[number];
  return list<number>({
    name: "conversations",
    title: "Conversations",
    rows: page.talks.map((_, at) => at),
    columns: [
      column("Client", "minmax(150px, 1.5fr)", (at) => plant.end(one(at).client)),
      column("Server", "minmax(150px, 1.5fr)", (at) => plant.end(one(at).server)),
      { head: "Protocol", width: "110px", cell: (at) => (one(at).protocol === "unknown" ? unknown() : one(at).protocol), sort: (at) => (one(at).protocol === "unknown" ? "" : one(at).protocol) },
      column("Over", "80px", (at) => one(at).transport),
      number("Port", "70px", (at) => one(at).port, (of) => (of ? String(of) : "")),
      { head: "Effects", width: "minmax(120px, 1.2fr)", cell: (at) => [...new Set(one(at).messages.map((message) => effect(message[1])))].join(", "), sort: (at) => one(at).messages.length },
      number("Packets", "90px", (at) => one(at).packets),
      number("Bytes", "80px", (at) => one(at).bytes, bytes),
      column("First seen (UTC)", "158px", (at) => when(one(at).first), true),
    ],
    fields: (at) => {
      const row = one(at);
      return { client: plant.end(row.client), server: plant.end(row.server), protocol: row.protocol === "unknown" ? "" : row.protocol, port: String(row.port), transport: row.transport, effect: row.messages.map((message) => message[1]).join(" "), message: row.messages.map((message) => message[0]).join(" ") };
    },
    open: (at) => open(`talk/${at}`),
    empty: "No conversation was seen.",
    note: left(plant, "talks"),
  });
}

export function logins(plant: Plant, open: Open): View {
  const { page } = plant;
  const one = (at: number) => page.logins[at] as (typeof page.logins)[number];
  return list<number>({
    name: "logins",
    title: "Logins",
    rows: page.logins.map((_, at) => at),
    columns: [
      column("Time (UTC)", "158px", (at) => when(one(at).evidence[1]), true),
      column("Server", "minmax(140px, 1.4fr)", (at) => plant.end(one(at).server)),
      column("From", "minmax(140px, 1.4fr)", (at) => plant.end(one(at).client)),
      column("Protocol", "90px", (at) => one(at).protocol),
      column("User", "minmax(110px, 1fr)", (at) => one(at).username, true),
      { head: "Secret", width: "110px", cell: (at) => one(at).secret || "none seen", sort: (at) => one(at).secret },
      { head: "In clear", width: "86px", cell: (at) => (one(at).cleartext ? h("span", { class: "mark medium" }, SHAPES.medium, " clear") : "no"), sort: (at) => (one(at).cleartext ? 0 : 1) },
      column("Result", "minmax(90px, 0.8fr)", (at) => one(at).result),
      number("Times", "74px", (at) => one(at).count),
    ],
    fields: (at) => {
      const row = one(at);
      return { server: plant.end(row.server), client: plant.end(row.client), protocol: row.protocol, user: row.username, secret: row.secret, clear: row.cleartext ? "yes" : "no", result: row.result };
    },
    open: (at) => open(`login/${at}`),
    empty: "No login was seen. Credentials that cross the wire will be here; the secrets themselves are never kept.",
    note: [left(plant, "logins"), page.logins.length ? "Secrets are never kept: equal numbers are equal secrets." : ""].filter(Boolean).join(" "),
  });
}

export function undecoded(plant: Plant, open: Open): View {
  const { page } = plant;
  const one = (at: number) => page.undecoded[at] as (typeof page.undecoded)[number];
  return list<number>({
    name: "undecoded",
    title: "Not decoded",
    rows: page.undecoded.map((_, at) => at).sort((a, b) => one(b).count - one(a).count),
    columns: [
      { head: "Protocol", width: "130px", cell: (at) => (one(at).protocol === "unknown" ? unknown() : one(at).protocol), sort: (at) => (one(at).protocol === "unknown" ? "" : one(at).protocol) },
      column("Function", "minmax(180px, 2fr)", (at) => one(at).function, true),
      column("Why", "minmax(180px, 1.6fr)", (at) => one(at).reason),
      number("Times", "90px", (at) => one(at).count),
      number("First frame", "100px", (at) => one(at).evidence[3][0] ?? 0, String),
    ],
    fields: (at) => ({ protocol: one(at).protocol === "unknown" ? "" : one(at).protocol, function: one(at).function, why: one(at).reason }),
    open: (at) => open(`undecoded/${at}`),
    empty: "Every message that was recognised was decoded.",
    note: left(plant, "undecoded"),
  });
}

export function broken(plant: Plant, open: Open): View {
  const { page } = plant;
  const one = (at: number) => page.malformed[at] as (typeof page.malformed)[number];
  return list<number>({
    name: "malformed",
    title: "Broken rules",
    rows: page.malformed.map((_, at) => at),
    columns: [
      column("Time (UTC)", "158px", (at) => when(one(at).evidence[1]), true),
      column("Who sent it", "minmax(140px, 1.4fr)", (at) => plant.end(one(at).speaker)),
      column("Protocol", "100px", (at) => one(at).protocol),
      column("Rule", "minmax(130px, 1.2fr)", (at) => one(at).reason),
      column("There was", "minmax(100px, 1fr)", (at) => one(at).have, true),
      column("Allowed", "minmax(100px, 1fr)", (at) => one(at).allowed, true),
      column("Clause", "minmax(90px, 0.8fr)", (at) => one(at).clause),
      number("Times", "74px", (at) => one(at).count),
    ],
    fields: (at) => ({ who: plant.end(one(at).speaker), protocol: one(at).protocol, rule: one(at).reason, have: one(at).have, allowed: one(at).allowed }),
    open: (at) => open(`malformed/${at}`),
    empty: "No message broke a rule of its protocol.",
    note: left(plant, "malformed"),
  });
}

function left(plant: Plant, name: string): string {
  const number = plant.page.left_out[name] ?? 0;
  return number ? `${count(number)} more are in the JSON (inspect --json) and not on this page.` : "";
}

/** The glance: sentences first, then what is there, what was done, what could not be seen. */
export function overview(plant: Plant, go: (view: string, query?: string) => void, open: Open): View {
  const { page } = plant;
  const wholes = page.assets.filter((one) => one.parent < 0);
  const severe = page.operations.map((one, at) => [one, at] as const).filter(([one]) => one.priority === "high" || one.priority === "medium");
  const clear = page.logins.filter((one) => one.cleartext);
  const door = (view: string, query: string, ...words: Child[]): HTMLElement => h("button", { class: "door", type: "button", click: () => go(view, query) }, ...words);
  const first = Math.min(...page.captures.map((one) => one.first ?? Infinity));
  const last = Math.max(...page.captures.map((one) => one.last ?? -Infinity));
  const lead = !wholes.length
    ? h("p", { class: "lead" }, "No device was seen in these captures.")
    : severe.length
    ? h("p", { class: "lead" }, mark(severe.some(([one]) => one.priority === "high") ? "high" : "medium"), door("operations", "", many(severe.length, "operation")), " stopped, loaded, forced or reconfigured equipment.")
    : h("p", { class: "lead" }, "Nothing was stopped, loaded, forced or reconfigured in these captures.");
  const ways = [...new Set(clear.map((one) => one.protocol))].sort().join(", ");
  return {
    name: "overview",
    title: "Overview",
    number: null,
    element: h(
      "section",
      { class: "overview" },
      h(
        "div",
        { class: "sentences" },
        lead,
        !wholes.length ? null : clear.length ? h("p", {}, door("logins", "clear:yes", many(clear.length, "login")), ` crossed the wire in clear (${ways}).`) : h("p", {}, "No login crossed the wire in clear."),
        h(
          "p",
          {},
          door("assets", "", many(wholes.length, "asset")),
          " in ",
          door("conversations", "", many(page.talks.length + (page.left_out["talks"] ?? 0), "conversation")),
          `, ${many(page.captures.reduce((sum, one) => sum + one.packets, 0), "packet")} of ${many(page.captures.length, "capture")}`,
          Number.isFinite(first) && Number.isFinite(last) ? `, ${when(first)} to ${when(last)} UTC.` : ".",
        ),
      ),
      h("div", { class: "columns" }, roles(wholes, door), h("div", {}, ...ledger(plant, severe, open), ...blind(plant, door)), captures(plant)),
    ),
  };
}

type Door = (view: string, query: string, ...words: Child[]) => HTMLElement;

function roles(wholes: Asset[], door: Door): HTMLElement {
  const groups = new Map<string, Map<string, number>>();
  for (const one of wholes) {
    const key = `${value(one, "purdue_level")}|${value(one, "role")}`;
    const vendors = groups.get(key) ?? new Map<string, number>();
    groups.set(key, vendors.set(value(one, "vendor"), (vendors.get(value(one, "vendor")) ?? 0) + 1));
  }
  const order = [...groups].sort(([one], [other]) => byText(other.split("|")[0] || "-", one.split("|")[0] || "-") || byText(one, other));
  const rows = order.map(([key, vendors]) => {
    const [level = "", role = ""] = key.split("|");
    const total = [...vendors.values()].reduce((sum, one) => sum + one, 0);
    const named = [...vendors].filter(([name]) => name).sort((one, other) => other[1] - one[1] || byText(one[0], other[0]));
    const words = named.slice(0, 3).map(([name, times]) => `${name} ${times}`);
    if (named.length > 3) words.push(`${named.length - 3} more`);
    const query = `role:${role ? `"${role}"` : "unknown"} level:${level || "unknown"}`;
    return h("tr", {}, h("td", { class: "right" }, known(level)), h("td", {}, known(role)), h("td", { class: "right" }, door("assets", query, count(total))), h("td", { class: "wide" }, words.join(", ") || unknown()));
  });
  const head = h("tr", {}, h("th", { class: "right" }, "Level"), h("th", {}, "Role"), h("th", { class: "right" }, "Assets"), h("th", {}, "Vendors"));
  return h("div", {}, h("h3", {}, "What is there"), rows.length ? h("table", { class: "small" }, h("thead", {}, head), h("tbody", {}, ...rows)) : h("p", { class: "note" }, "No device was seen. Inspect a capture that holds frames which devices sent: fieldwatch inspect CAPTURE --html FILE"));
}

function ledger(plant: Plant, severe: (readonly [Plant["page"]["operations"][number], number])[], open: Open): Node[] {
  if (!severe.length) return [];
  const order = [...severe].sort(([one], [other]) => PRIORITIES.indexOf(one.priority) - PRIORITIES.indexOf(other.priority) || one.evidence[1] - other.evidence[1]);
  const day = new Set(order.map(([one]) => when(one.evidence[1]).slice(0, 10))).size === 1;
  const rows = order.slice(0, 12).map(([one, at]) =>
    h(
      "tr",
      {},
      h("td", {}, mark(one.priority)),
      h("td", { class: "code", title: `${when(one.evidence[1], 6)} UTC` }, day ? when(one.evidence[1]).slice(11) : when(one.evidence[1])),
      h("td", {}, h("button", { class: "door", type: "button", click: () => open(`operation/${at}`) }, one.name)),
      h("td", { class: "wide" }, `${plant.end(one.actor)} on ${plant.end(one.target)}`),
    ),
  );
  return [h("h3", {}, "What was done"), h("table", { class: "small" }, h("tbody", {}, ...rows)), ...(order.length > 12 ? [h("p", { class: "note" }, `and ${count(order.length - 12)} more under Operations`)] : [])];
}

function blind(plant: Plant, door: Door): Node[] {
  const { page } = plant;
  const rows = page.unseen.map((one) => h("tr", {}, h("td", { class: "right" }, count(one.count)), h("td", {}, one.what), h("td", { class: "wide" }, one.detail)));
  const missing = page.undecoded.reduce((sum, one) => sum + one.count, 0);
  const wrong = page.malformed.reduce((sum, one) => sum + one.count, 0);
  if (missing) rows.push(h("tr", {}, h("td", { class: "right" }, door("undecoded", "", count(missing))), h("td", {}, "packets or messages not decoded"), h("td", { class: "wide" })));
  if (wrong) rows.push(h("tr", {}, h("td", { class: "right" }, door("malformed", "", count(wrong))), h("td", {}, "messages that break a rule of their protocol"), h("td", { class: "wide" })));
  return [h("h3", {}, "What could not be seen"), rows.length ? h("table", { class: "small" }, h("tbody", {}, ...rows)) : h("p", { class: "note" }, "Nothing was lost, cut, skipped or left undecoded.")];
}

function captures(plant: Plant): HTMLElement {
  const { page } = plant;
  const rows = page.captures.slice(0, 40).map((one) => h("tr", {}, h("td", { class: "code wide" }, one.path), h("td", { class: "right" }, count(one.packets)), h("td", { class: "right" }, bytes(one.bytes)), h("td", {}, one.truncated ? "ends too early" : "")));
  const head = h("tr", {}, h("th", {}, "Capture"), h("th", { class: "right" }, "Packets"), h("th", { class: "right" }, "Bytes"), h("th", {}));
  const more = page.captures.length - 40;
  return h("div", { class: "whole" }, h("h3", {}, "Where it comes from"), h("table", { class: "small" }, h("thead", {}, head), h("tbody", {}, ...rows)), more > 0 && h("p", { class: "note" }, `and ${count(more)} more`));
}

