import type { NameRules } from './name-rules';
import { type ActiveMark, type Field, REDACT, type Shape } from './plan';

/** What is known of a value before anyone looks at it. */
export interface Expected {
  /** What the value holds, or its elements when it is an array. */
  readonly shape: Shape | null;
  /** Some class declares the property that holds it. */
  readonly isDeclared: boolean;
  /** Recorded where nothing else is: see the policy `allow`. */
  readonly isLoggable: boolean;
}

/** What is known of the member of a name. */
export interface Member extends Expected {
  readonly name: string;
  /** The name as a key of a record. */
  readonly key: string;
  readonly mark: ActiveMark | null;
  /** Some class marks the name, and the one at hand does not declare it. */
  readonly isLearned: boolean;
  /** Keeps its name, and its value when that is harmless. */
  readonly isOrdinary: boolean;
}

// Clients choose names: these bound what they can make us keep.
const MAX_KEPT_NAMES = 128;
const MAX_KEPT_NAMES_OF_NO_CLASS = 4_096;
const MAX_KEPT_LENGTH = 256;
const MAX_USUAL = 64;

/**
 * The members of all objects of one shape, by name: what the shape declares, and of other names what the name rules say.
 * One look-up then tells all there is to know.
 */
export class Members {
  readonly #names: NameRules;
  readonly #fields: ReadonlyMap<string, Field> | null;
  readonly #shapeOfOthers: Shape | null;
  readonly #maxKept: number;
  readonly #known = new Map<string, Member>();
  readonly #usualOrder: Member[] = [];
  #namesVersion = -1;

  constructor(names: NameRules, shape: Shape | null) {
    this.#names = names;
    this.#fields = shape?.kind === 'class' ? shape.fields : null;
    this.#shapeOfOthers = shape?.kind === 'values' ? shape.of : null;
    this.#maxKept = shape === null ? MAX_KEPT_NAMES_OF_NO_CLASS : MAX_KEPT_NAMES + (this.#fields?.size ?? 0);
  }

  /**
   * As the last objects had them, place by place: those of one kind have their names in one order, and to compare a name
   * costs less than to look it up. Up to date while one object is read: classes that are met later may mark more names.
   */
  inUsualOrder(): readonly Member[] {
    if (this.#namesVersion !== this.#names.learnedCount) {
      this.#namesVersion = this.#names.learnedCount;
      this.#known.clear();
      this.#usualOrder.length = 0;
    }
    return this.#usualOrder;
  }

  /** For a name that is not the usual one at this place of the object. */
  find(name: string, at: number): Member {
    const member = this.#known.get(name) ?? this.#add(name);
    if (at < MAX_USUAL && at <= this.#usualOrder.length) this.#usualOrder[at] = member;
    return member;
  }

  #add(name: string): Member {
    const member = this.#memberOf(name, this.#fields?.get(name));
    if (name.length > MAX_KEPT_LENGTH) return member;
    // Starting over is cheap, and the names that matter are back at once.
    if (this.#known.size >= this.#maxKept) this.#known.clear();
    this.#known.set(name, member);
    return member;
  }

  declares(name: string): boolean {
    return this.#fields?.has(name) === true;
  }

  #memberOf(name: string, field: Field | undefined): Member {
    if (field) {
      const { key, mark, shape, isLoggable } = field;
      const isOrdinary = key === name && mark === null && shape === null;
      return { name, key, mark, shape, isLoggable, isDeclared: true, isLearned: false, isOrdinary };
    }
    const { key, sensitive, learned } = this.#names.verdictOf(name);
    const shape = this.#shapeOfOthers;
    const isOrdinary = key === name && !sensitive && !learned && shape === null;
    const mark = sensitive ? REDACT : null;
    return { name, key, mark, shape, isLoggable: false, isDeclared: false, isLearned: learned, isOrdinary };
  }
}

/** The {@link Members} of each shape. */
export class MembersByShape {
  readonly #names: NameRules;
  readonly #ofShape = new WeakMap<Shape, Members>();
  readonly #ofNoShape: Members;

  constructor(names: NameRules) {
    this.#names = names;
    this.#ofNoShape = new Members(names, null);
  }

  of(shape: Shape | null): Members {
    if (shape === null) return this.#ofNoShape;
    let members = this.#ofShape.get(shape);
    if (members === undefined) this.#ofShape.set(shape, (members = new Members(this.#names, shape)));
    return members;
  }
}
