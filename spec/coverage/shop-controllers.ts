import { Exclude, Type } from 'class-transformer';
import { IsEmail, IsInt, IsOptional, IsString, MinLength, ValidateNested } from 'class-validator';
import { Body, CookieParam, Get, HeaderParam, JsonController, Param, Post, QueryParam } from 'routing-controllers';
import { Logged, Sensitive } from '../../src';
import type { Address } from './address';

// One controller for each thing that a coverage report tells or warns of.

export class Card {
  @Sensitive({ mode: 'mask', keepLast: 4 }) number!: string;
  @IsString() engraving!: string;
}

export class Payment {
  @IsInt() amount!: number;
  @ValidateNested() @Type(() => Card) card!: Card;
  @ValidateNested({ each: true }) @Type(() => Card) spares!: Card[];
}

export class Receipt {
  @IsString() text!: string;
  @Sensitive({ mode: 'remove' }) reference!: string;
  @Exclude() secretKey!: string;
}

@Logged()
@JsonController('/payments')
export class PaymentsController {
  @Post('/') pay(@Body() payment: Payment): Receipt {
    return { text: `${payment.amount}`, reference: 'r', secretKey: 'never sent' };
  }

  @Get('/:reference') find(
    @Param('reference') @Sensitive() reference: string,
    @QueryParam('page') page: number,
    @HeaderParam('x-api-key') @Sensitive() key: string,
    @CookieParam('visit') visit: string,
  ): unknown {
    return { reference, page, key, visit };
  }
}

export class Category {
  @IsString() title!: string;
  @Type(() => Category) parent!: Category;
  @Type(() => Category) children!: Category[];
}

@Logged()
@JsonController('/categories')
export class CategoriesController {
  @Post('/') create(@Body() category: Category): string {
    return category.title;
  }
}

export class SignUp {
  @IsEmail() email!: string;
  @MinLength(12) password!: string;
  @IsString() passwordHint!: string;
  @IsOptional() @IsString() reference?: string;
  @Sensitive(false) @IsInt() tokenCount!: number;
}

@Logged()
@JsonController('/sign-ups')
export class SignUpsController {
  @Post('/') signUp(@Body() body: SignUp): string {
    return body.email;
  }
}

@Logged()
@JsonController('/loose')
export class LooseController {
  @Post('/any') any(@Body() body: { readonly a: string }): string {
    return body.a;
  }

  @Post('/list') list(@Body() cards: Card[]): number {
    return cards.length;
  }

  @Post('/named-list') namedList(@Body({ type: Card }) cards: Card[]): number {
    return cards.length;
  }

  @Post('/erased') erased(@Body() address: Address): string {
    return address.street;
  }
}

export class Parcel {
  @ValidateNested() address!: Address;
  @ValidateNested({ each: true }) items!: Card[];
  @IsString({ each: true }) labels!: string[];
}

@Logged()
@JsonController('/parcels')
export class ParcelsController {
  @Post('/') send(@Body() parcel: Parcel): number {
    return parcel.items.length;
  }
}

@JsonController('/forgotten')
export class ForgottenController {
  @Post('/') pay(@Body() payment: Payment): number {
    return payment.amount;
  }

  @Post('/on-purpose') @Logged(false) payUnseen(@Body() payment: Payment): number {
    return payment.amount;
  }
}
