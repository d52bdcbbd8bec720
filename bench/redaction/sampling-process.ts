import { obey } from '../servers/orders';
import { orderText } from '../support/typed-body';
import { contenders } from './contenders';
import { sampleAll } from './sampling';

// One sitting of the contenders, in a process of its own: how fast small code is depends on what the engine inlines, and
// that is decided once in the life of a process.

const ORDERS = {
  sample: ({ bytes, rounds }: { readonly bytes: number; readonly rounds: number }) => {
    const body = orderText(bytes);
    return { bytes: body.length, samples: sampleAll(contenders(), body, rounds) };
  },
};

export type SamplingOrders = typeof ORDERS;

obey(ORDERS, async () => {});
