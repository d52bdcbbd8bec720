import { createLogging, type Logging, type LoggingError, type LoggingStats, type Sink } from 'logged-controllers';
// Not for applications: only a check that wants to see itself fail may switch redaction off.
import { composeLogging } from '../../src/create-logging';
import { type LoggingOptions, resolveOptions } from '../../src/options';
import { disableRedaction } from '../../src/redact/redact-options';
import { createApp } from '../shop/app';
import { shopLoggingOptions } from '../shop/logging';
import { visitShop } from './visit-shop';

export interface DemoRun {
  readonly stats: LoggingStats;
  /** What the library had to complain about. */
  readonly reports: readonly LoggingError[];
}

export interface DemoOptions {
  /** @defaultValue true */
  readonly isRedacting?: boolean;
}

/** Makes all requests at a shop whose records go to a sink, and closes both. */
export async function runDemo(sink: Sink, { isRedacting = true }: DemoOptions = {}): Promise<DemoRun> {
  const reports: LoggingError[] = [];
  const options: LoggingOptions = { ...shopLoggingOptions(sink), onError: report => reports.push(report) };
  const logging = isRedacting ? createLogging(options) : composeWithoutRedaction(options);
  await visitShop(logging, shop => createApp(shop, logging));
  await logging.close();
  return { stats: logging.stats(), reports };
}

function composeWithoutRedaction(options: LoggingOptions): Logging {
  const resolved = resolveOptions(options);
  return composeLogging({ ...resolved, redact: disableRedaction(resolved.redact) });
}
