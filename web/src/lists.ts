// The lists: assets, operations, conversations, logins, what is not decoded, and what breaks a rule.

import { value, type Asset, type Plant } from "./data";
import { h } from "./element";
import { column, left, list, number, plain, protocol, recognised, status, time, type Doors, type View } from "./list";
import { say, term } from "./say";
import { ordered, type Column } from "./table";
import { byText, count, kilobytes } from "./text";

const LINK = new Set(["arp", "unknown"]); // say nothing about what a device is for: shown last, or not at all

export function assets(plant: Plant, doors: Doors): View {
  const { page, parts, worst } = plant;
  const asset = (at: number): Asset => page.assets[at] as Asset;
  const text = (name: string) => (at: number): string => value(asset(at), name);
  const role = (at: number): string => term("role", text("role")(at));
  const spoken = (at: number): string => {
    const known = asset(at).protocols.filter((one) => one !== "unknown");
    return [...known.filter((one) => !LINK.has(one)), ...known.filter((one) => LINK.has(one))].join(" ");
  };
  const columns: Column<number>[] = [
    status((at) => worst[at] ?? ""),
    { ...column({ name: "name", head: say("Name"), least: 110, share: 1.5 }, (at) => asset(at).component || text("name")(at)), sort: (at) => text("name")(at) || asset(at).component },
    { ...column({ name: "address", head: say("Address"), least: 128 }, (at) => asset(at).address, true), cell: (at) => (asset(at).parent < 0 ? h("span", { class: "code" }, asset(at).address) : "") },
    column({ name: "role", head: say("Role"), least: 130, share: 1.4 }, role),
    column({ name: "level", head: say("Level"), least: 44, right: true }, text("purdue_level")),
    column({ name: "vendor", head: say("Vendor"), least: 110, share: 1.5 }, text("vendor")),
    column({ name: "model", head: say("Model"), least: 110, share: 1.4, rank: 1 }, text("model")),
    column({ name: "order_number", head: say("Order number"), least: 110, share: 1, rank: 5 }, text("order_number"), true),
    column({ name: "firmware", head: say("Firmware"), least: 84, share: 0.7, rank: 2 }, text("firmware"), true),
    column({ name: "serial_number", head: say("Serial number"), least: 110, share: 1, rank: 3 }, text("serial_number"), true),
    column({ name: "protocols", head: say("Protocols"), least: 90, share: 1, rank: 4 }, spoken),
    number({ name: "parts", head: say("Parts"), least: 44, rank: 6 }, (at) => parts[at]?.length ?? 0, (of) => (of ? count(of) : "")),
  ];
  return list<number>({
    name: "assets",
    title: say("Assets"),
    rows: inOrder(plant),
    number: page.assets.filter((one) => one.parent < 0).length,
    columns,
    fields: (at) => {
      const one = asset(at);
      const fields: Record<string, string> = {};
      for (const name of ["name", "role", "vendor", "model", "firmware", "serial_number", "order_number"]) fields[name] = "";
      for (const [name, rivals] of Object.entries(one.attributes)) fields[name] = rivals[0]?.[0] ?? "";
      const told = { _role: role(at), priority: worst[at] ?? "" };
      return { ...fields, level: fields["purdue_level"] ?? "", ip: one.ips.join(" "), mac: one.macs.join(" "), vlan: one.vlans.join(" "), protocol: one.protocols.join(" "), part: one.component, ...told };
    },
    key: (at) => `asset/${asset(at).id}`,
    doors,
    quiet: (at) => asset(at).parent >= 0,
    order: (rows, by, down) => together(plant, rows, by, down),
    empty: say("No asset yet: every device that sends a frame in a capture will be here, with what it says about itself."),
    note: left(plant, "assets"),
  });
}

