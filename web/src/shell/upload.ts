// Files are sent in pieces, so that a broken connection or a closed lid costs one piece.
//
// 1. POST to the address of `data-upload`: JSON {name, size, modified} -> {url, offset}: where the pieces go, and how many bytes are there.
// 2. PUT of at most 8 MiB to `url` with `Content-Range: bytes FROM-TO/SIZE` -> 2xx {offset}, or 409 {offset}: go on from there.
//    413, 415, 422: refused for good, `detail` or `title` (RFC 9457) says why. 429, 503 and 507 (a full disk): later, after `Retry-After`
//    seconds; this, and a connection that breaks, is tried again for a quarter of an hour.
// 3. DELETE of `url`: cancelled. The last PUT answers {offset: SIZE, next}: `next` is where the import is to be seen.

import { all, around, one } from "./find";

const PIECE = 8 * 2 ** 20;
const PATIENCE_MS = 15 * 60_000;
const LONGEST_WAIT_S = 15;
const LATER = [429, 502, 503, 504, 507];

interface Answer {
  status: number;
  wait_s: number;
  body: { url?: string; offset?: number; detail?: string; title?: string; next?: string | null };
}

class Upload {
  private readonly row = document.createElement("li");
  private readonly what = document.createElement("span");
  private readonly bar = document.createElement("progress");
  private readonly button = document.createElement("button");
  private url = "";
  private offset = 0;
  private running: XMLHttpRequest | undefined;
  private stopped = false;
  private began = 0;

  constructor(private readonly form: HTMLFormElement, private readonly file: File) {
    const name = document.createElement("span");
    [name.textContent, name.className, this.what.className] = [file.name, "code", "what dim"];
    [this.button.type, this.button.className, this.button.textContent] = ["button", "btn", this.text("cancel")];
    [this.bar.max, this.bar.value] = [Math.max(1, file.size), 0];
    this.bar.setAttribute("aria-label", file.name);
    this.button.addEventListener("click", () => (this.row.dataset["state"] === "failed" ? void this.send() : this.cancel()));
    this.row.append(name, this.what, this.button, this.bar);
    one("ul", form)?.append(this.row);
    this.what.textContent = this.text("waiting");
  }

  private text(key: string): string {
    return this.form.dataset[key] ?? "";
  }

  /** Sends what is missing; ends when all is there, or at what cannot be mended. */
  async send(): Promise<void> {
    this.row.dataset["state"] = "sending";
    [this.stopped, this.button.textContent, this.began] = [false, this.text("cancel"), performance.now() - 1];
    if (!this.url && !(await this.opened())) return;
    const started = this.offset;
    do {
      if (!(await this.piece(started))) return;
    } while (this.offset < this.file.size);
    this.row.dataset["state"] = "done";
    this.what.textContent = this.text("sent");
    this.button.remove();
  }

  private async opened(): Promise<boolean> {
    const { name, size, lastModified } = this.file;
    const answer = await this.ask("POST", this.text("upload"), JSON.stringify({ name, size, modified: lastModified }), { "Content-Type": "application/json" });
    if (!answer || answer.status >= 300 || !answer.body.url) return this.fail(answer);
    [this.url, this.offset] = [answer.body.url, answer.body.offset ?? 0];
    return true;
  }

  private async piece(started: number): Promise<boolean> {
    const end = Math.min(this.offset + PIECE, this.file.size);
    const range = { "Content-Range": `bytes ${this.offset}-${Math.max(this.offset, end - 1)}/${this.file.size}`, "Content-Type": "application/octet-stream" };
    const answer = await this.ask("PUT", this.url, this.file.slice(this.offset, end), range, (sent) => this.show(this.offset + sent, started));
    if (this.stopped) return false;
    if (!answer || (answer.status >= 300 && answer.status !== 409)) return this.fail(answer);
    const there = answer.body.offset ?? end;
    if (there === this.offset && answer.status === 409) return this.fail(answer);
    this.offset = there;
    this.show(there, started);
    if (there >= this.file.size && answer.body.next) this.next(answer.body.next);
    return true;
  }

