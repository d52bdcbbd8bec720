import { IsEmail, IsString } from 'class-validator';
import { Sensitive } from 'logged-controllers';

export class LogIn {
  @IsEmail() email!: string;
  @Sensitive() @IsString() password!: string;
}
