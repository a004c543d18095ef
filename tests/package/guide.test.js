/**
 * README and docs/ as a reader uses them: links lead somewhere, commands run, and files to copy are valid.
 *
 * In: the documents. Out: checks of links, commands and files. Other tests check quoted messages and variables (guide-messages,
 * guide-variables) and the examples in TypeScript (types).
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import ts from 'typescript';
import { startSimulator } from '../support/bitbucket.js';
import { simulatorEnvironment } from '../support/environment.js';
import { ranBy, runs } from './guide/commands.js';
import { commandsIn, documentAt, documents, read, root } from './guide/documents.js';
import { nodes, project } from './support.js';

/** All URLs outside of the repository. The tests do not request these URLs, so that the tests need no Internet. */
const OUTSIDE = [
  'https://bitbucket.status.atlassian.com',
  'https://nocodb.com',
  'https://rustup.rs',
  'https://www.rfc-editor.org/rfc/rfc9700',
];

/** Matches the marker of a command that no test runs. The marker says why, for example what the command needs. */
const NEEDS = /^not run: (needs (a Bitbucket account|a cluster|Docker|a connection in your NocoDB)|takes many minutes, and depends on the machine)$/;

const isOutside = (href) => /^[a-z]+:/.test(href);
/** `{ from, href, path, anchor }` of each link and picture that stays in the repository. */
const inside = documents.flatMap(({ path: from, links, images }) => [...links, ...images]
  .filter(({ href }) => !isOutside(href)).map(({ href }) => {
    const [file, anchor] = href.split('#');
    return { from, href, path: file === '' ? from : normalize(join(dirname(from), file)), anchor };
  }));

describe('the links in the documents', () => {
  test('lead to files of the repository', () => {
    assert.deepEqual(inside.filter(({ path }) => path.startsWith('..') || !existsSync(join(root, path))), []);
  });

  test('lead to existing headings', () => {
    const slugs = new Map();
    const slugsOf = (path) => {
      if (!slugs.has(path)) slugs.set(path, documentAt(path).headings.map(({ slug }) => slug));
      return slugs.get(path);
    };
    const withAnchor = inside.filter(({ anchor }) => anchor !== undefined);
    assert.ok(withAnchor.length > 50);
    assert.deepEqual(withAnchor.filter(({ path, anchor }) => !path.endsWith('.md') || !slugsOf(path).includes(anchor)), []);
  });

  test('lead outside only to the listed URLs, which are https and have no fragment, query or user', () => {
    const found = documents.flatMap(({ links, images }) => [...links, ...images]).map(({ href }) => href).filter(isOutside);
    assert.deepEqual([...new Set(found)].toSorted(), OUTSIDE);
    for (const href of OUTSIDE) {
      const { protocol, hash, search, username } = new URL(href);
      assert.deepEqual([protocol, hash, search, username], ['https:', '', '', ''], href);
    }
  });

  test('have a text, and pictures have an alternative text', () => {
    assert.deepEqual(documents.flatMap(({ links, images }) => [...links, ...images]).filter(({ text: words }) => words.trim() === ''), []);
  });

  test('lead from the README to every document in two steps at most', () => {
    const linkedFrom = (paths) => new Set(inside.filter(({ from }) => paths.has(from)).map(({ path }) => path));
    const first = linkedFrom(new Set(['README.md']));
    const reached = new Set([...first, ...linkedFrom(first)]);
    assert.deepEqual(documents.map(({ path }) => path).filter((path) => path !== 'README.md' && !reached.has(path)), []);
  });
});

test('each document has one title, and no heading twice', () => {
  for (const { path, headings } of documents) {
    const tops = headings.filter(({ depth }) => depth === 1);
    assert.equal(tops.length, 1, path);
    const titles = headings.map(({ text: title }) => title);
    assert.deepEqual(titles.filter((title, index) => titles.indexOf(title) !== index), [], path);
  }
});

