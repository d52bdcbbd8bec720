import type { JsonObject } from './json-value';
import type {
  BodyOmitted,
  Outcome,
  RecordCause,
  RecordClient,
  RecordHandler,
  RecordUser,
  ValidationFailure,
} from './log-record';

/** Number of a compiled plan within one logging. */
export type PlanId = number;

/**
 * Which plan applies where in a body, as far as classes are known: one plan for the value, one hint for every element of
 * an array, or hints by array place or by property. Without a plan the properties are those of a plain container around
 * class instances; with one they tell of values whose class the plan's class does not declare, and `own` of members that
 * are the class's own although another class marks their name. `unknown` is an object that could not be asked.
 */
export type TypeHint =
  | PlanId
  | 'unknown'
  | { readonly each: TypeHint }
  | { readonly items: readonly (TypeHint | null)[]; readonly isCut?: true }
  | {
      readonly plan?: PlanId;
      readonly own?: readonly string[];
      readonly properties: Readonly<Record<string, TypeHint>>;
    };

/** A body as it crossed the wire, or the reason why it is not kept. */
export type SnapshotBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string; readonly format: 'json' | 'form'; readonly hint: TypeHint | null }
  | {
      readonly kind: 'multipart';
      readonly fields: readonly string[];
      readonly files: readonly SnapshotFile[];
      /** Values of the text fields: never recorded, but the secrets among them may stand elsewhere. */
      readonly values?: JsonObject;
    }
  | { readonly kind: 'omitted'; readonly why: BodyOmitted };

/** An uploaded file, never its content. */
export interface SnapshotFile {
  readonly field: string;
  readonly name: string;
  readonly contentType: string | null;
  readonly bytes: number | null;
}

export type SnapshotHeaders = Readonly<Record<string, string | readonly string[]>>;

/** One failed property of a validation error. */
export interface SnapshotValidation extends ValidationFailure {
  /** The property, or one that it lies in, is sensitive: its texts may quote the value. */
  readonly sensitive: boolean;
  /** The refused value as text, when sensitive: it is removed wherever else the record quotes it. */
  readonly secret?: string;
}

export interface SnapshotError extends RecordCause {
  readonly stack: string | null;
  readonly causes: readonly RecordCause[];
  readonly validation?: readonly SnapshotValidation[];
}

/**
 * A closed exchange as plain, structured-cloneable data, not yet redacted. From here on nothing needs the host, the
 * application or its objects.
 */
export interface Snapshot {
  readonly id: string;
  /** Arrival, in milliseconds since 1970. */
  readonly at: number;
  readonly durationMs: number;
  readonly handlerMs: number | null;
  readonly incomplete: boolean;
  readonly sampleWeight: number;
  readonly requestId: string;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly user: RecordUser | null;
  readonly client: RecordClient;
  readonly handler: RecordHandler | null;
  /** Number of the action's parameter plan; `null` when no action was reached. */
  readonly parameters: PlanId | null;
  readonly request: {
    readonly method: string;
    /** Request target as received: path and query. */
    readonly url: string;
    /** Path parameters as received, decoded; empty when no route matched. */
    readonly params: Readonly<Record<string, string>>;
    readonly headers: SnapshotHeaders;
    readonly contentType: string | null;
    readonly bytes: number | null;
    readonly body: SnapshotBody;
  };
  readonly response: {
    readonly status: number | null;
    readonly headers: SnapshotHeaders;
    readonly contentType: string | null;
    readonly bytes: number | null;
    readonly body: SnapshotBody;
    readonly outcome: Outcome;
  };
  readonly error?: SnapshotError;
  readonly attributes?: JsonObject;
  /** Texts in marked properties of live objects, sent or not: they are removed wherever the record would tell them. */
  readonly secrets?: readonly string[];
  readonly expireAfterDays?: number;
}
