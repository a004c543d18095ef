// The documents that name the third-party parts of the package: THIRD-PARTY-NOTICES.md for people, and sbom.cdx.json (CycloneDX)
// for programs. This module generates them from the lock files without a time or a random number, so the same sources give the
// same text.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import { PackageURL } from 'packageurl-js';
import { findParts } from './parts.mjs';
import { Problem, root, say } from './run.mjs';

const own = () => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const named = ({ name, version }) => `${name} ${version}`;

/** Lines without trailing blanks, and without blank lines around the text. */
const tidied = (text) => text.replaceAll('\r\n', '\n').replaceAll('\t', '    ').replace(/[^\S\n]+$/gm, '').replace(/^\n+|\n+$/g, '');

function table(parts) {
  return ['| name | version | licence |', '|---|---|---|',
    ...parts.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`)].join('\n');
}

/** Lists each licence text once, with the parts that come under it. */
function licenceTexts(parts) {
  const found = new Map();
  for (const part of parts) {
    for (const { licence, text } of part.texts) {
      const entry = found.get(tidied(text)) ?? { licence, users: [] };
      entry.users.push(named(part));
      found.set(tidied(text), entry);
    }
  }
  return [...found].map(([text, { licence, users }]) => {
    const fence = '`'.repeat(Math.max(3, ...(text.match(/`+/g) ?? []).map(({ length }) => length + 1)));
    return `### ${licence}: ${users.join(', ')}\n\n${fence}text\n${text}\n${fence}`;
  }).join('\n\n');
}

/** THIRD-PARTY-NOTICES.md. */
export function notices({ parts }) {
  const of = (kind) => parts.filter((part) => part.kind === kind);
  return `# Third-party notices

${own().name} ${own().version} contains the software below. Where a licence leaves a choice, the texts are those of the
licence that is taken. \`npm run papers\` writes this file.

## Compiled into the WebAssembly

\`pkg/core.wasm\` and the files in \`pkg/inlined/\` contain code of these crates, and of Rust's standard library, whose own
dependencies Rust lists in COPYRIGHT-library.html. \`pkg/core_bg.js\` and \`pkg/page-core_bg.js\` are written by wasm-bindgen.

${table([...of('crate'), ...of('std')])}

## Included npm packages

These are in \`node_modules/\` of the package, unchanged. The JavaScript files in \`js/\` and \`pkg/\` load them and hold none of
their code.

${table(of('npm'))}

## Texts of the licences

${licenceTexts(parts)}
`;
}

const licenceOf = (expression) => (/ (OR|AND|WITH) /.test(expression)
  ? new Models.LicenseExpression(expression) : new Models.SpdxLicense(expression));

/** sbom.cdx.json, in the format CycloneDX 1.6. */
export function sbom({ needs, parts }) {
  const { name, version, description, license } = own();
  const purl = new PackageURL('npm', undefined, name, version).toString();
  const component = new Models.Component(Enums.ComponentType.Library, name, { bomRef: purl, version, purl, description });
  component.licenses.add(new Models.SpdxLicense(license));
  const components = new Map(parts.map((part) => {
    const [, group, plain] = /^(?:(@[^/]+)\/)?(.*)$/.exec(part.name);
    const component = new Models.Component(Enums.ComponentType.Library, plain,
      { bomRef: part.purl, group, version: part.version, purl: part.purl });
    component.licenses.add(licenceOf(part.licence));
    if (part.hash) component.hashes.set(Enums.HashAlgorithm[part.hash.algorithm], part.hash.hex);
    return [part.purl, component];
  }));
  const link = (from, to) => to.forEach((needed) => from.dependencies.add(components.get(needed).bomRef));
  link(component, needs);
  parts.forEach((part) => link(components.get(part.purl), part.needs));
  const bom = new Models.Bom({ metadata: new Models.Metadata({ component }) });
  for (const component of components.values()) bom.components.add(component);
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

const makers = { 'THIRD-PARTY-NOTICES.md': notices, 'sbom.cdx.json': sbom };

export function writePapers() {
  const found = findParts();
  for (const [name, make] of Object.entries(makers)) writeFileSync(join(root, name), make(found));
  say(`${Object.keys(makers).join(' and ')}: ${found.parts.length} parts`);
}

/** Throws a Problem when a document is outdated, or when a licence is not allowed. */
export function checkPapers() {
  const found = findParts();
  const old = Object.entries(makers).filter(([name, make]) => !existsSync(join(root, name))
    || readFileSync(join(root, name), 'utf8').replaceAll('\r\n', '\n') !== make(found)).map(([name]) => name);
  if (old.length > 0) throw new Problem(`${old.join(' and ')}: not what is in the package. Run \`npm run papers\`.`);
}
