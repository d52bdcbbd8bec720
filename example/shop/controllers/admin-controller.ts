import { Logged } from 'logged-controllers';
import { Authorized, Get, JsonController, Post, State } from 'routing-controllers';
import { User } from '../dto/user';
import { Shop } from '../shop';

@Logged({ expireAfterDays: 365 })
@Authorized('admin')
@JsonController('/admin')
export class AdminController {
  /** The record tells who asked for the list; the list itself need not be stored once more, a refusal may. */
  @Get('/users')
  @Logged({ responseBody: 'on-error' })
  users(@State('shop') shop: Shop): readonly User[] {
    return shop.users.all();
  }

  /** Not written yet, and so a 500. */
  @Post('/search-index')
  async rebuildSearchIndex(): Promise<void> {
    await Promise.resolve();
    throw new TypeError('search.rebuild is not a function');
  }
}
