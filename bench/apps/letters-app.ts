import { Type } from 'class-transformer';
import { IsString, ValidateNested } from 'class-validator';
import { Sensitive } from 'logged-controllers';
import { Body, JsonController, Post } from 'routing-controllers';

class Line {
  @IsString() text!: string;
  @Sensitive() @IsString() secret!: string;
}

class Letter {
  @IsString() to!: string;
  @Sensitive() @IsString() from!: string;
  @ValidateNested({ each: true }) @Type(() => Line) lines!: Line[];
}

/** Sends back what it was sent, of any size. */
@JsonController('/letters')
export class LettersController {
  @Post('/')
  async echo(@Body() letter: Letter): Promise<Letter> {
    return letter;
  }
}

// As large as an object of the list that the other benches ask for.
const LINE = {
  text: 'The quick brown fox jumps over the lazy dog, and then it does so again and again, until the line is long enough.',
  secret: '4f1c9a0e7b3d4286a4c0b5f27a41',
};

/** As JSON, of at least this many bytes. */
export function letterText(bytes: number): string {
  const letter = { to: 'jane.roe@example.com', from: 'john.doe@example.com', lines: [] as object[] };
  const lineBytes = JSON.stringify(LINE).length + 1;
  const missingBytes = bytes - JSON.stringify(letter).length;
  for (let left = missingBytes; left > 0; left -= lineBytes) letter.lines.push(LINE);
  return JSON.stringify(letter);
}
