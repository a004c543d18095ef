// Finds or installs the tools that build the core: the pinned compiler, its wasm target and the wasm-bindgen tools.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { aptInstall, asRoot, canInstall } from './apt.mjs';
import { ensureCompiler } from './compiler.mjs';
import { Problem, cacheDir, must, output, pinned, root, run, say, which } from './run.mjs';

export const target = 'wasm32-unknown-unknown';
const debianToolchain = 'debian-wasm';
const debianLinker = 'wasm-ld-19';

export const cargoHome = process.env.CARGO_HOME || join(homedir(), '.cargo');
export const rustupHome = process.env.RUSTUP_HOME || join(homedir(), '.rustup');

/**
 * Returns the value of CARGO_ENCODED_RUSTFLAGS that removes this machine's paths from panic messages. Call it after
 * `cargo fetch`, which creates a folder for each registry or mirror, named after its host.
 */
export function remapFlags() {
  const registry = join(cargoHome, 'registry', 'src');
  const crates = readdirSync(registry).map((mirror) => [join(registry, mirror), 'crates']);
  return [[root, '.'], ...crates].map(([from, to]) => `--remap-path-prefix=${from}=${to}`).join('\x1f');
}

/** The version of the compiler that rust-toolchain.toml pins. */
export const rustVersion = () => pinned('rust-toolchain.toml', /^channel\s*=\s*"([^"]+)"/m);

/** The version of wasm-bindgen that Cargo.toml pins. The crate and the command line tool must have the same version. */
export const wasmBindgenVersion = () => pinned('Cargo.toml', /^wasm-bindgen\s*=.*"=([^"]+)"/m);

/** Installs the pinned toolchain with rustup, and the C compiler that rustc uses as its linker, unless they are installed. */
export async function ensureRust() {
  await ensureCompiler();
  if (!which('rustup') || !which('cargo')) {
    throw new Problem(`rustup is missing. Install it from https://rustup.rs (it needs no root), open a new shell,
and run this again. Only building and testing need Rust; using the package does not.`);
  }
  const version = rustVersion();
  if (!output('rustup', ['run', version, 'rustc', '--version'])) {
    say(`Rust ${version}: installing`);
    await must('rustup', ['toolchain', 'install', version, '--profile', 'default', '--no-self-update']);
  }
  // A toolchain with rustup's minimal profile, as in container images, lacks rustfmt and clippy.
  const lacks = (tool) => !output('rustup', ['run', version, `cargo-${tool}`, '--version']);
  const missing = [['fmt', 'rustfmt'], ['clippy', 'clippy']].filter(([tool]) => lacks(tool)).map(([, name]) => name);
  if (missing.length === 0) return;
  say(`${missing.join(' and ')} for Rust ${version}: installing`);
  await must('rustup', ['component', 'add', ...missing, '--toolchain', version]);
}

/** Whether the pinned toolchain has the target. */
const hasTarget = () =>
  output('rustup', ['target', 'list', '--installed', '--toolchain', rustVersion()])?.split('\n').includes(target);
/** Whether Debian's compiler has the target. addDebianTarget registers that compiler as a toolchain of rustup. */
const hasDebianTarget = () => {
  const folder = output('rustup', ['run', debianToolchain, 'rustc', '--print', 'target-libdir', '--target', target]);
  return folder !== undefined && existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('libstd-'));
};

/** The environment variables with which cargo compiles for wasm: none if the pinned toolchain has the target. */
export function wasmEnv() {
  if (hasTarget()) return {};
  if (hasDebianTarget()) {
    return { RUSTUP_TOOLCHAIN: debianToolchain, CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: debianLinker };
  }
  throw new Problem(`The Rust target ${target} is missing. Run \`node scripts/setup.mjs --for build\`.`);
}

const noTarget = () => `rustup could not fetch the target ${target}, and Debian's rustc-web could not be installed.
With a connection to static.rust-lang.org: rustup target add ${target} --toolchain ${rustVersion()}`;

