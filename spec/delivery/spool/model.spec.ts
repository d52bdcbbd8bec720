import fc from 'fast-check';
import { checkProperty } from '../../support/check-property';
import { proofScale } from '../../support/proof-scale';
import { emptyModel, expectEnd, RealSpool, spoolCommands } from './spool-model';

const isFull = proofScale() > 1;

describe('a spool against its model', () => {
  it('does the same in every course of events', async () => {
    // Many of them do not fit the moment and are left out; about 100 (40) are carried out.
    const commands = spoolCommands(isFull ? 520 : 130);
    let executed = 0;
    const property = fc.asyncProperty(commands, fc.constantFrom(0 as const, 500 as const), async (course, fsyncMs) => {
      const model = emptyModel();
      const real = new RealSpool(fsyncMs);
      await real.open();
      model.isOpen = true;
      await fc.asyncModelRun(() => ({ model, real }), course);
      executed += model.done;
      await expectEnd(model, real);
    });
    const { seed, runs } = await checkProperty(property, isFull ? 1_000 : 30, { shrink: 'on-replay' });
    if (isFull)
      console.log(
        `      ${runs} courses, ${Math.round(executed / runs)} commands carried out in each on average, seed ${seed}`,
      );
  }).timeout(1_800_000);
});
