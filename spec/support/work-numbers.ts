import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScriptedMongoServer } from './scripted-mongo-server';

const WORK = /"path":"\/jobs\/(\d+)"/g;

/** Numbers of all requests whose records lie in a spool, whole or in part, whether or not they were delivered. */
export async function spooledNumbers(directory: string): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  for (const name of await readdir(directory, { recursive: true })) {
    if (!name.endsWith('.spool')) continue;
    const text = await readFile(join(directory, name), 'latin1');
    for (const [, number] of text.matchAll(WORK)) found.add(Number(number));
  }
  return found;
}

/** How often the record of each request has come to a server. Between ids and requests there must be no confusion. */
export function storedNumbers(server: ScriptedMongoServer): ReadonlyMap<number, number> {
  const idOf = new Map<number, string>();
  const times = new Map<number, number>();
  for (const command of server.commands('insert')) {
    for (const { _id, request } of command['documents'] as { _id: string; request?: { path: string } }[]) {
      if (!request) continue;
      const number = Number(request.path.slice('/jobs/'.length));
      if ((idOf.get(number) ?? _id) !== _id) throw new Error(`Request ${number} was stored under two ids.`);
      idOf.set(number, _id);
      times.set(number, (times.get(number) ?? 0) + 1);
    }
  }
  return times;
}
