/**
 * The preload with classes that a NocoDB might have, and with other preloads. A class of NocoDB lists the integrations in its
 * static property `availableIntegrations`, the registry list. The tests check which of these lists get Bitbucket's entries, which
 * methods exchange codes, and which classes stay unchanged.
 *
 * In: scripts in their own processes, with the preload. Out: their exit status and output. A token endpoint that counts its
 * requests stands in for Bitbucket.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { childEnvironment, environment } from '../support/environment.js';
import { serve } from '../support/http-server.js';
import { REGISTER } from './register/hosts.js';

/** Runs a script with preloads. Returns its output and the number of token requests. */
async function run(t, script, { preloads = [REGISTER], args = [] } = {}) {
  const { origin, requests } = await serve(t, (request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"access_token":"fresh","refresh_token":"fresh-refresh","expires_in":7200,"token_type":"bearer"}');
  });
  const names = [];
  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [index, preload] of preloads.entries()) {
    const path = preload === REGISTER ? REGISTER : join(folder, `preload-${index}.cjs`);
    if (path !== REGISTER) writeFileSync(path, preload);
    names.push('--require', path);
  }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...names, ...args, '--eval', `${SCENE}${script}`],
    { env: childEnvironment(environment(origin)), timeout: 60_000 });
  return {
    stdout, stderr, exchanges: requests.filter(({ url }) => url.includes('access_token')).length,
  };
}

/** The start of every script. `stored` lists the configs that the class `Base` or a subclass stored. */
const SCENE = `
  const assert = require('node:assert');
  const stored = [];
  class Base {
    static async get() {}
    static async createIntegration(integration) { stored.push(integration.config); }
    static async updateIntegration(context, id, integration) { stored.push(integration.config); }
  }
  const listed = (model) => model.availableIntegrations.map(({ type, sub_type, manifest }) => (
    type + '/' + sub_type + (manifest?.hidden ? ' hidden' : '')));
  const withCode = (type = 'auth') => ({
    type, sub_type: 'bitbucket', config: { type: 'oauth', oauth: { code: 'c', code_verifier: 'v'.repeat(43) } },
  });
  const assertTokens = () => {
    assert.equal(stored.length, 1);
    assert.equal(stored[0].oauth_token, 'fresh');
    assert.ok(!('oauth' in stored[0]));
  };
  process.on('unhandledRejection', (error) => { throw error; });
`;

const REGISTERED = (type) => new RegExp(`^\\[nocodb-bitbucket-auth\\] Version \\S+: Bitbucket is registered[^\\n]*"${type}"\\.\\n$`);

