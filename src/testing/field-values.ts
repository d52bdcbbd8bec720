import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata';
import type { Class } from '../decorators/metadata';
import { brokenCandidates, type Candidate, candidatesFor, type TextRange } from './candidates';

/** A property of a DTO class, as far as its values matter. */
export interface FieldSlot {
  readonly owner: Class;
  readonly property: string;
  readonly wireName: string;
  readonly noted: unknown;
  readonly isList: boolean;
}

/** Finds values by asking the property's own validators, so that no rule of theirs is written twice. */
export class FieldValues {
  readonly #validators = new Map<Class, readonly ValidationMetadata[]>();

  /** The first candidate that the validators accept. */
  valid(slot: FieldSlot, range: TextRange): Candidate | undefined {
    const validators = this.#validatorsOf(slot);
    for (const candidate of candidatesFor(validators, slot.noted, range)) {
      for (const shaped of this.#shapes(slot, validators, candidate)) if (accepts(slot, shaped.value)) return shaped;
    }
    return undefined;
  }

  /** A value with a sentinel in it that the validators refuse; only JSON carries anything but texts. */
  invalid(slot: FieldSlot, isJson: boolean): Candidate | undefined {
    for (const candidate of brokenCandidates()) {
      if ((isJson || typeof candidate.value === 'string') && !accepts(slot, candidate.value)) return candidate;
    }
    return undefined;
  }

  *#shapes(slot: FieldSlot, validators: readonly ValidationMetadata[], candidate: Candidate): Generator<Candidate> {
    const isList = slot.isList || validators.some(({ each, name }) => each || name === 'isArray');
    if (!isList) return yield candidate;
    for (const length of [1, 2, 3, 5, 10]) {
      yield { ...candidate, value: Array.from({ length }, () => candidate.value) };
    }
  }

  #validatorsOf({ owner, property }: FieldSlot): ValidationMetadata[] {
    return this.#validatorsOfClass(owner).filter(({ propertyName }) => propertyName === property);
  }

  #validatorsOfClass(owner: Class): readonly ValidationMetadata[] {
    const known = this.#validators.get(owner);
    if (known) return known;
    const found = getMetadataStorage().getTargetValidationMetadatas(owner, '', true, false);
    this.#validators.set(owner, found);
    return found;
  }
}

function accepts({ owner, property, wireName }: FieldSlot, value: unknown): boolean {
  try {
    const instance: object = plainToInstance(owner as new () => object, { [wireName]: value });
    return !validateSync(instance).some(error => error.property === property);
  } catch {
    // A constructor or validator that needs more than this property; the application's own answer decides.
    return true;
  }
}
