// The keys of every page; `?` shows them.

import { close, isOpen } from "./drawer";
import { all, isTyping, one } from "./find";
import { enter, evidence, pick, step } from "./lists";
import { turn } from "./looks";
import { closeMenu } from "./menus";

const NEXT_KEY_MS = 1200;
let going = 0;

function help(): void {
  const dialog = one<HTMLDialogElement>("#keys");
  if (dialog?.open) dialog.close();
  else dialog?.showModal();
}

/** Uses what the page marked for a key: an input gets the focus, a link is followed. */
function marked(key: string): boolean {
  const element = all(`[data-key="${CSS.escape(key)}"]`).find((found) => found.checkVisibility());
  if (element instanceof HTMLInputElement) (element.focus(), element.select());
  else element?.click();
  return element !== undefined;
}

function go(letter: string): boolean {
  const link = one<HTMLAnchorElement>(`[data-go="${CSS.escape(letter)}"]`);
  link?.click();
  return link !== null;
}

function leave(): void {
  if (closeMenu()) return;
  if (isTyping(document.activeElement)) (document.activeElement as HTMLElement).blur();
  else close();
}

const KEYS: Record<string, () => boolean | void> = {
  j: () => step(1), k: () => step(-1), e: evidence, x: pick, t: turn, "?": help,
  g: () => void (going = Date.now() + NEXT_KEY_MS),
  Enter: () => (document.activeElement?.matches("tr[data-row], body, [data-drawer-panel]") ? enter() : false),
};

function pressed(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  const { key } = event;
  if (one<HTMLDialogElement>("dialog[open]") && key !== "?") return;
  if (key === "Escape") return leave();
  if (isTyping(event.target)) return;
  const wasGoing = going > Date.now();
  going = 0;
  const own = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
  const used = wasGoing && go(key) ? true : own ? own() !== false : key.length === 1 && marked(key);
  if (used) event.preventDefault();
}

export function keys(): void {
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", (event) => event.target instanceof Element && event.target.closest("[data-keys]") && help());
  if (isOpen()) one("[data-drawer-panel]")?.focus();
}
