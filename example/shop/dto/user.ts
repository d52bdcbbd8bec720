import { Exclude, Expose, Type } from 'class-transformer';
import { Sensitive } from 'logged-controllers';
import { Address } from './address';

export type Role = 'customer' | 'admin';

/** A user as the shop keeps and answers it. */
export class User {
  id!: string;
  email!: string;
  company!: string;
  role!: Role;
  @Expose({ name: 'phone_number' }) @Sensitive({ mode: 'mask', keepLast: 2 }) phone!: string;
  @Type(() => Address) address!: Address;

  /** class-transformer keeps it out of every answer, and so it is in no record either. */
  @Exclude() passwordHash!: string;
}