/** Sorted wholes, behind each its parts; parts whose whole is not among the rows come last. */
function together(plant: Plant, rows: number[], by: Column<number> | null, down: boolean): number[] {
  const isPart = (at: number): boolean => (plant.page.assets[at]?.parent ?? -1) >= 0;
  const wholes = rows.filter((at) => !isPart(at));
  const first = by ? ordered(wholes, by.sort, down) : wholes;
  const here = new Set(first);
  const under = new Map<number, number[]>();
  const alone: number[] = [];
  for (const at of rows.filter(isPart)) {
    const top = plant.whole(at);
    const known = under.get(top);
    if (!here.has(top)) alone.push(at);
    else if (known) known.push(at);
    else under.set(top, [at]);
  }
  return [...first.flatMap((at) => [at, ...(under.get(at) ?? [])]), ...(by ? ordered(alone, by.sort, down) : alone)];
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

export function operations(plant: Plant, doors: Doors): View {
  const { page } = plant;
  const one = (at: number) => page.operations[at] as (typeof page.operations)[number];
  const effect = (at: number): string => term("effect", one(at).effect);
  return list<number>({
    name: "operations",
    title: say("Operations"),
    rows: page.operations.map((_, at) => at),
    columns: [
      status((at) => one(at).priority),
      time({ name: "time", head: say("Time (UTC)") }, (at) => one(at).evidence[1]),
      column({ name: "effect", head: say("Effect"), least: 134, rank: 3 }, effect),
      column({ name: "operation", head: say("Operation"), least: 120, share: 1.2 }, (at) => one(at).name),
      column({ name: "who", head: say("Who"), least: 120, share: 1.2 }, (at) => plant.end(one(at).actor)),
      column({ name: "on", head: say("On"), least: 120, share: 1.2 }, (at) => [plant.end(one(at).target), one(at).component].filter(Boolean).join(" ")),
      plain({ name: "object", head: say("Object"), least: 110, share: 1.1, rank: 1 }, (at) => one(at).object),
      column({ name: "result", head: say("Result"), least: 66, share: 0.7, rank: 2 }, (at) => one(at).result),
      { ...protocol<number>((at) => one(at).protocol, 76), rank: 4 },
      number({ name: "times", head: say("Times"), least: 54, rank: 5 }, (at) => one(at).count),
      number({ name: "frame", head: say("Frame"), least: 60, rank: 6 }, (at) => one(at).evidence[3][0] ?? 0, String),
    ],
    fields: (at) => {
      const row = one(at);
      const [who, on] = [plant.end(row.actor), plant.end(row.target)];
      return { effect: `${row.effect} ${effect(at)}`, who, on, ends: `${who} ${on}`, protocol: row.protocol, operation: row.name, object: row.object, result: row.result, technique: row.technique, priority: row.priority };
    },
    key: (at) => `operation/${at}`,
    doors,
    empty: say("No operation was seen that does more than look round and read. Writes, commands, program changes and logins will be here."),
    note: left(plant, "operations"),
  });
}

export function talks(plant: Plant, doors: Doors): View {
  const { page } = plant;
  const one = (at: number) => page.talks[at] as (typeof page.talks)[number];
  const effects = (at: number): string => [...new Set(one(at).messages.map((message) => term("effect", message[1])))].join(", ");
  return list<number>({
    name: "conversations",
    title: say("Conversations"),
    rows: page.talks.map((_, at) => at),
    columns: [
      column({ name: "client", head: say("Client"), least: 130, share: 1.5 }, (at) => plant.end(one(at).client)),
      column({ name: "server", head: say("Server"), least: 130, share: 1.5 }, (at) => plant.end(one(at).server)),
      protocol((at) => one(at).protocol),
      column({ name: "over", head: say("Over"), least: 64, rank: 4 }, (at) => one(at).transport),
      number({ name: "port", head: say("Port"), least: 52, rank: 3 }, (at) => one(at).port, (of) => (of ? String(of) : "")),
      plain({ name: "effects", head: say("Effects"), least: 120, share: 1.2, rank: 1 }, effects),
      number({ name: "packets", head: say("Packets"), least: 80 }, (at) => one(at).packets),
      number({ name: "size", head: say("Size (kB)"), least: 92, rank: 2 }, (at) => one(at).bytes, kilobytes),
      { ...time<number>({ name: "first", head: say("First seen (UTC)") }, (at) => one(at).first), rank: 5 },
    ],
    fields: (at) => {
      const row = one(at);
      const messages = row.messages;
      const said = { effect: `${messages.map((message) => message[1]).join(" ")} ${effects(at)}`, message: messages.map((message) => message[0]).join(" ") };
      return { client: plant.end(row.client), server: plant.end(row.server), protocol: recognised(row.protocol), port: String(row.port), transport: row.transport, ...said };
    },
    key: (at) => `talk/${at}`,
    doors,
    empty: say("No conversation was seen. Who asks whom what will be here, with the messages by effect."),
    note: left(plant, "talks"),
  });
}

export function logins(plant: Plant, doors: Doors): View {
  const { page } = plant;
  const one = (at: number) => page.logins[at] as (typeof page.logins)[number];
  const kept = page.logins.length ? say("Secrets are never kept: equal numbers are equal secrets.") : "";
  return list<number>({
    name: "logins",
    title: say("Logins"),
    rows: page.logins.map((_, at) => at),
    columns: [
      { name: "clear", head: say("In clear"), least: 92, cell: (at) => (one(at).cleartext ? h("span", { class: "mark medium" }, "◆ ", h("span", { class: "word" }, say("in clear"))) : say("no")), sort: (at) => (one(at).cleartext ? 0 : 1) },
      time({ name: "time", head: say("Time (UTC)") }, (at) => one(at).evidence[1]),
      column({ name: "server", head: say("Server"), least: 130, share: 1.4 }, (at) => plant.end(one(at).server)),
      column({ name: "from", head: say("From"), least: 130, share: 1.4 }, (at) => plant.end(one(at).client)),
      protocol((at) => one(at).protocol, 80),
      column({ name: "user", head: say("User"), least: 90, share: 1 }, (at) => one(at).username, true),
      { name: "secret", head: say("Secret"), least: 100, rank: 1, cell: (at) => secret(one(at).secret), sort: (at) => one(at).secret },
      column({ name: "result", head: say("Result"), least: 80, share: 0.8, rank: 2 }, (at) => one(at).result),
      number({ name: "times", head: say("Times"), least: 58, rank: 3 }, (at) => one(at).count),
    ],
    fields: (at) => {
      const row = one(at);
      return { server: plant.end(row.server), client: plant.end(row.client), protocol: row.protocol, user: row.username, secret: row.secret, clear: row.cleartext ? "yes" : "no", result: row.result };
    },
    key: (at) => `login/${at}`,
    doors,
    empty: say("No login was seen. Credentials that cross the wire will be here; the secrets themselves are never kept."),
    note: [left(plant, "logins"), kept].filter(Boolean).join(" "),
  });
}

/** What the page calls a secret: a number that equal ones share. */
export function secret(label: string): string {
  return label ? say("secret {number}", { number: label.replace(/^\D+/, "") }) : say("none seen");
}

export function undecoded(plant: Plant, doors: Doors): View {
  const { page } = plant;
  const one = (at: number) => page.undecoded[at] as (typeof page.undecoded)[number];
  return list<number>({
    name: "undecoded",
    title: say("Not decoded"),
    rows: page.undecoded.map((_, at) => at).sort((a, b) => one(b).count - one(a).count),
    columns: [
      protocol((at) => one(at).protocol, 120),
      column({ name: "function", head: say("Function"), least: 160, share: 2 }, (at) => one(at).function, true),
      column({ name: "why", head: say("Why"), least: 160, share: 1.6 }, (at) => one(at).reason),
      number({ name: "times", head: say("Times"), least: 80 }, (at) => one(at).count),
      number({ name: "frame", head: say("First frame"), least: 96, rank: 1 }, (at) => one(at).evidence[3][0] ?? 0, String),
    ],
    fields: (at) => ({ protocol: recognised(one(at).protocol), function: one(at).function, why: one(at).reason }),
    key: (at) => `undecoded/${at}`,
    doors,
    empty: say("Every message that was recognised was decoded."),
    note: left(plant, "undecoded"),
  });
}

export function broken(plant: Plant, doors: Doors): View {
  const { page } = plant;
  const one = (at: number) => page.malformed[at] as (typeof page.malformed)[number];
  return list<number>({
    name: "malformed",
    title: say("Broken rules"),
    rows: page.malformed.map((_, at) => at),
    columns: [
      time({ name: "time", head: say("Time (UTC)") }, (at) => one(at).evidence[1]),
      column({ name: "who", head: say("Who sent it"), least: 130, share: 1.4 }, (at) => plant.end(one(at).speaker)),
      protocol((at) => one(at).protocol),
      column({ name: "rule", head: say("Rule"), least: 120, share: 1.2 }, (at) => one(at).reason),
      column({ name: "have", head: say("There was"), least: 100, share: 1, rank: 2 }, (at) => one(at).have, true),
      column({ name: "allowed", head: say("Allowed"), least: 100, share: 1, rank: 1 }, (at) => one(at).allowed, true),
      column({ name: "clause", head: say("Clause"), least: 86, share: 0.8, rank: 4 }, (at) => one(at).clause),
      number({ name: "times", head: say("Times"), least: 58, rank: 3 }, (at) => one(at).count),
    ],
    fields: (at) => ({ who: plant.end(one(at).speaker), protocol: one(at).protocol, rule: one(at).reason, have: one(at).have, allowed: one(at).allowed, clause: one(at).clause }),
    key: (at) => `malformed/${at}`,
    doors,
    empty: say("No message broke a rule of its protocol."),
    note: left(plant, "malformed"),
  });
}
