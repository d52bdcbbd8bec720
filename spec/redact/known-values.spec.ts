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

  it('is removed from the paths of what was redacted, but not when it is a name that everybody has', () => {
    const parts = arranged.redact({ body: json({ password: secret, token: 'password', [secret]: { pin: '4711' } }) });
    expect(parts.redactions.map(({ path }) => path)).to.have.members([
      'request.body.password',
      'request.body.token',
      'request.body.[REDACTED].pin',
      'request.body.[REDACTED]',
    ]);
  });

  it('is removed from many names that are alike, and each stays', () => {
    const escaped = (character: string): string => `%${character.charCodeAt(0).toString(16)}`;
    const spelt = Array.from({ length: 300 }, (_, spelling) =>
      Array.from(secret, (character, at) => ((spelling >> at) & 1 ? escaped(character) : character)).join(''),
    );
    const body = arranged.requestBody({
      password: secret,
      ...Object.fromEntries(spelt.map(name => [name, 1])),
    }) as object;
    expect(Object.keys(body)).to.have.length(301);
    expect(JSON.stringify(body)).not.to.contain('horse');
  });

  it('is looked for in bounded steps, however many begin alike: what is not searched to its end is not recorded', () => {
    const values = Array.from({ length: 1_500 }, (_, at) => `aaaa${String(at).padStart(4, '0')}b`);
    const body = Object.fromEntries([...values, 'zzzz'].map((value, at) => [`password${at}`, value]));
    const looks = `${'a'.repeat(20_000)}%61%2561`;
    const { response } = arranged.redact({ body: json(body), responseBody: json({ looks }) });
    expect(response.body).to.deep.equal({ looks: '[REDACTED]' });
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

  const found = (password: string, note: string) =>
    (arrange().redact({ body: json({ password, note }) }).request.body as { note: string }).note;

  it('is removed with the escapes of URLs, whichever of them the writer used', () => {
    const password = 'ä b/c!d=e&f"g';
    for (const written of [
      encodeURIComponent(password),
      encodeURIComponent(password).toLowerCase(),
      encodeURI(password),
      new URLSearchParams({ password }).toString().slice('password='.length),
      encodeURIComponent(encodeURIComponent(password)),
      [...Buffer.from(password)].map(byte => `%${byte.toString(16)}`).join(''),
    ]) {
      expect(found(password, `to /x/${written}?y=100%`), written).to.equal('to /x/[REDACTED]?y=100%');
    }
  });

  it('is removed with the escapes of JSON, whichever of them the writer used', () => {
    const password = 'say "ä/\nö"';
    for (const written of [
      JSON.stringify(password).slice(1, -1),
      JSON.stringify(JSON.stringify(password).slice(1, -1)).slice(1, -1),
      Array.from(password, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
    ]) {
      expect(found(password, `{ ${written} }`), written).to.equal('{ [REDACTED] }');
    }
  });

  it('is removed in base64, alone and anywhere inside a longer text', () => {
    const password = 'hunter2?hunter2>ü';
    for (const encoding of ['base64', 'base64url'] as const) {
      for (const before of ['', 'a', 'me:', '{"sub":7,"pw":"']) {
        const written = Buffer.from(`${before}${password}"}`).toString(encoding);
        const note = found(password, `Basic ${written} or ${encodeURIComponent(written)}`);
        const left = note.split(/[^\w+/=-]+/).map(part => Buffer.from(part, 'base64').toString('latin1'));
        expect(note).to.match(/^Basic [\w+/=-]*\[REDACTED\][\w+/=-]* or [\w%-]*\[REDACTED\][\w%-]*$/);
        expect(left.join()).to.not.match(/hunt|ter2|unter/);
      }
    }
    expect(found('abcde', `x ${Buffer.from('abcde').toString('base64')} y`)).to.equal('x [REDACTED]= y');
  });

  it('is removed as a whole where secrets overlap', () => {
    const { request } = arranged.redact({
      body: json({ password: 'abcdefgh-one', token: 'one-and-more', note: 'abcdefgh-one-and-more!' }),
    });
    expect(request.body).to.have.property('note', '[REDACTED]!');
  });

  it('is removed from names that came from outside, but does not take away the name of a property', () => {
    const { request } = arranged.redact({
      url: '/x?letmein-99=1',
      headers: { 'x-letmein-99': 'a' },
      body: json({
        password: ['letmein-99', 'password'],
        'letmein-99': 1,
        'my letmein-99': { a: [{ 'letmein-99': 2 }] },
      }),
    });
    expect(JSON.stringify(request)).to.not.contain('letmein');
    expect(request.body).to.deep.equal({
      password: '[REDACTED]',
      '[REDACTED]': 1,
      'my [REDACTED]': { a: [{ '[REDACTED]': 2 }] },
    });
  });

  it('costs bounded work, and nothing is told when that runs out', () => {
    const passwords = Array.from({ length: 64 }, (_, at) => `${'a'.repeat(100)}${10 + at}${'a'.repeat(700)}`);
    const note = `${'a'.repeat(20_000)}!`;
    const { request } = arranged.redact({ body: json({ passwords, note: [note, note] }) });
    expect(request.body).to.have.deep.property('note', ['[REDACTED]', '[REDACTED]']);
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

  it('is found among a thousand others', () => {
    const users = Array.from({ length: 1_000 }, (_, at) => ({ password: `secret-number-${at}` }));
    const { request, response } = arranged.redact({
      body: json({ users }),
      responseBody: json({ note: 'not secret-number-999.', other: 'harmless' }),
    });
    expect(JSON.stringify(request.body)).to.not.contain('secret-number');
    expect(response.body).to.deep.equal({ note: 'not [REDACTED].', other: 'harmless' });
  });

  it('comes in bounded numbers: beyond them no text is told', () => {
    const users = Array.from({ length: 3_000 }, (_, at) => ({ password: `secret-number-${at}` }));
    const { request, response } = arranged.redact({ body: json({ users }), responseBody: json({ note: 'harmless' }) });
    expect(JSON.stringify(request.body)).to.not.contain('secret-number');
    expect(response.body).to.deep.equal({ '[REDACTED]': '[REDACTED]' });
  });
});
