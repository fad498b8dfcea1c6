// The glance: sentences first, then what is there, what was done, what could not be seen. Numbers are doors to the rows that they count.

import { called, PRIORITIES, value, type Asset, type Operation, type Plant } from "./data";
import { due, h, known, mark, stamp, unknown, woven, type Child } from "./element";
import { open as asking, asksFor } from "./findings";
import type { View } from "./list";
import { many, say, term } from "./say";
import { exactly } from "./search";
import { byText, count, kilobytes, when } from "./text";

type Door = (view: string, query: string, ...words: Child[]) => HTMLElement;

const MOST_DONE = 12;
const MOST_FOUND = 8;
const MOST_CAPTURES = 40;
const SEVERE = "priority:high|medium";

export function overview(plant: Plant, go: (view: string, query?: string) => void, open: (open: string) => void): View {
  const { page } = plant;
  const wholes = page.assets.filter((one) => one.parent < 0);
  const severe = page.operations.map((one, at) => [one, at] as const).filter(([one]) => one.priority === "high" || one.priority === "medium");
  const door: Door = (view, query, ...words) => h("button", { class: "door", type: "button", click: () => go(view, query) }, ...words);
  const parts = wholes.length ? [whatIsThere(wholes, door), h("div", {}, ...whatToDo(plant, open, door), ...whatWasDone(plant, severe, open, door), ...whatWasNotSeen(plant, door))] : [firstSteps(), h("div", {}, ...whatWasNotSeen(plant, door))];
  return {
    name: "overview",
    title: say("Overview"),
    number: null,
    fields: [],
    element: h("section", { class: "overview" }, h("div", { class: "sentences" }, ...sentences(plant, wholes, severe, door)), h("div", { class: "columns" }, ...parts, captures(plant))),
  };
}

function sentences(plant: Plant, wholes: Asset[], severe: (readonly [Operation, number])[], door: Door): Node[] {
  const { page } = plant;
  const clear = page.logins.filter((one) => one.cleartext);
  const times = (which: "first" | "last"): number[] => page.captures.map((one) => one[which]).filter((one) => one !== null);
  const [first, last] = [Math.min(...times("first")), Math.max(...times("last"))];
  const packets = page.captures.reduce((sum, one) => sum + one.packets, 0);
  const doors = {
    assets: door("assets", "part:unknown", many(wholes.length, "{n} asset", "{n} assets")),
    conversations: door("conversations", "", many(page.talks.length + (page.left_out["talks"] ?? 0), "{n} conversation", "{n} conversations")),
    packets: many(packets, "{n} packet", "{n} packets"),
    captures: many(page.captures.length, "{n} capture", "{n} captures"),
  };
  const span = Number.isFinite(first) && Number.isFinite(last) ? say(", {first} to {last} UTC", { first: when(first), last: when(last) }) : "";
  const scope = h("p", {}, ...woven("{assets} in {conversations}, {packets} of {captures}", doors), `${span}.`);
  if (!wholes.length) return [h("p", { class: "lead" }, say("No device was seen in these captures.")), scope];
  const worst = severe.some(([one]) => one.priority === "high") ? "high" : "medium";
  const lead = severe.length
    ? [mark(worst), ...woven("{operations} stopped, loaded, forced or reconfigured equipment.", { operations: door("operations", SEVERE, many(severe.length, "{n} operation", "{n} operations")) })]
    : [say("Nothing was stopped, loaded, forced or reconfigured in these captures.")];
  const ways = [...new Set(clear.map((one) => one.protocol))].sort().join(", ");
  const logins = clear.length ? woven("{logins} crossed the wire in clear ({protocols}).", { logins: door("logins", "clear:yes", many(clear.length, "{n} login", "{n} logins")), protocols: ways }) : [say("No login crossed the wire in clear.")];
  return [...found(plant, door), h("p", { class: "lead" }, ...lead), h("p", {}, ...logins), scope];
}

