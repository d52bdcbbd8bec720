import { expect } from 'chai';
import { createApp } from '../../example/shop/app';
import { Address } from '../../example/shop/dto/address';
import { LogIn } from '../../example/shop/dto/log-in';
import { Card, Payment } from '../../example/shop/dto/payment';
import { SignUp } from '../../example/shop/dto/sign-up';
import { createShopLogging } from '../../example/shop/logging';
import { ADMIN_EMAIL, Shop } from '../../example/shop/shop';
import { memorySink } from '../../src';
import { type LeakReport, leakTest } from '../../src/testing';
import { withoutMark } from './without-mark';

const ADMIN_PASSWORD = 'the-admin-password-of-this-spec';

interface Tested extends LeakReport {
  /** What the redaction covers in this very state of the example. */
  readonly redacted: readonly string[];
}

/** Tests the example, with an admin who logs in anew for each request because one of the requests logs out. */
async function testShop(secrets: readonly string[] = []): Promise<Tested> {
  const logging = createShopLogging(memorySink());
  const shop = new Shop(logging);
  const app = createApp(shop, logging);
  app.silent = true;
  const admin = await shop.hireAdmin(ADMIN_PASSWORD);
  try {
    const report = await leakTest(app, logging, {
      headers: () => ({ authorization: `Bearer ${shop.sessions.start(admin)}` }),
      samples: {
        'AccountsController.logIn': { body: { email: ADMIN_EMAIL, password: ADMIN_PASSWORD } },
        'ProductsController.price': { params: { sku: 'mug' } },
      },
      secrets,
      throwOnLeak: false,
    });
    const covered = logging.coverage().fields.filter(({ mode }) => mode !== 'none');
    return { ...report, redacted: covered.map(({ id }) => id) };
  } finally {
    await logging.close({ deadlineMs: 1_000 });
  }
}

function fieldsOf({ leaks }: LeakReport): string[] {
  return [...new Set(leaks.map(({ field }) => field))].sort();
}

describe('the leak kit on the example', () => {
  let intact: Tested;

  before(async () => (intact = await testShop()));

  it('finds no leak', () => {
    expect(intact.leaks).to.deep.equal([]);
    expect(intact.routes).to.be.greaterThan(15);
    expect(intact.requests).to.be.greaterThan(50);
    expect(intact.sentinels).to.be.greaterThan(100);
  });

  it('reaches what its sentinels are in', () => {
    const told = intact.notReached.map(({ action, variant }) => `${action} ${variant}`);
    expect(told).to.include('FilesController.prescription all');
    const secretActions = /^(AccountsController\.(signUp|logIn)|PaymentsController\.pay) /;
    expect(told.filter(place => secretActions.test(place))).to.deep.equal([]);
  });

  for (const [owner, property, expected] of [
    [Address, 'doorCode', 'POST /accounts body.address.doorCode'],
    [Card, 'number', 'POST /payments body.card.number'],
    [Payment, 'giftMessage', 'POST /payments body.giftMessage'],
    [SignUp, 'phone', 'POST /accounts body.phone_number'],
  ] as const) {
    it(`fails, naming the field, when ${owner.name}.${property} loses its mark`, async () => {
      const copy = await withoutMark(owner, property, () => testShop(intact.redacted));
      expect(fieldsOf(copy)).to.include(expected);
      expect(copy.redacted).not.to.include(expected);
    });
  }

  it('passes when a mark is lost whose name the rules know, which coverage tells', async () => {
    const copy = await withoutMark(LogIn, 'password', async () => {
      const tested = await testShop(intact.redacted);
      const shop = createShopLogging(memorySink());
      const { warnings } = shop.coverage(createApp(new Shop(shop), shop));
      await shop.close();
      return { ...tested, warnings };
    });
    expect(copy.leaks).to.deep.equal([]);
    expect(copy.warnings.map(({ kind, where }) => `${kind} ${where}`)).to.include('secret-without-mark LogIn.password');
  });
});
