import type { Sink } from './sink';

/** How another thread makes the same sink: by calling an export of a module. */
export interface SinkRecipe {
  /** Absolute path or package name. */
  readonly target: string;
  readonly export: string;
  /** Given to the export; must survive structured cloning. */
  readonly options: unknown;
}

/** Under this key a sink keeps its recipe. Shared by all copies of this package. */
const RECIPE = Symbol.for('logged-controllers:sink-recipe');

/** Gives a sink its recipe. It shows in no listing and no print: options may hold credentials. */
export function withRecipe<Made extends Sink>(sink: Made, recipe: SinkRecipe): Made {
  return Object.defineProperty(sink, RECIPE, { value: () => recipe });
}

/** The recipe of a sink that another thread can make. */
export function recipeOf(sink: Sink): SinkRecipe | undefined {
  const recipe = (sink as { readonly [RECIPE]?: () => SinkRecipe })[RECIPE]?.();
  return recipe && isCloneable(recipe) ? recipe : undefined;
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/** Makes a sink by its recipe. @throws whatever the module or its export throws */
export function makeSink({ target, export: name, options }: SinkRecipe): Sink {
  const module = require(target) as Readonly<Record<string, unknown>>;
  const make = module[name];
  if (typeof make !== 'function') throw new TypeError(`"${name}" is no function that ${target} exports`);
  return (make as (options: unknown) => Sink)(options);
}