/** Installs the target wasm32-unknown-unknown from rustup, or, if that fails, builds it from Debian's packages. */
export async function ensureWasmTarget() {
  if (hasTarget() || hasDebianTarget()) return;
  say(`${target}: installing`);
  if ((await run('rustup', ['target', 'add', target, '--toolchain', rustVersion()])) !== 0) {
    if (!canInstall()) throw new Problem(noTarget());
    say("rustup could not fetch it: building it from Debian's packages instead");
    await addDebianTarget();
  }
  wasmEnv();
}

/**
 * Builds the target from Debian's packages. Debian ships a newer rustc (for building browsers) with the sources of the standard
 * library, but does not compile that library for wasm. With `-Zbuild-std`, cargo compiles the standard library together with a
 * crate, so this function builds an empty crate. It then copies the compiled libraries to the folder in which Debian's rustc
 * looks for them.
 */
async function addDebianTarget() {
  const packages = ['rustc-web', 'cargo-web', 'rust-web-clippy', 'rust-web-src', 'lld-19'];
  await aptInstall(packages, noTarget());
  const folder = mkdtempSync(join(tmpdir(), 'wasm-std-'));
  try {
    writeFileSync(
      join(folder, 'Cargo.toml'),
      '[package]\nname = "empty"\nedition = "2021"\n[lib]\npath = "lib.rs"\n[profile.release]\npanic = "abort"\n',
    );
    writeFileSync(join(folder, 'lib.rs'), '');
    const cargo = '/usr/share/cargo/bin/cargo';
    const std = ['-Zbuild-std=std,panic_abort,panic_unwind,test', '--target', target];
    const env = { RUSTC: '/usr/bin/rustc', RUSTC_BOOTSTRAP: '1', CARGO_TARGET_DIR: join(folder, 'target') };
    await must(cargo, ['fetch', ...std], { cwd: folder, env });
    const flags = { CARGO_ENCODED_RUSTFLAGS: remapFlags() };
    await must(cargo, ['build', '--release', ...std], { cwd: folder, env: { ...env, ...flags } });
    const built = join(folder, 'target', target, 'release', 'deps');
    const parts = readdirSync(built).filter((name) => name.endsWith('.rlib') && !name.startsWith('libempty-'));
    const libraries = `/usr/lib/rustlib/${target}/lib`;
    await asRoot('mkdir', ['-p', libraries]);
    await asRoot('cp', [...parts.map((name) => join(built, name)), libraries]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await must('rustup', ['toolchain', 'link', debianToolchain, '/usr']);
}

const toolsDir = () => join(cacheDir, `wasm-bindgen-${wasmBindgenVersion()}`);

/** Returns `{ bindgen, testRunner }`, the paths of the tools in exactly the pinned version; undefined if one is missing. */
export function findWasmBindgen() {
  const wanted = wasmBindgenVersion();
  const isWanted = (path) => path && output(path, ['--version'])?.split(' ')[1] === wanted;
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const cached = (name) => join(toolsDir(), 'bin', name + suffix);
  const names = ['wasm-bindgen', 'wasm-bindgen-test-runner'];
  for (const [bindgen, testRunner] of [names.map((name) => which(name)), names.map(cached)]) {
    if (bindgen && testRunner && existsSync(bindgen) && isWanted(bindgen) && isWanted(testRunner)) {
      return { bindgen, testRunner };
    }
  }
  return undefined;
}

/** Installs wasm-bindgen and wasm-bindgen-test-runner in the pinned version, unless they are installed. */
export async function ensureWasmBindgen() {
  if (findWasmBindgen()) return;
  const version = wasmBindgenVersion();
  say(`wasm-bindgen-cli ${version}: installing into the cache, which takes some minutes`);
  // Without --locked, because that option makes the command fail if a registry mirror lags behind the lock file.
  await must('cargo', ['install', 'wasm-bindgen-cli', '--version', version, '--root', toolsDir()]);
  if (!findWasmBindgen()) throw new Problem(`wasm-bindgen-cli ${version} was installed but does not run.`);
  say(`wasm-bindgen-cli ${version}: ${toolsDir()}`);
}
