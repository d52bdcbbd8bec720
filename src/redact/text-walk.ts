import type { JsonValue } from '../record/json-value';
import type { TypeHint } from '../record/snapshot';
import { FIRST_CARD_NUMBER } from './detectors/card-numbers';
import { elementHint, memberHint, shapeByHint, type StructuredHint } from './follow-hint';
import { JsonReader, NOWHERE } from './json-reader';
import { mayBeJson, parseJson } from './json-texts';
import { REDACTED } from './markers';
import { MarkedValues } from './marked-values';
import type { Member, Members } from './members';
import { type ActiveMark, REDACT, type Shape, markOf } from './plan';
import type { Place, RedactionNotes } from './redaction-notes';
import { plainNumber } from './value-limits';
import { RedactedText } from './redacted-text';
import type { WalkRules, WalkSource } from './walk';

const BLANK = 32;
const QUOTE = 34;
const COMMA = 44;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const UPPER_E = 69;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const LOWER_E = 101;
const LOWER_F = 102;
const LOWER_T = 116;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const LAST_ASCII = 127;

const CONTROL = /[\0-\x1f]/;
const CONTROLS = Array.from({ length: BLANK }, (_, code) => String.fromCharCode(code));
/** Up to here the pattern finds out sooner than so many searches. */
const SHORT = 2_048;
/** Digits of numbers that are no card's. */
const FEW_DIGITS = String(FIRST_CARD_NUMBER).length - 1;
const REDACTED_JSON = JSON.stringify(REDACTED);
/** Instead of the place behind a value: it takes the tree to tell what becomes of it. */
const LOST = NOWHERE;

/** Where a text comes from, and what is known of the value that it stands for. */
export interface TextSource {
  readonly path: string;
  readonly direction: WalkSource['direction'];
  readonly shape: Shape | null;
  readonly hint: TypeHint | null;
}

/**
 * Redacts JSON without parsing it: reads the text once, and copies what may stay. It does what a {@link Walk} over the
 * parsed tree does and costs less (docs/decisions/0007), except for what is rare, costly or needs to know a value before it is
 * read: line breaks between values, sub types, what exceeds a limit, JSON inside of texts, validation errors of sensitive
 * properties, errors of syntax, the policy `allow`. There it gives up.
 *
 * @returns `undefined`, and nothing noted, when it takes the tree to redact it.
 */
export function redactText(
  text: string,
  source: TextSource,
  rules: WalkRules,
  notes: RedactionNotes,
): RedactedText | undefined {
  const { shape } = source;
  // Controls are line breaks or errors.
  if (rules.policy !== 'deny' || hasControls(text)) return undefined;
  if (shape?.kind === 'class' && shape.mark !== null) return undefined;
  const { mark } = notes;
  const codes = rules.codes.take();
  const redacted = new TextWalk(new JsonReader(text, codes), source, rules, notes).run();
  rules.codes.giveBack(codes);
  if (redacted === undefined) notes.rewind(mark);
  return redacted;
}

class TextWalk {
  readonly #reader: JsonReader;
  readonly #rules: WalkRules;
  readonly #notes: RedactionNotes;
  readonly #source: TextSource;
  readonly #marked: MarkedValues;
  /** From the root to the container at hand. */
  readonly #keys: (string | number)[] = [];
  #output = '';
  /** All before it is in the output, or left out. */
  #copied = 0;
  #nodesLeft: number;
  /** The mark of the value that was read last takes it away. */
  #isRemoved = false;
  /** Behind the name that was read last. */
  #nameEnd = 0;
  #lastMembers: Members | undefined;
  /** So many usual names of the last members were kept. */
  #namesKept = 0;
  /** Texts that stay as they are: from, to, from, to… */
  readonly #spans: number[] = [];
  /** Those that stand otherwise in the output, or in another form. */
  readonly #texts: string[] = [];

  constructor(reader: JsonReader, source: TextSource, rules: WalkRules, notes: RedactionNotes) {
    this.#reader = reader;
    this.#source = source;
    this.#rules = rules;
    this.#notes = notes;
    this.#marked = new MarkedValues(rules, notes, false);
    this.#nodesLeft = rules.limits.maxNodes;
  }

