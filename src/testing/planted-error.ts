import { MIN_SENTINEL_LENGTH, type Sentinel } from './sentinel';

/** The error that the kit's throwing requests end with: it quotes its input, as careless code does. */
export class PlantedError extends Error {
  override readonly name = 'PlantedError';

  constructor(sentinels: readonly Sentinel[]) {
    const values = sentinels.map(({ value }) => value).filter(value => value.length >= MIN_SENTINEL_LENGTH);
    super(`The action refused ${values.join(' and ')}`, { cause: new Error(JSON.stringify(values)) });
    // Koa prints what it does not know, and it would be this error that leaks, not the application's.
    Object.defineProperty(this, 'expose', { value: true });
  }
}
