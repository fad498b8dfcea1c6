// Short messages at the foot of the page. Their texts come from the server: with the message, or as data of the place where they stand.

import { around, one } from "./find";

const SHOWN_MS = 8000;

interface Toast {
  text: string;
  level?: string;
  undo?: string; // address that a POST takes it back at
}

function csrf(): string {
  const headers: Record<string, string> = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  return headers["X-CSRFToken"] ?? "";
}

async function undo(address: string, element: HTMLElement): Promise<void> {
  const answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": csrf() } }).catch(() => null);
  if (answer?.ok) location.reload();
  else toastOf(answer ? "failed" : "noAnswer", "error");
  element.remove();
}

/** Shows a message; errors and what can be undone stay until they are closed. */
export function toast(shown: Toast): void {
  const [place, template] = [one("#toasts"), one<HTMLTemplateElement>("#toast")];
  const element = template?.content.firstElementChild?.cloneNode(true);
  if (!place || !(element instanceof HTMLElement)) return;
  if ([...place.children].some((other) => other.querySelector(".text")?.textContent === shown.text)) return;
  element.dataset["level"] = shown.level ?? "info";
  one(".text", element)!.textContent = shown.text;
  const button = one("[data-undo]", element)!;
  const address = shown.undo;
  if (address) button.addEventListener("click", () => void undo(address, element));
  else button.remove();
  place.append(element);
  if (!address && element.dataset["level"] === "info") setTimeout(() => element.remove(), SHOWN_MS);
}

/** Shows one of the texts that stand at the place of the messages. */
export function toastOf(text: string, level: string): void {
  toast({ text: one("#toasts")?.dataset[text] ?? "", level });
}

export function toasts(): void {
  document.addEventListener("click", (event) => around(event, "[data-dismiss]")?.closest(".toast")?.remove());
  document.addEventListener("fieldwatch:toast", (event) => {
    const { text, level, undo: address } = (event as CustomEvent<Partial<Toast>>).detail;
    if (text) toast({ text, ...(level ? { level } : {}), ...(address ? { undo: address } : {}) });
  });
}
