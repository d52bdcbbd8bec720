import type { JsonValue } from '../../src/record/json-value';
import type { Chance } from './chance';
import {
  DISCRIMINATOR,
  type DtoField,
  type DtoGraph,
  type DtoType,
  type ScalarKind,
  discriminatorOf,
  isScalar,
  subTypesOf,
} from './dto-graphs';
import { KNOWN_GAPS } from './known-gaps';
import type { JsonPath, MarkedValues } from './marked-values';
import { LISTED, MAP_KEYS, MARKED, PLAIN } from './neutral-names';

const MAX_DEPTH = 3;
// Deeper nothing is recorded.
const MAX_TEXT_DEPTH = 2;

interface Place {
  readonly path: JsonPath;
  readonly isSecret: boolean;
  readonly depth: number;
  /** How many texts of JSON it lies in. */
  readonly textDepth: number;
}

export interface ValueOptions {
  /** Sensitive names that objects of a class carry although it does not declare them. */
  readonly undeclared?: readonly string[];
  /** Values of several classes that do not tell which one they are of. */
  readonly hasUntold?: boolean;
  /** Objects that travel as JSON in a text. */
  readonly hasJsonTexts?: boolean;
}

type Tree = Record<string, JsonValue>;

export const ROOT: Place = { path: [], isSecret: false, depth: 0, textDepth: 0 };

export function under(place: Place, key: string | number): Place {
  return { ...place, path: [...place.path, key], depth: place.depth + 1 };
}

/** Random values of one graph: what a client sends for a class, and what an application returns of it. */
export class DtoValues {
  /** Where in the tree a sensitive value lies as a whole. */
  readonly hidden: JsonPath[] = [];

  readonly #options: Required<ValueOptions>;

  constructor(
    private readonly graph: DtoGraph,
    private readonly values: MarkedValues,
    private readonly chance: Chance,
    { undeclared = LISTED, hasUntold = false, hasJsonTexts = true }: ValueOptions = {},
  ) {
    this.#options = { undeclared, hasUntold, hasJsonTexts };
  }

  /** What a client sends as an object of this class. */
  sent(type: DtoType, place: Place = ROOT): Tree {
    const tree: Tree = {};
    for (const field of type.fields.values()) {
      if (this.chance.isLucky(6)) continue;
      const inside = under(place, field.wireName);
      const isSecret = place.isSecret || field.isMarked || field.types[0]?.isMarked === true;
      if (isSecret && !place.isSecret) this.hidden.push(inside.path);
      tree[field.wireName] = this.#sentValue(field, { ...inside, isSecret });
    }
    // Nothing keeps a client from sending what the class does not declare.
    if (this.chance.isLucky(3)) this.#addUndeclared(tree, type, place);
    return tree;
  }

  severalSent(type: DtoType): Tree[] {
    return this.#several(ROOT, inside => this.sent(type, inside));
  }

  /** An object of which no class is known, with names that are sensitive by themselves. */
  untyped(place: Place = ROOT): Tree {
    const tree: Tree = {};
    for (let left = 1 + this.chance.below(4); left > 0; left--) {
      const isMarked = this.chance.isLucky(3);
      const key = this.chance.oneOf(isMarked ? [...LISTED, ...MARKED] : PLAIN);
      if (Object.hasOwn(tree, key)) continue;
      const inside = under(place, key);
      if (isMarked && !place.isSecret) this.hidden.push(inside.path);
      tree[key] = this.#untypedValue({ ...inside, isSecret: place.isSecret || isMarked });
    }
    return tree;
  }

  /** What an application returns as an object of this class or of one that extends it. */
  live(declared: DtoType, place: Place = ROOT): object {
    return this.#liveOf(this.#actualType(declared), place);
  }

