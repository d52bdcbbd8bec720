import type { JsonValue } from './json-value';

const TEXT = Symbol('body as JSON text');

interface WithText {
  readonly [TEXT]: string;
}

// One function for all: with one of its own each object would be of a kind of its own for the engine.
const BODY: PropertyDescriptor & ThisType<WithText> = {
  enumerable: true,
  configurable: true,
  get() {
    const value = JSON.parse(this[TEXT]) as JsonValue;
    Object.defineProperty(this, 'body', { value, enumerable: true, configurable: true, writable: true });
    return value;
  },
};

/**
 * Gives a part of a record its body: JSON text, which becomes the value when somebody reads `body`. Whoever writes JSON
 * takes the text as it is, and whatever waits in a queue is one string instead of a tree of objects.
 */
export function withBodyText<Part extends object>(part: Part, json: string): Part & { readonly body?: JsonValue } {
  // A copy of the part has no text: its body may be another.
  Object.defineProperty(part, TEXT, { value: json });
  return Object.defineProperty(part, 'body', BODY);
}

/** The text that {@link withBodyText} gave to this very object. */
export function bodyTextOf(part: object): string | undefined {
  return (part as Partial<WithText>)[TEXT];
}
