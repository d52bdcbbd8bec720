import { Sensitive } from 'logged-controllers';

/** The answer to a login. Responses are redacted by their classes, as requests are. */
export class Session {
  readonly userId: string;
  @Sensitive() readonly token: string;

  constructor(userId: string, token: string) {
    this.userId = userId;
    this.token = token;
  }
}
