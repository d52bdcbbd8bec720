import { expect } from 'chai';
import { expectEveryLineOnce, writeFromProcesses } from '../support/shared-folder';
import { useTemporaryDirectory } from '../support/temporary-directory';

describe('processes that share one folder for long', () => {
  const directory = useTemporaryDirectory();

  for (const [processes, batchesEach, maxFileBytes] of [
    [4, 2_000, 200_000],
    [8, 400, 50_000],
  ] as const) {
    it(`store every line of ${processes} × ${batchesEach} batches once, rotating at ${maxFileBytes} bytes`, async () => {
      const folder = { directory: directory(), processes, batchesEach, maxFileBytes };
      await writeFromProcesses(folder);
      const files = await expectEveryLineOnce(
        folder,
        Array.from({ length: processes }, (_, index) => index + 1),
      );
      console.log(`      ${files} files`);
      expect(files).to.be.greaterThan(10);
    });
  }
});
