/**
 * Serves the package's files to a page that uses it without a bundler.
 *
 * In: the path of a request. Out: a file of the package's js/ or pkg/, or its callback page. Never: a file of
 * another folder.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';

const root = new URL('../../', import.meta.url);
const BELOW = '/package/';
const FILE = /^(?:js|pkg)(?:\/[\w-]+)*\/[\w-]+(?:\.[\w-]+)*\.(?:js|wasm)$/;
const TYPES = { '.js': 'text/javascript; charset=utf-8', '.wasm': 'application/wasm' };

/** @param {string} text the content of an inline script */
function hashSource(text) {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** The import map for the page's head: it lets the page's modules import the package by name. */
export const importMap = `<script type="importmap">${JSON.stringify({
  imports: {
    'nocodb-bitbucket-auth/browser': `${BELOW}js/browser.js`,
    'nocodb-bitbucket-auth/oauth': `${BELOW}js/oauth-inlined.js`,
  },
})}</script>`;

/** The source expression with which a Content Security Policy allows the import map, which is an inline script. */
export const importMapSource = hashSource(importMap.replace(/<[^>]*>/g, ''));

/**
 * @param {string} path
 * @returns {Promise<{ headers: Record<string, string>, body: Buffer } | undefined>}
 */
export async function packageFile(path) {
  const file = path.startsWith(BELOW) ? path.slice(BELOW.length) : '';
  if (!FILE.test(file)) return undefined;
  try {
    return { headers: { 'content-type': TYPES[extname(file)] }, body: await readFile(new URL(file, root)) };
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The callback page with the headers that the comment at its top requires. */
export async function callbackPage() {
  const body = await readFile(new URL('js/callback.html', root), 'utf8');
  const [, policy] = /Content-Security-Policy "([^"]+)"/.exec(body);
  return {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': policy,
    },
    body,
  };
}
