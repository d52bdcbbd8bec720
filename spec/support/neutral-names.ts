// Names that no rule knows: they are syllables, and none ends like a name of the default list. What is told of a name in
// one case is told for the rest of the process, so names have their meaning from the start.

const SYLLABLES = ['ba', 'lo', 'ru', 'ze', 'mi', 'vu', 'fa', 'go', 'he', 'ju'] as const;

function name(at: number, group: number): string {
  const [one, two, three] = [Math.floor(at / 10) % 10, at % 10, (at * 7 + group) % 10].map(digit => SYLLABLES[digit]!);
  const first = `${['wa', 'xo', 'yu', 'ki', 'po', 'ne'][group]!}${one}`;
  const rest = `${two}${three}`;
  // The spellings that APIs use.
  if (at % 3 === 0) return `${first}_${rest}`;
  return at % 3 === 1 ? `${first}${rest[0]!.toUpperCase()}${rest.slice(1)}` : first + rest;
}

const names = (count: number, group: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => name(at, group));

/** Only ever on properties that are marked. */
export const MARKED = names(40, 0);
/** Only ever on properties that are not marked. */
export const PLAIN = names(60, 1);
/** Marked in some classes, not in others. */
export const SHARED = names(12, 2);
/** Names on the wire of marked properties. */
export const EXPOSED_MARKED = names(20, 3);
export const EXPOSED_PLAIN = names(20, 4);
/** Of members of a `Map`: class-transformer renames those that its class has a property of. */
export const MAP_KEYS = names(3, 5);
/** Of the default list, as clients spell them. */
export const LISTED = [
  'password',
  'apiKey',
  'x_auth_token',
  'ClientSecret',
  'newPassword2',
  'card-number',
  'ssn',
] as const;
