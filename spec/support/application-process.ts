import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { NumberedClient } from './numbered-client';
import type { CloseOnSignalsOptions, DeliveryOptions, LoggingStats } from '../../src';

/** What an application process is to be. */
export interface ApplicationSettings {
  /** `file`, `console`, or the address of a MongoDB; without it nothing is logged. */
  readonly sink?: string;
  /** Folder of the file sink. */
  readonly directory?: string;
  readonly delivery?: DeliveryOptions;
  readonly worker?: boolean;
  readonly closeOnSignals?: Omit<CloseOnSignalsOptions, 'before'>;
  readonly port?: number;
}

/** How a process is told to end: `process.exit(3)`, an uncaught exception, a rejection, or nothing left to do. */
export type End = 'exit' | 'throw' | 'reject' | 'empty';
export type Command =
  { readonly end: End } | { readonly close: number } | { readonly ask: 'flush' } | { readonly ask: 'stats' };
export type Message = { readonly port: number } | { readonly stats: LoggingStats | null };

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const APPLICATION = join(__dirname, 'exiting-application.js');
const started = new Set<ChildProcess>();

afterEach('end the application processes of this spec', () => {
  for (const child of started) child.kill('SIGKILL');
});

/** A real application in a process of its own. */
export class ApplicationProcess {
  readonly ended: Promise<Ending>;
  readonly client: NumberedClient;
  #stdout = '';
  #stderr = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {
    this.client = new NumberedClient(port);
    this.ended = once(child, 'close').then(([code, signal]) => {
      this.client.close();
      return { code, signal, stdout: this.#stdout, stderr: this.#stderr };
    });
    child.stdout?.setEncoding('utf8').on('data', text => (this.#stdout += text));
    child.stderr?.setEncoding('utf8').on('data', text => (this.#stderr += text));
  }

  static async start(settings: ApplicationSettings): Promise<ApplicationProcess> {
    const child = fork(APPLICATION, [JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    started.add(child);
    child.once('close', () => started.delete(child));
    let complaints = '';
    child.stderr?.on('data', text => (complaints += text));
    const [message] = (await Promise.race([
      once(child, 'message'),
      once(child, 'close').then(() => Promise.reject(new Error(`The application did not start:\n${complaints}`))),
    ])) as [Message];
    return new ApplicationProcess(child, (message as { readonly port: number }).port);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Sends requests with these numbers, several at a time. */
  async work(from: number, count: number): Promise<void> {
    let next = from;
    const client = async (): Promise<void> => {
      while (next < from + count) await this.client.work(next++);
    };
    await Promise.all(Array.from({ length: 8 }, client));
  }

  end(how: End): Promise<Ending> {
    this.child.send({ end: how } satisfies Command);
    return this.ended;
  }

  kill(signal: NodeJS.Signals): Promise<Ending> {
    this.child.kill(signal);
    return this.ended;
  }

  /** Lets it deliver what is pending, and says what became of all. */
  flush(): Promise<LoggingStats> {
    return this.#ask({ ask: 'flush' });
  }

  stats(): Promise<LoggingStats> {
    return this.#ask({ ask: 'stats' });
  }

  close(deadlineMs: number): Promise<LoggingStats> {
    return this.#ask({ close: deadlineMs });
  }

  async #ask(command: Command): Promise<LoggingStats> {
    this.child.send(command);
    const [message] = (await once(this.child, 'message')) as [Message];
    return (message as { readonly stats: LoggingStats }).stats;
  }
}
