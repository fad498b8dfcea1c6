// Events of the server: each is sent on in the page as `fieldwatch:<kind>`, and the head says whether the page is up to date.
//
// The stream (text/event-stream at the address of the meta tag `fieldwatch-events`) sends unnamed messages of JSON objects with `kind`, each
// with an id, and at least every 15 s one of kind `beat`. After a break it is asked again with `?after=` the last id. A page that nobody
// sees does not listen: browsers keep six connections to one server over all tabs, and the seventh tab would wait for ever.

import { meta, one } from "./find";

const SILENT_MS = 45_000;
const WAITS_MS = [1000, 2000, 5000, 10_000, 30_000];
const BUSY_MS = 30_000;
const KIND = /^[a-z][a-z_.-]*$/;

class Stream {
  private after = "";
  private tries = 0;
  private heard = 0;
  private source: EventSource | undefined;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly address: string) {
    this.turn();
    document.addEventListener("visibilitychange", () => this.turn());
    addEventListener("pagehide", () => this.source?.close());
    addEventListener("pageshow", (event) => event.persisted && this.turn());
    setInterval(() => Date.now() - this.heard > SILENT_MS && this.heard > 0 && this.again(), SILENT_MS / 3);
  }

  private turn(): void {
    if (document.visibilityState === "visible") this.connect();
    else this.source?.close();
    this.heard = 0;
  }

  private connect(): void {
    this.source?.close();
    if (document.visibilityState !== "visible") return;
    const url = new URL(this.address, location.href);
    if (this.after) url.searchParams.set("after", this.after);
    this.source = new EventSource(url);
    this.source.onopen = () => this.hear();
    this.source.onmessage = (message: MessageEvent<string>) => this.take(message);
    this.source.onerror = () => this.again();
  }

  private hear(): void {
    [this.heard, this.tries] = [Date.now(), 0];
    mark("live");
  }

  private take(message: MessageEvent<string>): void {
    this.hear();
    this.after = message.lastEventId || this.after;
    const detail: unknown = read(message.data);
    const kind = detail && typeof detail === "object" && "kind" in detail ? String(detail.kind) : "";
    if (kind === "busy") return this.again(BUSY_MS);
    if (KIND.test(kind) && kind !== "beat") document.dispatchEvent(new CustomEvent(`fieldwatch:${kind}`, { detail }));
    if (kind) document.body.dispatchEvent(new CustomEvent("fieldwatch:event", { detail }));
  }

  private again(least = 0): void {
    this.source?.close();
    this.heard = 0;
    mark("stale");
    const wait = WAITS_MS[Math.min(this.tries++, WAITS_MS.length - 1)] ?? 0;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.connect(), Math.max(least, wait));
  }
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function mark(state: string): void {
  const shown = one("[data-live]");
  if (shown && shown.dataset["state"] !== state) shown.dataset["state"] = state;
  if (shown) shown.hidden = false;
}

export function live(): void {
  const address = meta("fieldwatch-events");
  if (!address) return;
  mark("off");
  new Stream(address);
}
