import type { Middleware } from 'koa';
import type { Logging } from 'logged-controllers';

/** What a variant puts in front of the application, and how it is asked for what became of it. */
export interface Arrangement {
  readonly middleware: readonly Middleware[];
  /** Ours, where the variant is ours. */
  readonly logging?: Logging;
  /** Waits until everything logged so far has been handed to the operating system or a server. */
  readonly flush: () => Promise<void>;
  /** Records that have arrived so far; asked outside of the measured time. */
  readonly recorded: () => number | Promise<number>;
  /** Ends the logging and counts what it stored by the status of the response, where that can be read again. */
  readonly stored?: () => Promise<Readonly<Record<number, number>>>;
  /** Ends it and removes what it wrote. */
  readonly close: () => Promise<void>;
}

/** What a server process is told about the variant that it runs. */
export interface VariantSettings {
  /** Laid over the options of `createLogging`; goes to another process, so it holds data only. */
  readonly logging?: object | undefined;
  /** Server of the MongoDB sink. */
  readonly mongoUrl?: string | undefined;
}
