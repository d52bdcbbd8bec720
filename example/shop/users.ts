import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { User } from './dto/user';

const deriveKey = promisify<string, string, number, Buffer>(scrypt);

async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16).toString('hex');
  return `${salt}:${(await deriveKey(password, salt, 32)).toString('hex')}`;
}

async function isPasswordOf({ passwordHash }: User, password: string): Promise<boolean> {
  const [salt = '', key = ''] = passwordHash.split(':');
  return timingSafeEqual(await deriveKey(password, salt, 32), Buffer.from(key, 'hex'));
}

/** All users, in memory. */
export class Users {
  readonly #byEmail = new Map<string, User>();

  async add(user: Omit<User, 'id' | 'passwordHash'>, password: string): Promise<User> {
    const added = Object.assign(new User(), user, {
      id: `u${this.#byEmail.size + 1}`,
      passwordHash: await hashPassword(password),
    });
    this.#byEmail.set(added.email, added);
    return added;
  }

  has(email: string): boolean {
    return this.#byEmail.has(email);
  }

  async withPassword(email: string, password: string): Promise<User | undefined> {
    const user = this.#byEmail.get(email);
    return user && (await isPasswordOf(user, password)) ? user : undefined;
  }

  all(): readonly User[] {
    return [...this.#byEmail.values()];
  }
}
