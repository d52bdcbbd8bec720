import { fileURLToPath } from 'node:url';
import { LoggingError } from '../errors';
import { describeValue, refuseUnknownKeys, requireText } from '../option-checks';
import type { Sink } from './sink';
import { makeSink, type SinkRecipe, withRecipe } from './sink-recipe';

/** Options of {@link moduleSink}. */
export interface ModuleSinkOptions {
  /**
   * The module: an absolute path (`require.resolve('./audit-sink')`), a `file:` URL
   * (`import.meta.resolve('./audit-sink.js')`) or the name of a package.
   */
  readonly target: string | URL;
  /** Name of the export that makes the sink. @defaultValue 'default' */
  readonly export?: string;
  /** Given to the export. Plain data: what structured cloning refuses keeps the sink in the application's thread. */
  readonly options?: unknown;
}

/**
 * A sink of your own that the worker thread can make for itself: by calling an export of a module. A sink that is given
 * as an object works with `worker: true` too, but writes in the application's thread. The module is loaded by `require()`,
 * which takes ES modules as well unless they use a top-level `await`.
 *
 * @throws {@link LoggingError} `OPTION_UNKNOWN` or `OPTION_INVALID`, also when the export makes no sink; and whatever the
 * module or its export throws.
 * @example
 * // audit-sink.ts exports auditSink({ url }): Sink
 * moduleSink({ target: require.resolve('./audit-sink'), export: 'auditSink', options: { url: 'https://audit.example' } });
 */
export function moduleSink(options: ModuleSinkOptions): Sink {
  refuseUnknownKeys('moduleSink', options, ['target', 'export', 'options']);
  const { target, export: name = 'default', options: given } = options;
  requireText('moduleSink.export', name);
  const recipe: SinkRecipe = { target: resolveTarget(target), export: name, options: given };
  const sink = make(recipe);
  if (isSink(sink)) return withRecipe(sink, recipe);
  throw new LoggingError(
    'OPTION_INVALID',
    `moduleSink: "${recipe.export}" of ${recipe.target} must make a sink (an object with a name and a write function), ` +
      `got ${describeValue(sink)}.`,
  );
}

function resolveTarget(target: string | URL): string {
  const text = target instanceof URL ? target.href : target;
  requireText('moduleSink.target', text);
  if (text.startsWith('file:')) return fileURLToPath(text);
  if (!text.startsWith('.')) return text;
  throw new LoggingError(
    'OPTION_INVALID',
    `moduleSink.target must be an absolute path, a file: URL or a package's name, got "${text}". ` +
      `Use require.resolve('${text}'), or import.meta.resolve('${text}') in an ES module.`,
  );
}

function make(recipe: SinkRecipe): unknown {
  try {
    return makeSink(recipe);
  } catch (cause) {
    if ((cause as { readonly code?: unknown } | null)?.code !== 'ERR_REQUIRE_ASYNC_MODULE') throw cause;
    throw new LoggingError(
      'OPTION_INVALID',
      `moduleSink.target ${recipe.target} uses a top-level await, which require() cannot load. Move it into the sink's open().`,
      { cause },
    );
  }
}

function isSink(value: unknown): value is Sink {
  return typeof value === 'object' && value !== null && 'write' in value && 'name' in value;
}
