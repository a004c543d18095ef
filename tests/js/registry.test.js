/**
 * Classes and lists as NocoDB might have them, and other preloads beside this one: which list gets Bitbucket, whose methods exchange
 * codes, and which classes are left alone.
 *
 * In: scripts in their own processes, with the preload. Out: their exit status and output. A token endpoint that counts its requests
 * stands in for Bitbucket.
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

/** Runs a script with preloads; `stored` is what the script's class was given to store. */
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

/** The start of every script. */
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
  test('that is assigned again gets the entries, too, and this is logged once', async (t) => {
    const { stdout } = await run(t, `
      Base.availableIntegrations = [];
      const next = [{ type: 'ai', sub_type: 'openai' }];
      Base.availableIntegrations = next;
      assert.equal(Base.availableIntegrations, next);
      assert.deepEqual(listed(Base), ['ai/openai', 'auth/bitbucket hidden', 'development/bitbucket']);`);
    assert.match(stdout, REGISTERED('development'));
  });

  test('of a subclass gets the entries, while the base class keeps its own list', async (t) => {
    await run(t, `
      class Sub extends Base {}
      Base.availableIntegrations = [];
      Sub.availableIntegrations = [{ type: 'ai', sub_type: 'openai' }];
      assert.deepEqual(listed(Sub), ['ai/openai', 'auth/bitbucket hidden', 'development/bitbucket']);
      assert.deepEqual(listed(Base), ['auth/bitbucket hidden', 'development/bitbucket']);
      assert.ok(Sub.availableIntegrations !== Base.availableIntegrations);`);
  });

  test('that a subclass copies has the entries once', async (t) => {
    await run(t, `
      class Sub extends Base {}
      Base.availableIntegrations = [];
      Sub.availableIntegrations = [...Base.availableIntegrations];
      Sub.availableIntegrations = Base.availableIntegrations;
      assert.deepEqual(listed(Sub), ['auth/bitbucket hidden', 'development/bitbucket']);`);
  });

  test('is inherited by a subclass without one, and shows later additions', async (t) => {
    await run(t, `
      class Sub extends Base {}
      const list = [];
      Base.availableIntegrations = list;
      list.push({ type: 'ai', sub_type: 'openai' });
      assert.equal(Sub.availableIntegrations, list);
      assert.deepEqual(listed(Sub), ['auth/bitbucket hidden', 'development/bitbucket', 'ai/openai']);`);
  });

  test('that later gets other entries for "auth" offers "auth" from then on, and this is logged', async (t) => {
    const { stdout } = await run(t, `
      Base.availableIntegrations = [];
      Base.availableIntegrations = [{ type: 'auth', sub_type: 'github' }];
      Base.availableIntegrations = [];
      assert.deepEqual(listed(Base), ['auth/bitbucket', 'development/bitbucket hidden']);`);
    assert.deepEqual(stdout.match(/registered as an integration of type "\w+"/g), [
      'registered as an integration of type "development"', 'registered as an integration of type "auth"',
    ]);
  });

  test('of a class of 2026 offers "auth", even when only a subclass is of 2026', async (t) => {
    const { stdout } = await run(t, `
      class Sub extends Base { static getManifestForConfig() {} }
      Base.availableIntegrations = [];
      assert.deepEqual(listed(Sub), ['auth/bitbucket', 'development/bitbucket hidden']);`);
    assert.match(stdout, /"auth"\.\n$/);
  });

  test('that is frozen stays unchanged, and this is logged; the next one gets the entries', async (t) => {
    const { stdout, stderr } = await run(t, `
      Base.availableIntegrations = Object.freeze([]);
      assert.deepEqual(Base.availableIntegrations, []);
      Base.availableIntegrations = [];
      assert.equal(Base.availableIntegrations.length, 2);`);
    assert.equal(stderr, '[nocodb-bitbucket-auth] NocoDB runs without Bitbucket: its list of integrations cannot be changed.\n');
    assert.match(stdout, REGISTERED('development'));
  });

  test('may contain anything', async (t) => {
    const { stdout, stderr } = await run(t, `
      Base.availableIntegrations = [null, undefined, 7, { type: 'auth' }];
      assert.equal(Base.availableIntegrations.length, 6);`);
    assert.equal(stderr, '');
    assert.match(stdout, REGISTERED('auth'));
  });

  test('that throws when it is read leaves NocoDB alone, and is logged', async (t) => {
    const { stdout, stderr } = await run(t, `
      const list = new Proxy([], { set() { throw new Error('no more'); } });
      Base.availableIntegrations = list;
      assert.equal(Base.availableIntegrations, list);`);
    assert.equal(stdout, '');
    assert.equal(stderr, '[nocodb-bitbucket-auth] NocoDB runs without Bitbucket: no more\n');
  });

  test('may later be another value', async (t) => {
    const { stderr } = await run(t, `
      Base.availableIntegrations = [];
      for (const value of [undefined, null, 'text', { length: 1 }]) {
        Base.availableIntegrations = value;
        assert.equal(Base.availableIntegrations, value);
      }`);
    assert.equal(stderr, '');
  });
});

