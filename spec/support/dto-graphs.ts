import 'reflect-metadata';
import { Exclude, Expose, Type } from 'class-transformer';
import { IsOptional, Min, MinLength, ValidateNested } from 'class-validator';
import { Sensitive, type SensitiveOptions } from '../../src';
import type { Chance } from './chance';
import { KNOWN_GAPS } from './known-gaps';
import { EXPOSED_MARKED, EXPOSED_PLAIN, MARKED, PLAIN, SHARED } from './neutral-names';

/** Texts and numbers, and lists of texts. */
export type ScalarKind = 'text' | 'number' | 'texts';

/** What a property of a random class holds. */
export type FieldKind =
  | ScalarKind
  /** One object, by `@Type`. */
  | 'nested'
  /** One object, by the declared type alone. */
  | 'declared'
  | 'list'
  | 'matrix'
  | 'map'
  | 'set'
  /** One object of several classes, told apart by a property. */
  | 'choice'
  | 'choices'
  /** Declared as something that no class is known of. */
  | 'loose';

export interface DtoField {
  readonly property: string;
  /** Name in JSON. */
  readonly wireName: string;
  readonly isMarked: boolean;
  readonly kind: FieldKind;
  /** Of the value, its elements or its members; the sub types of a choice. */
  readonly types: readonly DtoType[];
}

/** A class made at run time, with decorators applied by hand. */
export interface DtoType {
  readonly dto: new () => Record<string, unknown>;
  readonly parent: DtoType | null;
  /** The class, or one that it extends, is marked as a whole. */
  readonly isMarked: boolean;
  /** Its own and inherited ones; a subclass may say otherwise than its parent. */
  readonly fields: Map<string, DtoField>;
}

export interface DtoGraph {
  readonly root: DtoType;
  readonly types: readonly DtoType[];
  /** Texts and numbers only: what a query, a form or a header can carry. */
  readonly flat: DtoType;
}

export const DISCRIMINATOR = 'nature';

// A name that some class marks is sensitive in untyped data of the whole process: here from the start, so that no case
// depends on those before it.
class MarksEveryName {}
for (const name of [...MARKED, ...SHARED]) Sensitive()(MarksEveryName.prototype, name);

const MAX_TYPES = 5;
const MAX_OWN_FIELDS = 5;
const SCALARS: readonly ScalarKind[] = ['text', 'number', 'texts'];
const KINDS: readonly FieldKind[] = [
  ...['text', 'text', 'number', 'texts', 'nested', 'nested', 'declared', 'list', 'list', 'matrix', 'map', 'set'],
  ...['choice', 'choices', 'loose'],
] as FieldKind[];
const MODES: readonly SensitiveOptions[] = [
  {},
  { mode: 'remove' },
  { mode: 'mask', keepLast: 2 },
  { mode: 'hash' },
  { mode: () => 'custom' },
];

export function isScalar(kind: FieldKind): kind is ScalarKind {
  return (SCALARS as readonly FieldKind[]).includes(kind);
}

/** A random set of classes that refer to each other, in circles too. */
export function makeGraph(chance: Chance): DtoGraph {
  const types: DtoType[] = [];
  const count = 1 + chance.below(MAX_TYPES);
  for (let at = 0; at < count; at++) {
    const parent = at > 1 && chance.isLucky(3) ? types[1 + chance.below(at - 1)]! : null;
    // The root is what actions bind: were it marked, nothing in it would be left to check.
    types.push(makeType(parent, at > 0 && chance.isLucky(8)));
  }
  for (const type of types) addFields(type, types, KINDS, chance);
  const flat = makeType(null, false);
  addFields(flat, [], SCALARS, chance);
  return { root: types[0]!, types, flat };
}

/** The classes that a value declared as this type may have. */
export function subTypesOf(type: DtoType, types: readonly DtoType[]): readonly DtoType[] {
  return types.filter(candidate => candidate.dto.prototype instanceof type.dto);
}

export function discriminatorOf(field: DtoField, type: DtoType): string {
  return `n${field.types.indexOf(type)}`;
}

function makeType(parent: DtoType | null, isMarked: boolean): DtoType {
  const dto = (parent ? class extends parent.dto {} : class {}) as DtoType['dto'];
  if (isMarked) Sensitive()(dto);
  return { dto, parent, isMarked: isMarked || parent?.isMarked === true, fields: new Map() };
}

function addFields(type: DtoType, types: readonly DtoType[], kinds: readonly FieldKind[], chance: Chance): void {
  for (const field of type.parent?.fields.values() ?? []) type.fields.set(field.property, field);
  const count = 1 + chance.below(MAX_OWN_FIELDS);
  for (let at = 0; at < count; at++) addField(type, types, chance.oneOf(kinds), chance);
  const [first] = type.fields.keys();
  if (KNOWN_GAPS.bareSubTypes && first !== undefined) IsOptional()(type.dto.prototype, first);
  for (const inherited of type.parent?.fields.values() ?? []) {
    if (type.fields.get(inherited.property) === inherited && chance.isLucky(6)) overrule(type, inherited, chance);
  }
}

