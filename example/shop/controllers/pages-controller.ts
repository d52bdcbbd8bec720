import type { Context } from 'koa';
import { Logged } from 'logged-controllers';
import { Controller, Ctx, Get } from 'routing-controllers';

@Logged()
@Controller()
export class PagesController {
  @Get('/welcome')
  welcome(): string {
    return '<!doctype html><title>Shop</title><h1>Welcome</h1>';
  }

  @Get('/terms')
  terms(@Ctx() context: Context): Context {
    context.status = 200;
    context.etag = 'terms-of-2024';
    if (context.fresh) context.status = 304;
    else context.body = '<!doctype html><title>Terms</title><p>Be kind.</p>';
    return context;
  }

  /** Asked every second by the load balancer, and of no interest to anybody else. */
  @Get('/health')
  @Logged(false)
  health(): string {
    return 'ok';
  }
}
