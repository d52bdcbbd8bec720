// Control characters (C0, DEL, C1), line separators and the marks that turn the reading direction: what a request could
// use to forge lines, to steer the terminal or to show text in another order than it has (CWE-117). Zero-width spaces
// and the byte order mark, because they hide differences.
const CONTROLS = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** Text that can be printed on one line of a terminal: `\u001b` instead of the escape character. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
