import { randomUUID } from 'node:crypto';
import type { Logging } from 'logged-controllers';
import { Receipt, type Payment } from './dto/payment';
import type { User } from './dto/user';
import { CardDeclinedError } from './errors';
import { type Bank, LocalBank, LocalWarehouse, type Warehouse } from './partners';
import { Sessions } from './sessions';
import { Users } from './users';

export const ADMIN_EMAIL = 'admin@shop.example';

export interface ShopOptions {
  readonly bank?: Bank;
  readonly warehouse?: Warehouse;
  /** @defaultValue random UUIDs */
  readonly newToken?: () => string;
}

/** What the controllers work with: `@State('shop') shop: Shop`. Two shops in one process share nothing. */
export class Shop {
  readonly users = new Users();
  readonly sessions: Sessions;
  readonly bank: Bank;
  readonly warehouse: Warehouse;
  readonly products: ReadonlyMap<string, number> = new Map([
    ['mug', 1_200],
    ['teapot', 3_900],
  ]);
  readonly #receipts: Receipt[] = [];

  constructor(
    readonly logging: Pick<Logging, 'annotate'>,
    { bank = new LocalBank(), warehouse = new LocalWarehouse(), newToken = randomUUID }: ShopOptions = {},
  ) {
    this.bank = bank;
    this.warehouse = warehouse;
    this.sessions = new Sessions(newToken);
  }

  hireAdmin(password: string): Promise<User> {
    const admin = { email: ADMIN_EMAIL, company: 'Shop', role: 'admin', phone: '+441482496011' } as const;
    return this.users.add({ ...admin, address: { street: '2 Low Street', city: 'Hull' } }, password);
  }

  async pay(payment: Payment): Promise<Receipt> {
    try {
      await this.bank.charge(payment.card, payment.amountCents);
    } catch (cause) {
      throw new CardDeclinedError(payment.card.number, cause as Error);
    }
    const receipt = new Receipt(this.#receipts.length + 1, payment);
    this.#receipts.push(receipt);
    return receipt;
  }

  receipt(id: number): Receipt | undefined {
    return this.#receipts[id - 1];
  }
}