/** What needs somebody now, and what comes next. */
function found(plant: Plant, door: Door): Node[] {
  const { findings, assessment } = plant.page;
  if (!assessment.asked) return [];
  const [now, next] = [asking(findings, "now"), asking(findings, "next")];
  const soon = { now: door("findings", asksFor("now"), many(now, "{n} finding", "{n} findings")), next: door("findings", asksFor("next"), many(next, "{n} finding", "{n} findings")) };
  if (now) return [h("p", { class: "lead" }, due("now", false), ...woven("{now} now, {next} next.", soon))];
  return [h("p", { class: "lead" }, ...(next ? [due("next", false), ...woven("Nothing needs you now; {next} next.", soon)] : [say("Nothing that was found needs you.")]))];
}

/** The findings to act on first. */
function whatToDo(plant: Plant, open: (open: string) => void, door: Door): Node[] {
  const first = plant.page.findings.map((one, at) => [one, at] as const).filter(([one]) => one.when !== "never" && one.verdict !== "not_affected");
  if (!first.length) return [];
  const rows = first.slice(0, MOST_FOUND).map(([one, at]) =>
    h(
      "tr",
      {},
      h("td", {}, due(one.when)),
      h("td", { class: "device", title: plant.device(one) }, plant.device(one)),
      h("td", { class: "brief", title: one.title }, h("button", { class: "door", type: "button", click: () => open(`finding/${at}`) }, called(one))),
      h("td", { class: "wide", title: one.why }, one.why),
    ),
  );
  const head = h("tr", {}, h("th", {}, say("Priority")), h("th", {}, say("Asset")), h("th", {}, say("Finding")), h("th", {}, say("Why now, or not")));
  const more = first.length - MOST_FOUND;
  const rest = more > 0 ? [h("p", { class: "note" }, door("findings", asksFor("now|next"), many(more, "{n} finding more", "{n} findings more")))] : [];
  return [h("h3", {}, say("What to do first")), h("table", { class: "small" }, h("thead", {}, head), h("tbody", {}, ...rows)), ...rest];
}

/** What fills an empty page. */
function firstSteps(): HTMLElement {
  return h(
    "div",
    {},
    h("h3", {}, say("What will be here")),
    h("p", { class: "note" }, say("Every device that sends a frame: its role, vendor, model and firmware with the bytes that prove them, who talks with whom, and what was done to the plant.")),
    h("p", { class: "note" }, say("Record at a mirror port of the plant's switch, for some minutes at least, and read the capture again:")),
    h("p", {}, h("code", {}, "fieldwatch inspect CAPTURE --html PAGE")),
  );
}

function whatIsThere(wholes: Asset[], door: Door): HTMLElement {
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
    const words = named.slice(0, 3).map(([name, times]) => `${name} ${count(times)}`);
    if (named.length > 3) words.push(many(named.length - 3, "{n} more", "{n} more"));
    const query = [exactly("role", role), exactly("level", level), "part:unknown"].join(" ");
    return h("tr", {}, h("td", { class: "right" }, known(level)), h("td", {}, known(term("role", role))), h("td", { class: "right" }, door("assets", query, count(total))), h("td", { class: "wide", title: words.join(", ") }, words.join(", ") || unknown()));
  });
  const head = h("tr", {}, h("th", { class: "right" }, say("Level")), h("th", {}, say("Role")), h("th", { class: "right" }, say("Assets")), h("th", {}, say("Vendors")));
  return h("div", {}, h("h3", {}, say("What is there")), h("table", { class: "small" }, h("thead", {}, head), h("tbody", {}, ...rows)));
}

interface Done {
  first: Operation;
  at: number; // number of the first
  times: number;
  rows: number;
}

/** Severe operations of one name between the same two, the gravest first, then the earliest. */
function gathered(severe: (readonly [Operation, number])[]): Done[] {
  const found = new Map<string, Done>();
  for (const [one, at] of severe) {
    const key = [one.priority, one.name, one.actor, one.target].join("|");
    const known = found.get(key);
    if (!known) found.set(key, { first: one, at, times: one.count, rows: 1 });
    else {
      known.times += one.count;
      known.rows += 1;
      if (one.evidence[1] < known.first.evidence[1]) [known.first, known.at] = [one, at];
    }
  }
  const rank = (one: Done): number => PRIORITIES.indexOf(one.first.priority);
  return [...found.values()].sort((one, other) => rank(one) - rank(other) || one.first.evidence[1] - other.first.evidence[1]);
}

