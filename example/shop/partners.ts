import type { Card } from './dto/payment';

/** A real shop would reach its partners over the network. */
export interface Bank {
  charge(card: Card, amountCents: number): Promise<void>;
  /** Lines of an account's statement; a bank takes its time, so that the question can be called off. */
  statement(userId: string, signal: AbortSignal): Promise<readonly string[]>;
}

export interface Warehouse {
  /** Rows of the list of what is in stock, one after the other. */
  stock(site: string): AsyncIterable<string>;
}

/** Declines cards that end in 0002. */
export class LocalBank implements Bank {
  async charge({ number }: Card): Promise<void> {
    if (number.endsWith('0002')) throw new Error('insufficient funds');
  }

  async statement(userId: string, _signal: AbortSignal): Promise<readonly string[]> {
    return [`statement of ${userId}`];
  }
}

export class LocalWarehouse implements Warehouse {
  async *stock(site: string): AsyncGenerator<string> {
    yield 'site,sku,pieces\n';
    yield `${site},mug,12\n`;
    yield `${site},teapot,3\n`;
  }
}
