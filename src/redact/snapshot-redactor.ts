import type { RedactedParts } from '../record/record-writer';
import type { Snapshot } from '../record/snapshot';
import { Detectors } from './detectors/detectors';
import { FreeTexts } from './free-texts';
import { HeaderRules } from './header-rules';
import type { KnownPlans } from './known-plans';
import { Marks } from './marks';
import { MembersByShape } from './members';
import type { NameRules } from './name-rules';
import { NO_PARAMETERS, type ParameterPlan } from './parameter-plan';
import { RecordRedaction } from './record-redaction';
import type { ResolvedRedactOptions } from './redact-options';
import type { ReportOnce } from './report-once';
import { CodesPool } from './text-codes';
import type { WalkRules } from './walk';

/** What of {@link ResolvedRedactOptions} it takes to redact a snapshot. */
export type SnapshotRedactionOptions = Omit<ResolvedRedactOptions, 'oldEncryptionKeys'>;

/** What is known of the application's classes, as data. */
export interface KnownClasses {
  readonly names: NameRules;
  readonly plans: KnownPlans;
  readonly hasSensitiveClasses: () => boolean;
  /** Parameter plans by the number that snapshots name. */
  readonly parameters: readonly ParameterPlan[];
}

/** Redacts snapshots. It needs no class and no object of the application. */
export class SnapshotRedactor {
  readonly rules: WalkRules;
  readonly #headerRules: HeaderRules;
  readonly #parameters: readonly ParameterPlan[];
  readonly #reports: ReportOnce;

  constructor(options: SnapshotRedactionOptions, classes: KnownClasses, reports: ReportOnce) {
    const { names, plans, hasSensitiveClasses, parameters } = classes;
    this.rules = {
      policy: options.policy,
      names,
      plans,
      hasSensitiveClasses,
      members: new MembersByShape(names),
      texts: new FreeTexts(names, new Detectors(options.detectors)),
      codes: new CodesPool(),
      marks: new Marks(options, reports),
      limits: options.limits,
      maxRecordBytes: options.maxRecordBytes,
    };
    this.#headerRules = new HeaderRules(names, options.policy);
    this.#parameters = parameters;
    this.#reports = reports;
  }

  /** Never throws: a part that cannot be redacted is left out of the record. */
  redact(snapshot: Snapshot): RedactedParts {
    const parameters = snapshot.parameters === null ? undefined : this.#parameters[snapshot.parameters];
    const plans = parameters ?? NO_PARAMETERS;
    return new RecordRedaction(snapshot, this.rules, this.#headerRules, plans, this.#reports).run();
  }
}
