import { Child } from './child';
import type { MongoOrders } from './mongo-process';

/** What stands where a MongoDB would, for as long as a bench needs it. */
export interface MongoUnderTest {
  readonly url: string;
  /** Said in every report: figures of another kind of server are other figures. */
  readonly label: string;
}

export const SCRIPTED_LABEL = 'scripted wire-protocol server, in a process of its own';

export interface ScriptedMongo extends MongoUnderTest {
  readonly child: Child<MongoOrders>;
}

export async function startScriptedMongo(): Promise<ScriptedMongo> {
  const child = Child.start<MongoOrders>('scripted server', 'mongo-process.js');
  const { url } = await child.ask('start');
  return { url, label: SCRIPTED_LABEL, child };
}

/** The MongoDB at MONGODB_URL, else the scripted server of the specs. */
export async function withMongo<Result>(use: (mongo: MongoUnderTest) => Promise<Result>): Promise<Result> {
  const url = process.env['MONGODB_URL'];
  if (url) return use({ url, label: 'MongoDB at MONGODB_URL' });
  const scripted = await startScriptedMongo();
  try {
    return await use(scripted);
  } finally {
    await scripted.child.close();
  }
}
