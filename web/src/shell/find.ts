// Finding elements of the page by what they are for.

export function one<E extends HTMLElement>(selector: string, inside: ParentNode = document): E | null {
  return inside.querySelector<E>(selector);
}

export function all<E extends HTMLElement>(selector: string, inside: ParentNode = document): E[] {
  return [...inside.querySelectorAll<E>(selector)];
}

/** The element with this attribute that an event happened in. */
export function around(event: Event, selector: string): HTMLElement | null {
  return event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;
}

/** The content of a meta tag of the page. */
export function meta(name: string): string | null {
  return one<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? null;
}

/** True where keys belong to what is being typed. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "submit", "file"].includes(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
