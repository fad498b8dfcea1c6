// The drawer with the proof: what is known, how sure, by which bytes of which frame, and what else is claimed.

import { called, title, value, type Finding, type Asset, type Broken, type Evidence, type Login, type Operation, type Plant, type Rival, type Talk, type Undecoded } from "./data";
import { due, h, known, mark, stamp, unknown, woven, type Child } from "./element";
import { brief, verdict } from "./findings";
import { secret } from "./lists";
import { many, say, term } from "./say";
import { byText, count, kilobytes, when } from "./text";

const NAMEPLATE = ["vendor", "model", "order_number", "hardware_version", "firmware", "serial_number", "os", "role", "purdue_level"];

export class Drawer {
  readonly element = h("aside", { class: "drawer", "aria-label": say("evidence"), tabindex: -1, hidden: true });

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
    const close = h("button", { class: "close", type: "button", title: say("close (Esc)"), "aria-label": say("close"), click: () => this.close() }, "Esc");
    this.element.replaceChildren(close, ...body);
    this.element.scrollTop = 0;
    return true;
  }

  /** Opens the first proof and goes to it. False where there is none. */
  prove(): boolean {
    const proof = this.element.querySelector<HTMLElement>(".proof");
    if (!proof) return false;
    for (let around = proof.parentElement; around && around !== this.element; around = around.parentElement) if (around instanceof HTMLDetailsElement) around.open = true;
    proof.focus();
    proof.scrollIntoView({ block: "nearest" });
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
    if (kind === "finding") return maybe(page.findings[number], (one) => this.finding(one));
    if (kind === "operation") return maybe(page.operations[number], (one) => this.operation(one));
    if (kind === "talk") return maybe(page.talks[number], (one) => this.talk(one));
    if (kind === "login") return maybe(page.logins[number], (one) => this.login(one));
    if (kind === "malformed") return maybe(page.malformed[number], (one) => this.broken(one));
    if (kind === "undecoded") return maybe(page.undecoded[number], (one) => this.undecoded(one));
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
      whole ? h("p", { class: "crumb" }, this.door(`asset/${whole.id}`, title(whole)), ` / ${asset.component}`) : h("p", { class: "crumb" }, say("Asset")),
      h("h2", {}, title(asset)),
      facts([
        [say("addresses"), [...asset.ips, ...asset.macs].join("  ")],
        [say("VLANs"), asset.vlans.filter(Boolean).join(", ") || say("untagged")],
        [say("protocols"), asset.protocols.filter((one) => one !== "unknown").join(", ")],
        [say("seen"), span(asset.first, asset.last)],
      ]),
      h("h3", {}, say("What it is")),
      h("dl", { class: "claims" }, ...["name", ...NAMEPLATE].flatMap((name) => this.attribute(name, asset.attributes[name]))),
      ...(others.length ? [h("h3", {}, say("What else is claimed")), h("dl", { class: "claims" }, ...others.flatMap((name) => this.attribute(name, asset.attributes[name])))] : []),
      ...this.findingsOf((one) => one.asset === at || this.plant.whole(one.asset) === at),
      ...this.list(say("Parts"), parts[at] ?? [], (part) => {
        const one = page.assets[part] as Asset;
        return [this.door(`asset/${one.id}`, one.component || title(one)), " ", [term("role", value(one, "role")), value(one, "vendor"), value(one, "model")].filter(Boolean).join(", ")];
      }),
      ...this.operationsOf((one) => page.ends[one.target]?.asset === at, say("Done to it"), (one) => say("by {who}, {times}", { who: this.plant.end(one.actor), times: times(one.count) })),
      ...this.operationsOf((one) => page.ends[one.actor]?.asset === at, say("Done by it"), (one) => say("to {whom}, {times}", { whom: this.plant.end(one.target), times: times(one.count) })),
      ...this.talksOf((one) => page.ends[one.client]?.asset === at || page.ends[one.server]?.asset === at),
    ];
  }

  private attribute(name: string, rivals: Rival[] | undefined): Node[] {
    const [best, word] = [rivals?.[0], term("attribute", name)];
    if (!rivals || !best) return [h("dt", {}, word), h("dd", {}, unknown())];
    return [
      h("dt", {}, word),
      h(
        "dd",
        {},
        this.claim(name, best),
        rivals.length > 1 &&
          h("details", { class: "rivals" }, h("summary", {}, many(rivals.length - 1, "{n} rival value", "{n} rival values")), ...rivals.slice(1).map((rival) => h("div", { class: "rival" }, this.claim(name, rival)))),
      ),
    ];
  }

  private claim(name: string, [text, confidence, reason, proofs, evidence]: Rival): Node {
    const sure = `${Math.round(confidence * 100)} %`;
    const shown = name === "role" ? term("role", text) : text;
    const door = h("span", { class: "proves" }, h("span", { class: "closed" }, say("proof")), h("span", { class: "opened" }, say("hide")));
    return h(
      "details",
      { class: "claim" },
      h("summary", {}, h("span", { class: "value" }, shown), h("span", { class: "sure", title: say("how sure") }, sure), door),
      h("p", { class: "why" }, reason),
      ...evidence.map((one) => this.proof(one)),
      proofs > evidence.length && h("p", { class: "why" }, many(proofs - evidence.length, "and {n} frame more that says the same", "and {n} frames more that say the same")),
    );
  }

  private findingsOf(fits: (one: Finding) => boolean): Node[] {
    const found = this.plant.page.findings.map((one, at) => [one, at] as const).filter(([one]) => fits(one));
    return this.list(say("Findings"), found, ([one, at]) => brief(one, this.door(`finding/${at}`, [called(one), one.component].filter(Boolean).join(" "))));
  }

  private finding(one: Finding): Node[] {
    const asset = this.plant.page.assets[one.asset];
    const more = one.proofs - one.evidence.length;
    return [
      h("p", { class: "crumb" }, due(one.when), ` · ${verdict(one)}`),
      h("h2", {}, one.cve ? `${one.cve}: ${one.title}` : one.title),
      facts([
        [say("device"), asset ? this.door(`asset/${asset.id}`, this.plant.device(one)) : unknown()],
        [say("why now, or not"), text(one.why)],
        [say("why this verdict"), text(one.reason)],
        ...(one.vex ? [[say("VEX statement"), text(one.vex)] as const] : []),
        ...(one.settle ? [[say("would settle it"), text(one.settle)] as const] : []),
      ]),
      h("h3", {}, say("What decided")),
      facts([
        ...(one.cve ? [[say("range"), code(one.range)] as const] : []),
        [term("field", one.field) === one.field ? term("attribute", one.field) : term("field", one.field), code(one.value)],
        ...(one.cve ? [[say("is the product"), `${Math.round(one.certainty * 100)} %`] as const] : []),
      ]),
      ...one.evidence.map((each) => this.proof(each)),
      ...(more > 0 ? [h("p", { class: "why" }, many(more, "and {n} frame more that says the same", "and {n} frames more that say the same"))] : []),
      ...(one.cve ? this.ratings(one) : []),
      ...this.taken(one),
      ...this.list(say("Where no patch can be"), one.mitigations, ([action, rule, because]) => [h("span", { class: "does" }, action), h("span", { class: "because" }, `${rule}: ${because}`)]),
    ];
  }

  private ratings(one: Finding): Node[] {
    const { cvss, kev, epss, ssvc } = one;
    return [
      h("h3", {}, say("How bad, how likely")),
      facts([
        ["CVSS", cvss ? h("span", { title: cvss[1] }, `${cvss[2].toFixed(1)} ${term("severity", cvss[3])} `, h("span", { class: "code why" }, cvss[1] || cvss[0])) : ""],
        ["KEV", kev ? text(say("known exploited, listed on {day}", { day: kev[0] }) + (kev[1] ? say(", used by ransomware") : "")) : text(say("not listed"))],
        ["EPSS", epss === null ? "" : text(say("{percent} % within 30 days", { percent: (epss * 100).toFixed(1) }))],
        ["SSVC", ssvc ? text(ssvc.join(", ")) : ""],
        [say("weakness"), code(one.cwe)],
        [say("advisory"), h("span", {}, one.advisory, " ", h("span", { class: "code why" }, one.url))],
      ]),
    ];
  }

  /** The product that the device is taken for, and the way there. */
  private taken(one: Finding): Node[] {
    const found = one.cve ? this.plant.page.resolutions[one.asset] : undefined;
    if (!found) return [];
    const steps = found.steps.map(([stage, read, concluded, source]) => h("li", { title: source }, h("span", { class: "stage" }, stage), ` ${read} → ${concluded}`, h("span", { class: "because" }, source)));
    return [
      h("h3", {}, say("What it is taken for")),
      facts([
        [term("attribute", "vendor"), found.vendor],
        [say("names"), found.names.join(", ")],
        [term("attribute", "firmware"), code(found.firmware)],
        [term("attribute", "hardware_version"), found.hardware ? code(found.hardware) : ""],
        [say("how sure"), `${Math.round(found.score * 100)} %`],
      ]),
      ...(steps.length ? [h("details", { class: "rivals" }, h("summary", {}, many(steps.length, "{n} step", "{n} steps")), h("ol", { class: "steps" }, ...steps))] : []),
    ];
  }

  private operation(one: Operation): Node[] {
    const more = one.count > one.frames.length ? ", ..." : "";
    return [
      h("p", { class: "crumb" }, mark(one.priority, true), one.priority && " · ", term("effect", one.effect)),
      h("h2", {}, one.name),
      facts([
        [say("who"), this.endDoor(one.actor)],
        [say("to"), this.endDoor(one.target)],
        [say("part"), one.component || say("the device itself")],
        [say("protocol"), one.protocol],
        [say("object"), one.object],
        [say("result"), one.result || say("no answer was seen")],
        [say("refused"), one.refused ? times(one.refused) : say("never")],
        [say("technique"), one.technique ? `${one.technique} (ATT&CK for ICS)` : say("none by itself")],
        [say("times"), count(one.count)],
        [say("frames"), one.frames.join(", ") + more],
      ]),
      ...(one.values.length ? [h("h3", {}, say("Values of the first time")), facts(one.values)] : []),
      h("h3", {}, say("Evidence")),
      this.proof(one.evidence),
    ];
  }

  private login(one: Login): Node[] {
    return [
      h("h2", {}, say("Login at {server}", { server: this.plant.end(one.server) })),
      facts([
        [say("from"), this.endDoor(one.client)],
        [say("to"), this.endDoor(one.server)],
        [say("protocol"), one.protocol],
        [say("user"), one.username],
        [say("secret"), one.secret ? say("{secret} (equal numbers are equal secrets; the secret itself is not kept)", { secret: secret(one.secret) }) : say("none seen")],
        [say("in clear"), one.cleartext ? say("yes") : say("no")],
        [say("result"), one.result],
        [say("times"), count(one.count)],
      ]),
      h("h3", {}, say("Evidence")),
      this.proof(one.evidence),
    ];
  }

  private broken(one: Broken): Node[] {
    return [
      h("h2", {}, say("Broken rule: {rule}", { rule: one.reason })),
      facts([
        [say("who sent it"), this.endDoor(one.speaker)],
        [say("protocol"), one.protocol],
        [say("clause"), one.clause],
        [say("there was"), one.have],
        [say("allowed"), one.allowed],
        [say("times"), count(one.count)],
      ]),
      h("h3", {}, say("Evidence")),
      this.proof(one.evidence),
    ];
  }

  private undecoded(one: Undecoded): Node[] {
    return [
      h("h2", {}, say("Not decoded: {function}", { function: one.function })),
      facts([
        [say("protocol"), one.protocol],
        [say("why"), one.reason],
        [say("times"), count(one.count)],
      ]),
      h("h3", {}, say("Evidence")),
      this.proof(one.evidence),
    ];
  }

  private talk(one: Talk): Node[] {
    const name = one.protocol === "unknown" ? say("Protocol not known") : one.protocol;
    return [
      h("p", { class: "crumb" }, say("Conversation")),
      h("h2", {}, one.port ? say("{protocol}, port {port}", { protocol: name, port: one.port }) : name),
      facts([
        [say("client"), this.endDoor(one.client)],
        [say("server"), this.endDoor(one.server)],
        [say("over"), one.transport],
        [say("packets"), count(one.packets)],
        [say("size"), `${kilobytes(one.bytes)} kB`],
        [say("seen"), span(one.first, one.last)],
      ]),
      ...this.messages(one),
    ];
  }

  private messages(one: Talk): Node[] {
    if (!one.messages.length) return [h("p", { class: "why" }, say("No message of it was decoded."))];
    const rows = one.messages.map(([operation, what, object, times, unanswered]) =>
      h(
        "tr",
        {},
        h("td", {}, term("effect", what)),
        h("td", {}, operation, object && h("span", { class: "code" }, ` ${object}`)),
        h("td", { class: "right" }, count(times)),
        h("td", { class: "right" }, unanswered ? count(unanswered) : ""),
      ),
    );
    const head = h("tr", {}, h("th", {}, say("Effect")), h("th", {}, say("Message")), h("th", { class: "right" }, say("Times")), h("th", { class: "right" }, say("Unanswered")));
    return [h("h3", {}, say("Messages")), h("table", { class: "small" }, h("thead", {}, head), h("tbody", {}, ...rows)), ...(one.more ? [h("p", { class: "why" }, many(one.more, "and {n} more", "and {n} more"))] : [])];
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
      h("p", { class: "crumb" }, say("Who asks whom what")),
      h("h2", {}, say("{one} and {other}", { one: names[0] ?? "", other: names[1] ?? "" })),
      ...this.operationsOf((op) => between(op.actor, op.target), say("Operations"), (op) => say("by {who}, {times}", { who: this.plant.end(op.actor), times: times(op.count) })),
      ...this.talksOf((talk) => between(talk.client, talk.server)),
    ];
  }

  private operationsOf(fits: (one: Operation) => boolean, heading: string, who: (one: Operation) => string): Node[] {
    const found = this.plant.page.operations.map((one, at) => [one, at] as const).filter(([one]) => fits(one));
    return this.list(heading, found, ([one, at]) => [mark(one.priority), this.door(`operation/${at}`, `${one.name} ${one.object}`), ` ${who(one)}`]);
  }

  private talksOf(fits: (one: Talk) => boolean): Node[] {
    const found = this.plant.page.talks.map((one, at) => [one, at] as const).filter(([one]) => fits(one));
    return this.list(say("Conversations"), found, ([one, at]) =>
      woven("{protocol}: {client} asks {server}, {packets}", {
        protocol: this.door(`talk/${at}`, `${one.protocol === "unknown" ? say("not known") : one.protocol}${one.port ? ` ${one.port}` : ""}`),
        client: this.plant.end(one.client),
        server: this.plant.end(one.server),
        packets: many(one.packets, "{n} packet", "{n} packets"),
      }),
    );
  }

  private list<Row>(heading: string, rows: readonly Row[], line: (row: Row) => Child[]): Node[] {
    if (!rows.length) return [];
    const most = 50;
    return [
      h("h3", {}, `${heading} (${count(rows.length)})`),
      h("ul", {}, ...rows.slice(0, most).map((row) => h("li", {}, ...line(row)))),
      ...(rows.length > most ? [h("p", { class: "why" }, many(rows.length - most, "and {n} more", "and {n} more"))] : []),
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
    if (frame === undefined || !path) return h("p", { class: "why" }, protocol ? say("Follows from what was seen in {protocol}; no single frame says it.", { protocol }) : say("Follows from the traffic; no single frame says it."));
    const places: string[] = [];
    for (let at = 0; at < spans.length; at += 3) {
      const [first, length] = [spans[at + 1] ?? 0, spans[at + 2] ?? 0];
      if (length) places.push(say("frame {frame}, bytes {first} to {last} (0x{hex})", { frame: spans[at] ?? 0, first, last: first + length - 1, hex: first.toString(16) }));
    }
    const words = h("p", { class: "where" }, protocol, "  ", stamp(seen, 6), ` UTC  ${places.join("; ") || say("frame {frame}", { frame })}`);
    const command = `fieldwatch evidence ${quoted(path)} ${frame}`;
    const copied = (): void => void navigator.clipboard?.writeText(command).then(() => (copy.textContent = say("copied")), () => (copy.textContent = say("select it")));
    const copy = h("button", { class: "copy", type: "button", title: say("copy the command that shows the whole frame"), click: copied }, say("copy"));
    return h("div", { class: "proof", tabindex: -1 }, words, this.hex(capture, spans), h("p", { class: "command" }, h("code", {}, command), copy));
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

function text(words: string): Node {
  return h("span", {}, words);
}

function code(words: string): Node {
  return words ? h("span", { class: "mono" }, words) : unknown();
}

function times(number: number): string {
  return many(number, "{n} time", "{n} times");
}

function span(first: number, last: number): Node {
  return h("span", {}, say("{first} to {last} UTC", { first: when(first), last: when(last) }));
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
