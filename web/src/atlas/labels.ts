// The texts of the page, as the template handed them over, and texts from the network made fit to be seen.

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/** The text with every sign that cannot be seen, or that turns what stands beside it, written as its number. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (sign) => `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);
}

export class Labels {
  private constructor(private readonly texts: ReadonlyMap<string, string>) {}

  /** From the JSON of `data-labels`; what is no object of texts is no label. */
  static from(json: string): Labels {
    let read: unknown = null;
    try {
      read = JSON.parse(json || "{}");
    } catch {
      // a page without texts shows the names of its texts, and works
    }
    const pairs = read && typeof read === "object" ? Object.entries(read) : [];
    return new Labels(new Map(pairs.filter((pair): pair is [string, string] => typeof pair[1] === "string")));
  }

  /** The text of this name with its `{places}` filled; the name itself where the page gave none. */
  say(name: string, places: Record<string, string | number> = {}): string {
    return (this.texts.get(name) ?? name).replace(/\{(\w+)\}/g, (all, place: string) => (Object.hasOwn(places, place) ? String(places[place]) : all));
  }

  /** The word for a name that stands in the data (`effect.read`, `role.plc`, `level.3.5`), or that name in plain. */
  term(kind: string, word: string): string {
    return this.texts.get(`${kind}.${word}`) ?? visible(word.replaceAll("_", " "));
  }
}
