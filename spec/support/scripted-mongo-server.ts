import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ObjectId, type Document } from 'mongodb';
import { ScriptedCollections } from './scripted-collections';
import { decodeRequest, encodeReply, messageLength, type WireRequest } from './wire-message';

/** What goes wrong with a command. Where nothing else is said, the command is not carried out. */
export interface Fault {
  /** The whole command is refused with this code. */
  readonly errorCode?: number;
  readonly errmsg?: string;
  readonly errorLabels?: readonly string[];
  /** These documents are refused, the others stored. */
  readonly writeErrors?: readonly { readonly index: number; readonly code: number; readonly errmsg?: string }[];
  /** All of it is stored, but the write concern is not met. */
  readonly writeConcernError?: { readonly code: number; readonly errmsg: string };
  /** No answer, ever. */
  readonly hang?: true;
  /** The connection breaks before the command is carried out. */
  readonly dropBefore?: true;
  /** The command is carried out, then the connection breaks. */
  readonly dropAfter?: true;
  /** The answer takes this long. */
  readonly delayMs?: number;
  /** The command is carried out, and answered when `release` is called. */
  readonly hold?: true;
}

/** A fault, or what makes one for a command. */
type FaultSource = Fault | ((command: Document) => Fault);

interface FaultPlan {
  readonly command: string;
  readonly fault: FaultSource;
  readonly when: (command: Document) => boolean;
  times: number;
}

export interface ScriptedMongoServerOptions {
  /** Answers as the primary of a replica set of this name, which recognises a driver's own retry. Default: standalone. */
  readonly replicaSet?: string;
}

/**
 * Speaks enough of MongoDB's wire protocol for a driver to store and find documents, and fails the way a spec tells it
 * to. It is no MongoDB: what it has not been taught it refuses.
 */
export class ScriptedMongoServer {
  /** Every command but the handshakes and monitoring, in order of arrival. */
  readonly received: Document[] = [];
  readonly #replicaSet: string | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #working = new Set<Socket>();
  readonly #finishedWrites = new Map<string, Document>();
  readonly #electionId = new ObjectId();
  #collections = new ScriptedCollections();
  #plans: FaultPlan[] = [];
  #held: (() => void)[] = [];
  #server: Server | undefined;
  #port = 0;
  #advertised: string | undefined;

  private constructor({ replicaSet }: ScriptedMongoServerOptions) {
    this.#replicaSet = replicaSet;
  }

