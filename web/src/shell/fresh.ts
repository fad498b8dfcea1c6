// Lists that follow the plant: where an event of a kind that a list names in `data-kinds` comes, the list is read again, unless somebody
// is at work in it: rows do not move under a hand.

import { all, one } from "./find";

const PAUSE_MS = 3000;
let due: ReturnType<typeof setTimeout> | undefined;

function isBusy(list: HTMLElement): boolean {
  return one("tr.at, [data-select]:checked, details[open], :focus", list) !== null || one("[data-drawer-panel]")?.hidden === false;
}

function refresh(kinds: Set<string>): void {
  for (const list of all("[data-list][data-kinds]")) {
    const follows = (list.dataset["kinds"] ?? "").split(" ").some((kind) => kinds.has(kind)) || kinds.has("missed");
    if (!follows || isBusy(list)) continue;
    void window.htmx?.ajax("GET", location.pathname + location.search, { target: list, swap: "outerHTML", select: `#${list.id}`, selectOOB: "#page-number" });
  }
  kinds.clear();
}

export function fresh(): void {
  const kinds = new Set<string>();
  const heard = (kind: string): void => {
    kinds.add(kind);
    due ??= setTimeout(() => ((due = undefined), refresh(kinds)), PAUSE_MS);
  };
  document.body.addEventListener("fieldwatch:event", (event) => heard((event as CustomEvent<{ kind: string }>).detail.kind));
  document.addEventListener("fieldwatch:uploaded", () => heard("source"));
}
