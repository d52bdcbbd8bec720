import { expect } from 'chai';
import { LoggingError } from '../../src/errors';
import { type RedactOptions, resolveRedactOptions } from '../../src/redact/redact-options';

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
      oldHashKeys: [],
      encryptionKey: null,
      oldEncryptionKeys: [],
      detectors: {
        cardNumbers: true,
        jwts: true,
        bearerTokens: true,
        pemBlocks: true,
        emails: false,
        ibans: true,
        cloudKeys: true,
      },
      limits: { maxDepth: 32, maxNodes: 10_000, maxStringLength: 8_192 },
      maxRecordBytes: 1_048_576,
      disabled: false,
    });
    expect(resolveRedactOptions({ maxDepth: 5 }).limits.maxDepth).to.equal(5);
    const unset = { detectors: { jwts: false, ibans: undefined } } as object;
    expect(resolveRedactOptions(unset).detectors).to.include({ jwts: false, ibans: true });
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

  it('refuse an encryption key that has not 32 bytes, without quoting it', () => {
    const invalid = 'canary'.repeat(9);
    const refused = (secret: unknown) => refusal({ encryptionKey: { id: 'k1', secret } }).message;
    expect(refused(invalid)).to.equal(
      'redact.encryptionKey.secret must be 32 bytes, as a Buffer or as a text in base64 or hexadecimal digits ' +
        '(openssl rand -base64 32), got a string of 54 characters.',
    );
    expect(refused(Buffer.alloc(16))).to.contain('got 16 bytes.');
    expect(refused(undefined)).to.contain('got undefined.');
    for (const secret of ['ab'.repeat(32), 'A'.repeat(43), `${'-'.repeat(43)}=`, new Uint8Array(32)]) {
      expect(resolveRedactOptions({ encryptionKey: { id: 'k1', secret } }).encryptionKey?.id).to.equal('k1');
    }
  });

  it('refuse two keys of one kind under one id', () => {
    const hashKey = { id: 'k1', secret: 'x'.repeat(16) };
    const encryptionKey = { id: 'k1', secret: 'ab'.repeat(32) };
    expect(refusal({ hashKey, oldHashKeys: [hashKey] }).message).to.contain('a second key with the id "k1"');
    expect(refusal({ oldEncryptionKeys: [encryptionKey, encryptionKey] }).message).to.contain(
      'redact.oldEncryptionKeys',
    );
    expect(refusal({ oldHashKeys: hashKey }).message).to.contain('must be an array of keys');
    expect(resolveRedactOptions({ hashKey, encryptionKey }).hashKey).to.deep.equal(hashKey);
  });
});