describe('the commands in the documents', () => {
  const commands = documents.flatMap((document) => commandsIn(document).map((command) => ({ path: document.path, ...command })));
  const known = [...Object.keys(runs), ...Object.keys(ranBy)];

  test('are run by a test, or marked with what they need', () => {
    const { true: marked = [], false: others } = Object.groupBy
      ? Object.groupBy(commands, ({ marker }) => String(marker?.startsWith('not run') ?? false))
      : { true: commands.filter(({ marker }) => marker?.startsWith('not run')),
        false: commands.filter(({ marker }) => !marker?.startsWith('not run')) };
    assert.deepEqual(marked.filter(({ marker }) => !NEEDS.test(marker)), []);
    assert.deepEqual(others.filter(({ command }) => !known.includes(command)), []);
  });

  test('include every command that the tests know', () => {
    assert.deepEqual(known.filter((command) => !commands.some((other) => other.command === command)), []);
  });

  test('are only in shell blocks, not in blocks of another language', () => {
    const isShell = /^(\$ |npm |npx |node |docker |kubectl )/m;
    assert.deepEqual(documents.flatMap(({ path, blocks }) => blocks.filter(({ language, content }) => (
      language !== 'sh' && isShell.test(content))).map(() => path)), []);
  });

});

describe('a command in the documents', () => {
  for (const [command, [path, words]] of Object.entries(ranBy)) {
    test(`is run by ${path}: ${command}`, () => assert.ok(read(path).includes(words)));
  }

  for (const [command, run] of Object.entries(runs)) test(`works: ${command}`, (t) => run(t, command));
});

describe("the guide's script for use outside NocoDB", () => {
  const [{ content }] = documentAt('docs/wrapper.md').blocks.filter(({ under, language }) => (
    under === 'in-a-script-outside-nocodb' && language === 'ts'));
  const { outputText } = ts.transpileModule(content, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } });
  const token = 'ATCTT3xFfGN0-of-the-workspace';

  for (const [name, node] of Object.entries(nodes)) {
    test(`lists repositories with an access token, and says why a wrong access token fails (${name})`, async (t) => {
      const bitbucket = await startSimulator(t, {
        accessTokens: [{ token, kind: 'workspace', workspace: 'acme', scopes: ['account', 'repository', 'pullrequest'] }],
      });
      const folder = project(t, { 'script.js': outputText }, { withDependencies: true });
      const run = async (BITBUCKET_TOKEN) => {
        const child = spawn(node, ['script.js'], {
          cwd: folder, env: { ...simulatorEnvironment(bitbucket), BITBUCKET_TOKEN },
        });
        const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
        return { stdout, stderr, status };
      };
      const { stdout, stderr, status } = await run(token);
      assert.deepEqual([status, stderr], [0, '']);
      assert.match(stdout, /^Connected to the workspace acme\..*\nacme\/[\w-]+\n/);
      const wrong = await run('another');
      assert.match(wrong.stdout, /^Bitbucket does not accept this connection's credential: /);
    });
  }
});

test('the Compose file and the Kubernetes manifest are linked, and no linked file is empty', () => {
  const files = new Set(inside.map(({ path }) => path));
  for (const name of ['docs/docker-compose.yml', 'docs/kubernetes.yaml']) assert.ok(files.has(name), name);
  for (const { path } of inside) assert.ok(statSync(join(root, path)).size > 0, path);
});

test('the README has fewer than 250 lines, and its sections are in the order in which a newcomer needs them', () => {
  const { text: readme, headings } = documentAt('README.md');
  assert.ok(readme.split('\n').length < 250);
  assert.deepEqual(headings.filter(({ depth }) => depth === 2).map(({ text: title }) => title), [
    'Try it', 'Add it to your NocoDB', 'Make the OAuth client at Bitbucket', 'Configure it', 'When something is wrong',
    'What the log says', 'Use it in code', 'Documentation', 'Tests', 'License',
  ]);
});
