import { expect } from 'chai';
import { Sensitive } from '../../src/decorators/sensitive';
import { arrange, json } from './arrange';

class Envelope {
  @Sensitive(false) rawPayload!: string;
}

const inner = { password: 'hunter2hunter2', list: [{ pin: 1234 }], kept: 'é' };

describe('JSON inside a text', () => {
  it('is redacted by names, and listed by its path', () => {
    const { request, redactions } = arrange().redact({ body: json({ payload: JSON.stringify(inner) }) });
    expect(request.body).to.deep.equal({
      payload: '{"password":"[REDACTED]","list":[{"pin":"[REDACTED]"}],"kept":"é"}',
    });
    expect(redactions.map(({ path }) => path)).to.deep.equal([
      'request.body.payload.password',
      'request.body.payload.list.0.pin',
    ]);
  });

  it('stays as it is, to the last blank, when there is nothing to redact', () => {
    for (const payload of [
      '{ "a" : 1.0 }',
      '[1,2 ]',
      '  {"$where":"x","a.b":[]}',
      '[INFO] started',
      '{name}, hello',
      '[[wiki]]',
    ]) {
      expect(arrange().requestBody({ payload })).to.deep.equal({ payload });
    }
  });

  it('is redacted inside such a text again, and not recorded where it lies deeper', () => {
    const twice = JSON.stringify({ again: JSON.stringify(inner) });
    const text = JSON.stringify(arrange().requestBody({ payload: twice }));
    expect(text).to.not.contain('hunter2');
    expect(text).to.contain('é');
    const deeper = JSON.stringify({ deeper: twice });
    const { request, redactions } = arrange().redact({ body: json({ payload: deeper }) });
    expect(request.body).to.deep.equal({ payload: '{"deeper":"{\\"again\\":\\"[REDACTED]\\"}"}' });
    expect(redactions).to.deep.include({ path: 'request.body.payload.deeper.again', mode: 'too-deep' });
  });

  it('is redacted where a name comes twice, and where the text is a text as JSON', () => {
    const payload = `{"list":[{"password":"hunter2hunter2"}],"list":1,"kept":"\\u00e9"}`;
    expect(arrange().requestBody({ payload })).to.deep.equal({ payload: '{"list":1,"kept":"é"}' });
    const quoted = ` ${JSON.stringify(JSON.stringify(inner))}`;
    for (const text of [quoted, quoted.trim()]) {
      const redacted = JSON.stringify(arrange().requestBody({ payload: text }));
      expect(redacted).to.not.contain('hunter2');
      expect(redacted).to.contain('é');
    }
    for (const harmless of ['"said \\"hello\\""', '"a" and \\"b\\"', '{"a":{"b":"\\"c\\":"},"d":[{"e":1}]}']) {
      expect(arrange().requestBody({ payload: harmless })).to.deep.equal({ payload: harmless });
    }
  });

  it('is redacted in a query, a header, attributes and the message of an error', () => {
    const text = JSON.stringify(inner);
    const parts = arrange().redact({
      url: `/?filter=${encodeURIComponent(text)}`,
      headers: { 'x-filter': text },
      attributes: { filter: text },
      error: { message: `Request failed: ${JSON.stringify({ token: 'tok-1', size: 5 })}` },
    });
    expect(JSON.stringify(parts)).to.not.contain('hunter2');
    expect(parts.request.headers['x-filter']).to.contain('"kept":"é"');
    expect(parts.error?.message).to.equal('Request failed: {"token":"[REDACTED]","size":5}');
  });

  it('is redacted by names in a declared property too, where its form is nobody’s business', () => {
    const rawPayload = JSON.stringify({ password: 'hunter2hunter2', card: '4242424242424242' });
    expect(arrange().requestBody({ rawPayload }, Envelope)).to.deep.equal({
      rawPayload: '{"password":"[REDACTED]","card":"4242424242424242"}',
    });
  });

  it('that is broken is not recorded, because it may hold anything', () => {
    const { request, error } = arrange().redact({
      url: `/?filter=${encodeURIComponent('{"password":"hunter2hunter2"')}`,
      error: { message: 'no JSON: {"password":"hunter2hunter2"' },
    });
    expect({ ...request.query }).to.deep.equal({ filter: '[REDACTED]' });
    expect(error?.message).to.not.contain('hunter2');
  });

  it('counts for the bounds of the body', () => {
    const body = arrange({ maxNodes: 10 }).requestBody({
      payload: JSON.stringify({ list: Array.from({ length: 50 }, () => 'x') }),
    });
    expect((body as { payload: string }).payload).to.match(/"\[TRUNCATED: \d+ more\]"/);
  });
});
