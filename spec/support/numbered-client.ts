import { Agent, request } from 'node:http';

/** Sends requests over kept-alive connections to an application process, or to a cluster of them. */
export class NumberedClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });

  constructor(private readonly port: number) {}

  /** Resolves with the id of the process that answered; rejects when it ends before it has. */
  work(number: number): Promise<number> {
    return this.get(`/jobs/${number}`);
  }

  get(path: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const sent = request({ port: this.port, path, agent: this.#agent }, response => {
        response.resume().on('end', () => resolve(Number(response.headers['x-pid'])));
        response.on('error', reject);
      });
      sent.on('error', reject).end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
