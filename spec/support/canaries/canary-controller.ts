import { Readable } from 'node:stream';
import { Expose, Type } from 'class-transformer';
import { IsEmail, IsString, MinLength, ValidateNested } from 'class-validator';
import type { Context } from 'koa';
import {
  Authorized,
  Body,
  CookieParam,
  Ctx,
  Get,
  HeaderParam,
  JsonController,
  Param,
  Post,
  QueryParam,
  QueryParams,
  Redirect,
  UploadedFile,
} from 'routing-controllers';
import { Logged, Sensitive } from '../../../src';

// A class for each way that a mark takes to a value. The names sound harmless, so that only marks can redact them.

export class Street {
  @Sensitive() lane!: string;
  town!: string;
}

class Person {
  @Sensitive() nickname!: string;
}

class Visitor {
  @Sensitive() @IsString() alias!: string;
}

/** Has nothing to say for itself. */
class Guest extends Visitor {}

@Sensitive()
export class Parcel {
  content!: string;
}

class Pet {
  kind!: string;
}
class Cat extends Pet {
  @Sensitive() purr!: string;
}
class Dog extends Pet {
  @Sensitive() bark!: string;
}
@Sensitive()
class Wolf extends Pet {
  howl!: string;
}

export class Account extends Person {
  @Sensitive() motto!: unknown;
  @Sensitive({ mode: 'mask', keepLast: 2 }) masked!: string;
  @Sensitive({ mode: 'hash' }) hashed!: string;
  @Sensitive({ mode: 'encrypt' }) sealed!: string;
  @Sensitive({ mode: 'remove' }) removed!: string;
  @Sensitive({ mode: refuseAll }) odd!: string;
  @Sensitive() @Expose({ name: 'wireMotto' }) renamed!: string;
  @Type(() => Street) street!: Street;
  @Type(() => Street) streets!: Street[];
  @Type(() => Street) grid!: Street[][];
  @Type(() => Street) byTown!: Map<string, Street>;
  @Type(() => Street) visited!: Set<Street>;
  @Type(() => Account) parent!: Account;
  @Type(() => Parcel) parcel!: Parcel;
  @Type(() => Guest) guest!: Guest;
  @Type(() => Pet, {
    discriminator: {
      property: 'kind',
      subTypes: [
        { name: 'cat', value: Cat },
        { name: 'dog', value: Dog },
        { name: 'wolf', value: Wolf },
      ],
    },
  })
  pet!: Pet;
  anything!: unknown;
  open!: string;
}

class Phrase {
  @Sensitive() @MinLength(500, { message: '"$value" is too short' }) words!: string;
}

class Strict {
  @Sensitive() @MinLength(500, { message: '"$value" is too short' }) words!: string;
  @ValidateNested() @Type(() => Phrase) phrases!: Phrase[];
  @IsEmail({}, { message: '"$value" is no address' }) mail!: string;
}

class Search {
  @Sensitive() nickname!: string;
}

/** Answered without its message. */
export class QuietError extends SyntaxError {}

/** Answered by what it knows. */
export class HandledError extends Error {}

/** What the actions of a canary application do next. */
export interface Script {
  act: (context: Context) => unknown;
}

function refuseAll(value: unknown): never {
  throw new Error(`cannot redact ${JSON.stringify(value)}`);
}

export function makeCanaryController(script: Script) {
  @Logged()
  @JsonController('/canary')
  class CanaryController {
    @Get('/act') get(@Ctx() context: Context) {
      return script.act(context);
    }
    @Post('/account') account(@Body({ validate: false }) _body: Account, @Ctx() context: Context) {
      return script.act(context);
    }
    @Post('/accounts') accounts(@Body({ validate: false, type: Account }) _body: Account[], @Ctx() context: Context) {
      return script.act(context);
    }
    @Post('/any') any(@Body() _body: object, @Ctx() context: Context) {
      return script.act(context);
    }
    @Post('/parcel') parcel(@Body() @Sensitive() _body: object, @Ctx() context: Context) {
      return script.act(context);
    }
    @Post('/strict') strict(@Body() _body: Strict, @Ctx() context: Context) {
      return script.act(context);
    }
    @Post('/upload') upload(@UploadedFile('photo') _photo: unknown, @Ctx() context: Context) {
      return script.act(context);
    }
    @Get('/people/:handle') person(@Param('handle') @Sensitive() _handle: string, @Ctx() context: Context) {
      return script.act(context);
    }
    @Get('/reset/:token') reset(@Param('token') _token: string, @Ctx() context: Context) {
      return script.act(context);
    }
    @Get('/query') query(@QueryParam('handle') @Sensitive() _handle: string, @Ctx() context: Context) {
      return script.act(context);
    }
    @Get('/search') search(@QueryParams({ validate: false }) _query: Search, @Ctx() context: Context) {
      return script.act(context);
    }
    @Get('/filter') filter(@QueryParam('filter', { validate: false }) _filter: Search, @Ctx() context: Context) {
      return script.act(context);
    }
    @Get('/count') count(@QueryParam('count') @Sensitive() _count: number, @Ctx() context: Context) {
      return script.act(context);
    }
    @Get('/page') page(@QueryParam('page', { required: true }) _page: number, @Ctx() context: Context) {
      return script.act(context);
    }
    @Get('/header') header(@HeaderParam('x-handle') @Sensitive() _handle: string, @Ctx() context: Context) {
      return script.act(context);
    }
    @Get('/cookie') cookie(@CookieParam('handle') @Sensitive() _handle: string, @Ctx() context: Context) {
      return script.act(context);
    }
    @Get('/members') @Authorized() members() {
      return {};
    }
    @Get('/redirected')
    @Redirect('https://me.example/cb?id_token=:to')
    redirected(@QueryParam('to') @Sensitive() to: string) {
      return { to };
    }
  }
  return CanaryController;
}

export function streamOf(text: string): Readable {
  return Readable.from([text]);
}
