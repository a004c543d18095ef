/**
 * The tables and the chart of docs/performance.md.
 *
 * In: the figures of bench/results.json. Out: docs/performance.svg, and what stands between the marks of
 * docs/performance.md. What never happens here: a figure that was not measured, or one that is rounded in our favour.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { misses } from './figures.mjs';

const MARKS = ['<!-- figures: made by npm run bench -- speed load --json -->', '<!-- end of the figures -->'];
const docs = (name) => new URL(`../../docs/${name}`, import.meta.url);

export function writeReport({ speed, load }) {
  if (!speed) return;
  const text = readFileSync(docs('performance.md'), 'utf8');
  const [before, rest] = text.split(MARKS[0]);
  const after = rest.split(MARKS[1])[1];
  writeFileSync(docs('performance.md'), `${before}${MARKS[0]}\n\n${[...tables(speed), ...loading(load)].join('\n\n')}\n\n${MARKS[1]}${after}`);
  writeFileSync(docs('performance.svg'), chart(speed));
}

const table = (head, rows) => [head, head.map((_, at) => (at ? '--:' : '---')), ...rows]
  .map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const round = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/** How many times as fast the package is as somebody else. */
const isRatio = ({ unit }) => unit === '×';

/** The parts of which every figure belongs to an operation, and the others. */
const isOperation = ({ figures }) => figures.every(({ operation }) => operation);

function tables(speed) {
  const versions = Object.keys(speed).sort();
  const [{ parts }] = [speed[versions[0]]];
  const figure = (version, title, name) => speed[version].parts
    .find((part) => part.title === title)?.figures.find((one) => one.name === name);
  const told = (one) => (one ? `${round(one.value)}×${misses(one, { quick: false }) ? ' (missed)' : ''}` : '');

  const goals = parts.filter(isOperation).map(({ title, figures }) => [
    title,
    ...figures.filter(isRatio).flatMap(({ name, least }) => [
      ...(least ? [`≥ ${least}×`] : []), ...versions.map((version) => told(figure(version, title, name))),
    ]),
  ]);
  const against = (what) => versions.map((version) => `against ${what}, ${version}`);
  const lines = [
    table(['operation', ...against('hand-written'), 'goal', ...against('the fastest library')], goals),
    'Microseconds, medians; in the same order of versions.',
  ];
  const names = [...new Set(parts.filter(isOperation).flatMap(({ figures }) =>
    figures.filter(({ unit }) => unit === 'µs').map(({ name }) => name)))];
  const notes = [];
  const times = parts.filter(isOperation).map(({ title }) => [title, ...names.map((name) => {
    const all = versions.map((version) => figure(version, title, name)).filter(Boolean);
    if (all.length === 0) return '–';
    const { note } = all[0];
    if (note && !notes.includes(note)) notes.push(note);
    const mark = note ? ` [${notes.indexOf(note) + 1}]` : '';
    return `${all.map(({ value }) => round(value)).join(' / ')}${mark}`;
  })]);
  lines.push(table(['operation', ...names], times), notes.map((note, at) => `${at + 1}. ${note}`).join('\n'));
  const others = [...new Set(versions.flatMap((version) => speed[version].parts)
    .filter((part) => !isOperation(part)).map(({ title }) => title))];
  for (const title of others) {
    const rows = [...new Set(versions.flatMap((version) =>
      speed[version].parts.find((part) => part.title === title)?.figures.map(({ name }) => name) ?? []))];
    lines.push(`**${title}**`, table(['', ...versions], rows.map((name) => [name, ...versions.map((version) => {
      const one = figure(version, title, name);
      return one ? `${round(one.value)} ${one.unit}${one.note ? ` (${one.note})` : ''}` : '–';
    })])));
  }
  return lines;
}

/** One run of it measures all versions of Node.js, and Chromium. */
function loading(load = {}) {
  const [last] = Object.keys(load).sort().reverse();
  return (load[last]?.parts ?? []).flatMap(({ title, figures }) => [
    `**${title}**`,
    table(['', 'milliseconds', 'beside'], figures.filter(({ unit }) => unit === 'ms')
      .map(({ name, value, note }) => [name, round(value), note ?? ''])),
  ]);
}

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Bars of how many times as fast the package is, on a logarithmic scale, with the goals as lines. */
function chart(speed) {
  const versions = Object.keys(speed).sort();
  const parts = speed[versions.at(-1)].parts.filter(isOperation);
  const [left, width, bar, gap] = [300, 420, 13, 12];
  const [from, to] = [0.25, 64];
  const x = (value) => left + width * Math.log(Math.min(Math.max(value, from), to) / from) / Math.log(to / from);
  const step = 2 * bar + gap;
  const top = 64;
  const height = top + parts.length * step + 26;
  const ticks = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];
  const rows = parts.flatMap(({ title, figures }, row) => {
    const y = top + row * step;
    const bars = figures.filter(isRatio).map(({ value, least }, at) => {
      const start = y + at * bar;
      return `<rect class="${at ? 'library' : 'hand'}" x="${left}" y="${start}" height="${bar - 2}" width="${(x(value) - left).toFixed(1)}"/>`
        + (least ? `<path class="goal" d="M${x(least).toFixed(1)} ${start - 1}v${bar}"/>` : '')
        + `<text class="value" x="${(x(value) + 4).toFixed(1)}" y="${start + bar - 4}">${round(value)}×</text>`;
    });
    return [`<text x="${left - 8}" y="${y + bar + 3}" text-anchor="end">${escape(title)}</text>`, ...bars];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 60} ${height}" role="img">
<title>How many times as fast as hand-written JavaScript and as the fastest library, ${versions.at(-1)}</title>
<style>
svg { color: #24292f; --hand: #0969da; --library: #1a7f37; --goal: #cf222e }
@media (prefers-color-scheme: dark) { svg { color: #e6edf3; --hand: #4493f8; --library: #3fb950; --goal: #ff7b72 } }
text { font: 12px sans-serif; fill: currentColor }
.value { font-size: 10px }
.hand { fill: var(--hand) } .library { fill: var(--library) }
.goal { stroke: var(--goal); stroke-width: 2 } .tick { stroke: currentColor; opacity: .2 }
</style>
<rect class="hand" x="${left}" y="10" width="12" height="11"/><text x="${left + 18}" y="20">against hand-written JavaScript</text>
<rect class="library" x="${left + 220}" y="10" width="12" height="11"/><text x="${left + 238}" y="20">against the fastest library</text>
<path class="goal" d="M${left + 408} 9v13"/><text x="${left + 415}" y="20">goal</text>
${ticks.map((tick) => `<path class="tick" d="M${x(tick).toFixed(1)} ${top - 14}V${height - 24}"/><text class="value" x="${x(tick).toFixed(1)}" y="${top - 18}" text-anchor="middle">${tick}×</text>`).join('\n')}
${rows.join('\n')}
</svg>
`;
}
