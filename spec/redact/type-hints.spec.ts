import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { Expose, Type, instanceToPlain } from 'class-transformer';
import { Sensitive } from '../../src/decorators/sensitive';
import { type Arranged, arrange, json } from './arrange';

class Account {
  constructor(
    readonly label: string,
    balance: string,
  ) {
    this.balance = balance;
  }
  @Sensitive() balance: string;
}

class Shop {
  label = 'shop';
  balance = 'public';
  extra: unknown;
  @Expose({ name: 'best_account' }) best: unknown;
  @Type(() => Account) accounts: Account[] = [];
}

@Sensitive()
class Key {
  bits = 7;
}

function build<T extends object>(type: new () => T, members: Partial<T>): T {
  return Object.assign(new type(), members);
}

describe('a response', () => {
  let arranged: Arranged;
  beforeEach(() => (arranged = arrange()));
  const account = (label = 'a') => new Account(label, 'secret-balance');

  it('is redacted by the class of the live object', () => {
    expect(arranged.responseBody(account())).to.deep.equal({ label: 'a', balance: '[REDACTED]' });
  });

  it('keeps the properties of its own class that another class marks', () => {
    expect(arranged.responseBody(build(Shop, {}))).to.include({ label: 'shop', balance: 'public' });
  });

  it('is redacted inside plain containers, lists, maps and sets', () => {
    const live = { page: 1, items: [account(), account()], mixed: [build(Shop, {}), null, account()] };
    expect(arranged.responseBody(live)).to.deep.equal({
      page: 1,
      items: [
        { label: 'a', balance: '[REDACTED]' },
        { label: 'a', balance: '[REDACTED]' },
      ],
      mixed: [{ label: 'shop', balance: 'public', accounts: [] }, null, { label: 'a', balance: '[REDACTED]' }],
    });
    const collections = { byName: new Map([['x', account()]]), all: new Set([account()]) };
    const hint = arranged.redactor.hintOf(collections);
    const { response } = arranged.redact({ responseBody: json(instanceToPlain(collections), hint) });
    expect(JSON.stringify(response.body)).to.not.contain('secret-balance');
  });

  it('is redacted by instances in properties that no class declares, under their names on the wire', () => {
    const live = build(Shop, { extra: { of: [account()] }, best: account() });
    const hint = arranged.redactor.hintOf(live);
    const { response } = arranged.redact({ responseBody: json(instanceToPlain(live), hint) });
    expect(response.body).to.deep.include({
      extra: { of: [{ label: 'a', balance: '[REDACTED]' }] },
      best_account: { label: 'a', balance: '[REDACTED]' },
      balance: 'public',
    });
  });

  it('loses objects of a sensitive class as a whole, wherever they are', () => {
    expect(arranged.responseBody({ keys: [new Key(), { open: 1 }], main: new Key() })).to.deep.equal({
      keys: ['[REDACTED]', { open: 1 }],
      main: '[REDACTED]',
    });
    expect(arranged.responseBody(new Key())).to.equal('[REDACTED]');
  });

  it('of a thousand objects of one class needs one hint', () => {
    const plan = arranged.redactor.planOf(Account);
    const list = Array.from({ length: 1_000 }, () => account());
    expect(arranged.redactor.hintOf(list)).to.deep.equal({ each: plan });
    expect(arranged.redactor.hintOf({ list, total: 1 })).to.deep.equal({ properties: { list: { each: plan } } });
  });

  it('whose class declares what is inside needs no more than its plan and what another class marks', () => {
    const live = build(Shop, { accounts: [account()] });
    const plan = arranged.redactor.planOf(Shop);
    expect(arranged.redactor.hintOf(live)).to.deep.equal({ plan, own: ['balance'], properties: {} });
    Reflect.deleteProperty(live, 'balance');
    expect(arranged.redactor.hintOf(live)).to.equal(plan);
  });

  it('beyond what is looked at is unknown', () => {
    const plan = arranged.redactor.planOf(Account);
    const list = Array.from({ length: 12_000 }, () => account());
    const hint = arranged.redactor.hintOf(list) as { readonly items: readonly unknown[] };
    expect([hint.items[9_998], hint.items[9_999]]).to.deep.equal([plan, 'unknown']);
    const wide = Object.fromEntries(Array.from({ length: 150_000 }, (_, at) => [`key${at}`, at]));
    expect(arranged.redactor.hintOf(wide)).to.equal(null);
    const many = new Set<unknown>(Array.from({ length: 200_000 }, (_, at) => at));
    expect(arranged.redactor.hintOf(many)).to.deep.equal({ items: [], isCut: true });
    const roomy = arrange({ maxNodes: 300_000 });
    const body = roomy.responseBody([{ a: 1 }, ...many, new Key()]) as readonly unknown[];
    expect(body.at(-1)).to.equal('[REDACTED]');
  });

  it('whose objects refer back to each other is asked once for each', () => {
    const parent = build(Shop, {});
    parent.extra = Array.from({ length: 100 }, () => Object.assign(account(), { parent, siblings: parent.extra }));
    const each = { each: arranged.redactor.planOf(Account) };
    expect(arranged.redactor.hintOf(parent)).to.deep.equal({
      plan: arranged.redactor.planOf(Shop),
      own: ['balance'],
      properties: { extra: each },
    });
  });

  it('that has no classes has no hint', () => {
    const opaque = [
      null,
      1,
      'x',
      {},
      [],
      [{}],
      { a: [new Date()] },
      Buffer.from('x'),
      new PassThrough(),
      new Error('x'),
    ];
    for (const live of [...opaque, Object.create(null) as unknown, new Map([['a', 1]])]) {
      expect(arranged.redactor.hintOf(live)).to.equal(null);
    }
  });

  it('is asked without running code of its own', () => {
    const trap = () => {
      throw new Error('ran');
    };
    const handler = { get: trap, getPrototypeOf: trap, ownKeys: trap, getOwnPropertyDescriptor: trap };
    const cyclic: Record<string, unknown> = { list: [] };
    cyclic['self'] = cyclic;
    const live = {
      get broken(): never {
        return trap();
      },
      proxy: new Proxy(account(), handler),
      child: Object.create(new Proxy({}, handler)) as unknown,
      cyclic,
      account: account(),
    };
    expect(arranged.redactor.hintOf(live)).to.deep.equal({
      properties: { proxy: 'unknown', account: arranged.redactor.planOf(Account) },
    });
    expect(arranged.reports).to.deep.equal([]);
  });
});
