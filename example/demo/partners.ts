import { once } from 'node:events';
import { LocalBank, LocalWarehouse } from '../shop/partners';

/** A bank that can be made to keep its caller waiting. */
export class PatientBank extends LocalBank {
  #tellAsked: (() => void) | undefined;

  /** The next question is not answered until it is called off. Resolves when it was asked. */
  ignoreNextQuestion(): Promise<void> {
    return new Promise(resolve => {
      this.#tellAsked = resolve;
    });
  }

  override async statement(userId: string, signal: AbortSignal): Promise<readonly string[]> {
    const tellAsked = this.#tellAsked;
    if (!tellAsked) return super.statement(userId, signal);
    this.#tellAsked = undefined;
    tellAsked();
    await once(signal, 'abort');
    return [];
  }
}

/** A warehouse with a site whose list breaks off as soon as somebody reads it. */
export class FragileWarehouse extends LocalWarehouse {
  static readonly brokenSite = 'hull';
  #tellRead = (): void => {};
  readonly #isRead = new Promise<void>(resolve => {
    this.#tellRead = resolve;
  });

  listIsRead(): void {
    this.#tellRead();
  }

  override async *stock(site: string): AsyncGenerator<string> {
    if (site !== FragileWarehouse.brokenSite) return yield* super.stock(site);
    yield 'site,sku,pieces\n';
    await this.#isRead;
    throw new Error('the line to the warehouse is dead');
  }
}
