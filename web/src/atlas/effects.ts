// What an operation does to the plant, in four kinds: how a line is drawn, and what the legend filters by. The words are `fieldwatch.facts.Effect`.

export const KINDS = ["read", "write", "operate", "program"] as const; // from the quiet to the grave

export type Kind = (typeof KINDS)[number];

export const UNREAD = "unread"; // stands for talk of which no effect is known

const GRAVE: Record<string, number> = {
  write: 1,
  time_set: 1,
  force: 2,
  operate: 2,
  start: 2,
  stop: 2,
  mode: 2,
  reset: 2,
  program_download: 3,
  program_upload: 3,
  program_edit: 3,
  firmware: 3,
  configure: 3,
};

/** The rank of an effect in `KINDS`; what is not in the table only asks. */
export function rank(effect: string): number {
  return Object.hasOwn(GRAVE, effect) ? (GRAVE[effect] as number) : 0;
}
