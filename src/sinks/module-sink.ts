import { LoggingError } from '../errors';
import { describeValue, refuseUnknownKeys, requireText } from '../option-checks';
import type { Sink } from './sink';
import { makeSink, type SinkRecipe, withRecipe } from './sink-recipe';

export interface ModuleSinkOptions {
  /** The module: an absolute path (`require.resolve('./audit-sink')`) or the name of a package. */
  readonly target: string;
  /** Name of the export that makes the sink. @defaultValue 'default' */
  readonly export?: string;
  /** Given to the export. Plain data: what structured cloning refuses keeps the sink in the application's thread. */
  readonly options?: unknown;
}

/**
 * A sink of your own that the worker thread can make for itself: by calling an export of a module. A sink that is given
 * as an object works with `worker: true` too, but writes in the application's thread.
 *
 * @throws {@link LoggingError} `OPTION_UNKNOWN` or `OPTION_INVALID`, also when the export makes no sink; and whatever the
 * module or its export throws.
 * @example
 * // audit-sink.ts exports auditSink({ url }): Sink
 * moduleSink({ target: require.resolve('./audit-sink'), export: 'auditSink', options: { url: 'https://audit.example' } });
 */
export function moduleSink(options: ModuleSinkOptions): Sink {
  refuseUnknownKeys('moduleSink', options, ['target', 'export', 'options']);
  const recipe: SinkRecipe = { export: 'default', options: undefined, ...options };
  requireText('moduleSink.target', recipe.target);
  requireText('moduleSink.export', recipe.export);
  if (recipe.target.startsWith('.')) {
    throw new LoggingError(
      'OPTION_INVALID',
      `moduleSink.target must be an absolute path or a package's name, got "${recipe.target}". ` +
        `Use require.resolve('${recipe.target}').`,
    );
  }
  const sink: unknown = makeSink(recipe);
  if (isSink(sink)) return withRecipe(sink, recipe);
  throw new LoggingError(
    'OPTION_INVALID',
    `moduleSink: "${recipe.export}" of ${recipe.target} must make a sink (an object with a name and a write function), ` +
      `got ${describeValue(sink)}.`,
  );
}

function isSink(value: unknown): value is Sink {
  return typeof value === 'object' && value !== null && 'write' in value && 'name' in value;
}
