import { hasSensitiveClasses } from '../../src/decorators/metadata';
import { Detectors } from '../../src/redact/detectors/detectors';
import { DtoMetadata, findTransformerStorage } from '../../src/redact/dto-metadata';
import { FreeTexts } from '../../src/redact/free-texts';
import { Marks } from '../../src/redact/marks';
import { MembersByShape } from '../../src/redact/members';
import { NameRules } from '../../src/redact/name-rules';
import { Plans } from '../../src/redact/plans';
import { resolveRedactOptions } from '../../src/redact/redact-options';
import { ReportOnce } from '../../src/redact/report-once';
import { CodesPool } from '../../src/redact/text-codes';
import type { WalkRules } from '../../src/redact/walk';

/** The rules of a redactor with default options, for a bench of their parts. */
export function defaultRules(): WalkRules & { readonly classes: Plans } {
  const options = resolveRedactOptions();
  const names = new NameRules(options);
  const classes = new Plans(new DtoMetadata(findTransformerStorage()), names, options.disabled);
  return {
    policy: options.policy,
    names,
    plans: classes.known,
    classes,
    hasSensitiveClasses,
    members: new MembersByShape(names),
    texts: new FreeTexts(names, new Detectors(options.detectors)),
    codes: new CodesPool(),
    marks: new Marks(options, new ReportOnce(() => {})),
    limits: options.limits,
    maxRecordBytes: options.maxRecordBytes,
  };
}
