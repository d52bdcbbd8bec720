import { createHash, randomBytes } from 'node:crypto';
import type { LeakForm, LeakVariant } from './leak-report';

/** A value that must not come out. */
export interface Sentinel {
  readonly route: string;
  readonly action: string;
  readonly field: string;
  readonly variant: LeakVariant;
  /** Where it was put; `null` for a value that the application itself answered. */
  readonly spot: { readonly place: 'body' | 'query' | 'path' | 'header' | 'cookie'; readonly path: string } | null;
  /** The whole value as text. */
  readonly value: string;
  /** The part of it that no other text in the world has; the value itself where it has no such part. */
  readonly core: string;
}

/** Shorter values turn up by chance. */
export const MIN_SENTINEL_LENGTH = 8;

/** Letters and digits that nobody has seen before; the first is a letter. */
export function newCore(length = 16): string {
  return `s${BigInt(`0x${randomBytes(length).toString('hex')}`).toString(36)}`.slice(0, length);
}

/** Every text in which a sentinel counts as found. */
export function formsOf({ value, core }: Pick<Sentinel, 'value' | 'core'>): readonly [LeakForm, string][] {
  const forms: [LeakForm, string][] = [['plain', value]];
  const jsonText = JSON.stringify(value).slice(1, -1);
  if (jsonText !== value) forms.push(['json-escaped', jsonText]);
  const urlText = encodeURIComponent(value);
  if (urlText !== value) forms.push(['url-encoded', urlText], ['url-encoded', urlText.replaceAll('%20', '+')]);
  // After the encodings, so that an encoded value is listed as such.
  if (core !== value) forms.push(['plain', core]);
  const bytes = Buffer.from(core);
  for (const text of base64Parts(bytes)) {
    forms.push(['base64', text], ['base64url', text.replaceAll('+', '-').replaceAll('/', '_')]);
  }
  forms.push(['hex', bytes.toString('hex')]);
  for (const hashed of new Set([value, core])) forms.push(...hashesOf(hashed));
  return forms;
}

function hashesOf(text: string): [LeakForm, string][] {
  return (['md5', 'sha1', 'sha256', 'sha512'] as const).flatMap(algorithm => {
    const digest = createHash(algorithm).update(text).digest();
    const texts = [digest.toString('hex'), digest.toString('base64').replace(/=+$/, ''), digest.toString('base64url')];
    return texts.map((found): [LeakForm, string] => [`${algorithm} hash`, found]);
  });
}

/** What is the same in any base64 text around these bytes, for each of the three places at which they may start. */
function base64Parts(bytes: Buffer): string[] {
  return [0, 1, 2].map(shift => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const firstWhole = [0, 2, 3][shift]!;
    const isCut = (shift + bytes.length) % 3 !== 0;
    return text.slice(firstWhole, isCut ? -1 : undefined);
  });
}
