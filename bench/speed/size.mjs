/**
 * Measures how much each part of the code (a contributor) adds to the size of the WebAssembly. twiggy, which is installed on
 * demand, measures the size of each function.
 *
 * In: the sources. Out: the bytes of each contributor. The name of a function decides which contributor the function belongs to.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDir, must, output, which } from '../../scripts/lib/run.mjs';
import { buildWasm } from '../../scripts/lib/wasm.mjs';

const VERSION = '0.8.0';

/** The first pattern that matches a name decides the contributor. */
const CONTRIBUTORS = [
  ['constants and texts', /^data segment/],
  ['the glue\'s side: wasm-bindgen, js-sys, the exported functions', /wasm_bindgen|wbindgen|js_sys|__wbg|externref|multivalue shim|^export|^import|^table|^elem/],
  ['the bindings of this crate', /nocodb_bitbucket_auth::(bindings|js_runtime)\b/],
  ['the other modules of this crate', /nocodb_bitbucket_auth/],
  ['serde_json, serde', /\b(serde|serde_core|serde_json)\b/],
  ['serde-wasm-bindgen', /\bserde_wasm_bindgen\b/],
  ['url, form_urlencoded, httpdate', /\b(url|idna|idna_adapter|percent_encoding|form_urlencoded|httpdate)\b/],
  ['SHA-256, HKDF, base64', /\b(sha2|digest|hmac|hkdf|base64|subtle|block_buffer|crypto_common)\b/],
  ['allocator', /rlsf|__r(ust|dl)_(alloc|dealloc|realloc)/],
  ['formatting of Rust\'s texts and panics', /\bfmt\b|panick|escape_debug|slice_error_fail|Formatter|unwrap_failed/],
  ['the rest of Rust\'s standard library', /\b(core|alloc|std|compiler_builtins)\b|^mem(cpy|cmp|set|move)$/],
  ['types, tables and other sections', /./],
];

async function twiggy() {
  if (which('twiggy')) return 'twiggy';
  const root = join(cacheDir, `twiggy-${VERSION}`);
  const path = join(root, 'bin', 'twiggy');
  if (!output(path, ['--version'])) await must('cargo', ['install', 'twiggy', '--version', VERSION, '--root', root]);
  return path;
}

/** @returns {Promise<{ name: string, bytes: number }[]>} */
export async function contributors() {
  const tool = await twiggy();
  const { wasm } = await buildWasm({ names: true });
  const folder = mkdtempSync(join(tmpdir(), 'size-'));
  try {
    const path = join(folder, 'core.wasm');
    writeFileSync(path, wasm);
    const rows = JSON.parse(output(tool, ['top', '-n', '1000000', '--format', 'json', path]));
    const sums = new Map(CONTRIBUTORS.map(([name]) => [name, 0]));
    for (const { name, shallow_size: bytes } of rows) {
      if (/subsection|^\.\.\. and|^Σ/.test(name)) continue;
      const [contributor] = CONTRIBUTORS.find(([, fits]) => fits.test(name));
      sums.set(contributor, sums.get(contributor) + bytes);
    }
    return [...sums].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
