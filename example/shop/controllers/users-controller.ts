import { Logged } from 'logged-controllers';
import { Authorized, CurrentUser, Get, JsonController } from 'routing-controllers';
import { User } from '../dto/user';

@Logged()
@JsonController('/users')
export class UsersController {
  @Get('/me')
  @Authorized()
  me(@CurrentUser() user: User): User {
    return user;
  }
}
