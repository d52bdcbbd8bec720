import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the proxy does to the bytes that pass it; nothing by default. */
export interface Chaos {
  /** Each piece waits so long before it goes on, in milliseconds. */
  readonly latencyMs?: number;
  /** Bytes go on in pieces of this size: with `latencyMs` a slow drip, without it a stream in slices. */
  readonly sliceBytes?: number;
  /** Nothing goes on in this direction, until it is healed; then all of it does, as after a lost packet. */
  readonly blackHole?: Direction | 'both';
  /** So many bytes of answers go on, then the connection breaks: in the middle of a message. */
  readonly cutAnswersAfterBytes?: number;
}

type Direction = 'requests' | 'answers';

/** Stands between a client and a server on this machine, and does to their connections what networks do. */
export class ChaosProxy {
  /** Connections that were made so far. */
  connections = 0;
  /** Bytes that a black hole keeps at the moment. */
  heldBytes = 0;
  readonly #pairs = new Set<{ readonly client: Socket; readonly server: Socket }>();
  #chaos: Chaos = {};
  #answerBytesLeft = Infinity;
  #healed: () => void = () => {};
  #healing = new Promise<void>(resolve => (this.#healed = resolve));
  #listener: Server | undefined;
  #port = 0;

  private constructor(
    private readonly upstream: { readonly host: string; readonly port: number },
    private readonly wait: (ms: number) => Promise<unknown>,
  ) {}

  /** @param upstream - `host:port` of the server. */
  static async start(upstream: string, wait: (ms: number) => Promise<unknown> = ms => sleep(ms)): Promise<ChaosProxy> {
    const [host = '', port] = upstream.split(':');
    const proxy = new ChaosProxy({ host, port: Number(port) }, wait);
    await proxy.heal();
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Lets something go wrong with all connections, also those that are there already. */
  inflict(chaos: Chaos): void {
    this.#chaos = chaos;
    this.#answerBytesLeft = chaos.cutAnswersAfterBytes ?? Infinity;
    this.#wakeHeld();
  }

  /** Ends everything that goes wrong. */
  async heal(): Promise<void> {
    this.inflict({});
    if (this.#listener === undefined) await this.#listen();
  }

  /** Resets all connections, as a server does that crashed. New ones are taken. */
  reset(): void {
    for (const { client, server } of this.#pairs) {
      client.resetAndDestroy();
      server.destroy();
    }
  }

  /** Resets all connections and refuses new ones, until it is healed. */
  async refuse(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    this.reset();
    if (listener !== undefined) await new Promise(resolve => listener.close(resolve));
  }

  /** Ends the answers of all connections; requests still go on. */
  halfClose(): void {
    for (const { client } of this.#pairs) client.end();
  }

  async stop(): Promise<void> {
    this.inflict({});
    await this.refuse();
  }

  async #listen(): Promise<void> {
    const listener = createServer({ allowHalfOpen: true }, client => this.#join(client));
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (listener.address() as AddressInfo).port;
    this.#listener = listener;
  }

  #join(client: Socket): void {
    this.connections += 1;
    const server = connect({ ...this.upstream, allowHalfOpen: true });
    const pair = { client, server };
    this.#pairs.add(pair);
    const part = (): void => {
      this.#pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', part).once('close', part);
    void this.#pump('requests', client, server).catch(part);
    void this.#pump('answers', server, client).catch(part);
  }

  async #pump(direction: Direction, from: Socket, to: Socket): Promise<void> {
    for await (const chunk of from) {
      for (const piece of slices(chunk as Buffer, this.#chaos.sliceBytes)) {
        if (this.#chaos.latencyMs !== undefined) await this.wait(this.#chaos.latencyMs);
        await this.#passHole(direction, piece.length);
        if (to.destroyed || !to.writable) break;
        const allowed = direction === 'answers' ? piece.subarray(0, this.#answerBytesLeft) : piece;
        if (direction === 'answers') this.#answerBytesLeft -= allowed.length;
        await new Promise<void>(resolve => void to.write(allowed, () => resolve()));
        if (allowed.length < piece.length) return void to.resetAndDestroy();
      }
    }
    to.end();
  }

  async #passHole(direction: Direction, bytes: number): Promise<void> {
    const isHeld = (): boolean => this.#chaos.blackHole === direction || this.#chaos.blackHole === 'both';
    if (!isHeld()) return;
    this.heldBytes += bytes;
    while (isHeld()) await this.#healing;
    this.heldBytes -= bytes;
  }

  #wakeHeld(): void {
    this.#healed();
    this.#healing = new Promise(resolve => (this.#healed = resolve));
  }
}

function* slices(chunk: Buffer, size = chunk.length): Iterable<Buffer> {
  for (let start = 0; start < chunk.length; start += size) yield chunk.subarray(start, start + size);
}
