// The part of htmx that the shell calls; the library stands in its own file and sets `window.htmx`.

interface Htmx {
  ajax(verb: string, path: string, options: { target: Element; swap: string; select?: string; selectOOB?: string }): Promise<void>;
  process(element: Element): void;
}

interface Window {
  readonly htmx?: Htmx;
}
