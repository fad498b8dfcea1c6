// Rows of a list: one of them is the one that keys are about, some are selected, one is opened.

import { all, around, one } from "./find";
import { isOpen, open } from "./drawer";

const rows = (): HTMLElement[] => all("[data-list] tbody tr[data-row]");
const current = (): HTMLElement | null => one("[data-list] tbody tr.at");

function stand(row: HTMLElement | undefined): void {
  if (!row) return;
  for (const other of all("tr.at")) other.classList.remove("at");
  row.classList.add("at");
  const within = isOpen() && one("[data-drawer-panel]")?.contains(document.activeElement);
  if (!within) row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  const shown = row.dataset["inDrawer"] !== undefined ? row.dataset["href"] : row.dataset["evidence"];
  if (isOpen() && shown) open(shown);
}

/** Goes this many rows on. */
export function step(by: number): void {
  const [list, row] = [rows(), current()];
  const at = row ? list.indexOf(row) + by : by > 0 ? 0 : list.length - 1;
  stand(list[Math.max(0, Math.min(list.length - 1, at))]);
}

/** Opens the row: its page, or its details in the drawer. */
export function enter(row = current(), beside = false): boolean {
  const href = row?.dataset["href"];
  if (!href) return false;
  if (row.dataset["inDrawer"] !== undefined) open(href);
  else if (beside) window.open(href, "_blank", "noopener");
  else location.assign(href);
  return true;
}

/** Opens the evidence of the row, or the first of the page. */
export function evidence(): void {
  const row = current();
  const address = row?.dataset["evidence"] ?? one("[data-drawer]", row ?? one("main") ?? document)?.getAttribute("hx-get");
  if (address) open(address);
}

function boxes(inside: ParentNode): HTMLInputElement[] {
  return all<HTMLInputElement>("[data-select]", inside);
}

function counted(list: HTMLElement): void {
  const [picks, bulk, every] = [boxes(list), one("[data-bulk]", list), one<HTMLInputElement>("[data-select-all]", list)];
  const chosen = picks.filter((box) => box.checked);
  for (const box of picks) box.closest("tr")?.setAttribute("aria-selected", String(box.checked));
  if (every) [every.checked, every.indeterminate] = [chosen.length === picks.length, chosen.length > 0 && chosen.length < picks.length];
  if (!bulk) return;
  bulk.hidden = chosen.length === 0;
  one("[data-selected]", bulk)!.textContent = String(chosen.length);
}

function select(list: HTMLElement, checked: boolean): void {
  for (const box of boxes(list)) box.checked = checked;
  counted(list);
}

/** Selects the row, or no longer. */
export function pick(): void {
  const [row, list] = [current(), current()?.closest<HTMLElement>("[data-list]")];
  const box = row && one<HTMLInputElement>("[data-select]", row);
  if (!box || !list) return;
  box.checked = !box.checked;
  counted(list);
}

function submitted(event: SubmitEvent): void {
  const form = around(event, "form[data-bulk]");
  const list = form?.closest<HTMLElement>("[data-list]");
  if (!form || !list) return;
  for (const old of all("input[data-picked]", form)) old.remove();
  for (const { value } of boxes(list).filter((box) => box.checked)) {
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: "id", value });
    input.dataset["picked"] = "";
    form.append(input);
  }
}

function clicked(event: MouseEvent): void {
  const list = around(event, "[data-list]");
  if (list && around(event, "[data-select-none]")) return select(list, false);
  const row = around(event, "[data-list] tr[data-row]");
  if (!row || around(event, "a, button, input, label, summary, select") || String(getSelection())) return;
  stand(row);
  enter(row, event.ctrlKey || event.metaKey);
}

export function lists(): void {
  document.addEventListener("click", clicked);
  document.addEventListener("submit", submitted, { capture: true });
  document.addEventListener("change", (event) => {
    const list = around(event, "[data-list]");
    if (!list || !(event.target instanceof HTMLInputElement)) return;
    if (event.target.matches("[data-select-all]")) select(list, event.target.checked);
    else if (event.target.matches("[data-select]")) counted(list);
  });
}
