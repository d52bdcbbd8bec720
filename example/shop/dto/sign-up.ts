import { Expose, Type } from 'class-transformer';
import { IsEmail, IsPhoneNumber, IsString, Matches, MinLength, ValidateNested } from 'class-validator';
import { Sensitive } from 'logged-controllers';
import { Address } from './address';

export class SignUp {
  @IsEmail() email!: string;
  @IsString() company!: string;

  /** Recorded as `[REDACTED]`. */
  @Sensitive() @MinLength(12) password!: string;

  /** Recorded as `hmac:k1:…`: the same number gives the same text, so records can be searched for it. */
  @Sensitive({ mode: 'hash' }) @Matches(/^\d{3}-\d{2}-\d{4}$/) nationalId!: string;

  /** Recorded as `*************71`, under the name that clients send. */
  @Expose({ name: 'phone_number' }) @Sensitive({ mode: 'mask', keepLast: 2 }) @IsPhoneNumber() phone!: string;

  /** Its own marks hold inside. */
  @ValidateNested() @Type(() => Address) address!: Address;
}
