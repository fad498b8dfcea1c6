// Menus are <details>: one is open at a time, a click beside it or Esc closes it, arrows walk through it.

import { all, around, one } from "./find";

const OPEN = "details.menu[open]";

/** Closes the open menu; true where there was one. */
export function closeMenu(): boolean {
  const open = one<HTMLDetailsElement>(OPEN);
  if (!open) return false;
  open.open = false;
  one("summary", open)?.focus();
  return true;
}

function walk(event: KeyboardEvent): void {
  const menu = around(event, OPEN);
  if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key) || event.target instanceof HTMLSelectElement) return;
  const items = all("a, button, input, select", menu).filter((item) => item.checkVisibility());
  const at = items.findIndex((item) => item === document.activeElement);
  items.at((at + (event.key === "ArrowDown" ? 1 : -1) + (at < 0 && event.key === "ArrowUp" ? 1 : 0)) % items.length)?.focus();
  event.preventDefault();
}

export function menus(): void {
  document.addEventListener("click", (event) => {
    for (const open of all<HTMLDetailsElement>(OPEN)) if (!(event.target instanceof Node) || !open.contains(event.target)) open.open = false;
  });
  document.addEventListener("keydown", walk);
}
