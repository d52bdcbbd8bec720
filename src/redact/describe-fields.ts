import { type Class, isLoggableProperty, markedProperties, markOfClass } from '../decorators/metadata';
import type { SensitiveMode } from '../record/log-record';
import { type DeclaredType, type DtoMetadata, dtoClass } from './dto-metadata';
import type { NameRules } from './name-rules';
import type { DeclaredParameter } from './parameter-plan';
import type { Plans } from './plans';

/**
 * What decided the mode of a field: its own mark, the mark of its class, its name, the place it comes in, or the policy
 * `allow`, which its mode is named after as well.
 */
export type DecidedBy = 'mark' | 'class' | 'name' | 'place' | 'policy';

/** What becomes of a field's value: a mode of `@Sensitive`, `allow` for what that policy withholds, or `none`. */
export type FieldMode = SensitiveMode | 'allow' | 'none';

/** What becomes of one field. */
export interface FieldVerdict {
  readonly mode: FieldMode;
  readonly by: DecidedBy | null;
  /** Why somebody should look at it. */
  readonly concern: FieldConcern | null;
}

/**
 * - `name-only`: only the name keeps it out of the records.
 * - `resembles`: the name sounds like a secret, and the value is recorded.
 * - `marked-elsewhere`: a property of this name is marked in another class, and here the value is recorded.
 * - `erased`: the class was imported as a type.
 * - `untyped`: the class of the value, or of its elements, is not known, so that names decide in it.
 * - `unlisted`: the class has more fields than are listed.
 */
export type FieldConcern = 'name-only' | 'resembles' | 'marked-elsewhere' | 'erased' | 'untyped' | 'unlisted';

/** A field that a parameter is known to hold. */
export interface DescribedField extends FieldVerdict {
  /** Names on the wire, joined by dots; `*` for any element or key; empty for the parameter as a whole. */
  readonly path: string;
  /** Name of the class that has the property; `null` for a named parameter. */
  readonly owner: string | null;
  /** Name of the property in its class, which `@Expose` can make differ from the path. */
  readonly property: string;
  readonly type: string;
}

interface Visit {
  readonly type: Class;
  readonly path: string;
  /** The classes around it: a class inside itself is named, not followed. */
  readonly around: readonly Class[];
}

const MAX_FIELDS = 1_000;
const MAX_DEPTH = 16;
const PRIMITIVES: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [String, 'string'],
  [Number, 'number'],
  [Boolean, 'boolean'],
  [BigInt, 'bigint'],
  [Object, 'unknown'],
  [Function, 'unknown'],
  [Array, 'unknown'],
]);

/** Describes what the plans do with each field, and why. */
export class FieldReader {
  readonly #plans: Plans;
  readonly #names: NameRules;
  readonly #metadata: DtoMetadata;
  readonly #policy: 'deny' | 'allow';

  constructor(plans: Plans, names: NameRules, metadata: DtoMetadata, policy: 'deny' | 'allow') {
    this.#plans = plans;
    this.#names = names;
    this.#metadata = metadata;
    this.#policy = policy;
  }

