/**
 * The tables and the chart of docs/performance.md.
 *
 * In: the figures of bench/results.json. Out: docs/performance.svg, and the text between the marks in docs/performance.md.
 *   Never: a figure that was neither measured nor marked as computed, or a rounded figure in a comparison with its goal.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { misses } from './figures.mjs';

const MARKS = ['<!-- figures: made by npm run bench -- --json -->', '<!-- end of the figures -->'];
const docs = (name) => new URL(`../../docs/${name}`, import.meta.url);

/** The document's sections, in order. `isShown` omits parts that only maintainers need. */
const SECTIONS = [
  { subject: 'start', heading: 'Start, first use and first click' },
  { subject: 'nocodb-start', heading: 'NocoDB with the preload' },
  { subject: 'sync', heading: 'Long syncs' },
  { subject: 'rate-limit', heading: 'The rate limit' },
  { subject: 'cost', heading: 'Cost as work grows' },
  {
    subject: 'speed',
    heading: 'A login',
    isShown: ({ title, figures }) => figures.every(({ operation }) => operation) || title.startsWith('Whole logins'),
  },
];

/** @param {Record<string, Record<string, { version: string, parts: { title: string, figures: import('./figures.mjs').Figure[] }[] }>>} results */
export function writeReport(results) {
  const text = readFileSync(docs('performance.md'), 'utf8');
  const [before, rest] = text.split(MARKS[0]);
  const after = rest.split(MARKS[1])[1];
  const sections = SECTIONS.flatMap((section) => sectionOf(section, results[section.subject])).join('\n\n');
  writeFileSync(docs('performance.md'), `${before}${MARKS[0]}\n\n${sections}\n\n${MARKS[1]}${after}`);
  writeFileSync(docs('performance.svg'), chart(results));
}

function sectionOf({ subject, heading, isShown = () => true }, versions = {}) {
  const [latest] = Object.keys(versions).sort().reverse();
  if (latest === undefined) return [];
  const { version, parts } = versions[latest];
  return [
    `### ${heading}`,
    `\`npm run bench -- ${subject}\`, Node.js ${version}`,
    ...parts.filter(isShown).flatMap(({ title, figures }) => [`**${title}**`, table(figures)]),
  ];
}

const cells = (values) => `| ${values.join(' | ')} |`;

function table(figures) {
  return [
    cells(['', 'measured', 'goal', 'details']),
    cells(['---', '--:', '--:', '---']),
    ...figures.map((figure) => cells([
      figure.name, `${shown(figure)}${misses(figure, { quick: false }) ? ' **(missed)**' : ''}`, goalOf(figure), figure.note ?? '',
    ])),
  ].join('\n');
}

const round = (value) => (Number.isInteger(value) ? value.toLocaleString('en-GB')
  : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

const shown = ({ value, unit = '' }) => (unit === '×' ? `${round(value)}×` : `${round(value)} ${unit}`.trimEnd());

function goalOf({ least, most, upTo, exactly }) {
  if (exactly !== undefined) return round(exactly);
  if (least !== undefined) return `≥ ${round(least)}`;
  return upTo !== undefined || most !== undefined ? `≤ ${round(upTo ?? most)}` : '';
}

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** The figures that users notice: how many times as fast the package is as its previous build or as the alternatives. */
function bars(results) {
  return ['start', 'sync', 'cost'].flatMap((subject) => {
    const versions = results[subject] ?? {};
    const [latest] = Object.keys(versions).sort().reverse();
    return (versions[latest]?.parts ?? []).flatMap(({ title, figures }) => figures
      .filter(({ unit, least }) => unit === '×' && least !== undefined)
      .map(({ name, value, least }) => ({ title, name, value, least })));
  });
}

/** Draws the figures of `bars` as bars on a logarithmic scale, with the goals as lines. */
function chart(results) {
  const all = bars(results);
  const [left, width, bar, gap, top] = [20, 720, 14, 36, 44];
  const [from, to] = [0.5, 16];
  const x = (value) => left + width * Math.log(Math.min(Math.max(value, from), to) / from) / Math.log(to / from);
  const step = bar + gap;
  const height = top + all.length * step + 16;
  const rows = all.flatMap(({ title, name, value, least }, row) => {
    const y = top + row * step;
    return [
      `<text x="${left}" y="${y + 4}" class="title">${escape(title)}</text>`,
      `<text x="${left}" y="${y + 18}">${escape(name)}</text>`,
      `<rect class="bar" x="${left}" y="${y + 23}" height="${bar - 4}" width="${(x(value) - left).toFixed(1)}"/>`,
      `<path class="goal" d="M${x(least).toFixed(1)} ${y + 21}v${bar}"/>`,
      `<text class="value" x="${(Math.max(x(value), x(least)) + 6).toFixed(1)}" y="${y + 32}">${round(value)}×</text>`,
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 60} ${height}" role="img">
<title>How many times as fast as the previous version, and as bare Axios</title>
<style>
svg { color: #24292f; --bar: #0969da; --goal: #cf222e }
@media (prefers-color-scheme: dark) { svg { color: #e6edf3; --bar: #4493f8; --goal: #ff7b72 } }
text { font: 12px sans-serif; fill: currentColor }
.value { font-size: 10px }
.title { font-size: 10px; opacity: .7 }
.bar { fill: var(--bar) }
.goal { stroke: var(--goal); stroke-width: 2 } .tick { stroke: currentColor; opacity: .2 }
</style>
<path class="goal" d="M${left} 8v13"/><text x="${left + 8}" y="19">goal</text>
${[0.5, 1, 2, 4, 8, 16].map((tick) => `<path class="tick" d="M${x(tick).toFixed(1)} ${top - 8}V${height - 10}"/><text class="value" x="${x(tick).toFixed(1)}" y="${top - 12}" text-anchor="middle">${tick}×</text>`).join('\n')}
${rows.join('\n')}
</svg>
`;
}
