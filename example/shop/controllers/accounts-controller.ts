import type { Context } from 'koa';
import { Logged, Sensitive } from 'logged-controllers';
import {
  Authorized,
  Body,
  Ctx,
  Get,
  HttpCode,
  JsonController,
  OnUndefined,
  Post,
  QueryParam,
  Redirect,
  State,
} from 'routing-controllers';
import { LogIn } from '../dto/log-in';
import { Session } from '../dto/session';
import { SignUp } from '../dto/sign-up';
import { User } from '../dto/user';
import { LoginFailedError, ShopError } from '../errors';
import { Shop } from '../shop';

@Logged()
@JsonController('/accounts')
export class AccountsController {
  @Post('/')
  @HttpCode(201)
  async signUp(@Body() { password, email, company, phone, address }: SignUp, @State('shop') shop: Shop): Promise<User> {
    if (shop.users.has(email)) throw new ShopError('EMAIL_TAKEN', 'There is an account with this email address.');
    return shop.users.add({ email, company, phone, address, role: 'customer' }, password);
  }

  /** The link in the welcome letter. Nothing in the name `code` tells that it is a secret, so the mark does. */
  @Get('/confirm')
  @Redirect('/welcome')
  confirm(@QueryParam('code', { required: true }) @Sensitive() _code: string): void {}

  /** Takes JSON and forms. */
  @Post('/session')
  async logIn(@Body() body: LogIn, @State('shop') shop: Shop, @Ctx() context: Context): Promise<Session> {
    const user = await shop.users.withPassword(body.email, body.password);
    if (!user) throw new LoginFailedError();
    const token = shop.sessions.start(user);
    context.cookies.set('session', token);
    return new Session(user.id, token);
  }

  @Post('/session/end')
  @Authorized()
  @OnUndefined(204)
  logOut(@State('shop') shop: Shop, @Ctx() context: Context): void {
    shop.sessions.end(context);
  }
}
