import type { Context } from 'koa';
import { Logged } from 'logged-controllers';
import {
  Authorized,
  Body,
  Ctx,
  CurrentUser,
  Get,
  HttpCode,
  JsonController,
  Param,
  Post,
  State,
} from 'routing-controllers';
import { Payment, Receipt } from '../dto/payment';
import { User } from '../dto/user';
import { RefundRefusedError } from '../errors';
import { Shop } from '../shop';

@Logged()
@Authorized()
@JsonController('/payments')
export class PaymentsController {
  @Post('/')
  @HttpCode(201)
  async pay(@Body() payment: Payment, @State('shop') shop: Shop, @Ctx() context: Context): Promise<Receipt> {
    const receipt = await shop.pay(payment);
    shop.logging.annotate(context, { receipt: receipt.id, amountCents: receipt.amountCents });
    return receipt;
  }

  @Get('/statement')
  statement(@CurrentUser() user: User, @State('shop') shop: Shop, @Ctx() { res }: Context): Promise<readonly string[]> {
    const calledOff = new AbortController();
    res.once('close', () => calledOff.abort());
    return shop.bank.statement(user.id, calledOff.signal);
  }

  /** An undefined result is a 404. */
  @Get('/:id')
  one(@Param('id') id: number, @State('shop') shop: Shop): Receipt | undefined {
    return shop.receipt(id);
  }

  @Post('/:id/refund')
  refund(@Param('id') id: number): never {
    throw new RefundRefusedError(id);
  }
}
