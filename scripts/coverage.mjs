// npm run coverage: the share of the lines of src/ that the native tests execute, file by file. Fails under 95 %.
// The bindings are not counted, because they are compiled only for WebAssembly, whose coverage is not measured.
import { ensureRust, rustVersion } from './lib/rust.mjs';
import { fail, must, output, say } from './lib/run.mjs';

const MIN_COVERAGE_PERCENT = 95;

async function coverage() {
  await ensureRust();
  const toolchain = rustVersion();
  const components = output('rustup', ['component', 'list', '--installed', '--toolchain', toolchain]) ?? '';
  if (!components.includes('llvm-tools')) {
    say('llvm-tools: installing');
    await must('rustup', ['component', 'add', 'llvm-tools', '--toolchain', toolchain]);
  }
  if (output('cargo', ['llvm-cov', '--version']) === undefined) {
    say('cargo-llvm-cov: installing');
    await must('cargo', ['install', 'cargo-llvm-cov']);
  }
  await must('cargo', ['llvm-cov', '--locked', '--test', 'core', '--fail-under-lines', String(MIN_COVERAGE_PERCENT)]);
}

await coverage().catch(fail);