  fieldsOf(parameter: DeclaredParameter, declaredType?: unknown): DescribedField[] {
    const fields = this.#parameterFields(parameter, declaredType);
    // What a class declares has gone by its own marks already.
    return fields.map(field => (field.owner === null ? { ...field, ...this.#allowed(field, parameter) } : field));
  }

  /** The fields that a response of this class is known to hold. */
  fieldsOfResponse(type: Class): DescribedField[] {
    const mark = markOfClass(type);
    const whole = { path: '', owner: null, property: '', type: type.name };
    if (mark) return [{ ...whole, mode: mark.mode, by: 'class', concern: null }];
    return this.#fieldsOfClass(type, '', (owner, property) => !this.#metadata.isNeverSent(owner, property));
  }

  #parameterFields(parameter: DeclaredParameter, declaredType: unknown): DescribedField[] {
    const { in: place, name = '', mark } = parameter;
    const type = dtoClass(parameter.type);
    const ofWhole = { path: name, owner: null, property: name, type: type?.name ?? typeName(declaredType) };
    if (mark) return [{ ...ofWhole, mode: mark.mode, by: 'mark', concern: null }];
    if (place === 'cookie' && mark === undefined && name !== '') {
      return [{ ...ofWhole, mode: 'redact', by: 'place', concern: null }];
    }
    const classMark = type && mark === undefined && markOfClass(type);
    if (classMark) return [{ ...ofWhole, mode: classMark.mode, by: 'class', concern: null }];
    if (name !== '' && mark === undefined) {
      const verdict = this.#verdictByName(name);
      // What nobody declared is also judged by the marks of other classes.
      if (verdict.concern === 'marked-elsewhere' && !type)
        return [{ ...ofWhole, mode: 'redact', by: 'name', concern: 'name-only' }];
      if (!type || verdict.mode !== 'none') return [{ ...ofWhole, ...verdict }];
    }
    if (!type) {
      const isSimple = declaredType === String || declaredType === Number || declaredType === Boolean;
      return [{ ...ofWhole, ...NOT_REDACTED, concern: isSimple || name !== '' ? null : 'untyped' }];
    }
    return this.#fieldsOfClass(type, name);
  }

  verdictOf(owner: Class | null, name: string): FieldVerdict {
    return this.#allowed(this.#verdictAt(owner, name), { isLoggable: this.#isLoggable(owner, name) });
  }

  #verdictAt(owner: Class | null, name: string): FieldVerdict {
    const field = owner && this.#plans.planOf(owner).fields.get(name);
    if (!owner || !field) {
      const { sensitive, learned } = this.#names.verdictOf(name);
      if (sensitive || (learned && !owner)) return { mode: 'redact', by: 'name', concern: 'name-only' };
      return this.#verdictByName(name);
    }
    return this.#verdictOfProperty(owner, this.#propertyOf(owner, name), name);
  }

  /** The verdict under the policy in force: `allow` withholds what is not loggable, whatever its name. */
  #allowed(verdict: FieldVerdict, { isLoggable = false }: { readonly isLoggable?: boolean }): FieldVerdict {
    if (this.#policy === 'deny' || isLoggable || this.#names.isDisabled) return verdict;
    const { mode, by } = verdict;
    return mode === 'none' ? { mode: 'allow', by: 'policy', concern: null } : { mode, by, concern: null };
  }

  #isLoggable(owner: Class | null, name: string): boolean {
    return owner !== null && isLoggableProperty(owner, this.#propertyOf(owner, name));
  }

  #fieldsOfClass(
    root: Class,
    prefix: string,
    isThere: (owner: Class, property: string) => boolean = () => true,
  ): DescribedField[] {
    const fields: DescribedField[] = [];
    const visits: Visit[] = [{ type: root, path: prefix, around: [] }];
    for (let at = 0; at < visits.length; at++) {
      const { type, path, around } = visits[at]!;
      for (const property of this.#metadata.propertiesOf(type)) {
        if (!isThere(type, property)) continue;
        if (fields.length === MAX_FIELDS) return [...fields, this.#unlisted(root, prefix)];
        this.#addField({ type, path, around: [...around, type] }, property, fields, visits);
      }
    }
    return fields;
  }

  #addField({ type, path, around }: Visit, property: string, fields: DescribedField[], visits: Visit[]): void {
    const name = this.#metadata.exposedNames(type, property)[0] ?? property;
    const noted = this.#metadata.notedTypeOf(type, property);
    const declared = this.#metadata.typeOf(type, property);
    const isList = noted === Array || noted === Set;
    const place = [path, name, ...(isList || declared.container === 'map' ? ['*'] : [])]
      .filter(part => part !== '')
      .join('.');
    const classes = [declared.type, ...(declared.discriminator?.subTypes ?? []).map(subType => subType.type)];
    const inner = [...new Set(classes.flatMap(found => found ?? []))];
    const verdict = this.#verdictOfProperty(type, property, name);
    const shownType = describeType(noted, inner, isList);
    const isFollowed = verdict.mode === 'none' && inner.length > 0 && around.length < MAX_DEPTH;
    const next = isFollowed ? inner.filter(found => !around.includes(found)) : [];
    // The parts of a nested object stand for it.
    if (next.length < inner.length || inner.length === 0) {
      const concern =
        verdict.concern ?? (verdict.mode === 'none' ? this.#typeConcern(type, property, noted, declared, inner) : null);
      const judged = this.#allowed({ ...verdict, concern }, { isLoggable: isLoggableProperty(type, property) });
      fields.push({ path: place, owner: type.name, property, type: shownType, ...judged });
    }
    visits.push(...next.map(found => ({ type: found, path: place, around })));
  }

  #verdictOfProperty(owner: Class, property: string, name: string): FieldVerdict {
    const field = this.#plans.planOf(owner).fields.get(name);
    const own = markedProperties(owner).get(property);
    const { type: declared, dependsOnObject } = this.#metadata.typeOf(owner, property);
    const ofClass = dependsOnObject || (declared && markOfClass(declared));
    if (own === false || (own === undefined && ofClass === false)) return { mode: 'none', by: 'mark', concern: null };
    if (!field?.mark) {
      return field === undefined || !this.#names.isDisabled ? this.#verdictByName(name) : NOT_REDACTED;
    }
    if (own) return { mode: field.mark.mode, by: 'mark', concern: null };
    if (ofClass) return { mode: field.mark.mode, by: 'class', concern: null };
    return { mode: field.mark.mode, by: 'name', concern: 'name-only' };
  }

  #verdictByName(name: string): FieldVerdict {
    const { sensitive, learned } = this.#names.verdictOf(name);
    if (sensitive) return { mode: 'redact', by: 'name', concern: 'name-only' };
    const concern = learned ? 'marked-elsewhere' : this.#names.resemblesSensitive(name) ? 'resembles' : null;
    return { mode: 'none', by: null, concern };
  }

  #propertyOf(owner: Class, name: string): string {
    for (const [property, wireName] of this.#plans.planOf(owner).wireNames) if (wireName === name) return property;
    return name;
  }

  #typeConcern(
    owner: Class,
    property: string,
    noted: Class | undefined,
    { dependsOnObject }: DeclaredType,
    inner: readonly Class[],
  ): FieldConcern | null {
    if (inner.length > 0) return null;
    if (noted === Function) return 'erased';
    if (noted === Object || noted === Map || dependsOnObject) return 'untyped';
    // A list of texts has no class either; one that the validator looks into was meant to have one.
    const isList = noted === Array || noted === Set || noted === undefined;
    return isList && this.#metadata.isValidatedNested(owner, property) ? 'untyped' : null;
  }

  #unlisted(root: Class, path: string): DescribedField {
    return { path, owner: root.name, property: '', type: root.name, ...NOT_REDACTED, concern: 'unlisted' };
  }
}

const NOT_REDACTED: FieldVerdict = { mode: 'none', by: null, concern: null };

function describeType(noted: Class | undefined, inner: readonly Class[], isList: boolean): string {
  const name = inner.map(found => found.name).join(' | ') || (isList ? 'unknown' : typeName(noted));
  return isList ? `${name}[]` : name;
}

function typeName(noted: unknown): string {
  return PRIMITIVES.get(noted) ?? (typeof noted === 'function' ? noted.name : 'unknown');
}
