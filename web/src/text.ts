// Text from the network made visible, and numbers and times as people of the page's language read them.

import { PAGE } from "./data";

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

export function visible(text: string): string {
  return text.replace(UNSEEN, (one) => {
    const code = one.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

const GROUPED = new Intl.NumberFormat(PAGE.language);

export function count(number: number): string {
  return GROUPED.format(number);
}

const KILO = new Intl.NumberFormat(PAGE.language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** Bytes as thousands of bytes; the unit stands in the heading, or behind it. */
export function kilobytes(number: number): string {
  return KILO.format(number / 1000);
}

/** `2026-11-24 10:11:12.345`, UTC. */
export function when(seen: number, digits = 0): string {
  const date = new Date(seen / 1000);
  if (Number.isNaN(date.getTime())) return `${seen / 1e6} s`;
  const text = date.toISOString().replace("T", " ").replace("Z", "");
  return digits ? text.slice(0, 19) + "." + String(((seen % 1e6) + 1e6) % 1e6).padStart(6, "0").slice(0, digits) : text.slice(0, 19);
}

const HERE = new Intl.DateTimeFormat(PAGE.language, { dateStyle: "medium", timeStyle: "long" });

/** The same time where the reader is, with the name of the zone. */
export function here(seen: number): string {
  const date = new Date(seen / 1000);
  return Number.isNaN(date.getTime()) ? "" : HERE.format(date);
}

/** Text that sorts as people expect: numbers in it by their size. */
export const byText = new Intl.Collator(PAGE.language, { numeric: true, sensitivity: "base" }).compare;
