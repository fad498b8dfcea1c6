// Theme, size and height of rows. A cookie keeps each, so that the server writes the page as it is to look: nothing flashes.

import { all, around } from "./find";

const YEAR_S = 31_536_000;
const root = document.documentElement;

function choose(what: string, value: string): void {
  if (value) root.dataset[what] = value;
  else delete root.dataset[what];
  document.cookie = `fieldwatch_${what}=${value}; path=/; max-age=${value ? YEAR_S : 0}; samesite=lax`;
  show();
  document.dispatchEvent(new CustomEvent("fieldwatch:looks", { detail: { what, value } }));
}

function show(): void {
  for (const button of all("[data-choose]")) {
    const chosen = (root.dataset[button.dataset["choose"] ?? ""] ?? "") === button.dataset["value"];
    button.setAttribute("aria-current", String(chosen));
    if (!chosen) button.removeAttribute("aria-current");
  }
}

/** From dark to light or back, whichever is shown now. */
export function turn(): void {
  const theme = root.dataset["theme"] ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  choose("theme", theme === "dark" ? "light" : "dark");
}

export function looks(): void {
  show();
  document.addEventListener("click", (event) => {
    const button = around(event, "[data-choose]");
    if (button) {
      const { choose: what = "", value = "", toggle } = button.dataset;
      choose(what, toggle !== undefined && root.dataset[what] === value ? "" : value);
    } else if (around(event, "[data-print]")) print();
  });
}
