import { IsNotEmpty, IsOptional, IsString } from 'class-validator';
import { Sensitive } from 'logged-controllers';

export class Address {
  @IsString() @IsNotEmpty() street!: string;
  @IsString() @IsNotEmpty() city!: string;
  /** Lets the courier in, and anybody else who reads it. */
  @Sensitive() @IsOptional() @IsString() doorCode?: string;
}