  static async start(options: ScriptedMongoServerOptions = {}): Promise<ScriptedMongoServer> {
    const server = new ScriptedMongoServer(options);
    await server.restart();
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Tells clients to reach this replica set somewhere else: through a proxy. */
  advertise(address: string): void {
    this.#advertised = address;
  }

  get url(): string {
    return `mongodb://${this.#advertised ?? this.address}/${this.#replicaSet === undefined ? '' : `?replicaSet=${this.#replicaSet}`}`;
  }

  /** Open ones. */
  get connections(): number {
    return this.#sockets.size;
  }

  get port(): number {
    return this.#port;
  }

  /** Commands of this name that have arrived. */
  commands(name: string): readonly Document[] {
    return this.received.filter(command => Object.keys(command)[0] === name);
  }

  /** Lets the next `times` commands of this name go wrong, of those that `when` picks. */
  fail(
    command: string,
    fault: FaultSource,
    { times = 1, when = () => true }: { readonly times?: number; readonly when?: (command: Document) => boolean } = {},
  ): void {
    this.#plans.push({ command, fault, times, when });
  }

  /** Lets nothing go wrong any more, and gives the answers that were held back. */
  release(): void {
    this.#plans = [];
    for (const answer of this.#held.splice(0)) answer();
  }

  /** Forgets documents, faults and commands. */
  reset(): void {
    this.release();
    this.#collections = new ScriptedCollections();
    this.received.length = 0;
  }

  /** The documents of a collection, as they were sent. */
  stored(namespace: string): readonly Document[] {
    return this.#collections.documents(namespace);
  }

  /** Breaks the connections that have carried a command; those of the driver's monitor stay. */
  disconnect(): void {
    for (const socket of this.#working) socket.destroy();
  }

  /** Breaks all connections and frees the port. What is stored stays. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server !== undefined) await new Promise(resolve => server.close(resolve));
  }

  /** Listens, on the port of before if there was one. */
  async restart(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer(socket => this.#serve(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  #serve(socket: Socket): void {
    let pending = Buffer.alloc(0);
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#working.delete(socket);
    });
    socket.on('error', () => socket.destroy());
    socket.on('data', chunk => {
      pending = Buffer.concat([pending, chunk]);
      for (let length = messageLength(pending); length !== undefined; length = messageLength(pending)) {
        const request = decodeRequest(pending.subarray(0, length));
        pending = pending.subarray(length);
        this.#answer(socket, request);
      }
    });
  }

  #answer(socket: Socket, request: WireRequest): void {
    const [name = ''] = Object.keys(request.command);
    const send = (reply: Document): void => {
      if (request.expectsReply && !socket.destroyed) socket.write(encodeReply(request, reply));
    };
    if (/^(hello|ismaster)$/i.test(name)) return send(this.#hello());

    this.received.push(request.command);
    this.#working.add(socket);
    const fault = this.#takeFault(name, request.command);
    if (fault.hang) return;
    if (fault.dropBefore) return void socket.destroy();
    const reply = this.#reply(name, request.command, fault);
    if (fault.dropAfter) return void socket.destroy();
    if (fault.hold) this.#held.push(() => send(reply));
    else if (fault.delayMs === undefined) send(reply);
    else setTimeout(() => send(reply), fault.delayMs).unref();
  }

  #takeFault(name: string, command: Document): Fault {
    const plan = this.#plans.find(each => each.command === name && each.times > 0 && each.when(command));
    if (plan === undefined) return {};
    plan.times -= 1;
    return typeof plan.fault === 'function' ? plan.fault(command) : plan.fault;
  }

  #reply(name: string, command: Document, fault: Fault): Document {
    const { errorCode, errmsg = 'scripted', errorLabels, writeErrors, writeConcernError } = fault;
    if (errorCode !== undefined) return { ok: 0, code: errorCode, errmsg, ...(errorLabels && { errorLabels }) };
    if (writeErrors !== undefined) return this.#refuseSome(name, command, writeErrors);
    return { ...this.#runOnce(name, command), ...(writeConcernError && { writeConcernError, errorLabels }) };
  }

  #refuseSome(name: string, command: Document, writeErrors: NonNullable<Fault['writeErrors']>): Document {
    const refused = new Set(writeErrors.map(({ index }) => index));
    const documents = (command['documents'] as Document[]).filter((_, index) => !refused.has(index));
    const reply = documents.length > 0 ? this.#collections.run(name, { ...command, documents }) : { n: 0, ok: 1 };
    return { ...reply, writeErrors: writeErrors.map(each => ({ errmsg: 'scripted', ...each })) };
  }

  /** A driver's own retry brings the session and number of the write that it repeats, and gets the answer of before. */
  #runOnce(name: string, command: Document): Document {
    const { txnNumber, lsid } = command;
    if (txnNumber === undefined) return this.#collections.run(name, command);
    const key = `${String((lsid as Document)['id'])}:${String(txnNumber)}`;
    const reply = this.#finishedWrites.get(key) ?? this.#collections.run(name, command);
    this.#finishedWrites.set(key, reply);
    return reply;
  }

  #hello(): Document {
    const replicaSet = this.#replicaSet !== undefined && {
      setName: this.#replicaSet,
      setVersion: 1,
      electionId: this.#electionId,
      hosts: [this.#advertised ?? this.address],
      primary: this.#advertised ?? this.address,
      me: this.#advertised ?? this.address,
    };
    return {
      helloOk: true,
      isWritablePrimary: true,
      ismaster: true,
      ...replicaSet,
      maxBsonObjectSize: 16_777_216,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      localTime: new Date(),
      logicalSessionTimeoutMinutes: 30,
      minWireVersion: 0,
      maxWireVersion: 21,
      readOnly: false,
      ok: 1,
    };
  }
}