describe('a registry list', () => {
  test('gets the entries of Bitbucket when it replaces another list, and the registration is logged once', async (t) => {
    const { stdout } = await run(t, `
      Base.availableIntegrations = [];
      const next = [{ type: 'ai', sub_type: 'openai' }];
      Base.availableIntegrations = next;
      assert.equal(Base.availableIntegrations, next);
      assert.deepEqual(listed(Base), ['ai/openai', 'auth/bitbucket hidden', 'development/bitbucket']);`);
    assert.match(stdout, REGISTERED('development'));
  });

  test('of a subclass gets the entries, and the base class keeps its own list', async (t) => {
    await run(t, `
      class Sub extends Base {}
      Base.availableIntegrations = [];
      Sub.availableIntegrations = [{ type: 'ai', sub_type: 'openai' }];
      assert.deepEqual(listed(Sub), ['ai/openai', 'auth/bitbucket hidden', 'development/bitbucket']);
      assert.deepEqual(listed(Base), ['auth/bitbucket hidden', 'development/bitbucket']);
      assert.ok(Sub.availableIntegrations !== Base.availableIntegrations);`);
  });

  test('contains each entry once when a subclass assigns a copy of its base class\'s list', async (t) => {
    await run(t, `
      class Sub extends Base {}
      Base.availableIntegrations = [];
      Sub.availableIntegrations = [...Base.availableIntegrations];
      Sub.availableIntegrations = Base.availableIntegrations;
      assert.deepEqual(listed(Sub), ['auth/bitbucket hidden', 'development/bitbucket']);`);
  });

  test('is inherited by a subclass without its own list, and shows entries that NocoDB adds later', async (t) => {
    await run(t, `
      class Sub extends Base {}
      const list = [];
      Base.availableIntegrations = list;
      list.push({ type: 'ai', sub_type: 'openai' });
      assert.equal(Sub.availableIntegrations, list);
      assert.deepEqual(listed(Sub), ['auth/bitbucket hidden', 'development/bitbucket', 'ai/openai']);`);
  });

  test('offers Bitbucket as "auth" once an earlier list contained another "auth" integration, and the log says so', async (t) => {
    const { stdout } = await run(t, `
      Base.availableIntegrations = [];
      Base.availableIntegrations = [{ type: 'auth', sub_type: 'github' }];
      Base.availableIntegrations = [];
      assert.deepEqual(listed(Base), ['auth/bitbucket', 'development/bitbucket hidden']);`);
    assert.deepEqual(stdout.match(/registered as an integration of type "\w+"/g), [
      'registered as an integration of type "development"', 'registered as an integration of type "auth"',
    ]);
  });

  test('offers Bitbucket as "auth" when a subclass has a method of NocoDB 2026', async (t) => {
    const { stdout } = await run(t, `
      class Sub extends Base { static getManifestForConfig() {} }
      Base.availableIntegrations = [];
      assert.deepEqual(listed(Sub), ['auth/bitbucket', 'development/bitbucket hidden']);`);
    assert.match(stdout, /"auth"\.\n$/);
  });

  test('stays unchanged when it is frozen, and the list that replaces it gets the entries', async (t) => {
    const { stdout, stderr } = await run(t, `
      Base.availableIntegrations = Object.freeze([]);
      assert.deepEqual(Base.availableIntegrations, []);
      Base.availableIntegrations = [];
      assert.equal(Base.availableIntegrations.length, 2);`);
    assert.equal(stderr, '[nocodb-bitbucket-auth] NocoDB runs without Bitbucket: its list of integrations cannot be changed.\n');
    assert.match(stdout, REGISTERED('development'));
  });

  test('gets the entries even if it contains null, undefined or a number', async (t) => {
    const { stdout, stderr } = await run(t, `
      Base.availableIntegrations = [null, undefined, 7, { type: 'auth' }];
      assert.equal(Base.availableIntegrations.length, 6);`);
    assert.equal(stderr, '');
    assert.match(stdout, REGISTERED('auth'));
  });

  test('is assigned unchanged when it throws on a write, and the error is logged', async (t) => {
    const { stdout, stderr } = await run(t, `
      const list = new Proxy([], { set() { throw new Error('no more'); } });
      Base.availableIntegrations = list;
      assert.equal(Base.availableIntegrations, list);`);
    assert.equal(stdout, '');
    assert.equal(stderr, '[nocodb-bitbucket-auth] NocoDB runs without Bitbucket: no more\n');
  });

  test('may be replaced by a value that is not an array', async (t) => {
    const { stderr } = await run(t, `
      Base.availableIntegrations = [];
      for (const value of [undefined, null, 'text', { length: 1 }]) {
        Base.availableIntegrations = value;
        assert.equal(Base.availableIntegrations, value);
      }`);
    assert.equal(stderr, '');
  });
});

