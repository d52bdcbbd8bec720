import type { MetadataStorage } from 'class-transformer/types/MetadataStorage';
import { getMetadataStorage } from 'class-validator';
import {
  type Class,
  declaredTypeOf,
  loggableProperties,
  markedProperties,
  sensitiveNames,
} from '../decorators/metadata';

/** What class-transformer's `@Type` says of a property. */
export interface DeclaredType {
  /** A collection whose values are of the type; `undefined` when it cannot be told. */
  readonly container: 'map' | undefined;
  /** `undefined` when the type function failed or yields nothing of use. */
  readonly type: Class | undefined;
  /** The type function looks at the object, or fails: any class may be there. */
  readonly dependsOnObject: boolean;
  readonly discriminator?: {
    readonly property: string;
    readonly subTypes: readonly { readonly name: string; readonly type: Class }[];
  };
}

/** class-transformer's metadata, or `undefined` where this package and the application do not share one. */
export function findTransformerStorage(): MetadataStorage | undefined {
  try {
    // Not part of its public interface, and the only way to learn what `@Type` and `@Expose` say.
    const { defaultMetadataStorage } = require('class-transformer/cjs/storage') as {
      readonly defaultMetadataStorage?: MetadataStorage;
    };
    return typeof defaultMetadataStorage?.findTypeMetadata === 'function' ? defaultMetadataStorage : undefined;
  } catch {
    return undefined;
  }
}

/** Reads what the decorators of a DTO class tell about its properties; the only file that knows where they keep it. */
export class DtoMetadata {
  readonly #transformer: MetadataStorage | undefined;

  constructor(transformer: MetadataStorage | undefined) {
    this.#transformer = transformer;
  }

  /** Every property that has some decorator, inherited ones included. */
  propertiesOf(owner: Class): ReadonlySet<string> {
    const names = new Set<string>([...markedProperties(owner).keys(), ...loggableProperties(owner)]);
    for (const { propertyName } of getMetadataStorage().getTargetValidationMetadatas(owner, '', true, false)) {
      names.add(propertyName);
    }
    // Other libraries' decorators leave a type behind, which can be asked for by name only. These names are where it
    // matters: another class marked them, and this class did not.
    for (const name of sensitiveNames()) if (declaredTypeOf(owner, name)) names.add(name);
    const transformer = this.#transformer;
    if (transformer === undefined) return names;
    for (const { propertyName } of transformer.getExposedMetadatas(owner)) if (propertyName) names.add(propertyName);
    for (const { propertyName } of transformer.getExcludedMetadatas(owner)) if (propertyName) names.add(propertyName);
    for (const propertyName of typedProperties(transformer, owner)) names.add(propertyName);
    return names;
  }

  /** Whether class-transformer keeps the property out of every response. */
  isNeverSent(owner: Class, property: string): boolean {
    const excluded = this.#transformer?.findExcludeMetadata(owner, property);
    return excluded !== undefined && excluded.options?.toClassOnly !== true;
  }

  /** What TypeScript noted of a property, useful or not. */
  notedTypeOf(owner: Class, property: string): Class | undefined {
    return declaredTypeOf(owner, property);
  }

  /** Whether class-validator looks into the property's value, so that a class was meant to be known. */
  isValidatedNested(owner: Class, property: string): boolean {
    return getMetadataStorage()
      .getTargetValidationMetadatas(owner, '', true, false)
      .some(({ propertyName, type }) => propertyName === property && type === 'nestedValidation');
  }

  /**
   * The names that `@Expose` gave a property: first the one that it is sent under, then those of parents, which are still
   * taken from a request.
   */
  exposedNames(owner: Class, property: string): readonly string[] {
    const transformer = this.#transformer;
    if (transformer === undefined) return [];
    const inherited = transformer.getExposedMetadatas(owner).filter(({ propertyName }) => propertyName === property);
    const names = [transformer.findExposeMetadata(owner, property), ...inherited].map(found => found?.options?.name);
    return [...new Set(names.filter(name => name !== undefined))];
  }

  /** The class of a property's value, of its elements or of its values. */
  typeOf(owner: Class, property: string): DeclaredType {
    const metadata = this.#transformer?.findTypeMetadata(owner, property);
    if (!metadata) {
      return { container: undefined, type: dtoClass(declaredTypeOf(owner, property)), dependsOnObject: false };
    }
    const container = metadata.reflectedType === Map ? 'map' : undefined;
    const { type: told, dependsOnObject } = callTypeFunction(metadata.typeFunction, property);
    const type = dependsOnObject ? undefined : dtoClass(told ?? metadata.reflectedType);
    const { discriminator } = metadata.options ?? {};
    if (!discriminator?.property || !Array.isArray(discriminator.subTypes)) return { container, type, dependsOnObject };
    const subTypes = discriminator.subTypes.flatMap(({ name, value }) => {
      const subType = dtoClass(value);
      return subType ? [{ name, type: subType }] : [];
    });
    return { container, type, dependsOnObject, discriminator: { property: discriminator.property, subTypes } };
  }
}

/** The given class if an application wrote it: `Object`, `Array`, `Date` and the like say nothing of a value. */
export function dtoClass(type: unknown): Class | undefined {
  if (typeof type !== 'function' || typeof type.prototype !== 'object' || type.prototype === null) return undefined;
  const isBuiltIn = (globalThis as Record<string, unknown>)[type.name] === type;
  return isBuiltIn ? undefined : type;
}

/** Here is no object yet: what a function says that looks at it is true of some objects only. */
function callTypeFunction(
  typeFunction: unknown,
  property: string,
): { readonly type: unknown; readonly dependsOnObject: boolean } {
  if (typeof typeFunction !== 'function') return { type: undefined, dependsOnObject: false };
  let isAsked = false;
  const asked = (): undefined => void (isAsked = true);
  const object = new Proxy(
    {},
    {
      get: asked,
      getOwnPropertyDescriptor: asked,
      getPrototypeOf: () => ((isAsked = true), null),
      has: () => ((isAsked = true), false),
      ownKeys: () => ((isAsked = true), []),
    },
  );
  try {
    const type: unknown = typeFunction({ newObject: object, object, property });
    return { type, dependsOnObject: isAsked };
  } catch {
    return { type: undefined, dependsOnObject: true };
  }
}

function typedProperties(transformer: MetadataStorage, owner: Class): string[] {
  // Private there, but nothing else lists the properties that carry nothing but a @Type.
  const byOwner = (transformer as unknown as { readonly _typeMetadatas?: unknown })._typeMetadatas;
  if (!(byOwner instanceof Map)) return [];
  const names: string[] = [];
  for (let type: unknown = owner; typeof type === 'function'; type = Object.getPrototypeOf(type)) {
    const ofType: unknown = byOwner.get(type);
    if (ofType instanceof Map) names.push(...(ofType.keys() as Iterable<string>));
  }
  return names;
}