describe('a subclass with methods of its own', () => {
  const methods = `
    static async createIntegration(integration) { stored.push(integration.config); }
    static async updateIntegration(context, id, integration) { stored.push(integration.config); }`;
  for (const [what, body, use] of [
    ['that assigned a list', methods, 'Sub.availableIntegrations = [];'],
    ['whose list was read', methods, 'Sub.availableIntegrations;'],
    ['that read a row', methods, 'await Sub.get();'],
    ['whose list was read through a subclass of it', methods, '(class extends Sub {}).availableIntegrations;'],
    ['of which a row made its wrapper', methods, 'new Sub().getIntegrationWrapper();'],
    ['that calls the inherited ones', `
      static async createIntegration(...args) { return super.createIntegration(...args); }
      static async updateIntegration(...args) { return super.updateIntegration(...args); }`, ''],
    ['that calls the inherited ones, and whose list was read', `
      static async createIntegration(...args) { return super.createIntegration(...args); }
      static async updateIntegration(...args) { return super.updateIntegration(...args); }`, 'Sub.availableIntegrations;'],
  ]) {
    for (const call of ['createIntegration(withCode())', "updateIntegration({}, 'id', withCode())"]) {
      test(`exchanges once in ${call.split('(')[0]} (${what})`, async (t) => {
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

  test('has each method replaced once, however often it is used', async (t) => {
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

  test('that is frozen keeps its methods and its list', async (t) => {
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
  test('whose tokens could not be stored is not exchanged again when the row is stored once more', async (t) => {
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

  test('is exchanged again for a second row once the first was stored', async (t) => {
    const { exchanges } = await run(t, `
      Base.availableIntegrations = [];
      (async () => {
        await Base.createIntegration(withCode());
        await Base.createIntegration(withCode());
      })();`);
    assert.equal(exchanges, 2);
  });

  for (const [what, payload] of [
    ['in another shape', "{ code: { code_verifier: 'v'.repeat(43), code: 'c' } }"],
    ['with something beside it', "{ code: 'c', code_verifier: 'v'.repeat(43), state: 's' }"],
  ]) {
    test(`that NocoDB passes again ${what} is exchanged once`, async (t) => {
      const { exchanges } = await run(t, `
        Base.availableIntegrations = [];
        (async () => {
          await Base.createIntegration(withCode());
          const wrapper = new Base.availableIntegrations[0].wrapper({}, {});
          assert.equal((await wrapper.exchangeToken(${payload})).oauth_token, 'fresh');
          const other = { code: 'c', code_verifier: 'w'.repeat(43) };
          await wrapper.exchangeToken(other);
        })();`);
      assert.equal(exchanges, 2);
    });
  }

  test('that cannot be read is refused, and the error does not contain the text that its getter throws', async (t) => {
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

describe('a refusal inside a transaction', () => {
  for (const [what, members, expected] of [
    ['is an error of a class with a name and a text of its own', `
      constructor(message, status) { super(message); this.name = 'HostError'; this.text = message; this.status = status; }`,
    "[error instanceof HostError, error.name, error.text, error.status], [true, 'HostError', error.message, 400]"],
    ['is not an error of a class with private members, which NocoDB could not read', `
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

test("other classes keep what they assign, before NocoDB's class appears and after", async (t) => {
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

describe('another preload that waits in the same way', () => {
  const entry = "{ type: 'ai', sub_type: 'theirs' }";
  const assertBoth = `
    Base.availableIntegrations = [];
    assert.deepEqual(listed(Base).sort(), ['ai/theirs', 'auth/bitbucket hidden', 'development/bitbucket']);
    assert.ok(!('availableIntegrations' in Function.prototype));
    class Later {}
    Later.availableIntegrations = [];
    assert.deepEqual(Later.availableIntegrations, []);`;
  /** Takes the first list of whichever class, and is gone. */
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
  /** Lets those go first that it finds, and keeps an accessor on the class. */
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
    ['before this one and removes itself', [removing('true'), REGISTER]],
    ['before this one and keeps an accessor', [polite, REGISTER]],
    ['after this one and lets it go first', [REGISTER, polite]],
  ]) {
    test(`gets its entries, and so does this one: ${what}`, async (t) => {
      const { stdout, stderr } = await run(t, assertBoth, { preloads });
      assert.equal(stderr, '');
      assert.match(stdout, REGISTERED('development'));
    });
  }

  for (const preloads of [[polite, REGISTER], [REGISTER, polite]]) {
    test(`${preloads[0] === REGISTER ? 'after' : 'before'} this one adds its entries to a new list`, async (t) => {
      await run(t, `
        Base.availableIntegrations = [];
        Base.availableIntegrations = [];
        assert.deepEqual(listed(Base).sort(), ['ai/theirs', 'auth/bitbucket hidden', 'development/bitbucket']);`, { preloads });
    });
  }

  test('for another class ends its wait, and this one continues', async (t) => {
    await run(t, `
      class Shop {}
      Shop.availableIntegrations = [];
      assert.deepEqual(Shop.availableIntegrations, [${entry}]);
      Base.availableIntegrations = [];
      assert.equal(Base.availableIntegrations.length, 2);
      assert.ok(!('availableIntegrations' in Function.prototype));`, { preloads: [removing("this.name === 'Shop'"), REGISTER] });
  });

  test('that has not found its class yet continues when this one has ended', async (t) => {
    await run(t, `
      Base.availableIntegrations = [];
      assert.equal(Base.availableIntegrations.length, 2);
      class Shop {}
      Shop.availableIntegrations = [];
      assert.deepEqual(Shop.availableIntegrations, [${entry}]);
      assert.ok(!('availableIntegrations' in Function.prototype));`, { preloads: [removing("this.name === 'Shop'"), REGISTER] });
  });

  test('that replaces this one gets its entry, and the log says what to do', async (t) => {
    const timers = `
      globalThis.minutes = [];
      globalThis.setInterval = (callback) => { minutes.push(callback); return { unref() {} }; };`;
    const { stdout, stderr } = await run(t, `
      Base.availableIntegrations = [];
      assert.deepEqual(listed(Base), ['ai/theirs']);
      const server = require('node:net').createServer().listen(0, '127.0.0.1', () => { minutes[0](); server.close(); });`,
    { preloads: [timers, REGISTER, removing('true')] });
    assert.equal(stdout, '');
    assert.match(stderr, /Another preload waits for the same list\. Name this preload last\.\n$/);
  });
});
