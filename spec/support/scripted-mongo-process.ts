// Run as a process of its own, so that it can be stopped as a whole: a scripted server that tells its address on its
// standard output, and the ids that it has stored when it is told to end.
import { once } from 'node:events';
import { ScriptedMongoServer } from './scripted-mongo-server';

async function serve(): Promise<void> {
  const server = await ScriptedMongoServer.start();
  process.stdout.write(`${server.address}\n`);
  await once(process.stdin, 'end');
  const ids = server.stored('logs.requests').map(({ _id }) => String(_id));
  await server.stop();
  process.stdout.write(`${JSON.stringify(ids)}\n`);
}

process.stdin.resume();
void serve();
