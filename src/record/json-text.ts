import type { JsonObject } from './json-value';

// What JSON takes as it is. Most texts of a record are of this kind, and to see that takes a third of `JSON.stringify`.
const PLAIN = /^[ !#-[\]-~]*$/;

/** A text as JSON. */
export function jsonOfText(text: string | null): string {
  if (text === null) return 'null';
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** A map as JSON, the values of which are mostly texts. */
export function jsonOfTexts(texts: JsonObject): string {
  let json = '';
  for (const name in texts) {
    const value = texts[name]!;
    const separator = json === '' ? '' : ',';
    json += `${separator}${jsonOfText(name)}:${typeof value === 'string' ? jsonOfText(value) : JSON.stringify(value)}`;
  }
  return `{${json}}`;
}

/** Writes times as `Date` does. All of a text but its end stays for a second, and takes a microsecond. */
export class IsoTimes {
  #second = NaN;
  /** Without `000Z`. */
  #textOfSecond = '';

  /** @param ms since 1970 */
  textOf(ms: number): string {
    const second = Math.floor(ms / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#textOfSecond = new Date(second * 1_000).toISOString().slice(0, -4);
    }
    return `${this.#textOfSecond}${String(ms - second * 1_000).padStart(3, '0')}Z`;
  }
}
