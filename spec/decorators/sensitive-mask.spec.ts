import { expect } from 'chai';
import { LoggingError, Sensitive, type MaskOptions, type SensitiveOptions } from '../../src';

class Address {
  street!: string;
}

class Money {
  toJSON(): string {
    return '12.50';
  }
}

const mask: MaskOptions = { mode: 'mask', keepLast: 4 };
const untold = mask as SensitiveOptions;

/** Compiles: this is half of the spec. The names are of its own, because marked names are known everywhere. */
class Masked {
  @Sensitive(mask) maskedText!: string;
  @Sensitive(mask) maskedOptional?: string;
  @Sensitive(mask) maskedCount!: number | null;
  @Sensitive(mask) maskedChoice!: 'a' | 'b';
  @Sensitive(mask) maskedBranded!: string & { readonly brand: 'iban' };
  @Sensitive(mask) maskedList!: readonly string[];
  @Sensitive(mask) maskedSet!: Set<number>;
  @Sensitive(mask) maskedDate!: Date;
  @Sensitive(mask) maskedMoney!: Money;
  @Sensitive(mask) maskedUnknown!: unknown;
  @Sensitive(mask) readonly maskedFixed!: string;
  @Sensitive(mask) protected maskedGuarded?: string;
  @Sensitive(mask) private maskedHidden!: string;

  read(@Sensitive(mask) id: string, @Sensitive(mask) count?: number) {
    return [this.maskedHidden, id, count];
  }
}

function refusal(declare: () => unknown): LoggingError {
  try {
    declare();
  } catch (error) {
    if (error instanceof LoggingError) return error;
  }
  throw new Error('was not refused');
}

describe('mode mask', () => {
  it('is taken for texts, numbers, lists of them, and what is written as a text', () => {
    expect(new Masked().read('1')).to.deep.equal([undefined, '1', undefined]);
  });

  it('is refused for a nested object, by the compiler and at start', () => {
    const { code, message } = refusal(() => {
      class Person {
        // @ts-expect-error An object has no characters to keep.
        @Sensitive(mask) address!: Address;
      }
      return Person;
    });
    expect(code).to.equal('DECORATOR_INVALID');
    expect(message).to.equal(
      '@Sensitive({ mode: "mask" }) on Person.address: it shows parts of a text or a number, and an object would be ' +
        'redacted as a whole. Mark the properties of its class instead, or use mode "redact", "hash" or "encrypt" for all of it.',
    );
  });

  it('is refused at start where the compiler was not told of it', () => {
    const { message } = refusal(() => {
      class Person {
        @Sensitive(untold) address!: Address;
      }
      return Person;
    });
    expect(message).to.contain('Person.address');
  });

  it('is refused by the compiler where no class is left at run time', () => {
    class Person {
      // @ts-expect-error Some of its values are objects.
      @Sensitive(mask) maskedEither!: string | Address;
      // @ts-expect-error Its elements are objects.
      @Sensitive(mask) maskedAddresses!: Address[];
      // @ts-expect-error It may be an object.
      @Sensitive(mask) maskedMaybe?: Readonly<Address>;
      // @ts-expect-error A record is an object.
      @Sensitive(mask) maskedRecord!: Record<string, string>;
      // @ts-expect-error A map is an object on the wire.
      @Sensitive(mask) maskedMap!: Map<string, string>;
    }
    expect(new Person()).to.have.property('maskedMaybe', undefined);
  });

  it('is refused for a parameter that is an object, and for a class', () => {
    const ofParameter = refusal(() => {
      class People {
        // @ts-expect-error An object has no characters to keep.
        find(@Sensitive(mask) near: Address) {
          return near;
        }
      }
      return People;
    });
    expect(ofParameter.message).to.contain('parameter 1 of People.find');
    const ofClass = refusal(() => {
      // @ts-expect-error A class has no characters to keep.
      @Sensitive(mask)
      class Card {}
      return Card;
    });
    expect(ofClass.message).to.contain('the class Card');
  });
});
