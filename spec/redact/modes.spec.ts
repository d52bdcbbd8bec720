import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { Sensitive } from '../../src/decorators/sensitive';
import { arrange } from './arrange';

const hashKey = { id: 'k1', secret: 'sixteen characters' };

function failing(): never {
  throw new TypeError('refused: hunter2hunter2');
}

class Modes {
  @Sensitive() plain!: unknown;
  @Sensitive({ mode: 'remove' }) gone!: unknown;
  @Sensitive({ mode: 'mask', keepFirst: 1, keepLast: 2 }) masked!: unknown;
  @Sensitive({ mode: 'hash' }) hashed!: unknown;
  @Sensitive({ mode: value => ({ length: (value as string).length, $kept: 1n as never }) }) custom!: unknown;
  @Sensitive({ mode: failing }) failing!: unknown;
  @Sensitive({ mode: () => undefined as never }) silent!: unknown;
}

function hmac(text: string): string {
  return `hmac:k1:${createHmac('sha256', hashKey.secret).update(text).digest('base64url')}`;
}

describe('a sensitive value', () => {
  const values = ['text', 12_345, 0, '', false, null, ['a'], { deep: { inside: 'x' } }];

  for (const value of values) {
    it(`is redacted whatever it is: ${JSON.stringify(value)}`, () => {
      expect(arrange().requestBody({ plain: value }, Modes)).to.deep.equal({ plain: '[REDACTED]' });
    });
  }

  it('is left out in mode remove', () => {
    expect(arrange().requestBody({ gone: 'x', kept: 1 }, Modes)).to.deep.equal({ kept: 1 });
  });

  it('keeps its first and last characters in mode mask', () => {
    expect(arrange().requestBody({ masked: '123456' }, Modes)).to.deep.equal({ masked: '1***56' });
    expect(arrange().requestBody({ masked: 123_456 }, Modes)).to.deep.equal({ masked: '1***56' });
    expect(arrange().requestBody({ masked: '😀x😀😀' }, Modes)).to.deep.equal({ masked: '😀*😀😀' });
  });

  it('keeps no character in mode mask when it is not longer than those kept', () => {
    expect(arrange().requestBody({ masked: '123' }, Modes)).to.deep.equal({ masked: '***' });
  });

  it('is masked element by element, and redacted where there is nothing to mask', () => {
    expect(arrange().requestBody({ masked: ['1234', 5678, true, { a: 1 }] }, Modes)).to.deep.equal({
      masked: ['1*34', '5*78', '[REDACTED]', '[REDACTED]'],
    });
  });

  it('becomes an HMAC that names its key in mode hash', () => {
    const arranged = arrange({ hashKey });
    expect(arranged.requestBody({ hashed: 'me' }, Modes)).to.deep.equal({ hashed: hmac('me') });
    expect(arranged.requestBody({ hashed: 42 }, Modes)).to.deep.equal({ hashed: hmac('42') });
    expect(arranged.requestBody({ hashed: { a: [1] } }, Modes)).to.deep.equal({ hashed: hmac('{"a":[1]}') });
    expect(arranged.requestBody({ hashed: null }, Modes)).to.deep.equal({ hashed: '[REDACTED]' });
  });

  it('is redacted in mode hash without a key, which is reported once', () => {
    const arranged = arrange();
    for (let times = 0; times < 3; times++) {
      expect(arranged.requestBody({ hashed: 'me' }, Modes)).to.deep.equal({ hashed: '[REDACTED]' });
    }
    expect(arranged.reports.map(({ code }) => code)).to.deep.equal(['HASH_KEY_MISSING']);
  });

  it('becomes what a function makes of it, made safe', () => {
    expect(arrange().requestBody({ custom: 'four' }, Modes)).to.deep.equal({ custom: { length: 4, '%24kept': '1' } });
  });

  it('is redacted when its function throws or returns nothing, which is reported once without the value', () => {
    const arranged = arrange();
    for (let times = 0; times < 3; times++) {
      const body = arranged.requestBody({ failing: 'hunter2hunter2', silent: 'x' }, Modes);
      expect(body).to.deep.equal({ failing: '[REDACTED]', silent: '[REDACTED]' });
    }
    expect(arranged.reports.map(({ code }) => code)).to.deep.equal(['REDACTION_FAILED', 'REDACTION_FAILED']);
    expect(arranged.reports.map(String).join()).to.not.contain('hunter2');
  });
});
