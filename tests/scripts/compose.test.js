/**
 * docs/docker-compose.yml, which administrators copy.
 *
 * In: the file. Out: checks whether each container of NocoDB has the package, its preload, and the same variables, and
 * whether the plugin knows those variables. The test does not start the images.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { core } from '../../js/core.js';
import 'nocodb-bitbucket-auth';

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const { services } = parse(read('docs/docker-compose.yml'), { merge: true });
const ofNocodb = Object.entries(services).filter(([, { image }]) => image.startsWith('nocodb/'));
const WORKER = /^NC_WORKER_/;

describe('docs/docker-compose.yml', () => {
  test('has NocoDB, a worker, PostgreSQL and Redis', () => {
    assert.deepEqual(Object.keys(services).sort(), ['nocodb', 'postgres', 'redis', 'worker']);
    assert.deepEqual(ofNocodb.map(([name]) => name), ['nocodb', 'worker']);
    const switches = Object.keys(services.worker.environment).filter((name) => WORKER.test(name));
    assert.deepEqual(switches, ['NC_WORKER_MODE_ENABLED', 'NC_WORKER_CONTAINER']);
  });

  for (const [name, { environment, volumes }] of ofNocodb) {
    test(`has a service ${name} that preloads a file of the mounted package`, () => {
      const [, path] = environment.NODE_OPTIONS.match(/^--require (\S+)$/);
      const mounted = volumes.find((volume) => volume.startsWith('./plugins:'));
      const [, target] = mounted.split(':');
      const prefix = `${target}/node_modules/nocodb-bitbucket-auth/`;
      assert.ok(path.startsWith(prefix));
      assert.ok(JSON.parse(read('tests/package-files.json')).includes(path.slice(prefix.length)));
    });

    test(`has a service ${name} with all variables that the plugin needs, equal to those of the service nocodb`, () => {
      const known = core().environmentVariables().split(' ');
      const given = Object.keys(environment).filter((key) => key.startsWith('INTEGRATION_AUTH_'));
      assert.deepEqual(given.filter((key) => !known.includes(key)), []);
      for (const needed of ['CLIENT_ID', 'CLIENT_SECRET', 'REDIRECT_URI', 'REDIS_URL']) {
        assert.ok(environment[`INTEGRATION_AUTH_BITBUCKET_${needed}`], needed);
      }
      const alike = (variables) => Object.entries(variables).filter(([key]) => !WORKER.test(key));
      assert.deepEqual(alike(environment), alike(services.nocodb.environment));
    });

    test(`has a service ${name} with a Redis database for the plugin that NocoDB does not empty`, () => {
      const databaseOf = (variable) => core().parseRedisUrl(environment[variable]).database;
      assert.notEqual(databaseOf('INTEGRATION_AUTH_BITBUCKET_REDIS_URL'), databaseOf('NC_REDIS_URL'));
    });
  }
});
