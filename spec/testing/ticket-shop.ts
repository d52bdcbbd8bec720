import { Type } from 'class-transformer';
import {
  ArrayMinSize,
  IsCreditCard,
  IsEmail,
  IsIBAN,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';
import Koa from 'koa';
import {
  Body,
  BodyParam,
  CookieParam,
  Delete,
  Get,
  HeaderParam,
  JsonController,
  Param,
  Post,
  Put,
  QueryParam,
  QueryParams,
  useKoaServer,
} from 'routing-controllers';
import {
  createLogging,
  type Logging,
  Logged,
  type LoggingOptions,
  memorySink,
  Sensitive,
  type SensitiveDecorator,
} from '../../src';

/** Names of fields, each in another channel, whose mark a copy of the application leaves out. */
export type Unmarked =
  'body' | 'nested' | 'array' | 'body parameter' | 'query' | 'query DTO' | 'path' | 'header' | 'response';

export interface TicketShop {
  readonly app: Koa;
  readonly logging: Logging;
}

/** An application that takes a secret in every place. Its classes are made anew each time, so that one can lack a mark. */
export function ticketShop(unmarked?: Unmarked, options: LoggingOptions = {}): TicketShop {
  // None of these names sounds like a secret.
  const markUnless = (channel: Unmarked): SensitiveDecorator => (channel === unmarked ? () => {} : Sensitive());

  class Payer {
    @markUnless('nested') @IsCreditCard() account!: string;
    @Sensitive({ mode: 'mask', keepLast: 4 }) @IsIBAN() bank!: string;
    @Sensitive() @Length(3, 3) @Matches(/^\d{3}$/) proof!: string;
    @IsString() name!: string;
  }

  class Guest {
    @markUnless('array') @IsUUID() badge!: string;
    @IsInt() @Min(1) @Max(9) seat!: number;
  }

  class Order {
    @markUnless('body') @MinLength(12) motto!: string;
    @IsEmail() email!: string;
    @IsIn(['stalls', 'circle']) area!: string;
    @ValidateNested() @Type(() => Payer) payer!: Payer;
    @ValidateNested({ each: true }) @ArrayMinSize(1) @Type(() => Guest) guests!: Guest[];
    @IsOptional() @Matches(/^[A-Z]{2}-\d{4,6}$/) voucher?: string;
  }

  class Ticket {
    @markUnless('response') entry!: string;
    seats!: number;
  }

  class Search {
    @markUnless('query DTO') @IsString() @MinLength(4) alias!: string;
    @IsOptional() @IsInt() limit?: number;
  }

  @Logged()
  @JsonController('/orders')
  class OrdersController {
    @Post('/') create(@Body() order: Order): Ticket {
      const ticket = new Ticket();
      ticket.entry = `entry of ${order.guests.length} with ${'x'.repeat(9)}`;
      ticket.seats = order.guests.length;
      return ticket;
    }

    @Get('/') find(@QueryParams() search: Search, @QueryParam('proof') proof: string): unknown {
      return { found: search.alias.length, proof: proof.length };
    }

    @Get('/:stub(\\w{8,40})') one(
      @Param('stub') @markUnless('path') stub: string,
      @QueryParam('view') @markUnless('query') view: string,
      @QueryParam('page') page: number,
    ): unknown {
      return { echoed: stub, view, page };
    }

    @Put('/') change(
      @HeaderParam('x-terminal') @markUnless('header') terminal: string,
      @CookieParam('visit') visit: string,
    ): unknown {
      return { length: terminal.length + visit.length };
    }

    @Delete('/') cancel(@BodyParam('reason') @markUnless('body parameter') reason: string): unknown {
      return { length: reason.length, password: `issued by us ${'y'.repeat(12)}` };
    }
  }

  const app = new Koa();
  const logging = createLogging({ sinks: [memorySink()], onError: () => {}, ...options });
  app.use(logging.middleware());
  useKoaServer(app, { controllers: [OrdersController], defaultErrorHandler: false });
  return { app, logging };
}
