import type { JsonValue } from '../record/json-value';

/** Turns a sensitive value into what may be recorded. When it throws, the value is redacted. */
export type RedactionFunction = (value: JsonValue) => JsonValue;

/** Options as kept in metadata: complete, or `false` for "known not to be sensitive". */
export type SensitiveMark =
  | { readonly mode: 'redact' | 'remove' | 'hash' | 'encrypt' }
  | { readonly mode: 'mask'; readonly keepFirst: number; readonly keepLast: number; readonly isEmail?: true }
  | { readonly mode: 'custom'; readonly redact: RedactionFunction }
  | false;
