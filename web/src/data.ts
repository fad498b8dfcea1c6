// The data that the page holds: what `fieldwatch.cli.page` writes. Times are microseconds since 1970, UTC.

export type Evidence = [capture: number, seen: number, protocol: string, spans: number[]]; // spans: frame, offset, length, ...
export type Rival = [value: string, confidence: number, reason: string, proofs: number, evidence: Evidence[]];

export interface Capture {
  path: string;
  packets: number;
  bytes: number;
  first: number | null;
  last: number | null;
  truncated: string;
}

export interface Asset {
  id: string;
  parent: number; // index of the whole, or -1
  component: string;
  address: string;
  ips: string[];
  macs: string[];
  vlans: number[];
  protocols: string[];
  first: number;
  last: number;
  attributes: Record<string, Rival[]>;
}

export interface End {
  asset: number; // index, or -1 for a group or what was never seen to send
  address: string;
}

export type Message = [operation: string, effect: string, object: string, count: number, unanswered: number];

export interface Talk {
  client: number; // index of an end
  server: number;
  transport: string;
  port: number;
  protocol: string;
  packets: number;
  bytes: number;
  first: number;
  last: number;
  messages: Message[];
  more: number;
}

export interface Operation {
  actor: number;
  target: number;
  component: string;
  protocol: string;
  name: string;
  effect: string;
  priority: Priority;
  object: string;
  values: [string, string][];
  result: string;
  technique: string;
  count: number;
  refused: number;
  frames: number[];
  evidence: Evidence;
}

export interface Login {
  client: number;
  server: number;
  protocol: string;
  username: string;
  secret: string;
  cleartext: boolean;
  result: string;
  count: number;
  evidence: Evidence;
}

export interface Broken {
  speaker: number;
  protocol: string;
  reason: string;
  clause: string;
  have: string;
  allowed: string;
  count: number;
  evidence: Evidence;
}

export interface Undecoded {
  protocol: string;
  function: string;
  reason: string;
  count: number;
  evidence: Evidence;
}

export type When = "now" | "next" | "never";
export type Verdict = "affected" | "undetermined" | "not_affected";

export interface Finding {
  asset: number; // index, or -1 for one that the page does not hold
  component: string;
  cve: string; // "" for an exposure
  title: string;
  verdict: Verdict;
  when: When;
  why: string;
  advisory: string;
  url: string;
  cwe: string;
  range: string;
  field: string;
  value: string;
  reason: string;
  settle: string;
  justification: string;
  certainty: number;
  cvss: [version: string, vector: string, base: number, word: string] | null;
  kev: [added: string, ransomware: boolean] | null;
  epss: number | null;
  ssvc: [exploitation: string, automatable: string, impact: string] | null;
  mitigations: [action: string, rule: string, because: string][];
  evidence: Evidence[];
  proofs: number;
  vex: string;
}

export interface Resolution {
  vendor: string;
  names: string[];
  firmware: string;
  hardware: string;
  score: number;
  steps: [stage: string, read: string, concluded: string, source: string][];
}

export interface Assessment {
  asked: boolean;
  advisories: number;
  sources: string[];
  skipped: string[];
  when: Partial<Record<When, number>>;
  verdicts: Partial<Record<Verdict, number>>;
}

export interface Blind {
  what: string;
  count: number;
  detail: string;
}

export type Priority = "high" | "medium" | "low" | "journal" | "";

export interface Page {
  version: string;
  language: string; // of the texts
  texts: Record<string, string | string[]>; // English -> this language; two for "one" and "more". Empty in English
  terms: Record<string, Record<string, string>>; // kind -> name in the data -> word in this language
  captures: Capture[];
  assets: Asset[];
  ends: End[];
  assessment: Assessment;
  findings: Finding[];
  resolutions: Record<number, Resolution>; // by asset
  talks: Talk[];
  operations: Operation[];
  logins: Login[];
  malformed: Broken[];
  undecoded: Undecoded[];
  unseen: Blind[];
  left_out: Record<string, number>;
  frames: Record<string, [offset: number, hex: string][]>; // "capture:frame" -> pieces of it
}

export const PRIORITIES: Priority[] = ["high", "medium", "low", "journal", ""];

export const SHAPES: Record<Priority, string> = { high: "▲", medium: "◆", low: "●", journal: "○", "": "" };

export const VERDICTS: Verdict[] = ["affected", "undetermined", "not_affected"];

export const WHENS: When[] = ["now", "next", "never"];

/** How a finding's priority is marked: colour, shape and word; never colour alone. */
export const MARKS: Record<When, Priority> = { now: "high", next: "medium", never: "journal" };

export const PAGE = JSON.parse(document.getElementById("data")?.textContent ?? "") as Page;

export function value(asset: Asset, name: string): string {
  return asset.attributes[name]?.[0]?.[0] ?? "";
}

/** What a finding is called: its CVE, or the exposure. */
export function called(one: Finding): string {
  return one.cve || one.title;
}

export function title(asset: Asset): string {
  return value(asset, "name") || asset.component || asset.address;
}

/** What is asked about the page's data again and again. */
export class Plant {
  readonly parts: number[][];
  readonly worst: Priority[];
  readonly byId = new Map<string, number>();

  constructor(readonly page: Page = PAGE) {
    this.parts = page.assets.map(() => []);
    this.worst = page.assets.map(() => "");
    page.assets.forEach((asset, at) => {
      this.byId.set(asset.id, at);
      if (asset.parent >= 0) this.parts[asset.parent]?.push(at);
    });
    for (const one of page.operations) {
      const at = page.ends[one.target]?.asset ?? -1;
      const known = this.worst[at];
      if (known !== undefined && PRIORITIES.indexOf(one.priority) < PRIORITIES.indexOf(known)) this.worst[at] = one.priority;
    }
  }

  end(at: number): string {
    const end = this.page.ends[at];
    if (!end) return "";
    const asset = this.page.assets[end.asset];
    const name = asset ? value(asset, "name") : "";
    return name ? `${name} (${end.address})` : end.address;
  }

  /** The name of an end alone, or its address where it has none. */
  brief(at: number): string {
    const end = this.page.ends[at];
    const asset = this.page.assets[end?.asset ?? -1];
    return (asset && value(asset, "name")) || end?.address || "";
  }

  /** The device of a finding, with the part. */
  device(one: Finding): string {
    const asset = this.page.assets[one.asset];
    if (!asset) return "";
    const whole = this.page.assets[this.whole(one.asset)] as Asset;
    return [title(whole), one.component].filter(Boolean).join(" ");
  }

  whole(at: number): number {
    let here = at;
    for (let deep = 0; deep < 8; deep++) {
      const parent = this.page.assets[here]?.parent ?? -1;
      if (parent < 0) break;
      here = parent;
    }
    return here;
  }
}
