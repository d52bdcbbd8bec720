import { expect } from 'chai';
import { Exclude, Expose, Type } from 'class-transformer';
import { IsString } from 'class-validator';
import { Sensitive } from '../../src/decorators/sensitive';
import { DtoMetadata } from '../../src/redact/dto-metadata';
import { NameRules } from '../../src/redact/name-rules';
import { Plans } from '../../src/redact/plans';
import { type Arranged, arrange, json, jsonText } from './arrange';

class Address {
  @IsString() street!: string;
  @Sensitive() doorCode!: string;
}

class Card {
  @Sensitive({ mode: 'mask', keepLast: 4 }) digits!: string;
  @Expose({ name: 'valid_until' }) @Sensitive({ mode: 'remove' }) validUntil!: string;
}

class Person {
  @Sensitive() codeName!: string;
  @Sensitive(false) token!: string;
  @Exclude() @Sensitive() shadow!: string;
}

class SignUp extends Person {
  @IsString() email!: string;
  @Type(() => Address) address!: Address;
  @IsString() home!: Address;
  @Type(() => Card) cards!: Card[];
  @Type(() => Card) byName!: Map<string, Card>;
  @Type(() => SignUp) invitedBy?: SignUp;
}

@Sensitive()
class Vault {
  content!: string;
}

class Owner {
  @Type(() => Vault) vault!: Vault;
  @Type(() => Later) later!: unknown;
}

class Later {
  @Sensitive() hush!: string;
  @Type(() => Owner) owner?: Owner;
}

abstract class Payment {
  kind!: string;
}
class ByCard extends Payment {
  @Sensitive({ mode: 'mask', keepLast: 4 }) account!: string;
}
class ByBank extends Payment {
  @Sensitive() account!: string;
  @Sensitive() holder!: string;
}
class Order {
  @Type(() => Payment, {
    discriminator: {
      property: 'kind',
      subTypes: [
        { value: ByCard, name: 'card' },
        { value: ByBank, name: 'bank' },
      ],
    },
  })
  payment!: Payment;
}

class Product {
  @IsString() holder!: string;
}

class Cash {
  @IsString() number!: string;
}

class CreditCard {
  @Sensitive() number!: string;
}

@Sensitive()
class BankAccount {
  holder!: string;
}

class Invoice {
  @Type(options => {
    const kind = (options?.object as { readonly paid?: { readonly kind?: string } } | undefined)?.paid?.kind;
    return kind === 'card' ? CreditCard : kind === 'bank' ? BankAccount : Cash;
  })
  paid!: Cash | CreditCard | BankAccount;
  @Type(options => (options?.newObject instanceof Invoice ? BankAccount : Cash)) back!: Cash | BankAccount;
  @Type(() => Cash) change!: Cash;
}

class Fragile {
  @Type(() => {
    throw new Error('not yet');
  })
  part!: unknown;
  @Sensitive() hush!: string;
}

