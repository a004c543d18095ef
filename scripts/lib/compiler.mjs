// Finds or installs the C and C++ compilers, make and Python. Rust needs the C compiler to link, and sqlite3 (of the NocoDB demo)
// needs all of them.
import { aptInstall, canInstall } from './apt.mjs';
import { Problem, say, which } from './run.mjs';

const missing = () =>
  [
    !which('cc', 'gcc', 'clang') && 'a C compiler',
    !which('c++', 'g++', 'clang++') && 'a C++ compiler',
    !which('make') && 'make',
    !which('python3') && 'python3',
  ].filter(Boolean);

/** Installs cc, c++, make and python3, unless they are installed. */
export async function ensureCompiler() {
  // On Windows, rustup and node-gyp themselves ask for the Visual Studio tools.
  if (process.platform === 'win32' || missing().length === 0) return;
  if (canInstall()) {
    say(`${missing().join(', ')}: installing`);
    await aptInstall(['build-essential', 'python3']);
  }
  if (missing().length > 0) {
    throw new Problem(`Missing: ${missing().join(', ')}.
  Debian, Ubuntu: apt-get install build-essential python3
  Fedora:         dnf install gcc-c++ make python3
  macOS:          xcode-select --install`);
  }
}
