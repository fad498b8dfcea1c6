// Text from the network made visible, and numbers and times as people read them.

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

export function visible(text: string): string {
  return text.replace(UNSEEN, (one) => {
    const code = one.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

const GROUPED = new Intl.NumberFormat("en");

export function count(number: number): string {
  return GROUPED.format(number);
}

export function many(number: number, one: string, more = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : more}`;
}

export function bytes(number: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  while (number >= 1000 && at < units.length - 1) {
    number /= 1000;
    at += 1;
  }
  return `${at ? number.toFixed(number < 10 ? 1 : 0) : number} ${units[at] ?? ""}`;
}

/** `2026-11-24 10:11:12.345`, UTC. */
export function when(seen: number, digits = 0): string {
  const date = new Date(seen / 1000);
  if (Number.isNaN(date.getTime())) return `${seen / 1e6} s`;
  const text = date.toISOString().replace("T", " ").replace("Z", "");
  return digits ? text.slice(0, 19) + "." + String(((seen % 1e6) + 1e6) % 1e6).padStart(6, "0").slice(0, digits) : text.slice(0, 19);
}

export function effect(name: string): string {
  return name.replaceAll("_", " ");
}

/** Text that sorts as people expect: numbers in it by their size. */
export const byText = new Intl.Collator("en", { numeric: true, sensitivity: "base" }).compare;
