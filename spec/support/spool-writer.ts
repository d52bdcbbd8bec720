// Run as a process of its own: appends records until it is killed, and tells which of them are on the disk.
// Arguments: folder of the spool, first number.
import { writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { systemClock } from '../../src/delivery/clock';
import { openSpool } from '../../src/delivery/spool/open-spool';
import { resolveSpoolOptions } from '../../src/delivery/spool/spool-options';
import { packedRecord } from './numbered-records';

async function main(): Promise<void> {
  const [directory = '', first = '1'] = process.argv.slice(2);
  const nothing = (): void => {};
  const spool = await openSpool(resolveSpoolOptions({ directory, segmentBytes: 65_536, maxBytes: 2 ** 30 }), {
    sinkName: 'killed',
    clock: systemClock,
    hooks: { onRecovered: nothing, onDamage: nothing, onRefused: nothing, onState: nothing },
  });
  writeSync(1, `open ${spool.unread}\n`);
  for (let number = Number(first); ;) {
    const places = Array.from({ length: 20 }, () => spool.append(packedRecord(number++), false));
    const refusal = places.find(place => typeof place === 'string');
    if (refusal) throw new Error(`The spool refused: ${refusal}.`);
    writeSync(1, `appended ${number - 1}\n`);
    // Some come at once, others while the write before them is on its way.
    if (number % 3 === 0) {
      await setImmediate();
      continue;
    }
    await spool.commit();
    writeSync(1, `committed ${number - 1}\n`);
  }
}

void main();
