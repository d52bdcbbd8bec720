import { expect } from 'chai';
import { LoggingError } from '../../src/errors';
import { type RedactOptions, resolveRedactOptions } from '../../src/redact/redactor';

function refusal(options: unknown): LoggingError {
  try {
    resolveRedactOptions(options as RedactOptions);
  } catch (error) {
    if (error instanceof LoggingError) return error;
  }
  throw new Error('was not refused');
}

describe('the redact options', () => {
  it('have defaults', () => {
    expect(resolveRedactOptions(undefined)).to.deep.equal({
      policy: 'deny',
      names: [],
      allowNames: [],
      hashKey: null,
      limits: { maxDepth: 32, maxNodes: 10_000, maxStringLength: 8_192 },
      maxRecordBytes: 1_048_576,
      disabled: false,
    });
    expect(resolveRedactOptions({ maxDepth: 5 }).limits.maxDepth).to.equal(5);
  });

  it('refuse unknown keys, also those that are ours alone', () => {
    expect(refusal({ name: ['x'] }).message).to.equal('redact has no option "name": did you mean "names"?');
    expect(refusal({ disabled: true }).code).to.equal('OPTION_UNKNOWN');
    expect(refusal({ hashKey: { id: 'k', secrets: 'x' } }).message).to.contain('did you mean "secret"?');
  });

  it('refuse values out of range', () => {
    for (const options of [
      { maxDepth: 65 },
      { maxNodes: 0 },
      { maxStringLength: 1.5 },
      { names: 'x' },
      { names: ['-'] },
    ]) {
      expect(refusal(options).code).to.equal('OPTION_INVALID');
    }
  });

  it('refuse a name that is both added and allowed', () => {
    expect(refusal({ names: ['memberId'], allowNames: ['member_id'] }).message).to.contain('remove one of them');
  });

  it('refuse a weak hash key without quoting it', () => {
    const error = refusal({ hashKey: { id: 'k1', secret: 'too-short' } });
    expect(error.message).to.equal(
      'redact.hashKey.secret must be a string of at least 16 characters, got a string of 9 characters.',
    );
    expect(refusal({ hashKey: { id: 'a b', secret: 'x'.repeat(16) } }).message).to.contain('redact.hashKey.id');
  });
});