describe('a subclass with its own methods', () => {
  const methods = `
    static async createIntegration(integration) { stored.push(integration.config); }
    static async updateIntegration(context, id, integration) { stored.push(integration.config); }`;
  for (const [when, body, use] of [
    ['it assigned a list', methods, 'Sub.availableIntegrations = [];'],
    ['its list was read', methods, 'Sub.availableIntegrations;'],
    ['it read a row', methods, 'await Sub.get();'],
    ['its list was read through a class that extends it', methods, '(class extends Sub {}).availableIntegrations;'],
    ['one of its rows created a wrapper', methods, 'new Sub().getIntegrationWrapper();'],
    ['its methods call the inherited methods', `
      static async createIntegration(...args) { return super.createIntegration(...args); }
      static async updateIntegration(...args) { return super.updateIntegration(...args); }`, ''],
    ['its methods call the inherited methods, and its list was read', `
      static async createIntegration(...args) { return super.createIntegration(...args); }
      static async updateIntegration(...args) { return super.updateIntegration(...args); }`, 'Sub.availableIntegrations;'],
  ]) {
    for (const call of ['createIntegration(withCode())', "updateIntegration({}, 'id', withCode())"]) {
      test(`exchanges a code once in ${call.split('(')[0]} when ${when}`, async (t) => {
        const { exchanges } = await run(t, `
          Base.prototype.getIntegrationWrapper = () => {};
          class Sub extends Base {${body}}
          Base.availableIntegrations = [];
          (async () => {
            ${use}
            await Sub.${call};
            assertTokens();
          })();`);
        assert.equal(exchanges, 1);
      });
    }
  }

  test('has each of its methods replaced only once, even if its list is assigned and read again', async (t) => {
    await run(t, `
      class Sub extends Base {${methods}}
      Base.availableIntegrations = [];
      Sub.availableIntegrations;
      const { get, createIntegration, updateIntegration } = Sub;
      assert.ok(!Object.hasOwn(Sub, 'get'));
      Sub.availableIntegrations = [];
      Sub.availableIntegrations;
      assert.deepEqual([Sub.get, Sub.createIntegration, Sub.updateIntegration], [get, createIntegration, updateIntegration]);`);
  });

  test('keeps its methods and inherits the list when it is frozen', async (t) => {
    const { stderr } = await run(t, `
      class Sub extends Base {${methods}}
      Object.freeze(Sub);
      const { createIntegration } = Sub;
      Base.availableIntegrations = [];
      assert.equal(Sub.availableIntegrations.length, 2);
      assert.equal(Sub.createIntegration, createIntegration);`);
    assert.equal(stderr, '');
  });
});

describe('a code', () => {
  test('is exchanged only once when NocoDB fails to store the tokens and tries again', async (t) => {
    const { exchanges } = await run(t, `
      let failures = 2;
      const { createIntegration, updateIntegration } = Base;
      const failing = (method) => async (...args) => {
        if (failures-- > 0) throw new Error('The database is locked');
        return method(...args);
      };
      Base.createIntegration = failing(createIntegration);
      Base.updateIntegration = failing(updateIntegration);
      Base.availableIntegrations = [];
      (async () => {
        await assert.rejects(Base.createIntegration(withCode()), /locked/);
        await assert.rejects(Base.updateIntegration({}, 'id', withCode()), /locked/);
        await Base.createIntegration(withCode());
        assertTokens();
      })();`);
    assert.equal(exchanges, 1);
  });

  test('is exchanged again for a second row after the first row was stored', async (t) => {
    const { exchanges } = await run(t, `
      Base.availableIntegrations = [];
      (async () => {
        await Base.createIntegration(withCode());
        await Base.createIntegration(withCode());
      })();`);
    assert.equal(exchanges, 2);
  });

  for (const [what, payload] of [
    ['inside another object', "{ code: { code_verifier: 'v'.repeat(43), code: 'c' } }"],
    ['together with a state', "{ code: 'c', code_verifier: 'v'.repeat(43), state: 's' }"],
  ]) {
    test(`is exchanged only once when NocoDB passes it again ${what}`, async (t) => {
      const { exchanges } = await run(t, `
        Base.availableIntegrations = [];
        (async () => {
          await Base.createIntegration(withCode());
          const wrapper = new Base.availableIntegrations[0].wrapper({}, {});
          assert.equal((await wrapper.exchangeToken(${payload})).oauth_token, 'fresh');
          // The same code with another verifier belongs to another login, so this call causes the second exchange.
          const other = { code: 'c', code_verifier: 'w'.repeat(43) };
          await wrapper.exchangeToken(other);
        })();`);
      assert.equal(exchanges, 2);
    });
  }

  test('is rejected when reading the code or its verifier throws, and the error omits the thrown text', async (t) => {
    await run(t, `
      Base.availableIntegrations = [];
      const { wrapper: Wrapper } = Base.availableIntegrations[0];
      (async () => {
        for (const payload of [
          { get code() { throw new Error('the-secret'); } }, { code: 'c', get code_verifier() { throw new Error('the-secret'); } },
        ]) {
          await assert.rejects(new Wrapper({}, {}).exchangeToken(payload), (error) => (
            error.code === 'INVALID_ARGUMENT' && !require('node:util').inspect(error).includes('the-secret')));
          await assert.rejects(Base.createIntegration({ ...withCode(), config: { type: 'oauth', oauth: payload } }), (error) => (
            error.getStatus() === 400 && !require('node:util').inspect(error).includes('the-secret')));
        }
        assert.deepEqual(stored, []);
      })();`);
  });
});

