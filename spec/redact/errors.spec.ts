import { expect } from 'chai';
import { Type } from 'class-transformer';
import { IsEmail, MinLength, ValidateNested, validateSync } from 'class-validator';
import { Sensitive } from '../../src/decorators/sensitive';
import { type Arranged, arrange, arrangeDisabled, json } from './arrange';

class Contact {
  @Sensitive() @MinLength(20, { message: 'too short: $value' }) hotline!: string;
  @MinLength(3) label!: string;
}

class Account {
  @IsEmail() email!: string;
  @Sensitive() @MinLength(40, { message: '"$value" is too short' }) phrase!: string;
  @ValidateNested() @Type(() => Contact) contacts!: Contact[];
}

@Sensitive()
class Purse {
  coins!: number;
}

class Owner {
  @MinLength(3) label!: string;
  @Type(() => Purse) purses!: Purse[];
}

class Family {
  @ValidateNested() @Type(() => Owner) owners!: Map<string, Owner>;
}

function refusedAccount() {
  const contact = Object.assign(new Contact(), { hotline: 'canary-hotline', label: 'x' });
  const account = Object.assign(new Account(), { email: 'nobody', phrase: 'canary-phrase', contacts: [contact] });
  return Object.assign(new Error('Invalid body'), { errors: validateSync(account) });
}

describe('an error', () => {
  let arranged: Arranged;
  beforeEach(() => (arranged = arrange()));

  const messageOf = (message: string) => arranged.redact({ error: { message, stack: `Error: ${message}` } }).error;

  it('that quotes a URL loses the secrets of its query', () => {
    expect(messageOf('Parameter "id" is required for request on GET /x?token=abc&page=2')?.message).to.equal(
      'Parameter "id" is required for request on GET /x?token=[REDACTED]&page=2',
    );
  });

  it('that quotes a URL inside a URL loses the secrets of both', () => {
    expect(messageOf('to /a?next=/b?token=x?y&page=2#pin=1;sid=2 (retry)')?.message).to.equal(
      'to /a?next=/b?token=[REDACTED]&page=2#pin=[REDACTED];sid=[REDACTED] (retry)',
    );
  });

  it('that quotes a connection string loses user and password', () => {
    expect(messageOf('connect mongodb://me:pw@db/x failed')?.stack).to.equal(
      'Error: connect mongodb://[REDACTED]@db/x failed',
    );
  });

  it('that quotes JSON loses the sensitive values of it, whatever they are', () => {
    const quoted = (text: string) => messageOf(`upstream said ${text} and closed`)?.message;
    const value = { user: 'jo', list: ['a "b\\', 1] };
    const around = (redacted: string) => `upstream said ${redacted} and closed`;
    expect(quoted(JSON.stringify({ tokens: ['abc'], kept: 1 }))).to.equal(around('{"tokens":"[REDACTED]","kept":1}'));
    expect(quoted(JSON.stringify({ credentials: value, kept: 1 }))).to.equal(
      around('{"credentials":"[REDACTED]","kept":1}'),
    );
    expect(quoted('{"pass\\u0077ord" : "abc"}')).to.equal(around('{"pass\\u0077ord" : "[REDACTED]"}'));
    const password = 'a "b" c\\';
    let text = JSON.stringify({ password, credentials: value, kept: 1 });
    let plain = '{"password":"[REDACTED]","credentials":"[REDACTED]","kept":1}';
    for (let depth = 0; depth < 3; depth++) {
      expect(quoted(text)).to.equal(around(plain));
      [text, plain] = [JSON.stringify(text), JSON.stringify(plain)];
    }
    expect(quoted('{"password":["abc"')).to.equal('upstream said {"password":"[REDACTED]"');
  });

  it('that quotes JSON tells its secrets nowhere else', () => {
    const secret = 'correct horse battery';
    for (const text of [{ password: secret }, { credentials: [{ user: secret }] }].map(each => JSON.stringify(each))) {
      for (const message of [`said ${text}`, `said ${JSON.stringify(text)}`]) {
        const parts = arranged.redact({ error: { message }, responseBody: json({ note: `is ${secret}` }) });
        expect(JSON.stringify(parts)).not.to.contain('horse');
      }
    }
  });

  it('of the JSON parser loses the text it quotes', () => {
    let message = '';
    try {
      JSON.parse('{"password": hunter2}');
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).to.contain('hunter2');
    expect(JSON.stringify(messageOf(message))).to.not.contain('hunter2');
    expect(JSON.stringify(messageOf(`first "a" is not valid JSON, then ${message}`))).to.not.contain('hunter2');
  });

  it('of a refused parameter loses the value when it is sensitive or broken JSON', () => {
    const refused = (name: string, type: string) =>
      `Given parameter ${name} is invalid. Value ("raw") cannot be parsed into ${type}.`;
    expect(messageOf(refused('pin', 'number'))?.message).to.contain('Value ([REDACTED]) cannot');
    expect(messageOf(refused('filter', 'JSON'))?.message).to.contain('Value ([REDACTED]) cannot');
    expect(messageOf(refused('page', 'number'))?.message).to.contain('Value ("raw") cannot');
  });

  it('of a validation tells its failures by path, and which are sensitive', () => {
    const failures = arranged.redactor.validationOf(refusedAccount());
    expect(failures?.map(({ path, sensitive, secret }) => [path, sensitive, secret])).to.deep.equal([
      ['email', false, undefined],
      ['phrase', true, 'canary-phrase'],
      ['contacts.0.hotline', true, 'canary-hotline'],
      ['contacts.0.label', false, undefined],
    ]);
  });

  it('of a validation is recorded without the texts of sensitive properties', () => {
    const validation = arranged.redactor.validationOf(refusedAccount())!;
    const message = 'refused canary-phrase and canary-hotline';
    const { error } = arranged.redact({ error: { message, validation } });
    expect(error?.message).to.equal('refused [REDACTED] and [REDACTED]');
    expect(error?.validation).to.deep.equal([
      { path: 'email', constraints: { isEmail: 'email must be an email' } },
      { path: 'phrase', constraints: { minLength: '[REDACTED]' } },
      { path: 'contacts.0.hotline', constraints: { minLength: '[REDACTED]' } },
      { path: 'contacts.0.label', constraints: { minLength: 'label must be longer than or equal to 3 characters' } },
    ]);
  });

  it('without class-validator’s errors has no validation', () => {
    for (const error of [undefined, null, 'text', new Error('x'), { errors: [] }, { errors: [1, { property: 1 }] }]) {
      expect(arranged.redactor.validationOf(error)).to.equal(undefined);
    }
  });

  it('that cannot be read has no validation', () => {
    const hostile = {
      get errors(): never {
        throw new Error('no');
      },
    };
    expect(arranged.redactor.validationOf(hostile)).to.equal(undefined);
    expect(arranged.redactor.validationOf(new Proxy({}, {}))).to.equal(undefined);
  });
});

