import type { Context } from 'koa';
import type { Identity } from 'logged-controllers';
import type { Action } from 'routing-controllers';
import type { User } from './dto/user';

function userOf(context: Context): User | undefined {
  return context.state.user as User | undefined;
}

/** Decides on `@Authorized()`: any user will do, or one with a role. */
export function mayEnter({ context }: Action, roles: readonly string[]): boolean {
  const user = userOf(context as Context);
  return user !== undefined && (roles.length === 0 || roles.includes(user.role));
}

/** The value of `@CurrentUser()`. */
export function currentUser({ context }: Action): User | undefined {
  return userOf(context as Context);
}

/** Who made the request, as its record tells it. */
export function identify(context: Context): Identity | undefined {
  const user = userOf(context);
  return user && { id: user.id, groupId: user.company, authority: user.role };
}