function addField(type: DtoType, types: readonly DtoType[], kind: FieldKind, chance: Chance): void {
  const isMarked = chance.isLucky(3);
  const isShared = chance.isLucky(5);
  const property = chance.oneOf(isShared ? SHARED : isMarked ? MARKED : PLAIN);
  const wireName = chance.isLucky(5) ? chance.oneOf(isMarked ? EXPOSED_MARKED : EXPOSED_PLAIN) : property;
  const isTaken = [...type.fields.values()].some(
    field => [field.property, field.wireName].includes(property) || [field.property, field.wireName].includes(wireName),
  );
  if (isTaken) return;
  const field: DtoField = { property, wireName, isMarked, kind, types: valueTypes(kind, types, chance) };
  type.fields.set(property, field);
  const { prototype } = type.dto;
  declare(prototype, field, isShared || chance.isLucky(2), chance);
  if (isMarked) Sensitive(modeFor(kind, chance))(prototype, property);
}

/** Objects are refused by mode `mask`. */
function modeFor(kind: FieldKind, chance: Chance): SensitiveOptions {
  const mark = chance.oneOf(MODES);
  return mark.mode === 'mask' && !isScalar(kind) ? {} : mark;
}

function valueTypes(kind: FieldKind, types: readonly DtoType[], chance: Chance): readonly DtoType[] {
  if (isScalar(kind) || kind === 'loose') return [];
  const first = chance.oneOf(types);
  if (kind !== 'choice' && kind !== 'choices') return [first];
  return [...new Set([first, chance.oneOf(types), chance.oneOf(types)])];
}

/** A subclass that says of an inherited property whether it is sensitive. */
function overrule(type: DtoType, inherited: DtoField, chance: Chance): void {
  const isMarked = !inherited.isMarked;
  // Other classes and untyped data know the name by its first meaning.
  if (!SHARED.includes(inherited.property) || inherited.wireName !== inherited.property) return;
  // A class that is marked as a whole stays so wherever it is used.
  if (inherited.types[0]?.isMarked) return;
  Sensitive(isMarked ? modeFor(inherited.kind, chance) : false)(type.dto.prototype, inherited.property);
  type.fields.set(inherited.property, { ...inherited, isMarked });
}

function declare(prototype: object, field: DtoField, isDecorated: boolean, chance: Chance): void {
  const { property, wireName, kind, types } = field;
  Reflect.defineMetadata('design:type', designType(field), prototype, property);
  if (wireName !== property) Expose({ name: wireName })(prototype, property);
  else if (isDecorated && chance.isLucky(3)) Expose()(prototype, property);
  // A type that no decorator we know tells of can only be asked for by name.
  if (kind === 'declared' || (isDecorated && chance.isLucky(2))) IsOptional()(prototype, property);
  if (chance.isLucky(12)) Exclude({ toPlainOnly: true })(prototype, property);
  if (kind === 'text' && chance.isLucky(2)) {
    MinLength(1_000, { groups: ['strict'], message: 'given "$value"' })(prototype, property);
  }
  if (kind === 'number' && chance.isLucky(2))
    Min(1e15, { groups: ['strict'], message: 'was $value' })(prototype, property);
  if (types.length === 0 || kind === 'declared') return;
  ValidateNested({ groups: ['strict'], each: kind !== 'nested' && kind !== 'choice' })(prototype, property);
  const [{ dto }] = types as [DtoType];
  if (kind !== 'choice' && kind !== 'choices') return Type(() => dto)(prototype, property);
  const subTypes = types.map(type => ({ name: discriminatorOf(field, type), value: type.dto }));
  const discriminator = { property: DISCRIMINATOR, subTypes };
  Type(() => dto, { discriminator, keepDiscriminatorProperty: chance.isLucky(2) })(prototype, property);
}

function designType({ kind, types }: DtoField): unknown {
  switch (kind) {
    case 'text':
      return String;
    case 'number':
      return Number;
    case 'map':
      return Map;
    case 'set':
      return Set;
    case 'nested':
    case 'declared':
    case 'choice':
      return types[0]!.dto;
    case 'loose':
      return Object;
    default:
      return Array;
  }
}

/** The classes in words, for whoever reads of a failure. */
export function describeGraph({ types, flat }: DtoGraph): string {
  return [...types, flat]
    .map((type, at) => {
      const fields = [...type.fields.values()].map(field => {
        const name = field.property === field.wireName ? field.property : `${field.property} as ${field.wireName}`;
        const values = field.types.map(value => `C${types.indexOf(value)}`).join('|');
        return `${field.isMarked ? '@Sensitive ' : ''}${name}: ${field.kind}${values && ` of ${values}`}`;
      });
      const parent = type.parent ? ` extends C${types.indexOf(type.parent)}` : '';
      return `${type.isMarked ? '@Sensitive ' : ''}C${at}${parent} { ${fields.join('; ')} }`;
    })
    .join('\n    ');
}