  run(): RedactedText | undefined {
    const { text } = this.#reader;
    const { path, shape, hint } = this.#source;
    const end = this.#value(0, shape, false, hint, path);
    if (end !== text.length || this.#isRemoved) return undefined;
    return new RedactedText(this.#output + text.slice(this.#copied), text, this.#spans, this.#texts);
  }

  /** Each of these reads what begins at `at`, and returns the place behind it. */
  #value(at: number, shape: Shape | null, isDeclared: boolean, hint: TypeHint | null, key: string | number): number {
    const code = this.#reader.codes[at]!;
    if (code === OPEN_OBJECT || code === OPEN_LIST) return this.#container(at, shape, isDeclared, hint, key);
    if ((shape !== null || hint !== null) && !this.#reader.text.startsWith('null', at)) {
      // An object of a sensitive class that travels as something else: by `toJSON`, by `@Transform`.
      const mark = markOf(shapeByHint(shape, hint, this.#rules.plans));
      if (mark !== null) return this.#markedValue(at, mark, key);
    }
    if (code === QUOTE) return this.#string(at, shape, isDeclared, key);
    if (code <= NINE) return this.#number(at, isDeclared, key);
    return this.#literal(at, code);
  }

  #container(
    at: number,
    declared: Shape | null,
    isDeclared: boolean,
    hint: TypeHint | null,
    key: string | number,
  ): number {
    const isList = this.#reader.codes[at] === OPEN_LIST;
    const structure = typeof hint === 'object' ? hint : null;
    // What was asked is not what was sent, or could not be asked.
    if (hint === 'unknown' || (structure !== null && isOfLists(structure) !== isList)) return LOST;
    const shape = shapeByHint(declared, hint, this.#rules.plans);
    // An array holds values of a declared class; a class that was asked is the array's own.
    if (shape !== null && shape.kind !== 'values' && (!isList || typeof hint === 'number')) {
      if (shape.kind === 'choice') return LOST;
      if (shape.mark !== null) return this.#markedValue(at, shape.mark, key);
    }
    if (this.#keys.length >= this.#rules.limits.maxDepth) return LOST;
    this.#keys.push(key);
    const end = isList ? this.#elements(at, shape, isDeclared, structure) : this.#members(at, shape, structure);
    this.#keys.pop();
    return end;
  }

  #elements(start: number, shape: Shape | null, isDeclared: boolean, hint: StructuredHint | null): number {
    const { codes } = this.#reader;
    let at = this.#reader.skipBlanks(start + 1);
    if (codes[at] === CLOSE_LIST) return at + 1;
    for (let index = 0; ; index++) {
      if (--this.#nodesLeft < 0) return LOST;
      const end = this.#value(at, shape, isDeclared, hint && elementHint(hint, index), index);
      if (end === LOST) return LOST;
      // A removed element leaves its place, so that the others keep theirs.
      if (this.#isRemoved) this.#replace(at, end, 'null');
      this.#isRemoved = false;
      at = this.#reader.skipBlanks(end);
      const code = codes[at];
      if (code === CLOSE_LIST) return at + 1;
      if (code !== COMMA) return LOST;
      at = this.#reader.skipBlanks(at + 1);
    }
  }

  #members(start: number, shape: Shape | null, hint: StructuredHint | null): number {
    const { codes } = this.#reader;
    const members = this.#rules.members.of(shape);
    const usual = members.inUsualOrder();
    const missing = namesToFind(hint);
    let isFirstKept = true;
    let commaAt = start;
    let at = this.#reader.skipBlanks(start + 1);
    if (codes[at] === CLOSE_OBJECT) return isNoneMissing(missing) ? at + 1 : LOST;
    for (let count = 0; ; count++) {
      if (--this.#nodesLeft < 0) return LOST;
      const nameAt = at;
      const member = this.#name(at, members, usual[count], count);
      if (member === undefined) return LOST;
      const nameEnd = this.#nameEnd;
      at = this.#reader.skipBlanks(nameEnd);
      if (codes[at] !== COLON) return LOST;
      at = this.#reader.skipBlanks(at + 1);
      if (member.key !== member.name) this.#replace(nameAt, nameEnd, JSON.stringify(member.key));
      missing?.delete(member.name);
      const end = this.#member(at, member, hint);
      if (end === LOST) return LOST;
      at = this.#reader.skipBlanks(end);
      const code = codes[at];
      if (this.#isRemoved) {
        // Its name is in the output already.
        if (member.key !== member.name) return LOST;
        this.#isRemoved = false;
        this.#replace(isFirstKept ? nameAt : commaAt, end, '');
        if (isFirstKept && code === COMMA) this.#copied = at + 1;
      } else isFirstKept = false;
      if (code === CLOSE_OBJECT) return isNoneMissing(missing) ? at + 1 : LOST;
      if (code !== COMMA) return LOST;
      commaAt = at;
      at = this.#reader.skipBlanks(at + 1);
    }
  }

  /** What is known of the name at `at`; `undefined` when there is none. */
  #name(at: number, members: Members, usual: Member | undefined, count: number): Member | undefined {
    if (usual !== undefined && this.#reader.isNameAt(at, usual.name)) {
      this.#nameEnd = at + usual.name.length + 2;
      if (!usual.isDeclared && !this.#isKept(members, count)) this.#keepText(at, this.#nameEnd, usual.name);
      return usual;
    }
    this.#nameEnd = this.#reader.textEnd(at);
    const name = this.#reader.textAt(at, this.#nameEnd);
    if (name === undefined) return undefined;
    const member = members.find(name, count);
    if (!member.isDeclared) this.#keepText(at, this.#nameEnd, name);
    return member;
  }

  /** Whether the usual name of this place was met in an object before: then it is among the texts that were kept. */
  #isKept(members: Members, count: number): boolean {
    if (this.#lastMembers !== members) {
      this.#lastMembers = members;
      this.#namesKept = 0;
    }
    if (count < this.#namesKept) return true;
    if (count === this.#namesKept) this.#namesKept++;
    return false;
  }

  #member(at: number, member: Member, hint: StructuredHint | null): number {
    const { name, key, mark } = member;
    if (mark !== null) return this.#markedValue(at, mark, key);
    // A name that some class marks counts wherever the class at hand is not known to have it for itself.
    const isOwn = member.isLearned && hint !== null && 'own' in hint && hint.own?.includes(name);
    if (member.isLearned && !isOwn) return this.#markedValue(at, REDACT, key);
    const end = this.#value(at, member.shape, member.isDeclared, hint && memberHint(hint, name), key);
    // Perhaps a validation error that quotes a secret beside it.
    const isRefusal = this.#source.direction === 'response' && name === 'property' && !member.isDeclared;
    return isRefusal && end !== LOST && this.#namesSensitive(at, end) ? LOST : end;
  }

  #namesSensitive(at: number, end: number): boolean {
    const name = parseJson(this.#reader.text.slice(at, end));
    return typeof name === 'string' && this.#rules.names.isSensitive(name);
  }

  #markedValue(at: number, mark: ActiveMark, key: string | number): number {
    const end = this.#reader.valueEnd(at);
    const isText = this.#reader.codes[at] === QUOTE;
    const value = isText
      ? this.#reader.textAt(at, end)
      : end === LOST
        ? undefined
        : parseJson(this.#reader.text.slice(at, end));
    if (value === undefined) return LOST;
    const redacted = this.#marked.redact(mark, value, this.#parent(), key, this.#keys.length);
    if (redacted === undefined) this.#isRemoved = true;
    else if (redacted === REDACTED) this.#replace(at, end, REDACTED_JSON);
    else this.#replaceAndKeep(at, end, redacted);
    return end;
  }

  #string(at: number, shape: Shape | null, isDeclared: boolean, key: string | number): number {
    const { texts, limits } = this.#rules;
    const end = this.#reader.textEnd(at);
    if (end === LOST || end - at > limits.maxStringLength || this.#mayHoldJson(at, end)) return LOST;
    const isFree = shape === null && !isDeclared;
    if (!this.#reader.hasEscapes && !(isFree && texts.isSuspiciousPart(this.#reader.read, at + 1, end - 1))) {
      this.#keepText(at, end);
      return end;
    }
    const value = this.#reader.textAt(at, end);
    if (value === undefined || mayBeJson(value)) return LOST;
    const cleaned = isFree ? texts.clean(value, this.#notes, this.#parent(), key) : value;
    if (cleaned === value) this.#keepText(at, end, value);
    else this.#replaceAndKeep(at, end, cleaned);
    return end;
  }

  #number(at: number, isDeclared: boolean, key: string | number): number {
    const { codes } = this.#reader;
    const end = this.#reader.digitsEnd(at);
    const isPlain = end > at && end - at <= FEW_DIGITS && (codes[at] !== ZERO || end === at + 1);
    const code = codes[end];
    if (!isPlain || code === LOWER_E || code === UPPER_E) return this.#unusualNumber(at, isDeclared, key);
    if (code !== POINT) return end;
    const fractionEnd = this.#reader.digitsEnd(end + 1);
    const after = codes[fractionEnd];
    const isFraction = fractionEnd > end + 1 && after !== LOWER_E && after !== UPPER_E;
    return isFraction ? fractionEnd : this.#unusualNumber(at, isDeclared, key);
  }

  #unusualNumber(at: number, isDeclared: boolean, key: string | number): number {
    const written = this.#reader.numberAt(at);
    if (written === undefined) return LOST;
    const end = at + written.length;
    const value = Number(written);
    if (!isDeclared && value >= FIRST_CARD_NUMBER && this.#rules.texts.isCard(value)) {
      this.#notes.noteSecret(this.#parent(), key, 'detected:card', value);
      this.#replace(at, end, REDACTED_JSON);
      return end;
    }
    const plain = plainNumber(value);
    if (String(plain) !== written) this.#replaceAndKeep(at, end, plain);
    return end;
  }

  #literal(at: number, first: number): number {
    const literal = first === LOWER_T ? 'true' : first === LOWER_F ? 'false' : 'null';
    return this.#reader.text.startsWith(literal, at) ? at + literal.length : LOST;
  }

  #mayHoldJson(at: number, end: number): boolean {
    const first = this.#reader.codes[at + 1]!;
    if (first > BLANK && first < LAST_ASCII) return first === OPEN_LIST || first === OPEN_OBJECT;
    return mayBeJson(this.#reader.text.slice(at + 1, end - 1));
  }

  /** Remembers to look for known secrets in a text that stays. */
  #keepText(at: number, end: number, value?: string): void {
    if (value !== undefined && this.#reader.hasEscapes) this.#texts.push(value);
    else this.#spans.push(at + 1, end - 1);
  }

  #replaceAndKeep(at: number, end: number, value: JsonValue): void {
    const json = JSON.stringify(value);
    this.#replace(at, end, json);
    if (typeof value !== 'string') this.#texts.push(json);
    else if (!this.#notes.sealedTexts.has(value)) this.#texts.push(value);
  }

  #replace(at: number, end: number, json: string): void {
    this.#output += this.#reader.text.slice(this.#copied, at) + json;
    this.#copied = end;
  }

  /** What contains the value at hand, for the notes. */
  #parent(): Place | null {
    let parent: Place | null = null;
    for (const key of this.#keys) parent = { parent, key };
    return parent;
  }
}

function hasControls(text: string): boolean {
  return text.length < SHORT ? CONTROL.test(text) : CONTROLS.some(control => text.includes(control));
}

function isOfLists(hint: StructuredHint): boolean {
  return 'each' in hint || 'items' in hint;
}

/** A plain object is sent as it is: unless it has all of these, what was asked is not what was sent. */
function namesToFind(hint: StructuredHint | null): Set<string> | null {
  if (hint === null || !('properties' in hint) || hint.plan !== undefined) return null;
  return new Set(Object.keys(hint.properties));
}

function isNoneMissing(missing: Set<string> | null): boolean {
  return missing === null || missing.size === 0;
}