function whatWasDone(plant: Plant, severe: (readonly [Operation, number])[], open: (open: string) => void, door: Door): Node[] {
  if (!severe.length) return [];
  const order = gathered(severe);
  const oneDay = new Set(order.map(({ first }) => when(first.evidence[1]).slice(0, 10))).size === 1;
  const rows = order.slice(0, MOST_DONE).map(({ first, at, times, rows }) => {
    const [who, on] = [plant.end(first.actor), plant.end(first.target)];
    const query = [exactly("operation", first.name), exactly("who", who), exactly("on", on), `priority:${first.priority}`].join(" ");
    return h(
      "tr",
      {},
      h("td", {}, mark(first.priority, true)),
      h("td", {}, stamp(first.evidence[1], 0, oneDay)),
      h("td", {}, h("button", { class: "door", type: "button", click: () => open(`operation/${at}`) }, first.name)),
      h("td", { class: "wide", title: say("{who} on {on}", { who, on }) }, ...woven("{who} on {on}", { who: plant.brief(first.actor), on: plant.brief(first.target) })),
      h("td", { class: "right" }, rows > 1 ? door("operations", query, count(times)) : count(times)),
    );
  });
  const head = h("tr", {}, h("th", {}, say("Priority")), h("th", {}, say("First (UTC)")), h("th", {}, say("Operation")), h("th", {}, say("Who on what")), h("th", { class: "right" }, say("Times")));
  const more = order.length - MOST_DONE;
  const rest = more > 0 ? [h("p", { class: "note" }, door("operations", SEVERE, many(more, "{n} kind more", "{n} kinds more")))] : [];
  return [h("h3", {}, say("What was done")), h("table", { class: "small" }, h("thead", {}, head), h("tbody", {}, ...rows)), ...rest];
}

function whatWasNotSeen(plant: Plant, door: Door): Node[] {
  const { page } = plant;
  const row = (number: Child, words: string, detail = ""): Node => h("tr", {}, h("td", { class: "right" }, number), h("td", {}, words), h("td", { class: "wide", title: detail }, detail));
  const rows = page.unseen.map((one) => row(count(one.count), one.what, one.detail));
  const missing = page.undecoded.reduce((sum, one) => sum + one.count, 0);
  const wrong = page.malformed.reduce((sum, one) => sum + one.count, 0);
  if (missing) rows.push(row(door("undecoded", "", count(missing)), say("packets or messages that are not decoded")));
  if (wrong) rows.push(row(door("malformed", "", count(wrong)), say("messages that break a rule of their protocol")));
  return [h("h3", {}, say("What could not be seen")), rows.length ? h("table", { class: "small" }, h("tbody", {}, ...rows)) : h("p", { class: "note" }, say("Nothing was lost, cut, skipped or left undecoded."))];
}

function captures(plant: Plant): HTMLElement {
  const { page } = plant;
  const rows = page.captures.slice(0, MOST_CAPTURES).map((one) =>
    h("tr", {}, h("td", { class: "code wide", title: one.path }, one.path), h("td", {}, one.first === null ? "" : stamp(one.first)), h("td", { class: "right" }, count(one.packets)), h("td", { class: "right" }, kilobytes(one.bytes)), h("td", { title: one.truncated }, one.truncated ? say("ends too early") : "")),
  );
  const head = h("tr", {}, h("th", {}, say("Capture")), h("th", {}, say("First (UTC)")), h("th", { class: "right" }, say("Packets")), h("th", { class: "right" }, say("Size (kB)")), h("th", {}));
  const more = page.captures.length - MOST_CAPTURES;
  return h("div", { class: "whole" }, h("h3", {}, say("Where it comes from")), h("table", { class: "small" }, h("thead", {}, head), h("tbody", {}, ...rows)), more > 0 && h("p", { class: "note" }, many(more, "and {n} more", "and {n} more")));
}
