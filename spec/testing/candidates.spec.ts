import { expect } from 'chai';
import * as validator from 'class-validator';
import { candidatesFor } from '../../src/testing/candidates';

const DRAWS = 50;

// One that is found only now and then would make a user's leak test fail now and then.
describe('the values that the leak kit tries', () => {
  for (const [kind, accepts] of Object.entries({
    'an e-mail address': value => validator.isEmail(value),
    'a telephone number': value => validator.isPhoneNumber(value as string),
    'a mobile number': value => validator.isMobilePhone(value as string),
    'a payment card': validator.isCreditCard,
    'an IBAN': validator.isIBAN,
    'a BIC': validator.isBIC,
    'an EAN': validator.isEAN,
    'an ISBN': value => validator.isISBN(value),
    'a UUID': value => validator.isUUID(value),
    'an id of MongoDB': validator.isMongoId,
    'a URL': value => validator.isURL(value as string),
    'a domain': validator.isFQDN,
    'an IP address': validator.isIP,
    'a MAC address': value => validator.isMACAddress(value),
    'a date': validator.isDateString,
    'a strong password': value => validator.isStrongPassword(value),
    base64: value => validator.isBase64(value),
    'hexadecimal digits': validator.isHexadecimal,
    'a SHA-256': value => validator.isHash(value, 'sha256'),
    'a JSON Web Token': validator.isJWT,
    'JSON text': validator.isJSON,
    'letters only': value => validator.isAlpha(value),
  } satisfies Record<string, (value: unknown) => boolean>)) {
    it(`always have ${kind} among them`, () => {
      const found = Array.from({ length: DRAWS }, () =>
        [...candidatesFor([], String, 'any')].some(({ value }) => accepts(value)),
      );
      expect(found).not.to.include(false);
    });
  }
});
