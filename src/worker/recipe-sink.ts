import { SinkError } from '../errors';
import type { AnyRecord } from '../record/log-record';
import { TAKES_PACKED } from '../sinks/packed-batches';
import type { Sink, SinkContext, WriteResult } from '../sinks/sink';
import { makeSink } from '../sinks/sink-recipe';
import type { NamedRecipe } from './messages';

/** A sink that a worker makes by its recipe when it is opened, and tells when it has got on. */
export class RecipeSink implements Sink {
  readonly name: string;
  readonly [TAKES_PACKED]: boolean;
  #sink: Sink | undefined;

  constructor(
    private readonly recipe: NamedRecipe,
    private readonly onProgress: () => void,
  ) {
    this.name = recipe.name;
    this[TAKES_PACKED] = recipe.takesPacked;
  }

  async open(context: SinkContext): Promise<void> {
    try {
      this.#sink ??= makeSink(this.recipe);
      await this.#sink.open?.(context);
    } catch (cause) {
      if (this.#sink) throw cause;
      const { target, export: name } = this.recipe;
      const why = cause instanceof Error ? cause.message : `a thrown ${typeof cause}`;
      throw new SinkError(`the worker thread could not make it by "${name}" of ${target}: ${why}`, {
        retryable: true,
        kind: 'configuration',
        cause,
      });
    } finally {
      this.onProgress();
    }
  }

  async write(batch: readonly AnyRecord[], signal: AbortSignal): Promise<void | WriteResult> {
    try {
      return await this.#sink!.write(batch, signal);
    } finally {
      this.onProgress();
    }
  }

  writeSync(batch: readonly AnyRecord[]): void {
    if (!this.#sink?.writeSync) throw new SinkError('this sink cannot write at once', { retryable: false });
    this.#sink.writeSync(batch);
  }

  async close(): Promise<void> {
    await this.#sink?.close?.();
  }
}
