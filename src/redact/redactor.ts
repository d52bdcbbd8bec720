import { type Class, hasSensitiveClasses } from '../decorators/metadata';
import type { Report } from '../errors';
import type { RedactedParts } from '../record/record-writer';
import type { JsonObject, JsonValue } from '../record/json-value';
import { estimateBytes } from '../record/record-bytes';
import type { PlanId, Snapshot, SnapshotValidation, TypeHint } from '../record/snapshot';
import { DtoMetadata, findTransformerStorage } from './dto-metadata';
import { type DescribedField, FieldReader, type FieldVerdict } from './describe-fields';
import { TextFinish } from './finish-texts';
import { FunctionUse } from './function-use';
import { KnownValues } from './known-values';
import type { LiveSecrets } from './live-secrets';
import { MORE_KEY, tooLargeMarker } from './markers';
import { NameRules } from './name-rules';
import { type DeclaredParameter, type ParameterPlan, compileParameters } from './parameter-plan';
import { Plans } from './plans';
import type { ResolvedRedactOptions } from './redact-options';
import { RedactionNotes } from './redaction-notes';
import { type EncryptionKey, type ResolvedEncryptionKey, resolveEncryptionKey } from './redaction-keys';
import { ReportOnce, kindOfError } from './report-once';
import { type StoredRecord, revealValue } from './reveal';
import { type KnownClasses, SnapshotRedactor } from './snapshot-redactor';
import { FactTeller } from './tell-facts';
import { TypeHints } from './type-hints';
import { cleanValidationErrors } from './validation-answer';
import { type ValidationRules, readValidation } from './validation-errors';
import { Walk } from './walk';

/** Compiles what the classes and parameters of one application say, and redacts its exchanges by it. */
export class Redactor {
  readonly #rules: ValidationRules;
  readonly #classes: KnownClasses;
  readonly #snapshots: SnapshotRedactor;
  readonly #functions: FunctionUse;
  readonly #reports: ReportOnce;
  readonly #hints: TypeHints;
  readonly #encryptionKeys: readonly ResolvedEncryptionKey[];
  readonly #parameterPlans: ParameterPlan[] = [];
  readonly #fields: FieldReader;

