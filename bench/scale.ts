import { bodySizes } from './scale/body-sizes';
import { concurrency } from './scale/concurrency';
import { queuedRecords } from './scale/queued-records';
import { routesAndClasses } from './scale/routes-and-classes';
import { startUp } from './scale/start-up';
import { inSequence } from './support/in-sequence';
import { runBench } from './support/run-bench';

// What the cost depends on, and what it does not: one part after the other, each with servers of its own.

const PARTS = [bodySizes, routesAndClasses, concurrency, queuedRecords, startUp];

void runBench({
  name: 'scale',
  command: 'bench:scale',
  flags: {
    rounds: { default: 5, min: 3, max: 1_000, meaning: 'measured rounds, after the warm-up' },
    requests: { default: 150, min: 50, max: 100_000, meaning: 'requests to one server in one round' },
    'start-ups': { default: 5, min: 3, max: 100, meaning: 'start-ups of each large application' },
  },
  run: async flags => {
    const results = await inSequence(PARTS, part => part(flags));
    return {
      tables: results.flatMap(({ tables }) => tables),
      targets: results.flatMap(({ targets }) => targets),
      plots: results.flatMap(({ plots }) => plots),
      notes: [
        `Medians of ${flags.rounds} rounds of ${flags.requests} requests each; added: against bare, in pairs by round. Ours ` +
          'is the file sink with its defaults, if nothing else is said.',
      ],
      figures: results.map(({ figures }) => figures),
    };
  },
});
