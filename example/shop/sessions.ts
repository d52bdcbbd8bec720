import type { Context } from 'koa';
import type { User } from './dto/user';

/** Who is logged in, by token. */
export class Sessions {
  readonly #users = new Map<string, User>();

  constructor(private readonly newToken: () => string) {}

  start(user: User): string {
    const token = this.newToken();
    this.#users.set(token, user);
    return token;
  }

  end(context: Context): void {
    this.#users.delete(tokenOf(context));
  }

  userOf(context: Context): User | undefined {
    return this.#users.get(tokenOf(context));
  }
}

/** From `Authorization: Bearer …`, else from the cookie that a login sets. */
function tokenOf(context: Context): string {
  const [, token] = /^Bearer (.+)$/.exec(context.get('authorization')) ?? [];
  return token ?? context.cookies.get('session') ?? '';
}
