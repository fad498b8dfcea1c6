// The drawer: evidence and details beside the page. Its address stands behind ?drawer=, so it can be sent on, and back closes it.

import { all, around, one } from "./find";

const ALLOWED = /^\/(?:[\w.~%:@+=-]+\/)*(?:evidence|drawer)\/[\w.~%:@+=/-]*(?:\?[^#]*)?$/;
const FOCUSED = "a[href], button, input, select, textarea, summary, [tabindex='0']";
let opener: HTMLElement | null = null;
let page = ""; // its address, without the drawer

const panel = (): HTMLElement | null => one("[data-drawer-panel]");
const inAddress = (): string | null => new URL(location.href).searchParams.get("drawer");

/** The path of an address that the drawer may show: one of ours, for evidence or details; none where it is another. */
function allowed(address: string): string | null {
  const url = URL.parse(address, location.href);
  const path = url && url.origin === location.origin ? url.pathname + url.search : "";
  return ALLOWED.test(path) ? path : null;
}

export function isOpen(): boolean {
  return panel()?.hidden === false;
}

/** The address of the page with the drawer at this path. */
function withDrawer(path: string | null): string {
  const url = new URL(location.href);
  url.searchParams.delete("drawer");
  return path === null ? url.href : url.href.replace(url.hash, "") + (url.search ? "&" : "?") + "drawer=" + encodeURIComponent(path).replace(/%2F/g, "/") + url.hash;
}

function show(): void {
  const drawer = panel();
  if (!drawer || !drawer.hidden) return;
  if (document.activeElement instanceof HTMLElement && document.activeElement !== document.body) opener = document.activeElement;
  drawer.hidden = false;
  drawer.focus();
}

function hide(): void {
  const drawer = panel();
  if (!drawer || drawer.hidden) return;
  const held = drawer.contains(document.activeElement);
  drawer.hidden = true;
  one("#drawer-body")!.replaceChildren();
  if (held) (opener?.isConnected ? opener : one("tr.at") ?? one("main"))?.focus();
}

function remember(path: string): void {
  const target = withDrawer(path);
  if (inAddress() === path) return;
  history[isOpen() && history.state?.drawer ? "replaceState" : "pushState"]({ drawer: true }, "", target);
}

/** Opens an address in the drawer. */
export function open(address: string): void {
  const [path, body] = [allowed(address), one("#drawer-body")];
  if (!path || !body) return;
  remember(path);
  show();
  void window.htmx?.ajax("GET", path, { target: body, swap: "innerHTML" });
}

/** Closes the drawer; the address of the page is as it was before. */
export function close(): void {
  if (!isOpen()) return;
  if (history.state?.drawer) history.back();
  else {
    history.replaceState(null, "", withDrawer(null));
    hide();
  }
}

function trap(event: KeyboardEvent): void {
  const drawer = panel();
  if (event.key !== "Tab" || !drawer?.contains(document.activeElement)) return;
  const inside = all(FOCUSED, drawer).filter((element) => element.checkVisibility());
  const [first, last] = [inside[0], inside.at(-1)];
  const leaves = event.shiftKey ? document.activeElement === first || document.activeElement === drawer : document.activeElement === last;
  if (!leaves) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
}

/** What is asked for the drawer opens it, and stands in the address of the page. */
function asked(event: Event): void {
  const { target, requestConfig } = (event as CustomEvent<{ target: Element; requestConfig: { verb: string; path: string } }>).detail;
  const path = target.id === "drawer-body" && requestConfig.verb === "get" ? allowed(requestConfig.path) : null;
  if (path) (remember(path), show());
}

function filled(event: Event): void {
  if (!(event.target instanceof HTMLElement) || event.target.id !== "drawer-body") return;
  const [title, heading] = [one("[data-drawer-title]", event.target), one("#drawer-title")];
  if (heading) heading.textContent = title?.textContent?.trim() || (heading.dataset["default"] ?? "");
  if (title) title.hidden = true;
  event.target.scrollTop = 0;
}

/** The bytes that a field was read from, lit up under the pointer and with the focus. */
function light(event: Event): void {
  for (const lit of all(".hexdump .at")) lit.classList.remove("at");
  const [from, to] = (around(event, "[data-bytes]")?.dataset["bytes"] ?? "").split("-").map(Number);
  if (from === undefined || Number.isNaN(from)) return;
  for (const byte of all(".hexdump [data-at]")) {
    const at = Number(byte.dataset["at"]);
    if (at >= from && at <= (to ?? from)) byte.classList.add("at");
  }
}

/** Where only the drawer came or went, nobody else needs to hear of it: the page stays as it is. */
function moved(event: Event): void {
  if (withDrawer(null) === page) (event.stopImmediatePropagation(), follow());
}

function follow(): void {
  const path = inAddress();
  if (!path) return hide();
  const body = one("#drawer-body");
  if (body && allowed(path)) (show(), void window.htmx?.ajax("GET", path, { target: body, swap: "innerHTML" }));
}

export function drawer(): void {
  document.body.addEventListener("htmx:beforeRequest", asked);
  document.body.addEventListener("htmx:afterSwap", filled);
  document.addEventListener("click", (event) => around(event, "[data-drawer-close]") && close());
  document.addEventListener("keydown", trap);
  for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, light);
  addEventListener("popstate", moved);
  for (const kind of ["htmx:pushedIntoHistory", "htmx:replacedInHistory"]) document.body.addEventListener(kind, () => (page = withDrawer(null)));
  page = withDrawer(null);
  if (inAddress()) follow();
  else if (one("#drawer-body")?.childElementCount) show();
}
