// The texts of the page. English stands in the code, other languages in a catalogue (`cli/locale`) that comes with the data.

import { PAGE } from "./data";
import { count } from "./text";

type Values = Record<string, string | number>;

/** The text in the page's language, its `{places}` filled. */
export function say(text: string, values: Values = {}): string {
  const found = PAGE.texts[text];
  return filled(typeof found === "string" ? found : text, values);
}

/** The text for so many things; `{n}` is their number. */
export function many(number: number, one: string, more: string, values: Values = {}): string {
  const forms = PAGE.texts[one];
  const at = number === 1 ? 0 : 1;
  return filled((Array.isArray(forms) ? forms[at] : undefined) ?? (at ? more : one), { n: count(number), ...values });
}

/** The word for one of a closed set: an effect, a role, an attribute, a priority. Others are shown as they are. */
export function term(kind: string, name: string): string {
  return PAGE.terms[kind]?.[name] ?? name;
}

function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