describe('the error that the preload throws inside a transaction', () => {
  for (const [what, members, expected] of [
    ["is an instance of NocoDB's error class if all members of that class are public", `
      constructor(message, status) { super(message); this.name = 'HostError'; this.text = message; this.status = status; }`,
    "[error instanceof HostError, error.name, error.text, error.status], [true, 'HostError', error.message, 400]"],
    ["is not an instance of NocoDB's error class if that class has private members, which the preload cannot set", `
      #status;
      constructor(message, status) { super(message); this.status = status; this.#status = status; }
      getStatus() { return this.#status; }`,
    '[error instanceof HostError, error.getStatus()], [false, 400]'],
  ]) {
    test(what, async (t) => {
      await run(t, `
        class HostError extends Error {${members}}
        Base.updateIntegration = async () => { throw new HostError('no such row', 404); };
        Base.availableIntegrations = [];
        (async () => {
          const masked = { ...withCode(), config: { type: 'api_key', token: '********' } };
          const error = await Base.createIntegration(masked, { knexConnection: { isTransaction: true } }).catch((thrown) => thrown);
          assert.match(error.message, /config\\.token is a mask/);
          assert.deepEqual(${expected});
          assert.deepEqual(stored, []);
        })();`);
    });
  }
});

test("other classes keep the lists that they assign, both before and after NocoDB's class assigns its list", async (t) => {
  await run(t, `
    const shop = (list) => {
      class Shop {}
      Shop.availableIntegrations = list;
      assert.deepEqual(Object.getOwnPropertyDescriptor(Shop, 'availableIntegrations'),
        { value: list, writable: true, enumerable: true, configurable: true });
      assert.equal(list.length, 1);
    };
    shop(['paypal']);
    Base.availableIntegrations = [];
    shop(['paypal']);
    class Other { static get() {} static createIntegration() {} static updateIntegration() {} }
    const { createIntegration } = Other;
    Other.availableIntegrations = ['first'];
    assert.deepEqual(Other.availableIntegrations, ['first']);
    assert.equal(Other.createIntegration, createIntegration);`);
});

