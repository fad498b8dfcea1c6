// Colours, read from the page when something is drawn: dark, light and wall are the page's affair.

export interface Palette {
  bg: string;
  surface: string;
  text: string;
  muted: string;
  line: string;
  accent: string;
  now: string;
  next: string;
  never: string;
  font: string;
  size: number; // of letters, by that of an ordinary page: the wall has more
}

type Colours = Omit<Palette, "font" | "size">;

/** Where the page names a colour: our name for it, else what the pages of the server call it. */
const NAMES: Record<keyof Colours, readonly string[]> = {
  ...{ bg: ["--fw-bg", "--ground"], surface: ["--fw-surface", "--surface"], text: ["--fw-text", "--text"], muted: ["--fw-muted", "--dim"] },
  ...{ line: ["--fw-line", "--line"], accent: ["--fw-accent", "--accent"], now: ["--fw-now", "--high"], next: ["--fw-next", "--medium"], never: ["--fw-never", "--journal"] },
};

const LIGHT = { bg: "#f3f4f5", surface: "#fbfbfc", text: "#23282e", muted: "#59636e", line: "#d5d9de", accent: "#1b5a9c", now: "#b3201a", next: "#8f5200", never: "#59636e" };
const DARK = { bg: "#14171a", surface: "#1a1e22", text: "#d6dadf", muted: "#97a1ac", line: "#323940", accent: "#84b6ec", now: "#ff7d73", next: "#eeb04e", never: "#97a1ac" };

/** The colours of the page at this element; where the page names none, our own for a dark or a light ground. */
export function palette(element: Element): Palette {
  const style = getComputedStyle(element);
  const [dark, light] = [style.colorScheme.includes("dark"), style.colorScheme.includes("light")];
  const own = dark && (!light || matchMedia("(prefers-color-scheme: dark)").matches) ? DARK : LIGHT;
  const named = (name: keyof Colours): string => NAMES[name].map((one) => style.getPropertyValue(one).trim()).find(Boolean) ?? own[name];
  const colours = Object.fromEntries(Object.keys(NAMES).map((name) => [name, named(name as keyof Colours)])) as unknown as Colours;
  return { ...colours, font: style.fontFamily || "system-ui, sans-serif", size: Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1 };
}

/** Hands the colours to the style sheet, so that picture and page have the same. */
export function wear(element: HTMLElement, colours: Palette): void {
  for (const name of Object.keys(NAMES) as (keyof Colours)[]) element.style.setProperty(`--at-${name}`, colours[name]);
}
