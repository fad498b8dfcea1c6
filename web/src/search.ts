// What a person types into the search: words that must all be there, and `field:value`; quotes keep blanks together.

export interface Term {
  field: string;
  text: string;
}

export function terms(query: string): Term[] {
  return [...query.matchAll(/(?:([\w-]+):)?(?:"([^"]*)"|(\S+))/g)].map((found) => ({
    field: (found[1] ?? "").toLowerCase(),
    text: (found[2] ?? found[3] ?? "").toLowerCase(),
  }));
}

/** True where every term is in the field that it names, or in any. `unknown` finds what has no value. */
export function fits(sought: Term[], fields: Record<string, string>, all: string): boolean {
  return sought.every(({ field, text }) => {
    if (!field || !(field in fields)) return all.includes(field ? `${field}:${text}` : text);
    const value = fields[field] ?? "";
    return text === "unknown" ? !value : value.includes(text);
  });
}