describe('a typed body', () => {
  let arranged: Arranged;
  beforeEach(() => (arranged = arrange()));

  it('loses what the class and its parents mark, and nothing else', () => {
    expect(arranged.requestBody({ email: 'a@b.c', codeName: 'falcon', shadow: 'x' }, SignUp)).to.deep.equal({
      email: 'a@b.c',
      codeName: '[REDACTED]',
      shadow: '[REDACTED]',
    });
  });

  it('is redacted in nested classes, told by @Type or by the declared type', () => {
    const address = { street: 'Long Street', doorCode: '4711' };
    expect(arranged.requestBody({ address, home: address }, SignUp)).to.deep.equal({
      address: { street: 'Long Street', doorCode: '[REDACTED]' },
      home: { street: 'Long Street', doorCode: '[REDACTED]' },
    });
  });

  it('is redacted in arrays, arrays of arrays and maps of a class', () => {
    const card = { digits: '4242424242424242' };
    expect(
      arranged.requestBody({ cards: [card, [card]], byName: { main: card, constructor: card } }, SignUp),
    ).to.deep.equal({
      cards: [{ digits: '************4242' }, [{ digits: '************4242' }]],
      byName: { main: { digits: '************4242' }, constructor: { digits: '************4242' } },
    });
  });

  it('is redacted under the property name and under the exposed name', () => {
    const cards = [{ validUntil: '12/30', digits: '1' }, { valid_until: '12/30' }];
    expect(arranged.requestBody({ cards }, SignUp)).to.deep.equal({ cards: [{ digits: '*' }, {}] });
  });

  it('follows classes that refer to themselves and to each other', () => {
    expect(arranged.requestBody({ invitedBy: { invitedBy: { codeName: 'x' } } }, SignUp)).to.deep.equal({
      invitedBy: { invitedBy: { codeName: '[REDACTED]' } },
    });
    expect(arranged.requestBody({ later: { owner: { later: { hush: 'x' } } } }, Owner)).to.deep.equal({
      later: { owner: { later: { hush: '[REDACTED]' } } },
    });
  });

  it('loses a value of a sensitive class as a whole', () => {
    expect(arranged.requestBody({ vault: { content: 'gold' } }, Owner)).to.deep.equal({ vault: '[REDACTED]' });
    expect(arranged.requestBody({ content: 'gold' }, Vault)).to.equal('[REDACTED]');
    expect(arranged.requestBody([{ content: 'gold' }], Vault)).to.equal('[REDACTED]');
  });

  it('keeps what @Sensitive(false) says is harmless', () => {
    expect(arranged.requestBody({ token: 'blue', password: 'x' }, Person)).to.deep.equal({
      token: 'blue',
      password: '[REDACTED]',
    });
  });

  it('takes the sub type that the discriminator names', () => {
    expect(arranged.requestBody({ payment: { kind: 'card', account: '12345678' } }, Order)).to.deep.equal({
      payment: { kind: 'card', account: '****5678' },
    });
    expect(arranged.requestBody({ payment: { kind: 'bank', account: '12345678' } }, Order)).to.deep.equal({
      payment: { kind: 'bank', account: '[REDACTED]' },
    });
  });

  it('is redacted by all sub types when the discriminator names none of them', () => {
    expect(arranged.requestBody({ payment: { kind: '?', account: 'x', holder: 'y' } }, Order)).to.deep.equal({
      payment: { kind: '?', account: '[REDACTED]', holder: '[REDACTED]' },
    });
  });

  it('loses unknown keys that another class marks, but none that its own class declares', () => {
    expect(arranged.requestBody({ holder: 'shelf', doorCode: '1' }, Product)).to.deep.equal({
      holder: 'shelf',
      doorCode: '[REDACTED]',
    });
  });

  it('is redacted inside an object that travels as JSON text', () => {
    const parameters = [{ in: 'query', name: 'where', type: Address }] as const;
    const where = encodeURIComponent(JSON.stringify({ doorCode: '4711' }));
    expect(arranged.redact({ parameters, url: `/?where=${where}` }).request.query).to.deep.equal({
      where: { doorCode: '[REDACTED]' },
    });
    expect(arranged.redact({ parameters, url: '/?where={"doorCode":4711' }).request.query).to.deep.equal({
      where: '[REDACTED]',
    });
  });

  it('loses a field bound by a marked parameter', () => {
    const parameters = [{ in: 'body-field', name: 'memo', mark: { mode: 'redact' } }] as const;
    expect(arranged.redact({ parameters, body: json({ memo: 'x', other: 'y' }) }).request.body).to.deep.equal({
      memo: '[REDACTED]',
      other: 'y',
    });
  });

  it('stays out of the record when the body parameter is marked', () => {
    const parameters = [{ in: 'body', type: Address, mark: { mode: 'redact' } }] as const;
    expect(arranged.redact({ parameters, body: json({ street: 'x' }) }).request.body).to.equal('[REDACTED]');
  });

  it('lists each redaction with its path, in the order of the text', () => {
    const body = { cards: [{ digits: '4242424242424242' }], codeName: 'x' };
    const { redactions, redactionCount } = arranged.redact({
      parameters: [{ in: 'body', type: SignUp }],
      body: json(body),
    });
    expect(redactions).to.deep.equal([
      { path: 'request.body.cards.0.digits', mode: 'mask' },
      { path: 'request.body.codeName', mode: 'redact' },
    ]);
    expect(redactionCount).to.equal(2);
  });

  it('counts all redactions and lists the first 64', () => {
    const cards = Array.from({ length: 100 }, () => ({ digits: '1' }));
    const parts = arranged.redact({ parameters: [{ in: 'body', type: SignUp }], body: json({ cards }) });
    expect(parts.redactionCount).to.equal(100);
    expect(parts.redactions).to.have.length(64);
  });

  it('is redacted as a whole where a type function fails or depends on the object', () => {
    expect(arranged.requestBody({ part: { coins: 'x' }, hush: 'y', kept: 'z' }, Fragile)).to.deep.equal({
      part: '[REDACTED]',
      hush: '[REDACTED]',
      kept: 'z',
    });
    for (const paid of [
      { kind: 'card', number: '42' },
      { kind: 'bank', holder: 'Jo' },
    ]) {
      const invoice = { paid, back: { holder: 'Jo' }, change: { number: '7' } };
      expect(arranged.requestBody(invoice, Invoice)).to.deep.equal({
        paid: '[REDACTED]',
        back: '[REDACTED]',
        change: { number: '7' },
      });
    }
  });

  it('cannot be made to hide a value behind __proto__', () => {
    const text = '{"__proto__":{"codeName":"falcon"},"address":{"__proto__":{"password":"x"}}}';
    const { body } = arranged.redact({ parameters: [{ in: 'body', type: SignUp }], body: jsonText(text) }).request;
    expect(JSON.stringify(body)).to.equal(
      '{"%5F_proto__":{"codeName":"[REDACTED]"},"address":{"%5F_proto__":{"password":"[REDACTED]"}}}',
    );
  });
});

describe('a plan without class-transformer’s metadata', () => {
  it('still knows marks and declared types', () => {
    const names = new NameRules({ names: [], allowNames: [], disabled: false });
    const plan = new Plans(new DtoMetadata(undefined), names, false).planOf(SignUp);
    expect(plan.fields.get('codeName')?.mark).to.deep.equal({ mode: 'redact' });
    expect(plan.fields.get('home')?.shape).to.have.property('kind', 'class');
    expect(plan.fields.has('cards')).to.equal(false);
  });
});
