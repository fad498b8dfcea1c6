// What a person types into the search: words that must all be there, `field:value`, and `field=value` for the whole value.
// Quotes keep blanks together, `a|b` is either, `unknown` is what has no value.

export interface Term {
  field: string;
  whole: boolean;
  texts: string[];
}

export function terms(query: string): Term[] {
  return [...query.matchAll(/(?:([\w-]+)([:=]))?(?:"([^"]*)"|(\S+))/g)].map((found) => {
    const text = (found[3] ?? found[4] ?? "").toLowerCase();
    return { field: (found[1] ?? "").toLowerCase(), whole: found[2] === "=", texts: found[1] && found[3] === undefined ? text.split("|") : [text] };
  });
}

/** A term that finds exactly this value, or what has none. */
export function exactly(field: string, value: string): string {
  return value && !value.includes('"') ? `${field}="${value}"` : `${field}:${value.split('"')[0] || "unknown"}`;
}

/** True where every term is in the field that it names, or in any. */
export function fits(sought: Term[], fields: Record<string, string>, all: string): boolean {
  return sought.every(({ field, whole, texts }) => {
    if (!field || !(field in fields)) return texts.some((text) => all.includes(field ? `${field}${whole ? "=" : ":"}${text}` : text));
    const value = fields[field] ?? "";
    return texts.some((text) => (text === "unknown" ? !value : whole ? value === text : value.includes(text)));
  });
}