  /** Asks, and asks again while the connection is broken or the server cannot take it; then gives what came last. Nothing where it was cancelled. */
  private async ask(verb: string, url: string, body: string | Blob | null, headers: Record<string, string>, shown?: (sent: number) => void): Promise<Answer | null> {
    const end = performance.now() + PATIENCE_MS;
    for (let tried = 0; !this.stopped; tried++) {
      const answer = await this.once(verb, url, body, headers, shown);
      if (performance.now() > end || (answer && !LATER.includes(answer.status))) return answer;
      if (this.stopped) break;
      this.what.textContent = `${answer?.body.detail || this.text("broken")} ${this.text("later")}`;
      await new Promise((done) => setTimeout(done, 1000 * Math.min(answer?.wait_s || 2 ** tried, LONGEST_WAIT_S)));
    }
    return null;
  }

  private once(verb: string, url: string, body: string | Blob | null, headers: Record<string, string>, shown?: (sent: number) => void): Promise<Answer | null> {
    return new Promise((done) => {
      const request = (this.running = new XMLHttpRequest());
      request.open(verb, url);
      for (const [name, value] of Object.entries({ ...headers, "X-CSRFToken": one<HTMLInputElement>("[name=csrfmiddlewaretoken]", this.form)?.value ?? "" })) request.setRequestHeader(name, value);
      request.upload.onprogress = (event) => shown?.(event.loaded);
      request.onload = () => done({ status: request.status, wait_s: Number(request.getResponseHeader("Retry-After")) || 0, body: parsed(request.responseText) });
      request.onerror = request.onabort = () => done(null);
      request.send(body);
    });
  }

  private show(there: number, started: number): void {
    const rate = (there - started) / ((performance.now() - this.began) / 1000);
    const left = rate > 0 ? (this.file.size - there) / rate : 0;
    this.bar.value = there;
    const share = Math.floor((100 * there) / Math.max(1, this.file.size));
    this.what.textContent = `${share} % · ${(rate / 2 ** 20).toFixed(1)} MiB/s · ${Math.floor(left / 60)}:${String(Math.ceil(left % 60)).padStart(2, "0")}`;
  }

  private next(address: string): void {
    const url = URL.parse(address, location.href);
    if (url?.origin !== location.origin) return;
    const link = Object.assign(document.createElement("a"), { href: url.href, textContent: this.file.name, className: "code" });
    this.row.firstElementChild?.replaceWith(link);
  }

  private fail(answer: Answer | null): false {
    if (this.stopped) return false;
    const refused = answer !== null && answer.status < 500 && !LATER.includes(answer.status);
    this.row.dataset["state"] = "failed";
    this.what.textContent = answer?.body.detail || answer?.body.title || this.text(refused ? "refused" : "broken");
    this.button.textContent = this.text("again");
    this.button.hidden = refused;
    return false;
  }

  private cancel(): void {
    this.stopped = true;
    this.running?.abort();
    if (this.url) void this.once("DELETE", this.url, null, {});
    this.row.dataset["state"] = "cancelled";
    this.what.textContent = this.text("cancelled");
    this.button.remove();
  }
}

function parsed(text: string): Answer["body"] {
  try {
    const body: unknown = JSON.parse(text);
    return body && typeof body === "object" ? body : {};
  } catch {
    return {};
  }
}

/** One file after the other; then the page that shows what came of them. */
async function sendAll(form: HTMLFormElement, files: File[]): Promise<void> {
  for (const upload of files.map((file) => new Upload(form, file))) await upload.send();
  const states = all("li", form).map((row) => row.dataset["state"]);
  if (form.dataset["done"] && states.every((state) => state === "done")) location.assign(form.dataset["done"]);
  document.dispatchEvent(new CustomEvent("fieldwatch:uploaded"));
}

function dropped(event: DragEvent): void {
  const form = around(event, "form[data-upload]");
  if (!form) return;
  event.preventDefault();
  form.classList.toggle("over", event.type === "dragover");
  if (event.type === "drop" && form instanceof HTMLFormElement) void sendAll(form, [...(event.dataTransfer?.files ?? [])]);
}

export function upload(): void {
  document.addEventListener("change", (event) => {
    const [input, form] = [event.target, around(event, "form[data-upload]")];
    if (!(input instanceof HTMLInputElement) || input.type !== "file" || !(form instanceof HTMLFormElement)) return;
    void sendAll(form, [...(input.files ?? [])]);
    input.value = "";
  });
  for (const kind of ["dragover", "dragleave", "drop"] as const) document.addEventListener(kind, dropped);
  document.addEventListener("submit", (event) => around(event, "form[data-upload]") && event.preventDefault());
}
