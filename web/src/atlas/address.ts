// What a person looks at, as the end of the page's address, so that it can be sent to a colleague: filters, search, and who is chosen.

import { PRIORITIES } from "./data";
import { KINDS } from "./effects";
import { Filter } from "./filter";

/** The filter and the chosen node as `effect=...&zone=...&at=ID`; "" where nothing is taken away and nobody chosen. */
export function written(filter: Filter, chosen: string): string {
  const words = new URLSearchParams();
  for (const rank of [...filter.kinds].sort()) words.append("kind", KINDS[rank] ?? "");
  for (const name of ["effects", "protocols", "zones", "priorities"] as const) for (const one of [...filter[name]].sort()) words.append(name, one);
  if (filter.onlyAbnormal) words.set("abnormal", "1");
  if (Number.isFinite(filter.from)) words.set("from", String(Math.round(filter.from)));
  if (Number.isFinite(filter.until)) words.set("until", String(Math.round(filter.until)));
  if (filter.text) words.set("find", filter.text);
  if (filter.fresh) words.set("new", filter.since === null ? "" : String(filter.since));
  if (chosen) words.set("at", chosen);
  return words.toString();
}

/** What `written` wrote; what it cannot have written is left out. */
export function read(hash: string): { filter: Filter; chosen: string } {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const filter = new Filter();
  for (const kind of words.getAll("kind")) if (KINDS.some((one) => one === kind)) filter.kinds.add(KINDS.findIndex((one) => one === kind));
  for (const name of ["effects", "protocols", "zones"] as const) for (const one of words.getAll(name)) filter[name].add(one);
  for (const one of words.getAll("priorities")) for (const known of PRIORITIES) if (one === known) filter.priorities.add(known);
  filter.onlyAbnormal = words.get("abnormal") === "1";
  filter.from = number(words.get("from")) ?? -Infinity;
  filter.until = number(words.get("until")) ?? Infinity;
  filter.text = words.get("find") ?? "";
  filter.fresh = words.has("new");
  filter.since = number(words.get("new"));
  return { filter, chosen: words.get("at") ?? "" };
}

function number(text: string | null): number | null {
  return text !== null && /^-?\d{1,16}$/.test(text) ? Number(text) : null;
}