  constructor(options: ResolvedRedactOptions, report: Report) {
    this.#reports = new ReportOnce(report);
    const transformer = findTransformerStorage();
    if (transformer === undefined) {
      this.#reports.report(
        'REDACTION_FAILED',
        "class-transformer's metadata was not found: nested properties that only @Type or @Expose declares are redacted " +
          'by their names alone. Install class-transformer 0.5 once, and keep it out of bundles.',
      );
    }
    const names = new NameRules(options);
    const metadata = new DtoMetadata(transformer);
    const plans = new Plans(metadata, names, options.disabled);
    this.#classes = { names, plans: plans.known, hasSensitiveClasses, parameters: this.#parameterPlans };
    this.#functions = new FunctionUse(this.#classes);
    this.#snapshots = new SnapshotRedactor(options, this.#classes, this.#reports);
    this.#rules = { ...this.#snapshots.rules, classes: plans, hintOf: live => this.hintOf(live) };
    this.#hints = new TypeHints(plans, this.#rules.members);
    this.#fields = new FieldReader(plans, names, metadata, options.policy);
    const { encryptionKey, oldEncryptionKeys } = options;
    this.#encryptionKeys = encryptionKey ? [encryptionKey, ...oldEncryptionKeys] : oldEncryptionKeys;
  }

  /** Tells another thread what is known of the classes, from the beginning. */
  facts(): FactTeller {
    return new FactTeller(this.#classes);
  }

  /** Whether a function of the application may be called for it, so that only this thread can redact it. */
  needsFunctions(snapshot: Snapshot): boolean {
    return this.#functions.isNeededBy(snapshot);
  }

  /** Every hash that a record may hold for this value, the current key's first. */
  hashesOf(value: JsonValue): string[] {
    return this.#rules.marks.hashesOf(value);
  }

  /** @throws {@link LoggingError} `REVEAL_…` when there is no such value, no such key or no truth in it. */
  reveal(record: StoredRecord, path: string, key?: EncryptionKey): JsonValue {
    const given = key === undefined ? [] : [resolveEncryptionKey('reveal(record, path, key)', key)];
    return revealValue(record, path, [...given, ...this.#encryptionKeys]);
  }

  /** The fields that a parameter is known to hold, and what becomes of each; `declaredType` may be a built-in. */
  fieldsOf(parameter: DeclaredParameter, declaredType?: unknown): readonly DescribedField[] {
    return this.#fields.fieldsOf(parameter, declaredType);
  }

  /** The fields that a response of this class is known to hold. */
  fieldsOfResponse(type: Class): readonly DescribedField[] {
    return this.#fields.fieldsOfResponse(type);
  }

  /** What becomes of a property; `owner` is `null` for an object without a class. */
  verdictOf(owner: Class | null, name: string): FieldVerdict {
    return this.#fields.verdictOf(owner, name);
  }

  /** Number of the class's plan, compiled at the first call. */
  planOf(type: Class): PlanId {
    return this.#rules.classes.planOf(type).id;
  }

  /** Number of a new parameter plan; call it once per action. Only `Snapshot.parameters` takes it. */
  planParameters(parameters: readonly DeclaredParameter[]): PlanId {
    const { policy, classes } = this.#rules;
    // Else a mark that says nothing would make a parameter known.
    const told = policy === 'allow' ? parameters : parameters.map(parameter => ({ ...parameter, isLoggable: false }));
    return this.#parameterPlans.push(compileParameters(told, classes)) - 1;
  }

  /** The classes inside a live object, as far as they are known, and the texts in its marked properties. Never throws. */
  hintOf(live: unknown, secrets?: LiveSecrets): TypeHint | null {
    try {
      return this.#hints.hintOf(live, secrets);
    } catch (caught) {
      this.#reportFailure('The classes of a live object could not be read', caught);
      return 'unknown';
    }
  }

  /** The failed properties, if the error carries class-validator's `errors`. Never throws. */
  validationOf(error: unknown, types: readonly Class[] = []): readonly SnapshotValidation[] | undefined {
    try {
      return readValidation(error, types, this.#rules);
    } catch (caught) {
      this.#reportFailure('The errors of a failed validation could not be read', caught);
      return undefined;
    }
  }

  /** Errors as a response quotes them, without the input of sensitive properties. Never throws. */
  cleanValidationErrors(errors: readonly unknown[], types: readonly Class[] = []): readonly unknown[] {
    try {
      return cleanValidationErrors(errors, types, this.#rules);
    } catch (caught) {
      this.#reportFailure('The errors of a failed validation were left out of a response', caught);
      return [];
    }
  }

  /** Never throws: a part that cannot be redacted is left out of the record. */
  redact(snapshot: Snapshot): RedactedParts {
    return this.#snapshots.redact(snapshot);
  }

  /** By the name rules, for attributes that come when the record is built. Keys may be escaped already. */
  redactAttributes(attributes: JsonObject, recordId: string): JsonObject {
    try {
      const notes = new RedactionNotes(recordId, new KnownValues(this.#rules.codes));
      const walk = new Walk(this.#rules, notes, { direction: 'request', keysEscaped: true, recordsAll: true });
      const redacted = walk.runMembers(structuredClone(attributes), 'attributes', null);
      const { limits, maxRecordBytes, names } = this.#rules;
      const bytes = estimateBytes(redacted, limits.maxStringLength);
      if (bytes > maxRecordBytes) return { [MORE_KEY]: tooLargeMarker(bytes) };
      return new TextFinish(notes, limits.maxStringLength, names).runWithKeys(redacted, 'attributes');
    } catch (caught) {
      this.#reportFailure('Attributes were left out of a record', caught);
      return {};
    }
  }

  #reportFailure(what: string, caught: unknown): void {
    this.#reports.report('REDACTION_FAILED', `${what}: ${kindOfError(caught)}.`);
  }
}
