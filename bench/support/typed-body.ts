import { plainToInstance, Type } from 'class-transformer';
import { IsBoolean, IsEmail, IsISO8601, IsNumber, IsString, IsUUID, ValidateNested } from 'class-validator';
import { Sensitive } from '../../src';

class Customer {
  @IsString() name!: string;
  @Sensitive() @IsString() nationalId!: string;
  @IsEmail() email!: string;
}

class Payment {
  @Sensitive() @IsString() cardNumber!: string;
  @IsString() method!: string;
}

class Line {
  @IsString() sku!: string;
  @IsString() title!: string;
  @IsNumber() quantity!: number;
  @IsNumber() price!: number;
  @Sensitive() @IsString() giftMessage!: string;
  @IsBoolean() inStock!: boolean;
  @IsString({ each: true }) tags!: string[];
}

/** A typed body with nested objects, a list, and a sensitive property in each of them. */
export class OrderBody {
  @IsUUID() id!: string;
  @IsISO8601() at!: string;
  @ValidateNested() @Type(() => Customer) customer!: Customer;
  @ValidateNested() @Type(() => Payment) payment!: Payment;
  @ValidateNested() @Type(() => Line) lines!: Line[];
  @IsString() note!: string;
}

/** What @pinojs/redact needs to be told to do the same. */
export const SENSITIVE_PATHS: readonly string[] = ['customer.nationalId', 'payment.cardNumber', 'lines[*].giftMessage'];

export const SENSITIVE_NAMES: ReadonlySet<string> = new Set(['nationalId', 'cardNumber', 'giftMessage']);

function line(at: number): object {
  return {
    sku: `SKU-${10_000 + at}`,
    title: 'Kettle, brushed steel, 1.7 litres',
    quantity: 1 + (at % 4),
    price: 39.9 + at,
    giftMessage: `To aunt ${at} with love`,
    inStock: at % 3 > 0,
    tags: ['kitchen', 'steel'],
  };
}

/** As JSON of about this many bytes. */
export function orderText(bytes: number): string {
  const order = {
    id: '0192f3c1-7c2e-7d3a-9b1f-2f4a6c8e0d12',
    at: '2026-11-22T09:30:00.000Z',
    customer: { name: 'Ann Example', nationalId: '85-777-1234', email: 'ann@shop.example' },
    payment: { cardNumber: '4242 4242 4242 4242', method: 'card' },
    lines: [] as object[],
    note: 'Please ring twice.',
  };
  while (JSON.stringify(order).length < bytes) order.lines.push(line(order.lines.length));
  return JSON.stringify(order);
}

/** As an action would have it. */
export function orderInstance(text: string): OrderBody {
  return plainToInstance(OrderBody, JSON.parse(text));
}
