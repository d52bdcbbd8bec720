/** Lines for the eye; all cells are texts already. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What a figure has to be. */
export interface Target {
  readonly name: string;
  /** As it was asked for: `≤ 0.50`. */
  readonly limit: string;
  readonly figure: string;
  readonly isMet: boolean;
}

export interface Series {
  readonly name: string;
  /** One of four colours, for what is shown in several panels. @defaultValue its place in the panel */
  readonly colour?: 0 | 1 | 2 | 3;
  /** Pairs of x and y, by x. */
  readonly points: readonly (readonly [number, number])[];
}

/** One pair of axes. */
export interface Panel {
  readonly yLabel: string;
  /** Powers of ten at equal distances. */
  readonly hasLogY?: boolean;
  readonly series: readonly Series[];
}

export interface Plot {
  /** Becomes docs/plots/<file>.svg. */
  readonly file: string;
  readonly title: string;
  readonly xLabel: string;
  /** Powers of ten at equal distances. */
  readonly hasLogX?: boolean;
  /** One above the other, over the same x. */
  readonly panels: readonly Panel[];
  /** A stretch of x that is told apart. */
  readonly band?: { readonly from: number; readonly to: number; readonly label: string };
}

/** What one run of a bench found out: printed, kept as JSON, and rendered into the documentation. */
export interface Report {
  /** Name of the bench: its file in bench/results, and its place in docs/performance.md. */
  readonly name: string;
  readonly command: string;
  readonly machine: string;
  readonly tables: readonly Table[];
  readonly targets: readonly Target[];
  readonly plots: readonly Plot[];
  readonly notes: readonly string[];
}

export function atMost(name: string, figure: number, limit: number, unit = '', digits = 2): Target {
  return target(name, '≤', figure, limit, unit, digits, figure <= limit);
}

export function atLeast(name: string, figure: number, limit: number, unit = '', digits = 2): Target {
  return target(name, '≥', figure, limit, unit, digits, figure >= limit);
}

function target(
  name: string,
  sign: string,
  figure: number,
  limit: number,
  unit: string,
  digits: number,
  isMet: boolean,
): Target {
  const text = (value: number): string => `${value.toFixed(digits)}${unit && ` ${unit}`}`;
  return { name, limit: `${sign} ${text(limit)}`, figure: text(figure), isMet };
}

/** The targets of a run as a table of their own. */
export function targetTable(targets: readonly Target[]): Table {
  return {
    caption: 'Targets',
    columns: ['target', 'limit', 'figure', ''],
    rows: targets.map(({ name, limit, figure, isMet }) => [name, limit, figure, isMet ? 'met' : 'missed']),
  };
}

export function tablesOf({ tables, targets }: Report): readonly Table[] {
  return targets.length > 0 ? [...tables, targetTable(targets)] : tables;
}