describe('another preload that waits for a list', () => {
  const entry = "{ type: 'ai', sub_type: 'theirs' }";
  const assertBoth = `
    Base.availableIntegrations = [];
    assert.deepEqual(listed(Base).sort(), ['ai/theirs', 'auth/bitbucket hidden', 'development/bitbucket']);
    assert.ok(!('availableIntegrations' in Function.prototype));
    class Later {}
    Later.availableIntegrations = [];
    assert.deepEqual(Later.availableIntegrations, []);`;
  /** A preload that adds its entry to the first list of a wanted class, and then removes its accessor. */
  const removing = (wanted) => `
    Object.defineProperty(Function.prototype, 'availableIntegrations', {
      configurable: true,
      get: () => undefined,
      set(value) {
        Object.defineProperty(this, 'availableIntegrations', { value, writable: true, enumerable: true, configurable: true });
        if (!(${wanted})) return;
        delete Function.prototype.availableIntegrations;
        value.push(${entry});
      },
    });`;
  /** A preload that first calls the accessor of an earlier preload, and keeps an accessor of its own on the class. */
  const polite = `
    const before = Object.getOwnPropertyDescriptor(Function.prototype, 'availableIntegrations');
    Object.defineProperty(Function.prototype, 'availableIntegrations', {
      configurable: true,
      get: () => undefined,
      set(value) {
        if (before) before.set.call(this, value);
        else Object.defineProperty(this, 'availableIntegrations', { value, writable: true, configurable: true });
        delete Function.prototype.availableIntegrations;
        const own = Object.getOwnPropertyDescriptor(this, 'availableIntegrations');
        let list = value;
        Object.defineProperty(this, 'availableIntegrations', {
          configurable: true,
          get() { return own.get ? own.get.call(this) : list; },
          set(next) { list = next; own.set?.call(this, next); list.push(${entry}); },
        });
        value.push(${entry});
      },
    });`;

  for (const [what, preloads] of [
    ['the other preload comes first and removes its accessor', [removing('true'), REGISTER]],
    ['the other preload comes first and keeps an accessor', [polite, REGISTER]],
    ['the other preload comes last and calls the accessor of this preload first', [REGISTER, polite]],
  ]) {
    test(`adds its entry, and this preload adds its own entries: ${what}`, async (t) => {
      const { stdout, stderr } = await run(t, assertBoth, { preloads });
      assert.equal(stderr, '');
      assert.match(stdout, REGISTERED('development'));
    });
  }

  for (const preloads of [[polite, REGISTER], [REGISTER, polite]]) {
    const place = preloads[0] === REGISTER ? 'after' : 'before';
    test(`adds its entry to a second list, too, when it is loaded ${place} this preload`, async (t) => {
      await run(t, `
        Base.availableIntegrations = [];
        Base.availableIntegrations = [];
        assert.deepEqual(listed(Base).sort(), ['ai/theirs', 'auth/bitbucket hidden', 'development/bitbucket']);`, { preloads });
    });
  }

  test('stops waiting when its own class assigns a list, while this preload still waits for NocoDB\'s class', async (t) => {
    await run(t, `
      class Shop {}
      Shop.availableIntegrations = [];
      assert.deepEqual(Shop.availableIntegrations, [${entry}]);
      Base.availableIntegrations = [];
      assert.equal(Base.availableIntegrations.length, 2);
      assert.ok(!('availableIntegrations' in Function.prototype));`, { preloads: [removing("this.name === 'Shop'"), REGISTER] });
  });

  test('still waits for its own class after this preload has found NocoDB\'s class', async (t) => {
    await run(t, `
      Base.availableIntegrations = [];
      assert.equal(Base.availableIntegrations.length, 2);
      class Shop {}
      Shop.availableIntegrations = [];
      assert.deepEqual(Shop.availableIntegrations, [${entry}]);
      assert.ok(!('availableIntegrations' in Function.prototype));`, { preloads: [removing("this.name === 'Shop'"), REGISTER] });
  });

  test('adds only its own entry when it has replaced the accessor of this preload, and the log says what to do', async (t) => {
    const timers = `
      globalThis.minutes = [];
      globalThis.setInterval = (callback) => { minutes.push(callback); return { unref() {} }; };`;
    const { stdout, stderr } = await run(t, `
      Base.availableIntegrations = [];
      assert.deepEqual(listed(Base), ['ai/theirs']);
      const server = require('node:net').createServer().listen(0, '127.0.0.1', () => { minutes[0](); server.close(); });`,
    { preloads: [timers, REGISTER, removing('true')] });
    assert.equal(stdout, '');
    assert.match(stderr, /Another preload waits for the same registry\. Load this preload last\.\n$/);
  });
});
