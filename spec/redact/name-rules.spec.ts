import { expect } from 'chai';
import { Sensitive } from '../../src/decorators/sensitive';
import { NameRules } from '../../src/redact/name-rules';
import { arrange } from './arrange';

function rules(options: { names?: string[]; allowNames?: string[] } = {}): NameRules {
  return new NameRules({ names: [], allowNames: [], disabled: false, ...options });
}

describe('a name', () => {
  const sensitive = [
    ...words('password Password PASSWORD pass_word pass-word pass.word password2 ｐａｓｓｗｏｒｄ pässwörd'),
    ...words('userPassword user_password userpassword dbPassword newPassword USER_PASSWORD APIKey Authorization'),
    ...words('token x-auth-token accessToken stripe_secret_key X-API-Key client_secret pass sid connectionString'),
    ...words('user[password] user[password][0] user.password cvv cvv2 cardCvc iban customerSsn dateOfBirth'),
    'pass word',
    'pass\u200bword',
    'p\u00adass\u2060wo\ufeffrd',
    'pass\u3164wo\u115frd',
    'pass\u0000word',
    ...words('pаsswоrd рassword ΡΑSSWΟRD paѕѕword ᴘassword paßword 𝐩𝐚𝐬𝐬𝐰𝐨𝐫𝐝 𝔭𝔞𝔰𝔰𝔴𝔬𝔯𝔡 ⓟⓐⓢⓢⓦⓞⓡⓓ 🅿🅰🆂🆂🆆🅾🆁🅳'),
    ...words('тоken seсret ａｐｉＫｅｙ apіKey user［password］ pin１ саrdNumber'),
    `password${'\u200b'.repeat(300)}`,
    `password${'_'.repeat(300)}`,
    `password${'1'.repeat(300)}`,
    'x'.repeat(5_000),
  ];
  for (const name of sensitive) {
    it(`tells of a secret: ${name.slice(0, 40)}`, () => expect(rules().isSensitive(name)).to.equal(true));
  }

  const harmless = [
    ...words('name email key code state passenger boardingPass compass spin shipping pinned totalTokens tokenizer'),
    ...words('author japan pincode secretary passwordless [] ... _'),
    '',
  ];
  for (const name of harmless) {
    it(`tells of nothing: ${name || '(empty)'}`, () => expect(rules().isSensitive(name)).to.equal(false));
  }

  it('that looks like a marked one is taken for it, in a class of its own, too', () => {
    class Voyage {
      @Sensitive() heading!: string;
      @Sensitive(false) hеading!: string;
    }
    const body = { heading: 'a', hеading: 'b', 'head\u200bing': 'c', неading: 'd', end: 'e' };
    expect(arrange().requestBody(body, Voyage)).to.deep.equal({
      heading: '[REDACTED]',
      hеading: 'b',
      'head\u200bing': '[REDACTED]',
      неading: 'd',
      end: 'e',
    });
    expect(arrange().requestBody({ ['hеading']: 'b' })).to.deep.equal({ ['hеading']: '[REDACTED]' });
  });

  it('can be added, with all its spellings', () => {
    const names = rules({ names: ['memberNumber'] });
    expect(['member_number', 'oldMemberNumber', 'MEMBER-NUMBER'].map(name => names.isSensitive(name))).to.deep.equal([
      true,
      true,
      true,
    ]);
  });

  it('can be allowed, alone or as a compound', () => {
    const names = rules({ allowNames: ['pin', 'pageToken'] });
    expect(['pin', 'mapPin', 'page_token', 'token'].map(name => names.isSensitive(name))).to.deep.equal([
      false,
      false,
      false,
      true,
    ]);
  });

  it('is learned from any @Sensitive, also from classes that are loaded later', () => {
    const names = rules();
    expect(names.isSensitive('zodiac_sign')).to.equal(false);
    class Late {
      @Sensitive() zodiacSign!: string;
    }
    expect(new Late()).to.have.property('zodiacSign');
    expect(names.isSensitive('zodiac_sign')).to.equal(true);
    expect(names.verdictOf('zodiac_sign').sensitive).to.equal(false);
  });

  it('of untyped data decides, wherever it stands', () => {
    const body = { list: [{ user: { Password: 1, tokens: ['a'], name: 'x' } }], secret: { deep: { a: 1 } } };
    expect(arrange().requestBody(body)).to.deep.equal({
      list: [{ user: { Password: '[REDACTED]', tokens: '[REDACTED]', name: 'x' } }],
      secret: '[REDACTED]',
    });
  });

  it('is kept as a key that JSON, BSON and MongoDB read alike', () => {
    const body = JSON.parse('{"$where":1,"a.b":2,"":3,"_bsontype":4,"a\\u0000":5,"\\ud800":6}') as unknown;
    expect(arrange().requestBody(body)).to.deep.equal({
      '%24where': 1,
      'a%2Eb': 2,
      '%': 3,
      '%5Fbsontype': 4,
      'a%00': 5,
      '\ufffd': 6,
    });
  });

  it('costs little although clients choose it', () => {
    const names = rules();
    const started = process.cpuUsage();
    // One mebibyte of names, the most that the host's parser takes.
    for (let at = 0; at < 10_000; at++) names.verdictOf(`${'aB_[.'.repeat(20)}${at}`);
    names.verdictOf('aB_[.'.repeat(200_000));
    expect(process.cpuUsage(started).user).to.be.lessThan(500_000);
  });
});

function words(list: string): string[] {
  return list.split(' ');
}