  /**
   * The host writes an object by the class that `@Type` names, also when it is of a class that extends this one. The
   * class of an object in a `Map` that no `@Type` tells of is not looked at: its properties keep their own names.
   */
  #liveAs(declared: DtoType, place: Place, isTold: boolean): object {
    return this.#liveOf(this.#actualType(declared), place, isTold ? declared : undefined);
  }

  #actualType(declared: DtoType): DtoType {
    return this.chance.oneOf([declared, ...subTypesOf(declared, this.graph.types)]);
  }

  #liveOf(type: DtoType, place: Place, seenAs: DtoType | null = type): object {
    const isSecretType = place.isSecret || type.isMarked;
    if (isSecretType && !place.isSecret) this.hidden.push(place.path);
    const object = new type.dto();
    for (const field of type.fields.values()) {
      if (this.chance.isLucky(6)) continue;
      const inside = under(place, seenAs?.fields.get(field.property)?.wireName ?? field.property);
      const isSecret = isSecretType || field.isMarked || field.types[0]?.isMarked === true;
      if (isSecret && !isSecretType) this.hidden.push(inside.path);
      object[field.property] = this.#liveValue(
        field,
        { ...inside, isSecret },
        seenAs?.fields.has(field.property) === true,
      );
    }
    if (this.chance.isLucky(4)) this.#addUndeclared(object, type, { ...place, isSecret: isSecretType });
    return object;
  }

  #sentValue(field: DtoField, place: Place): JsonValue {
    const { kind, types } = field;
    if (place.isSecret && kind !== 'choice' && this.chance.isLucky(8)) return this.values.trivial();
    if (types.length > 0 && place.depth > MAX_DEPTH) return null;
    const [type] = types as [DtoType];
    switch (kind) {
      case 'nested':
      case 'declared':
        return this.sent(type, place);
      case 'list':
      case 'set':
        return this.#several(place, inside => this.sent(type, inside));
      case 'matrix':
        return this.#several(place, row => this.#several(row, inside => this.sent(type, inside)));
      case 'map':
        return Object.fromEntries(
          this.#keys().map(key => [key, this.sent(type, under(place, key))] satisfies [string, JsonValue]),
        );
      case 'choice':
        return this.#sentChoice(field, place);
      case 'choices':
        return this.#several(place, inside => this.#sentChoice(field, inside));
      case 'loose':
        return this.untyped(place);
      default:
        return this.#scalar(kind, place);
    }
  }

  #sentChoice(field: DtoField, place: Place): JsonValue {
    if (this.#options.hasUntold && this.chance.isLucky(3)) return this.#sentUntold(field, place);
    const type = this.chance.oneOf(field.types);
    if (type.isMarked && !place.isSecret) this.hidden.push(place.path);
    const tree = this.sent(type, { ...place, isSecret: place.isSecret || type.isMarked });
    return { ...tree, [DISCRIMINATOR]: discriminatorOf(field, type) };
  }

  /** Whatever any of the classes marks is sensitive, so only names that all of them know as simple values are sent. */
  #sentUntold({ types }: DtoField, place: Place): JsonValue {
    const isSecretClass = types.some(type => type.isMarked);
    if (isSecretClass && !place.isSecret) this.hidden.push(place.path);
    const tree: Tree = this.chance.isLucky(2) ? {} : { [DISCRIMINATOR]: 'none' };
    for (const { wireName, kind } of this.chance.oneOf(types).fields.values()) {
      if (!isScalar(kind)) continue;
      const meanings = types.flatMap(type =>
        [...type.fields.values()].filter(field => field.wireName === wireName || field.property === wireName),
      );
      if (!meanings.every(field => isScalar(field.kind))) continue;
      const isMarked = isSecretClass || meanings.some(field => field.isMarked);
      const inside = under(place, wireName);
      if (isMarked && !isSecretClass && !place.isSecret) this.hidden.push(inside.path);
      tree[wireName] = this.#scalar(kind, { ...inside, isSecret: place.isSecret || isMarked });
    }
    return tree;
  }

  #liveValue(field: DtoField, place: Place, isTold: boolean): unknown {
    const { kind, types } = field;
    if (place.isSecret && kind !== 'choice' && this.chance.isLucky(8)) return this.values.trivial();
    if (types.length > 0 && place.depth > MAX_DEPTH) return null;
    const [type] = types as [DtoType];
    switch (kind) {
      case 'nested':
        return this.#liveAs(type, place, isTold);
      case 'declared':
        return this.live(type, place);
      case 'list':
        return this.#several(place, inside => this.#liveAs(type, inside, isTold));
      case 'set':
        return new Set(this.#several(place, inside => this.#liveAs(type, inside, isTold)));
      case 'matrix':
        return this.#several(place, row => this.#several(row, inside => this.#liveAs(type, inside, isTold)));
      case 'map':
        return this.#liveMap(place, inside => this.#liveOf(this.#actualType(type), inside, isTold ? type : null));
      case 'choice':
        return this.#liveOf(this.chance.oneOf(types), place);
      case 'choices':
        return this.#several(place, inside => this.#liveOf(this.chance.oneOf(types), inside));
      case 'loose':
        return this.wrapped(place);
      default:
        return this.#scalar(kind, place);
    }
  }

  /** What actions return around their objects: nothing, lists, pages, collections. */
  wrapped(place: Place = ROOT): unknown {
    if (place.depth > MAX_DEPTH) return this.values.text(place.isSecret);
    const one = (inside: Place): object => this.live(this.chance.oneOf(this.graph.types), inside);
    switch (this.chance.below(8)) {
      case 0:
        return one(place);
      case 1:
        return this.#several(place, one);
      case 2: {
        const total = PLAIN[0]!;
        const items = PLAIN[1]!;
        return { [total]: this.values.number(place.isSecret), [items]: this.#several(under(place, items), one) };
      }
      case 3:
        return this.#liveMap(place, inside => {
          const type = this.#actualType(this.chance.oneOf(this.graph.types));
          return this.#liveOf(type, inside, place.depth === 0 ? type : null);
        });
      case 4:
        return new Set(this.#several(place, one));
      case 5:
        return this.#several(place, row => this.#several(row, one));
      case 6:
        return this.untyped(place);
      default: {
        const key = this.chance.oneOf(PLAIN);
        return { [key]: this.wrapped(under(place, key)) };
      }
    }
  }

  #untypedValue(place: Place): JsonValue {
    if (place.isSecret && this.chance.isLucky(8)) return this.values.trivial();
    const isKnownGap = place.isSecret && KNOWN_GAPS.valuesInSensitiveJsonTexts;
    const mayBeJson = this.#options.hasJsonTexts && place.textDepth < MAX_TEXT_DEPTH && !isKnownGap;
    switch (place.depth > MAX_DEPTH ? 0 : this.chance.below(mayBeJson ? 6 : 5)) {
      case 1:
        return this.values.number(place.isSecret);
      case 2:
        return this.#several(place, inside => this.values.text(inside.isSecret));
      case 3:
        return this.untyped(place);
      case 4:
        return this.#several(place, inside => this.untyped(inside));
      case 5:
        return this.#jsonText(place);
      default:
        return this.values.text(place.isSecret);
    }
  }

  /** The text as a whole is another one when anything in it is redacted. */
  #jsonText(place: Place): string {
    const known = this.hidden.length;
    const text = JSON.stringify(this.untyped({ ...place, textDepth: place.textDepth + 1 }));
    const inside = this.hidden.splice(known);
    if (inside.length > 0 && !place.isSecret) this.hidden.push(place.path);
    return text;
  }

  #addUndeclared(object: Record<string, unknown>, type: DtoType, place: Place): void {
    const isMarked = this.chance.isLucky(2);
    const key = this.chance.oneOf(isMarked ? this.#options.undeclared : PLAIN);
    if ([...type.fields.values()].some(({ property, wireName }) => property === key || wireName === key)) return;
    const inside = under(place, key);
    if (isMarked && !place.isSecret) this.hidden.push(inside.path);
    object[key] = this.#untypedValue({ ...inside, isSecret: place.isSecret || isMarked });
  }

  #scalar(kind: ScalarKind, place: Place): JsonValue {
    if (kind === 'number') return this.values.number(place.isSecret);
    if (kind === 'text') return this.values.text(place.isSecret);
    return this.#several(place, inside => this.values.text(inside.isSecret));
  }

  #liveMap(place: Place, make: (place: Place) => object): Map<string, object> {
    return new Map(this.#keys().map(key => [key, make(under(place, key))]));
  }

  #several<Item>(place: Place, make: (place: Place) => Item): Item[] {
    return Array.from({ length: this.chance.below(3) }, (_, at) => make(under(place, at)));
  }

  #keys(): readonly string[] {
    return MAP_KEYS.slice(0, this.chance.below(MAP_KEYS.length));
  }
}
