import 'reflect-metadata';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { LoggingStats } from 'logged-controllers';
import { type AppSettings, controllersOf } from '../apps/apps';
import { listen } from '../apps/listen';
import type { Arrangement, VariantSettings } from '../variants/arrangement';
import { type VariantName, variantOf } from '../variants/variants';
import type { LongestTurn } from './longest-turn';
import { type Lateness, LoopDelay } from './loop-delay';
import { obey } from './orders';
import { TurnWatch } from './turn-watch';
import { UseMeter } from './use-meter';

// One server under test, in its own process, so that its CPU is its own and only its variant patches the host.

export interface ServerSettings extends VariantSettings {
  readonly variant: VariantName;
  /** Name in the report, where a variant stands there more than once. */
  readonly label?: string;
  readonly app: AppSettings;
  /** Also serve the application without logging, on a port of its own. */
  readonly withBare?: boolean;
}

export interface Started {
  readonly port: number;
  readonly barePort: number | undefined;
  /** From loading the application until the server listens, in milliseconds. */
  readonly startMs: number;
}

const watch = new TurnWatch();
const loopDelay = new LoopDelay();
let arrangement: Arrangement;
let meter: UseMeter;

async function startServer({ variant, app, withBare, ...settings }: ServerSettings): Promise<Started> {
  const start = performance.now();
  const controllers = await controllersOf(app);
  // Before the variant is loaded, so that it has not been patched.
  const barePort = withBare ? (await listen(controllers, [watch.middleware], true)).port : undefined;
  arrangement = await variantOf(variant).arrange(controllers, settings);
  meter = new UseMeter(arrangement.flush, arrangement.recorded);
  const { middleware, logging } = arrangement;
  const { port } = await listen(controllers, [watch.middleware, ...middleware], logging === undefined);
  return { port, barePort, startMs: performance.now() - start };
}

/** Bytes in use after everything unreachable was given back, on the heap and beside it. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What only the first one found out of use goes with the second: buffers, what weak maps held.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export interface Health {
  readonly stats: LoggingStats | undefined;
  readonly residentBytes: number;
  /** Of these what the engine has taken for its heap, in use or not. */
  readonly heapBytes: number;
}

function health(): Health {
  const { rss, heapTotal } = process.memoryUsage();
  return { stats: arrangement.logging?.stats(), residentBytes: rss, heapBytes: heapTotal };
}

/** In one answer: a server that is overloaded is slow to give it. */
export interface Look extends Health {
  /** Of the event loop since the last look, or since `beginLoopDelay`. */
  readonly lateness: Lateness;
}

/** What a process holds on to. */
export interface Holdings {
  /** Memory in use, garbage collected. */
  readonly usedBytes: number;
  /** Handles, requests and timers that keep a process alive. */
  readonly resources: number;
  /** Of the process itself, over all events. */
  readonly listeners: number;
}

function holdings(): Holdings {
  return {
    usedBytes: usedBytes(),
    resources: process.getActiveResourcesInfo().length,
    listeners: process.eventNames().reduce((sum, event) => sum + process.listenerCount(event), 0),
  };
}

const orders = {
  start: startServer,
  begin: () => meter.begin(),
  end: () => meter.end(),
  watch: () => watch.begin(),
  /** The longest turn since `watch`; records flushed. */
  async unwatch(): Promise<LongestTurn> {
    await arrangement.flush();
    return watch.end();
  },
  usedBytes,
  holdings,
  beginLoopDelay: () => loopDelay.begin(),
  endLoopDelay: () => loopDelay.end(),
  async flush(): Promise<void> {
    await arrangement.flush();
  },
  /** Nothing is logged any more. @throws Error when the variant stores nothing that could be read. */
  async stored(): Promise<Readonly<Record<number, number>>> {
    if (!arrangement.stored) throw new Error('This variant stores nothing that could be read.');
    return arrangement.stored();
  },
  health,
  look: (): Look => ({ ...health(), lateness: loopDelay.next() }),
};

export type ServerOrders = typeof orders;

obey(orders, async () => arrangement?.close());
