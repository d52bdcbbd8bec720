import { expect } from 'chai';
import { Get, JsonController } from 'routing-controllers';
import { Logged, Sensitive } from '../../../src';
import { testApp } from '../../support/test-app';
import { expectNoSecret, plain, secret } from './secrets';

class Lantern {
  @Sensitive() wick: unknown = secret();
  glass: unknown = 'clear';
}

const trap = () => {
  throw new Error('ran');
};

function lanternWith(members: object): Lantern {
  return Object.assign(new Lantern(), members);
}

@Logged()
@JsonController()
class Lanterns {
  @Get('/getter') getter() {
    return Object.defineProperty(new Lantern(), 'glow', { get: () => 'on', enumerable: true });
  }
  @Get('/to-json') toJson() {
    return { toJSON: () => ({ lamp: new Lantern() }) };
  }
  @Get('/proxy') proxy() {
    return { wick: new Proxy({ deep: secret() }, {}), glass: 1 };
  }
  @Get('/sparse') sparse() {
    const list: unknown[] = [];
    list[3] = new Lantern();
    return { list };
  }
  @Get('/surrogate') surrogate() {
    return lanternWith({ glass: 'half \ud800', 'zero\u200bwidth': 1 });
  }
  @Get('/own-names') ownNames() {
    return JSON.parse(`{"constructor":{"wick":"${secret()}"},"toString":{"wick":"${secret()}"},"glass":1}`) as unknown;
  }
  @Get('/cycle') cycle() {
    const lantern = new Lantern();
    lantern.wick = lantern;
    return lantern;
  }
  @Get('/big') big() {
    return { wick: 1n };
  }
  @Get('/trapped') trapped() {
    const lantern = new Lantern();
    Object.defineProperty(lantern, 'hidden', { get: trap, enumerable: false });
    return [lantern, new Date(0), Buffer.from('x').toString('hex'), Number.NaN];
  }
}

const read = async (path: string, host = {}) => {
  const app = await testApp().controllers(Lanterns).host(host).start();
  const answer = await app.get(path);
  const sent = await answer.text();
  const record = await app.storedRecord();
  expectNoSecret(record);
  expect(app.reports).to.deep.equal([]);
  return { status: answer.status, sent, record, body: plain(record.response.body) };
};

const raw = { classTransformer: false };
const KEPT = { wick: '[REDACTED]', glass: 'clear' };

describe('a hostile result', () => {
  it('with getters is read as it was sent', async () => {
    expect((await read('/getter')).body).to.deep.equal({ ...KEPT, glow: 'on' });
  });

  it('with a toJSON of its own is judged by every marked name', async () => {
    expect((await read('/to-json', raw)).body).to.deep.equal({ lamp: KEPT });
  });

  it('behind a Proxy is redacted', async () => {
    expect((await read('/proxy')).body).to.deep.equal({ wick: '[REDACTED]', glass: 1 });
  });

  it('with holes keeps the places of its elements', async () => {
    expect((await read('/sparse', raw)).body).to.deep.equal({ list: [null, null, null, KEPT] });
  });

  it('with halves of surrogate pairs and invisible characters is recorded as text', async () => {
    expect((await read('/surrogate')).body).to.deep.equal({
      wick: '[REDACTED]',
      glass: 'half \ufffd',
      'zero\u200bwidth': 1,
    });
  });

  it('under names that objects inherit is redacted like any other', async () => {
    expect((await read('/own-names', raw)).body).to.deep.equal({
      constructor: { wick: '[REDACTED]' },
      toString: { wick: '[REDACTED]' },
      glass: 1,
    });
  });

  it('that the host cannot send is recorded as the answer that went out', async () => {
    for (const path of ['/cycle', '/big']) expect((await read(path, raw)).status).to.equal(500);
  });

  it('is never asked to run code for a record', async () => {
    expect((await read('/trapped')).body).to.deep.equal([KEPT, '1970-01-01T00:00:00.000Z', '78', null]);
  });
});
