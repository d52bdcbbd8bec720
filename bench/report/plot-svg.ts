import { type Axis, linearAxis, logAxis } from './axis';
import type { Panel, Plot } from './report';

const WIDTH = 760;
const LEFT = 64;
const RIGHT = 16;
const TITLE_HEIGHT = 32;
const FOOT_HEIGHT = 40;
const LEGEND_HEIGHT = 22;
const LONE_PANEL_HEIGHT = 260;
const PANEL_HEIGHT = 120;

// Readable on white and on black; the file cannot know which it will stand on, but the reader's browser does.
const STYLE = `
text { font: 12px system-ui, sans-serif; fill: #555 }
.title { font-size: 15px; font-weight: 600 }
.grid { stroke: #8886; stroke-width: 1 }
.band { fill: #d336 }
.line { fill: none; stroke-width: 2; stroke-linejoin: round }
.s0 { stroke: #0969da } .s1 { stroke: #bc4c00 } .s2 { stroke: #1a7f37 } .s3 { stroke: #8250df }
@media (prefers-color-scheme: dark) {
  text { fill: #bbb }
  .s0 { stroke: #58a6ff } .s1 { stroke: #f0883e } .s2 { stroke: #3fb950 } .s3 { stroke: #bc8cff }
}`;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(content: string): string {
  return content.replace(/[&<>"]/g, char => ENTITIES[char]!);
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}"${attributes && ` ${attributes}`}>${escape(content)}</text>`;
}

function round(place: number): number {
  return Math.round(place * 10) / 10;
}

function tickText(value: number): string {
  return value >= 10_000 ? `${value / 1_000}k` : String(value);
}

function legend({ series }: Panel, top: number): string[] {
  if (series.length < 2) return [];
  let x = LEFT;
  return series.flatMap(({ name, colour }, at) => {
    const key = [`<path class="line s${colour ?? at}" d="M${x} ${top - 10}h18"/>`, text(x + 24, top - 6, name)];
    x += 44 + name.length * 7;
    return key;
  });
}

function panel(given: Panel, xAxis: Axis, top: number, bottom: number): string[] {
  const ys = given.series.flatMap(({ points }) => points.map(([, y]) => y));
  const yAxis = given.hasLogY ? logAxis(ys, bottom, top) : linearAxis(ys, bottom, top, { fromZero: true });
  const grid = yAxis.ticks.flatMap(value => {
    const y = round(yAxis.place(value));
    return [
      `<path class="grid" d="M${LEFT} ${y}H${WIDTH - RIGHT}"/>`,
      text(LEFT - 6, y + 4, tickText(value), 'text-anchor="end"'),
    ];
  });
  const lines = given.series.map(({ points, colour }, at) => {
    const places = points.map(([x, y]) => `${round(xAxis.place(x))} ${round(yAxis.place(y))}`);
    return `<path class="line s${colour ?? at}" d="M${places.join('L')}"/>`;
  });
  const middle = (top + bottom) / 2;
  const label = text(14, middle, given.yLabel, `text-anchor="middle" transform="rotate(-90 14 ${middle})"`);
  return [...grid, label, ...legend(given, top), ...lines];
}

/** An SVG image of its own, without a script or a font to load. */
export function plotSvg({ title, xLabel, hasLogX = false, panels, band }: Plot): string {
  const panelHeight = panels.length === 1 ? LONE_PANEL_HEIGHT : PANEL_HEIGHT;
  // The label of the band would stand in the first legend.
  const bandHeight = band && panels[0]!.series.length > 1 ? LEGEND_HEIGHT : 0;
  const tops = panels.map((_, at) => TITLE_HEIGHT + bandHeight + LEGEND_HEIGHT + at * (panelHeight + LEGEND_HEIGHT));
  const bottom = tops.at(-1)! + panelHeight;
  const xs = panels.flatMap(({ series }) => series.flatMap(({ points }) => points.map(([x]) => x)));
  const xAxis = (hasLogX ? logAxis : linearAxis)(xs, LEFT, WIDTH - RIGHT);
  const bandParts = band
    ? [
        `<rect class="band" x="${round(xAxis.place(band.from))}" y="${tops[0]}" ` +
          `width="${round(xAxis.place(band.to) - xAxis.place(band.from))}" height="${bottom - tops[0]!}"/>`,
        text(xAxis.place((band.from + band.to) / 2), tops[0]! - bandHeight - 6, band.label, 'text-anchor="middle"'),
      ]
    : [];
  const height = bottom + FOOT_HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(title)}">`,
    `<style>${STYLE}</style>`,
    text(LEFT, 20, title, 'class="title"'),
    ...bandParts,
    ...panels.flatMap((each, at) => panel(each, xAxis, tops[at]!, tops[at]! + panelHeight)),
    ...xAxis.ticks.map(value => text(xAxis.place(value), bottom + 16, tickText(value), 'text-anchor="middle"')),
    text((LEFT + WIDTH - RIGHT) / 2, bottom + 32, xLabel, 'text-anchor="middle"'),
    '</svg>',
    '',
  ].join('\n');
}
