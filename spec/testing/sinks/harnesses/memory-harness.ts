import { memorySink } from '../../../../src';
import type { SinkHarness } from '../../../../src/testing';

const PART_OF_THE_PROCESS = 'memory is a part of the process';

export const memoryHarness: SinkHarness = {
  guarantee: 'at-least-once',
  async start() {
    const sink = memorySink();
    return {
      sink,
      stored: async () => [...sink.records, ...sink.losses],
      repair: async () => {},
      stop: async () => {},
    };
  },
  faults: {
    unreachable: PART_OF_THE_PROCESS,
    'lost-before': PART_OF_THE_PROCESS,
    'lost-after': PART_OF_THE_PROCESS,
    hanging: PART_OF_THE_PROCESS,
    late: PART_OF_THE_PROCESS,
    slow: PART_OF_THE_PROCESS,
    partial: PART_OF_THE_PROCESS,
    overloaded: PART_OF_THE_PROCESS,
    full: 'the oldest records make room',
    unknown: PART_OF_THE_PROCESS,
    credentials: 'there is no log-in',
    configuration: 'options are checked when the sink is made',
    'poison-named': 'every record can be kept',
    'poison-unnamed': 'every record can be kept',
    'closed-for-good': PART_OF_THE_PROCESS,
  },
};
