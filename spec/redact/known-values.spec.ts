import { expect } from 'chai';
import { Sensitive } from '../../src/decorators/sensitive';
import { type Arranged, arrange, json } from './arrange';

class Login {
  @Sensitive() phrase!: string;
  @Sensitive({ mode: 'mask', keepLast: 4 }) digits!: string;
}

const secret = 'correct horse battery';

describe('a secret met in an exchange', () => {
  let arranged: Arranged;
  beforeEach(() => (arranged = arrange()));

  it('is removed wherever else the record would tell it', () => {
    const parts = arranged.redact({
      parameters: [{ in: 'body', type: Login }],
      url: `/x?q=${encodeURIComponent(secret)}`,
      headers: { 'x-note': `is ${secret}` },
      body: json({ phrase: secret, note: `my phrase is ${secret}!` }),
      responseBody: json({ message: `no such phrase: ${secret}` }),
      user: { id: secret, groupId: null, authority: null },
      attributes: { seen: [secret] },
      error: {
        message: `refused ${secret}`,
        stack: `Error: refused ${secret}\n    at login`,
        causes: [{ name: 'Error', message: `inner ${secret}` }],
        validation: [{ path: 'x', constraints: { is: `got ${secret}` }, sensitive: false }],
      },
    });
    expect(JSON.stringify(parts)).to.not.contain('horse');
    expect(parts.error?.message).to.equal('refused [REDACTED]');
    expect(parts.request.body).to.deep.equal({ phrase: '[REDACTED]', note: 'my phrase is [REDACTED]!' });
    expect(parts.redactions).to.deep.include({ path: 'response.body.message', mode: 'known-value' });
  });

  it('is removed whatever its mode, and as a number too', () => {
    const { response } = arranged.redact({
      parameters: [{ in: 'body', type: Login }],
      body: json({ digits: '4242424242424242', ssn: 123456789 }),
      responseBody: json({ message: 'card 4242424242424242 of 123456789' }),
    });
    expect(response.body).to.deep.equal({ message: 'card [REDACTED] of [REDACTED]' });
  });

  it('is removed in the form that JSON and URLs give it', () => {
    const { error } = arranged.redact({
      url: '/x?token=a%2Fb%2Fc%2Fd%2Fe',
      body: json({ password: 'say "friend"' }),
      error: { message: 'GET /x?z=a%2Fb%2Fc%2Fd%2Fe with "say \\"friend\\""' },
    });
    expect(error?.message).to.equal('GET /x?z=[REDACTED] with "[REDACTED]"');
  });

  it('leaves ordinary words and numbers alone when it is short', () => {
    const { response } = arranged.redact({
      body: json({ password: 'cat!', pin: 1234, token: 'ab', secret: true }),
      responseBody: json({ a: 'the cat! is', b: 'id-51234', c: 'pin 1234.', d: 'about', e: 'true' }),
    });
    expect(response.body).to.deep.equal({
      a: 'the [REDACTED] is',
      b: 'id-51234',
      c: 'pin [REDACTED].',
      d: 'about',
      e: 'true',
    });
  });

  it('is not left half by the cut of a long text', () => {
    const cut = arrange({ maxStringLength: 32 });
    const { request } = cut.redact({ body: json({ password: secret, note: `${'x'.repeat(20)}${secret}` }) });
    expect(request.body).to.deep.equal({ password: '[REDACTED]', note: `${'x'.repeat(20)}[REDACTED]` });
  });

  it('that spells a redaction changes none', () => {
    const { request } = arranged.redact({ body: json({ password: 'REDACTED', other: '[REDACTED]' }) });
    expect(request.body).to.deep.equal({ password: '[REDACTED]', other: '[REDACTED]' });
  });

  it('of a small cookie is left alone, of a session cookie it is not', () => {
    const { response } = arranged.redact({
      headers: { cookie: 'theme=dark; s=0123456789abcdef' },
      responseBody: json({ theme: 'dark', session: '0123456789abcdef' }),
    });
    expect(response.body).to.deep.equal({ theme: 'dark', session: '[REDACTED]' });
  });

  it('comes in bounded numbers: a thousand of them are still redacted in place', () => {
    const users = Array.from({ length: 1_000 }, (_, at) => ({ password: `secret-number-${at}` }));
    const { request, redactionCount } = arranged.redact({ body: json({ users }) });
    expect(JSON.stringify(request.body)).to.not.contain('secret-number');
    expect(redactionCount).to.equal(1_000);
  });
});
