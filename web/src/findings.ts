// The findings: what applies to which device, with its range and its reason, and when to act. Filtered by Now, Next and Never.

import { called, VERDICTS, WHENS, type Finding, type Plant, type When } from "./data";
import { due, h } from "./element";
import { column, left, list, number, plain, type Doors, type View } from "./list";
import { say, term } from "./say";
import { terms } from "./search";
import { count } from "./text";

export function findings(plant: Plant, doors: Doors, go: (view: string, query?: string) => void): View {
  const { page } = plant;
  const one = (at: number): Finding => page.findings[at] as Finding;
  const view = list<number>({
    name: "findings",
    title: say("Findings"),
    rows: page.findings.map((_, at) => at),
    number: open(page.findings),
    columns: [
      { name: "when", head: say("Priority"), least: 94, cell: (at) => due(one(at).when), sort: (at) => WHENS.indexOf(one(at).when) },
      column({ name: "asset", head: say("Asset"), least: 120, share: 0.9 }, (at) => plant.device(one(at))),
      { ...plain<number>({ name: "finding", head: say("Finding"), least: 120, share: 1 }, (at) => called(one(at))), cell: (at) => h("span", { class: one(at).cve ? "code" : "", title: one(at).title }, called(one(at))) },
      plain({ name: "verdict", head: say("Verdict"), least: 98, rank: 1 }, (at) => verdict(one(at))),
      { ...plain<number>({ name: "range", head: say("Range"), least: 90, share: 0.7, rank: 2 }, (at) => one(at).range), cell: (at) => h("span", { class: "code", title: one(at).range }, one(at).range) },
      plain({ name: "why", head: say("Why now, or not"), least: 150, share: 2 }, (at) => one(at).why),
      plain({ name: "reason", head: say("Why this verdict"), least: 130, share: 1.3, rank: 5 }, (at) => one(at).reason),
      number({ name: "cvss", head: say("CVSS"), least: 44, rank: 3 }, (at) => one(at).cvss?.[2] ?? -1, (of) => (of < 0 ? "" : of.toFixed(1))),
      number({ name: "epss", head: say("EPSS (%)"), least: 60, rank: 4 }, (at) => one(at).epss ?? -1, (of) => (of < 0 ? "" : (of * 100).toFixed(1))),
    ],
    fields: (at) => {
      const row = one(at);
      const asset = page.assets[row.asset];
      const told = { _title: row.title, _verdict: verdict(row), _when: term("when", row.when), _why: row.why, _reason: row.reason };
      return { when: row.when, verdict: row.verdict, asset: [plant.device(row), asset?.address, asset?.id].filter(Boolean).join(" "), cve: row.cve, advisory: row.advisory, cwe: row.cwe, range: row.range, kev: row.kev?.[0] ?? "", ...told };
    },
    key: (at) => `finding/${at}`,
    doors,
    empty: page.assessment.asked ? say("Nothing was found: no advisory that was given applies, and no exposure was seen.") : say("Nobody asked for findings."),
    note: [left(plant, "findings"), basis(plant), ...page.assessment.skipped].filter(Boolean).join(" "),
  });
  const buttons = ["", ...WHENS].map((when) => filter(when as When | "", page.findings, () => go("findings", when && `when:${when}`)));
  view.element.prepend(h("div", { class: "filters", role: "group", "aria-label": say("priority") }, ...buttons));
  const search = view.search;
  view.search = (query) => {
    search?.(query);
    const sought = terms(query).find((term) => term.field === "when")?.texts.join("|") ?? "";
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset["when"] === sought));
  };
  return view;
}

/** How many ask for something: all but those that somebody cleared. */
export function open(rows: Finding[], when: When | "" = ""): number {
  return rows.filter((one) => one.verdict !== "not_affected" && (!when || one.when === when)).length;
}

/** The search for them. */
export function asksFor(when: string): string {
  return [`when:${when}`, `verdict=${VERDICTS.filter((one) => one !== "not_affected").join("|")}`].join(" ");
}

export function verdict(one: Finding): string {
  return term("verdict", one.verdict);
}

function filter(when: When | "", rows: Finding[], click: () => void): HTMLElement {
  const size = rows.filter((one) => !when || one.when === when).length;
  return h("button", { type: "button", "data-when": when, "aria-pressed": "false", click }, when ? due(when) : say("All"), " ", h("span", { class: "number" }, count(size)));
}

/** What the devices were held against. */
function basis(plant: Plant): string {
  const { advisories, sources, verdicts, asked } = plant.page.assessment;
  if (!asked) return "";
  if (!advisories) return say("No advisories were given (--advisories PATH, --starter): only exposures were looked for.");
  const counts = { affected: count(verdicts.affected ?? 0), undetermined: count(verdicts.undetermined ?? 0), cleared: count(verdicts.not_affected ?? 0) };
  return say("Held against {sources}: {affected} affected, {undetermined} undetermined, {cleared} not affected.", { sources: sources.join("; "), ...counts });
}

/** A line for lists: its mark, its door, what was decided. */
export function brief(one: Finding, door: Node): (Node | string)[] {
  return [due(one.when, false), door, ` ${[verdict(one), one.range].filter(Boolean).join(", ")}`];
}
