// The drawer with the proof: what is known, how sure, by which bytes of which frame, and what else is claimed.

import { SHAPES, title, value, type Asset, type Evidence, type Operation, type Plant, type Rival, type Talk } from "./data";
import { h, known, unknown, type Child } from "./element";
import { bytes, byText, count, effect, many, when } from "./text";

const NAMEPLATE = ["vendor", "model", "order_number", "hardware_version", "firmware", "serial_number", "os", "role", "purdue_level"];

const WORDS: Record<string, string> = { os: "operating system", purdue_level: "Purdue level", ip_address: "IP address", mac_address: "MAC address" };

export function word(name: string): string {
  return WORDS[name] ?? name.replaceAll("_", " ");
}

export class Drawer {
  readonly element = h("aside", { class: "drawer", "aria-label": "evidence", tabindex: -1, hidden: true });

  constructor(
    private readonly plant: Plant,
    private readonly close: () => void,
    private readonly go: (open: string) => void,
  ) {}

  hide(): void {
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  /** Shows what the name says: `asset/ID`, `operation/3`, `pair/3/7`, ... False where there is no such thing. */
  show(open: string): boolean {
    const [kind = "", ...rest] = open.split("/");
    const body = this.body(kind, rest.join("/"));
    if (!body) {
      this.hide();
      return false;
    }
    this.element.hidden = false;
    this.element.replaceChildren(h("button", { class: "close", type: "button", "aria-label": "close", click: () => this.close() }, "Esc"), ...body);
    this.element.scrollTop = 0;
    return true;
  }

  private body(kind: string, rest: string): Node[] | null {
    const page = this.plant.page;
    const number = Number(rest);
    if (kind === "asset") {
      const at = this.plant.byId.get(rest);
      return at === undefined ? null : this.asset(at);
    }
    if (kind === "pair") {
      const [one = -1, other = -1] = rest.split("/").map(Number);
      return this.pair(one, other);
    }
    if (kind === "operation") return maybe(page.operations[number], (one) => this.operation(one));
    if (kind === "talk") return maybe(page.talks[number], (one) => this.talk(one));
    if (kind === "login")
      return maybe(page.logins[number], (one) => [
        h("h2", {}, `Login at ${this.plant.end(one.server)}`),
        facts([
          ["from", this.plant.end(one.client)],
          ["protocol", one.protocol],
          ["user", one.username],
          ["secret", one.secret ? `${one.secret} (equal numbers are equal secrets; the secret itself is not kept)` : "none seen"],
          ["in clear", one.cleartext ? "yes" : "no"],
          ["result", one.result],
          ["times", count(one.count)],
        ]),
        this.proof(one.evidence),
      ]);
    if (kind === "malformed")
      return maybe(page.malformed[number], (one) => [
        h("h2", {}, `Broken rule: ${one.reason}`),
        facts([
          ["who sent it", this.plant.end(one.speaker)],
          ["protocol", one.protocol],
          ["clause", one.clause],
          ["there was", one.have],
          ["allowed", one.allowed],
          ["times", count(one.count)],
        ]),
        this.proof(one.evidence),
      ]);
    if (kind === "undecoded")
      return maybe(page.undecoded[number], (one) => [
        h("h2", {}, `Not decoded: ${one.function}`),
        facts([
          ["protocol", one.protocol],
          ["why", one.reason],
          ["times", count(one.count)],
        ]),
        this.proof(one.evidence),
      ]);
    return null;
  }

  private asset(at: number): Node[] {
    const { page, parts } = this.plant;
    const asset = page.assets[at] as Asset;
    const whole = page.assets[asset.parent];
    const others = Object.keys(asset.attributes)
      .filter((name) => name !== "name" && !NAMEPLATE.includes(name))
      .sort(byText);
    return [
      whole ? h("p", { class: "crumb" }, this.door(`asset/${whole.id}`, title(whole)), ` / ${asset.component}`) : h("p", { class: "crumb" }, "Asset"),
      h("h2", {}, title(asset)),
      facts([
        ["addresses", [...asset.ips, ...asset.macs].join("  ")],
        ["VLANs", asset.vlans.filter(Boolean).join(", ") || "untagged"],
        ["protocols", asset.protocols.join(", ")],
        ["seen", `${when(asset.first)} to ${when(asset.last)} UTC`],
      ]),
      h("h3", {}, "What it is"),
      h("dl", { class: "claims" }, ...["name", ...NAMEPLATE].flatMap((name) => this.attribute(name, asset.attributes[name]))),
      ...(others.length ? [h("h3", {}, "What else is claimed"), h("dl", { class: "claims" }, ...others.flatMap((name) => this.attribute(name, asset.attributes[name])))] : []),
      ...this.list("Parts", parts[at] ?? [], (part) => {
        const one = page.assets[part] as Asset;
        return [this.door(`asset/${one.id}`, one.component || title(one)), " ", [value(one, "role"), value(one, "vendor"), value(one, "model")].filter(Boolean).join(", ")];
      }),
      ...this.operationsOf((one) => page.ends[one.target]?.asset === at, "Done to it", (one) => `by ${this.plant.end(one.actor)}`),
      ...this.operationsOf((one) => page.ends[one.actor]?.asset === at, "Done by it", (one) => `to ${this.plant.end(one.target)}`),
      ...this.talksOf((one) => page.ends[one.client]?.asset === at || page.ends[one.server]?.asset === at),
    ];
  }

  private attribute(name: string, rivals: Rival[] | undefined): Node[] {
    const best = rivals?.[0];
    if (!rivals || !best) return [h("dt", {}, word(name)), h("dd", {}, unknown())];
    return [
      h("dt", {}, word(name)),
      h(
        "dd",
        {},
        this.claim(best),
        rivals.length > 1 &&
          h("details", { class: "rivals" }, h("summary", {}, many(rivals.length - 1, "rival value")), ...rivals.slice(1).map((rival) => h("div", { class: "rival" }, this.claim(rival)))),
      ),
    ];
  }

  private claim([text, confidence, reason, proofs, evidence]: Rival): Node {
    const sure = `${Math.round(confidence * 100)} %`;
    return h(
      "details",
      { class: "claim" },
      h("summary", {}, h("span", { class: "value" }, text), h("span", { class: "sure", title: "how sure" }, sure)),
      h("p", { class: "why" }, reason),
      ...evidence.map((one) => this.proof(one)),
      proofs > evidence.length && h("p", { class: "why" }, `and ${many(proofs - evidence.length, "frame")} more that say the same`),
    );
  }

  private operation(one: Operation): Node[] {
    return [
      h("p", { class: "crumb" }, mark(one.priority), effect(one.effect)),
      h("h2", {}, one.name),
      facts([
        ["who", this.endDoor(one.actor)],
        ["to", this.endDoor(one.target)],
        ["part", one.component || "the device itself"],
        ["protocol", one.protocol],
        ["object", one.object],
        ["result", one.result || "no answer was seen"],
        ["refused", one.refused ? many(one.refused, "time") : "never"],
        ["technique", one.technique ? `${one.technique} (ATT&CK for ICS)` : "none by itself"],
        ["times", count(one.count)],
        ["frames", one.frames.join(", ") + (one.count > one.frames.length ? ", ..." : "")],
      ]),
      ...(one.values.length ? [h("h3", {}, "Values of the first time"), facts(one.values)] : []),
      h("h3", {}, "Evidence"),
      this.proof(one.evidence),
    ];
  }

  private talk(one: Talk): Node[] {
    return [
      h("p", { class: "crumb" }, "Conversation"),
      h("h2", {}, `${one.protocol} ${one.port ? `port ${one.port}` : ""}`),
      facts([
        ["client", this.endDoor(one.client)],
        ["server", this.endDoor(one.server)],
        ["over", one.transport],
        ["packets", count(one.packets)],
        ["bytes", bytes(one.bytes)],
        ["seen", `${when(one.first)} to ${when(one.last)} UTC`],
      ]),
      ...this.messages(one),
    ];
  }

  private messages(one: Talk): Node[] {
    if (!one.messages.length) return [h("p", { class: "why" }, "No message of it was decoded.")];
    const rows = one.messages.map(([operation, what, object, times, unanswered]) =>
      h(
        "tr",
        {},
        h("td", {}, effect(what)),
        h("td", {}, operation, object && h("span", { class: "code" }, ` ${object}`)),
        h("td", { class: "right" }, count(times)),
        h("td", { class: "right" }, unanswered ? count(unanswered) : ""),
      ),
    );
    const head = h("tr", {}, h("th", {}, "Effect"), h("th", {}, "Message"), h("th", { class: "right" }, "Times"), h("th", { class: "right" }, "Unanswered"));
    return [h("h3", {}, "Messages"), h("table", { class: "small" }, h("thead", {}, head), h("tbody", {}, ...rows)), ...(one.more ? [h("p", { class: "why" }, `and ${count(one.more)} more`)] : [])];
  }

  private pair(one: number, other: number): Node[] {
    const { page } = this.plant;
    const between = (a: number, b: number): boolean => {
      const [here, there] = [this.plant.whole(page.ends[a]?.asset ?? -1), this.plant.whole(page.ends[b]?.asset ?? -1)];
      return (here === one && there === other) || (here === other && there === one);
    };
    const names = [one, other].map((at) => {
      const asset = page.assets[at];
      return asset ? title(asset) : "?";
    });
    return [
      h("p", { class: "crumb" }, "Who asks whom what"),
      h("h2", {}, names.join(" and ")),
      ...this.operationsOf((op) => between(op.actor, op.target), "Operations", (op) => `by ${this.plant.end(op.actor)}`),
      ...this.talksOf((talk) => between(talk.client, talk.server)),
    ];
  }

  private operationsOf(fits: (one: Operation) => boolean, heading: string, who: (one: Operation) => string): Node[] {
    const found = this.plant.page.operations.map((one, at) => [one, at] as const).filter(([one]) => fits(one));
    return this.list(heading, found, ([one, at]) => [mark(one.priority), this.door(`operation/${at}`, `${one.name} ${one.object}`), ` ${who(one)}, ${many(one.count, "time")}`]);
  }

  private talksOf(fits: (one: Talk) => boolean): Node[] {
    const found = this.plant.page.talks.map((one, at) => [one, at] as const).filter(([one]) => fits(one));
    return this.list("Talks", found, ([one, at]) => [
      this.door(`talk/${at}`, `${one.protocol}${one.port ? ` ${one.port}` : ""}`),
      ` ${this.plant.end(one.client)} asks ${this.plant.end(one.server)}, ${many(one.packets, "packet")}`,
    ]);
  }

  private list<Row>(heading: string, rows: readonly Row[], line: (row: Row) => Child[]): Node[] {
    if (!rows.length) return [];
    const most = 50;
    return [
      h("h3", {}, `${heading} (${count(rows.length)})`),
      h("ul", {}, ...rows.slice(0, most).map((row) => h("li", {}, ...line(row)))),
      ...(rows.length > most ? [h("p", { class: "why" }, `and ${count(rows.length - most)} more`)] : []),
    ];
  }

  private endDoor(at: number): Node {
    const end = this.plant.page.ends[at];
    const asset = this.plant.page.assets[end?.asset ?? -1];
    return asset ? this.door(`asset/${asset.id}`, this.plant.end(at)) : h("span", { class: "code" }, this.plant.end(at));
  }

  private door(open: string, text: string): HTMLElement {
    return h("button", { class: "door", type: "button", click: () => this.go(open) }, text);
  }

  /** The frame that proves something: where it is, its bytes where the page has them, and how to see all of it. */
  private proof([capture, seen, protocol, spans]: Evidence): HTMLElement {
    const path = this.plant.page.captures[capture]?.path ?? "";
    const frame = spans[0];
    if (frame === undefined || !path) return h("p", { class: "why" }, `Follows from what was seen in ${protocol || "the traffic"}; no single frame says it.`);
    const places: string[] = [];
    for (let at = 0; at < spans.length; at += 3) if (spans[at + 2]) places.push(`frame ${spans[at]}, bytes ${spans[at + 1]} to ${(spans[at + 1] ?? 0) + (spans[at + 2] ?? 0) - 1}`);
    const words = h("p", { class: "where" }, `${protocol}  ${when(seen, 6)} UTC  ${places.join("; ") || `frame ${frame}`}`);
    const hex = this.hex(capture, spans);
    const command = `fieldwatch evidence ${quoted(path)} ${frame}`;
    const copied = (): void => void navigator.clipboard?.writeText(command).then(() => (copy.textContent = "copied"), () => (copy.textContent = "select it"));
    const copy = h("button", { class: "copy", type: "button", title: "copy the command that shows the whole frame", click: copied }, "copy");
    return h("div", { class: "proof" }, words, hex, h("p", { class: "command" }, h("code", {}, command), copy));
  }

  private hex(capture: number, spans: number[]): HTMLElement | null {
    const frame = spans[0];
    const pieces = this.plant.page.frames[`${capture}:${frame}`];
    if (!pieces) return null;
    const marked = new Set<number>();
    for (let at = 0; at < spans.length; at += 3) {
      const [start, length] = [spans[at + 1] ?? 0, spans[at + 2] ?? 0];
      if (spans[at] === frame) for (let byte = start; byte < start + length; byte++) marked.add(byte);
    }
    const lines = pieces.filter(([offset]) => near(marked, offset)).map(([offset, text]) => line(offset, text, marked));
    return lines.length ? h("pre", { class: "hex" }, ...lines) : null;
  }
}

function near(marked: Set<number>, offset: number): boolean {
  for (let byte = offset - 16; byte < offset + 32; byte++) if (marked.has(byte)) return true;
  return false;
}

function line(offset: number, hex: string, marked: Set<number>): HTMLElement {
  const codes: Child[] = [];
  const letters: Child[] = [];
  for (let at = 0; at * 2 < hex.length; at++) {
    const pair = hex.slice(at * 2, at * 2 + 2);
    const code = parseInt(pair, 16);
    const letter = code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : "·";
    const is = marked.has(offset + at);
    codes.push(is ? h("mark", {}, pair) : pair, is && marked.has(offset + at + 1) && at < 15 ? h("mark", {}, " ") : " ");
    letters.push(is ? h("mark", {}, letter) : letter);
  }
  const pad = " ".repeat(3 * (16 - hex.length / 2));
  return h("span", { class: "line" }, `${offset.toString(16).padStart(4, "0")}  `, ...codes, `${pad} `, ...letters);
}

export function mark(priority: Operation["priority"]): Node | null {
  return priority ? h("span", { class: `mark ${priority}`, title: priority }, SHAPES[priority], h("span", { class: "spoken" }, ` ${priority} `)) : null;
}

function facts(rows: readonly (readonly [string, Node | string])[]): HTMLElement {
  return h("dl", { class: "facts" }, ...rows.flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, typeof text === "string" ? known(text, true) : text)]));
}

function maybe<T>(one: T | undefined, then: (one: T) => Node[]): Node[] | null {
  return one === undefined ? null : then(one);
}

function quoted(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
