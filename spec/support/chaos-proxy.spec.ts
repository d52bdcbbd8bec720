import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { ChaosProxy } from './chaos-proxy';
import { eventually } from './eventually';

/** A connection and what came over it. */
class Line {
  text = '';
  failure: string | undefined;
  hasEnded = false;

  constructor(readonly socket: Socket) {
    socket.on('data', chunk => (this.text += String(chunk)));
    socket.on('error', (error: Error & { code?: string }) => (this.failure = error.code));
    socket.once('end', () => (this.hasEnded = true));
  }
}

describe('the chaos proxy', () => {
  let server: Server;
  let proxy: ChaosProxy;
  let served: Line[];
  let lines: Line[];
  let waits: number[];

  beforeEach(async () => {
    served = [];
    lines = [];
    waits = [];
    server = createServer({ allowHalfOpen: true }, socket => {
      served.push(new Line(socket));
      socket.on('data', chunk => socket.write(`echo ${String(chunk)}`));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await ChaosProxy.start(`127.0.0.1:${(server.address() as AddressInfo).port}`, async ms => waits.push(ms));
  });

  afterEach(async () => {
    for (const { socket } of [...lines, ...served]) socket.destroy();
    await proxy.stop();
    await new Promise(resolve => server.close(resolve));
  });

  function call(): Line {
    const [host, port] = proxy.address.split(':');
    const line = new Line(connect({ host: host!, port: Number(port), allowHalfOpen: true }));
    lines.push(line);
    return line;
  }

  async function hears(line: Line, text: string): Promise<void> {
    await eventually(() => expect(line.text).to.equal(text));
  }

  it('passes everything on while nothing goes wrong', async () => {
    const line = call();
    line.socket.write('hello');
    await hears(line, 'echo hello');
    line.socket.end();
    await eventually(() => expect(served[0]?.hasEnded).to.equal(true));
    expect(waits).to.deep.equal([]);
  });

  it('delays, and drips slowly', async () => {
    proxy.inflict({ latencyMs: 70, sliceBytes: 2 });
    const line = call();
    line.socket.write('hello');
    await eventually(() => expect(served[0]?.text).to.equal('hello'));
    expect(waits.slice(0, 3)).to.deep.equal([70, 70, 70]);
  });

  for (const direction of ['requests', 'answers', 'both'] as const) {
    it(`holds ${direction} in a black hole until it is healed`, async () => {
      proxy.inflict({ blackHole: direction });
      const line = call();
      line.socket.write('hello');
      await eventually(() => expect(proxy.heldBytes).to.be.greaterThan(0));
      expect(served[0]?.text ?? '').to.equal(direction === 'answers' ? 'hello' : '');
      expect(line.text).to.equal('');
      await proxy.heal();
      await hears(line, 'echo hello');
      expect(proxy.heldBytes).to.equal(0);
    });
  }

  it('resets connections, and takes new ones', async () => {
    const line = call();
    line.socket.write('hello');
    await hears(line, 'echo hello');
    proxy.reset();
    await eventually(() => expect(line.failure).to.equal('ECONNRESET'));
    const next = call();
    next.socket.write('again');
    await hears(next, 'echo again');
    expect(proxy.connections).to.equal(2);
  });

  it('refuses connections until it is healed', async () => {
    await proxy.refuse();
    const line = call();
    await eventually(() => expect(line.failure).to.equal('ECONNREFUSED'));
    await proxy.heal();
    const next = call();
    next.socket.write('again');
    await hears(next, 'echo again');
  });

  it('closes the half of a connection that brings answers', async () => {
    const line = call();
    line.socket.write('hello');
    await hears(line, 'echo hello');
    proxy.halfClose();
    await eventually(() => expect(line.hasEnded).to.equal(true));
    line.socket.write(' more');
    await eventually(() => expect(served[0]?.text).to.equal('hello more'));
    expect(line.text).to.equal('echo hello');
  });

  it('cuts an answer in the middle', async () => {
    proxy.inflict({ cutAnswersAfterBytes: 7 });
    const line = call();
    line.socket.write('hello');
    // A reset that follows data closely is seen as an end on some systems.
    await eventually(() => expect(line.hasEnded || line.failure === 'ECONNRESET').to.equal(true));
    expect('echo he'.startsWith(line.text)).to.equal(true);
    expect(served[0]?.text).to.equal('hello');
  });
});
