// What htmx asks for: a line at the top while it lasts, and a word where it fails.

import { one } from "./find";
import { toastOf } from "./toasts";

const STATUS: Record<number, string> = { 401: "signedOut", 403: "forbidden", 404: "gone", 410: "gone", 503: "away", 507: "full" };
let running = 0;

function count(change: number): void {
  running = Math.max(0, running + change);
  one("[data-loading]")?.classList.toggle("on", running > 0);
}

function failed(event: Event): void {
  const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
  toastOf(STATUS[xhr.status] ?? "failed", "error");
}

/** A form or a filter that comes back with what is wrong (422, 400) is shown; the page of the sign-in, to which a session that ended leads, is not. */
function swapped(event: Event): void {
  const { detail } = event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean; isError: boolean }>;
  if ([400, 422].includes(detail.xhr.status)) [detail.shouldSwap, detail.isError] = [true, false];
  const place = URL.parse(detail.xhr.responseURL)?.pathname ?? "";
  if (!place.startsWith("/accounts/") || location.pathname.startsWith("/accounts/")) return;
  detail.shouldSwap = false;
  toastOf("signedOut", "warning");
}

export function requests(): void {
  const body = document.body;
  body.addEventListener("htmx:beforeRequest", () => count(1));
  body.addEventListener("htmx:afterRequest", () => count(-1));
  body.addEventListener("htmx:beforeSwap", swapped);
  body.addEventListener("htmx:responseError", failed);
  body.addEventListener("htmx:sendError", () => toastOf("noAnswer", "error"));
  body.addEventListener("htmx:timeout", () => toastOf("tooSlow", "error"));
  document.addEventListener("submit", () => one("[data-loading]")?.classList.add("on"));
  addEventListener("pageshow", () => (running = 0, one("[data-loading]")?.classList.remove("on")));
}
