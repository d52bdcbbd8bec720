import { Type } from 'class-transformer';
import { ArrayMaxSize, IsEmail, IsInt, IsPositive, IsString, Length, MinLength, ValidateNested } from 'class-validator';
import { Sensitive } from 'logged-controllers';
import { Body, Get, JsonController, Param, Post } from 'routing-controllers';

/** The one that is always placed, and asked for. */
export const ORDER_ID = '0190b5f2-7a41-7c3e-9d52-1f6e0c8b4a77';

const LISTED_ORDERS = 78;

class Address {
  @IsString() street!: string;
  @IsString() city!: string;
  @Length(3, 10) postcode!: string;
}

class Item {
  @IsString() sku!: string;
  @IsInt() @IsPositive() quantity!: number;
}

class NewOrder {
  @IsEmail() email!: string;
  @Sensitive() @MinLength(12) password!: string;
  @Sensitive({ mode: 'mask', keepLast: 4 }) @Length(16, 16) cardNumber!: string;
  @ValidateNested() @Type(() => Address) address!: Address;
  @ValidateNested({ each: true }) @ArrayMaxSize(50) @Type(() => Item) items!: Item[];
}

class Payment {
  readonly provider = 'example-bank';
  readonly currency = 'EUR';
  readonly state = 'authorized';
  @Sensitive() readonly token = 'tok_5f1c9a0e7b3d4286a4c0';
  constructor(readonly amountCents: number) {}
}

class PricedItem {
  readonly title = 'Insulated bottle, brushed steel';
  readonly priceCents = 1_995;
  readonly taxPercent = 19;
  constructor(
    readonly sku: string,
    readonly quantity: number,
  ) {}
}

class Order {
  readonly state = 'accepted';
  readonly placedAt = '2025-01-15T09:30:12.345Z';
  readonly deliverBy = '2025-01-17T18:00:00.000Z';
  readonly trackingUrl = 'https://parcels.example.com/track/0190b5f2-7a41-7c3e-9d52';
  readonly termsAcceptedAt = '2025-01-15T09:29:58.120Z';
  readonly note = 'Leave the parcel with the neighbours when nobody answers the door.';
  constructor(
    readonly id: string,
    readonly email: string,
    readonly address: Address,
    readonly items: readonly PricedItem[],
    readonly payment: Payment,
  ) {}
}

class ListedOrder {
  readonly state = 'accepted';
  readonly placedAt = '2025-01-15T09:30:12.345Z';
  readonly city = 'Springfield';
  readonly items = 3;
  @Sensitive() readonly iban: string;
  constructor(
    readonly id: string,
    readonly email: string,
    readonly amountCents: number,
    iban: string,
  ) {
    this.iban = iban;
  }
}

/** The application that all servers run; each of them decides what is logged. */
@JsonController('/orders')
export class OrdersController {
  @Post('/')
  async create(@Body() { email, address, items }: NewOrder): Promise<Order> {
    const priced = items.map(({ sku, quantity }) => new PricedItem(sku, quantity));
    return new Order(ORDER_ID, email, address, priced, new Payment(items.length * 1_995));
  }

  @Get('/:id')
  async one(@Param('id') id: string): Promise<Order> {
    const address = Object.assign(new Address(), { street: '12 Long Lane', city: 'Springfield', postcode: '49007' });
    const items = [new PricedItem('BOTTLE-0750-STEEL', 2), new PricedItem('LID-0750-BLACK', 1)];
    return new Order(id, 'jane.roe@example.com', address, items, new Payment(3_990));
  }

  @Get('/')
  async list(): Promise<readonly ListedOrder[]> {
    // Made anew each time, as from a database; each with a secret of its own.
    return Array.from({ length: LISTED_ORDERS }, (_, place) => {
      const [id, email] = [`0190b5f2-7a41-7c3e-9d52-${place}`, `customer-${place}@example.com`];
      return new ListedOrder(id, email, place * 199, `DE893704004405320130${place + 10}`);
    });
  }
}
