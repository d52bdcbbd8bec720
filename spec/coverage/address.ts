import { IsString } from 'class-validator';
import { Sensitive } from '../../src';

export class Address {
  @IsString() street!: string;
  @Sensitive() doorCode!: string;
}
