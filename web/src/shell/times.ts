// The clock of the site, and how long ago a time was, beside it.

import { all } from "./find";

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];
const language = document.documentElement.lang.startsWith("en") ? "en-GB" : document.documentElement.lang || "en-GB"; // CET, not GMT+1
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
let ahead = 0; // how far the clock of the server is ahead of ours, in ms

function zoned(zone: string): Intl.DateTimeFormat {
  const shape: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZoneName: "short" };
  try {
    return new Intl.DateTimeFormat(language, { ...shape, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat("en", { ...shape, timeZone: "UTC" });
  }
}

function tick(): void {
  const now = new Date(Date.now() + ahead);
  for (const clock of all<HTMLTimeElement>("[data-clock]")) {
    clock.textContent = zoned(clock.dataset["zone"] ?? "UTC").format(now);
    clock.title = now.toISOString().slice(0, 19).replace("T", " ") + " UTC";
  }
}

function say(time: HTMLTimeElement): void {
  const seconds = (Date.parse(time.dateTime) - Date.now() - ahead) / 1000;
  if (Number.isNaN(seconds)) return;
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  let beside = time.querySelector(".relative");
  if (!beside) {
    beside = document.createElement("span");
    beside.className = "relative";
    time.append(beside);
  }
  const text = relative.format(Math.round(seconds / size), unit);
  if (beside.textContent !== text) beside.textContent = text;
}

const sayAll = (): void => all<HTMLTimeElement>("time[data-relative]").forEach(say);

export function times(): void {
  const clock = all<HTMLTimeElement>("[data-clock]")[0];
  const said = clock ? Date.parse(clock.dateTime) : NaN;
  const shift = said - Date.now();
  if (Math.abs(shift) > 60_000) ahead = shift; // a plant without a time server: the clock of the server counts, not that of the desk
  tick();
  sayAll();
  setInterval(tick, 1000);
  setInterval(sayAll, 15_000);
  document.body.addEventListener("htmx:afterSwap", sayAll);
}
