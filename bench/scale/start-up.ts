import { type GeneratedApp, generatedRequests } from '../apps/generated-app';
import { atMost } from '../report/report';
import { ServerUnderTest } from '../servers/server-under-test';
import { medianOf, orderInRound, pairedByRound, spreadOf } from '../support/statistics';
import type { VariantName } from '../variants/variants';
import type { Part } from './part';

const VARIANTS: readonly VariantName[] = ['bare', 'file sink'];

function app(variant: VariantName): GeneratedApp {
  return { name: 'generated', routes: 2_000, classes: 2_000, isMarked: variant !== 'bare' };
}

async function startOnce(variant: VariantName, round: number) {
  const server = await ServerUnderTest.start({ variant, app: app(variant) }, 1);
  try {
    const { elapsedMs } = await server.send(generatedRequests(app(variant)), 1);
    return { variant, round, startMs: server.startMs, firstMs: elapsedMs };
  } finally {
    await server.close();
  }
}

type Start = Awaited<ReturnType<typeof startOnce>>;

/** 2,000 routes and 2,000 DTO classes, from loading the application until its first answer. */
export const startUp: Part = async ({ 'start-ups': rounds }) => {
  const starts: Start[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const variant of orderInRound(VARIANTS, round)) starts.push(await startOnce(variant, round));
  }
  const of = (wanted: VariantName): Start[] => starts.filter(({ variant }) => variant === wanted);
  const total = ({ startMs, firstMs }: Start): number => startMs + firstMs;
  const added = spreadOf(pairedByRound(of('file sink'), of('bare'), (own, base) => total(own) - total(base)));
  return {
    tables: [
      {
        caption: 'Start-up with 2000 routes and 2000 DTO classes',
        columns: ['variant', 'until it listens ms', 'first answer ms', 'added', 'quartiles'],
        rows: VARIANTS.map(variant => [
          variant,
          medianOf(of(variant).map(({ startMs }) => startMs)).toFixed(0),
          medianOf(of(variant).map(({ firstMs }) => firstMs)).toFixed(0),
          variant === 'bare' ? '–' : added.median.toFixed(0),
          variant === 'bare' ? '–' : `${added.lowerQuartile.toFixed(0)} … ${added.upperQuartile.toFixed(0)}`,
        ]),
      },
    ],
    targets: [atMost('start-up with 2000 routes and classes, added', added.median, 300, 'ms', 0)],
    plots: [],
    figures: starts,
  };
};