describe('the response to a failed validation', () => {
  it('equals class-validator’s errors but for the input of sensitive properties', () => {
    const { errors } = refusedAccount();
    const before = JSON.stringify(errors);
    const cleaned = arrange().redactor.cleanValidationErrors(errors);
    const expected = before
      .replaceAll('"canary-phrase"', '"[REDACTED]"')
      .replaceAll('"canary-hotline"', '"[REDACTED]"')
      .replaceAll('canary-phrase', '[REDACTED]')
      .replaceAll('canary-hotline', '[REDACTED]');
    expect(JSON.parse(JSON.stringify(cleaned))).to.deep.equal(
      JSON.parse(expected.replace(String.raw`\"[REDACTED]\"`, String.raw`\"[REDACTED]\"`)),
    );
    expect(JSON.stringify(errors)).to.equal(before);
  });

  it('goes by names and parents where the target is not told', () => {
    const errors = [
      { property: 'password', value: 'canary-1', constraints: { a: 'was canary-1' }, contexts: { a: { code: 7 } } },
      { property: 'credentials', children: [{ property: 'user', value: 'canary-2', children: [] }] },
      'not an error',
    ];
    expect(arrange().redactor.cleanValidationErrors(errors)).to.deep.equal([
      {
        value: '[REDACTED]',
        property: 'password',
        constraints: { a: 'was [REDACTED]' },
        contexts: { a: { code: 7 } },
      },
      { property: 'credentials', children: [{ value: '[REDACTED]', property: 'user', children: [] }] },
      'not an error',
    ]);
  });

  it('follows the classes inside a map, whether it is one or a plain object', () => {
    const owner = Object.assign(new Owner(), { label: 'x', purses: [{ coins: 4711 }] });
    const family = Object.assign(new Family(), { owners: new Map([['ann', owner]]) });
    const inner = [{ target: { ann: owner }, property: 'ann', value: owner, children: [] }];
    const ofPlainObject = [{ target: new Family(), property: 'owners', children: inner }];
    for (const errors of [validateSync(family), ofPlainObject]) {
      const cleaned = arrange().redactor.cleanValidationErrors(errors);
      expect(JSON.stringify(cleaned)).to.not.contain('4711');
      expect(cleaned).to.have.nested.property('[0].children[0].value.label', 'x');
    }
  });

  it('follows them also where nothing is known of an object that was refused as a whole', () => {
    const owner = { label: 'known', purses: [{ coins: 4711 }] };
    const family = Object.assign(new Family(), { owners: { ann: owner } });
    const errors = validateSync(family, { forbidUnknownValues: true });
    const cleaned = arrange().redactor.cleanValidationErrors(errors);
    expect(cleaned).to.have.nested.property('[0].children[0].constraints.unknownValue');
    expect(JSON.stringify(cleaned)).to.contain('known').and.not.contain('4711');
  });

  it('withholds what may be a member of a map or a map in a list', () => {
    const family = new Family();
    const value = { label: 'canary', purses: [] };
    const errors = [{ target: family, property: 'owners', children: [{ property: '7', value, children: [] }] }];
    const cleaned = arrange().redactor.cleanValidationErrors(errors);
    expect(cleaned).to.have.nested.property('[0].children[0].value', '[REDACTED]');
  });

  it('is cleaned in the record too, when the host sent class-validator’s errors', () => {
    const { errors } = refusedAccount();
    const { response } = arrange().redact({ responseBody: json({ message: 'Invalid body', errors }) });
    expect(JSON.stringify(response.body)).to.not.contain('canary');
    expect(response.body).to.have.nested.property('errors[1].constraints.minLength', '[REDACTED]');
    expect(response.body).to.have.nested.property('errors[0].value', 'nobody');
  });
});

describe('a leak check', () => {
  it('finds everything when redaction is switched off', () => {
    const off = arrangeDisabled();
    const validation = off.redactor.validationOf(refusedAccount())!;
    const parts = off.redact({
      parameters: [{ in: 'body', type: Account }],
      url: '/canary-path?token=canary-query',
      params: { token: 'canary-path' },
      headers: { authorization: 'Bearer canary-header', cookie: 'sid=canary-cookie' },
      body: json({ phrase: 'canary-body', password: 'canary-name' }),
      error: { message: 'GET /?token=canary-message', validation },
    });
    for (const place of ['path', 'query', 'header', 'cookie', 'body', 'name', 'message', 'phrase', 'hotline']) {
      expect(JSON.stringify(parts)).to.contain(`canary-${place}`);
    }
    expect(parts.redactionCount).to.equal(0);
  });
});
