// Times in the zone of the site, counts as people of the page's language read them.

export class Clock {
  private readonly format: Intl.DateTimeFormat;
  private readonly grouped: Intl.NumberFormat;

  constructor(language: string, zone: string) {
    const known = supported(language);
    this.format = new Intl.DateTimeFormat("sv-SE", { timeZone: zoned(zone), dateStyle: "short", timeStyle: "medium" });
    this.grouped = new Intl.NumberFormat(known);
  }

  /** `2026-11-24 11:11:12` in the zone of the site. */
  when(ms: number): string {
    return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? this.format.format(new Date(ms)) : "";
  }

  /** The same in UTC, for who points at it. */
  utc(ms: number): string {
    return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? `${new Date(ms).toISOString().replace("T", " ").slice(0, 19)} UTC` : "";
  }

  /** By how many milliseconds the clocks of the site are ahead of UTC at that time. */
  ahead(ms: number): number {
    return Date.parse(`${this.when(ms).replace(" ", "T")}Z`) - Math.floor(ms / 1000) * 1000;
  }

  count(number: number): string {
    return this.grouped.format(number);
  }
}

function supported(language: string): string {
  try {
    return Intl.getCanonicalLocales(language)[0] ?? "en";
  } catch {
    return "en";
  }
}

function zoned(zone: string): string {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone;
  } catch {
    return "UTC";
  }
}
