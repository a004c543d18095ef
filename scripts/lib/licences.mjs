// The licences that parts of the package may have, and the licence that applies if a part offers a choice.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import parse from 'spdx-expression-parse';
import { Problem, root } from './run.mjs';

/** SPDX identifiers, the preferred ones first. `cargo deny` reads the same list. */
export const allowed = /^allow = \[([^\]]*)\]/m.exec(readFileSync(join(root, 'deny.toml'), 'utf8'))[1]
  .split(',').map((name) => name.trim().replaceAll('"', ''));

const rank = (names) => Math.max(...names.map((name) => allowed.indexOf(name)));

function choose(node) {
  if (node.license) {
    const name = node.exception ? `${node.license} WITH ${node.exception}` : node.license;
    return allowed.includes(name) ? [name] : undefined;
  }
  const [left, right] = [choose(node.left), choose(node.right)];
  if (node.conjunction === 'and') return left && right && [...new Set([...left, ...right])];
  if (!left || !right) return left ?? right;
  return rank(left) <= rank(right) ? left : right;
}

/** The SPDX expression for a licence field. Older crates use another form in this field (`MIT/Apache-2.0`). */
export const expression = (text) => text.replaceAll('/', ' OR ');

/** The licences that apply to a part with this SPDX expression. Throws a Problem if none is allowed. */
export function chosenLicences(text, name) {
  let chosen;
  try {
    chosen = choose(parse(expression(text)));
  } catch {
    throw new Problem(`${name}: "${text}" is no licence that SPDX knows.`);
  }
  if (!chosen) throw new Problem(`${name}: the licence ${text} is not among those that deny.toml allows.`);
  return chosen;
}
