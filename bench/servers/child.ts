import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Answer, Orders } from './orders';

const ANSWER_TIMEOUT_MS = 120_000;
const CLOSE_TIMEOUT_MS = 5_000;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A process of this bench that obeys orders, one at a time. */
export class Child<Known extends Orders> {
  #waiting: Waiting | undefined;

  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {
    child.on('message', answer => this.#settle(answer as Answer));
    child.on('error', error => this.#settle({ error: error.message }));
    child.on('exit', code => this.#settle({ error: `It ended with code ${code}.` }));
  }

  /** @param file in this folder, compiled */
  static start<Known extends Orders>(name: string, file: string, nodeFlags: readonly string[] = []): Child<Known> {
    return new Child<Known>(name, fork(join(__dirname, file), { execArgv: [...nodeFlags] }));
  }

  /** @throws Error when the process fails, is gone, or does not answer in time. */
  async ask<Name extends keyof Known & string>(
    name: Name,
    ...[argument]: Parameters<Known[Name]>
  ): Promise<Awaited<ReturnType<Known[Name]>>> {
    let timer: NodeJS.Timeout | undefined;
    const answered = new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      timer = setTimeout(
        () => this.#settle({ error: `No answer within ${ANSWER_TIMEOUT_MS / 1_000} s.` }),
        ANSWER_TIMEOUT_MS,
      );
    });
    // A process that is gone already is told by its 'exit' event.
    this.child.send({ name, argument }, () => {});
    try {
      return (await answered) as Awaited<ReturnType<Known[Name]>>;
    } catch (cause) {
      throw new Error(`The process "${this.name}" did not carry out "${name}".`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Stops it as a debugger would: its connections stay, and nothing is answered. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise(resolve => this.child.once('exit', resolve));
    const timer = setTimeout(() => this.child.kill('SIGKILL'), CLOSE_TIMEOUT_MS);
    this.child.disconnect();
    await ended;
    clearTimeout(timer);
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if ('error' in answer) waiting?.reject(new Error(answer.error));
    else waiting?.resolve(answer.value);
  }
}
