import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Min, ValidateNested } from 'class-validator';
import { Sensitive } from 'logged-controllers';

export class Card {
  @IsString() holder!: string;
  /** Recorded as `************4242`. */
  @Sensitive({ mode: 'mask', keepLast: 4 }) @Matches(/^\d{16}$/) number!: string;
  /** Left out of the record. */
  @Sensitive({ mode: 'remove' }) @Matches(/^\d{3}$/) cvc!: string;
}

export class Payment {
  @IsInt() @Min(1) amountCents!: number;
  @IsIn(['EUR', 'GBP', 'USD']) currency!: string;
  @ValidateNested() @Type(() => Card) card!: Card;
  @Sensitive({ mode: 'remove' }) @IsOptional() @IsString() giftMessage?: string;
}

/** The answer to a payment. */
export class Receipt {
  readonly cardEndsWith: string;
  readonly amountCents: number;
  readonly currency: string;

  constructor(
    readonly id: number,
    { amountCents, currency, card }: Payment,
  ) {
    this.amountCents = amountCents;
    this.currency = currency;
    this.cardEndsWith = card.number.slice(-4);
  }
}
