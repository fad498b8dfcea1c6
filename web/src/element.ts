// Elements made from tags, attributes and children. Text is always text, never markup, and always made visible.

import { MARKS, SHAPES, type Priority, type When } from "./data";
import { say, term } from "./say";
import { here, visible, when } from "./text";

export type Child = Node | string | number | null | undefined | false;
type Attributes = Record<string, string | number | boolean | ((event: Event) => void) | undefined>;

const SVG = "http://www.w3.org/2000/svg";

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

export function s(tag: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  return fill(document.createElementNS(SVG, tag) as SVGElement, attributes, children);
}

function fill<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, visible(String(value)));
  }
  element.append(...children.filter((one) => one !== null && one !== undefined && one !== false).map((one) => (one instanceof Node ? one : visible(String(one)))));
  return element;
}

/** What is not known: hatched, and read out as such. */
export function unknown(): HTMLElement {
  return h("span", { class: "unknown", title: say("not known: nothing in the captures says it") }, say("unknown"));
}

export function known(text: string, code = false): Node {
  return text ? h("span", code ? { class: "code", title: text } : { title: text }, text) : unknown();
}

/** A time: UTC on the page, where the reader is on hover. */
export function stamp(seen: number, digits = 0, brief = false): HTMLElement {
  const text = when(seen, digits);
  return h("time", { class: "code", title: `${when(seen, 6)} UTC\n${here(seen)}` }, brief ? text.slice(11) || text : text);
}

/** A priority: its shape and its word; the word is only read out where there is no room. */
export function mark(priority: Priority, wordy = false): Node | null {
  if (!priority) return null;
  const word = term("priority", priority);
  return h("span", { class: `mark ${priority}`, title: word }, SHAPES[priority], h("span", { class: wordy ? "word" : "spoken" }, ` ${word}${wordy ? "" : " "}`));
}

/** When something is to be done: now, next or never. */
export function due(when: When, wordy = true): Node {
  const word = term("when", when);
  return h("span", { class: `mark ${MARKS[when]}`, title: word }, SHAPES[MARKS[when]], h("span", { class: wordy ? "word" : "spoken" }, ` ${word}`));
}

/** The text in the page's language with elements in its places. */
export function woven(text: string, parts: Record<string, Child>): Child[] {
  return say(text).split(/\{(\w+)\}/).map((piece, at) => (at % 2 ? parts[piece] : piece));
}
