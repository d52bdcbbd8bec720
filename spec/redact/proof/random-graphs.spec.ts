import fc from 'fast-check';
import { Chance } from '../../support/chance';
import { checkProperty } from '../../support/check-property';
import { makeGraph } from '../../support/dto-graphs';
import { KeptValues } from '../../support/leak-check';
import { ProofApp } from '../../support/proof-app';
import { proofScale } from '../../support/proof-scale';

const CASES_PER_GRAPH = 10;

describe('random classes with random marks, over HTTP', () => {
  it('leave no sensitive value in a record, and every other value', async () => {
    const kept = new KeptValues();
    const keptByName = new KeptValues();
    const cases = 300 * proofScale();
    const property = fc.asyncProperty(fc.gen(), async generate => {
      const chance = new Chance(generate);
      const app = await ProofApp.start(makeGraph(chance));
      try {
        for (let sent = 0; sent < CASES_PER_GRAPH; sent++) await app.send(chance);
        const [ofCase, ofCaseByName] = [new KeptValues(), new KeptValues()];
        await app.check(ofCase, ofCaseByName);
        kept.add(ofCase);
        keptByName.add(ofCaseByName);
      } finally {
        await app.close();
      }
    });
    const { seed, runs } = await checkProperty(property, cases / CASES_PER_GRAPH, { shrink: 'on-replay' });
    const { total, rate } = kept;
    console.log(
      `      ${runs * CASES_PER_GRAPH} exchanges of ${runs} random graphs: no sentinel recorded, ` +
        `over-redaction ${rate} of ${total} values ` +
        `(${keptByName.changed.length} of ${keptByName.total} in answers to errors, by name), seed ${seed}`,
    );
  }).timeout(60_000 * proofScale());
});
