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
}

const LIGHT = { bg: "#f3f4f5", surface: "#fbfbfc", text: "#23282e", muted: "#59636e", line: "#d5d9de", accent: "#1b5a9c", now: "#b3201a", next: "#8f5200", never: "#59636e" };
const DARK = { bg: "#14171a", surface: "#1a1e22", text: "#d6dadf", muted: "#97a1ac", line: "#323940", accent: "#84b6ec", now: "#ff7d73", next: "#eeb04e", never: "#97a1ac" };

/** The colours of the page at this element; where the page names none, our own for a dark or a light ground. */
export function palette(element: Element): Palette {
  const style = getComputedStyle(element);
  const [dark, light] = [style.colorScheme.includes("dark"), style.colorScheme.includes("light")];
  const own = dark && (!light || matchMedia("(prefers-color-scheme: dark)").matches) ? DARK : LIGHT;
  const named = Object.entries(own).map(([name, value]) => [name, style.getPropertyValue(`--fw-${name}`).trim() || value]);
  return { ...(Object.fromEntries(named) as Omit<Palette, "font">), font: style.fontFamily || "system-ui, sans-serif" };
}

/** Hands the colours to the style sheet, so that picture and page have the same. */
export function wear(element: HTMLElement, colours: Palette): void {
  for (const [name, value] of Object.entries(colours)) if (name !== "font") element.style.setProperty(`--at-${name}`, value);
}
