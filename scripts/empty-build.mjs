// Deleted sources must not live on as compiled files: mocha would still run their specs.
import { rmSync } from 'node:fs';

rmSync(new URL('../build', import.meta.url), { recursive: true, force: true });
