// Finds Firefox and geckodriver, or installs them: Firefox with apt-get where possible, geckodriver from crates.io, because no
// registry has its binary. The tests of web pages and bundles need them as a second browser engine.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { aptInstall, canInstall } from './apt.mjs';
import { Problem, cacheDir, must, output, say, which } from './run.mjs';

/** The version of geckodriver that is built if geckodriver is missing. */
const GECKODRIVER = '0.37.1';

const folder = join(cacheDir, `geckodriver-${GECKODRIVER}`);
const built = join(folder, 'bin', 'geckodriver');

/** The path of Firefox (variable FIREFOX, then PATH). */
export const findFirefox = () => which(process.env.FIREFOX, 'firefox-esr', 'firefox');

/** The path of geckodriver (variable GECKODRIVER, then PATH, then the cache). */
export const findGeckodriver = () => which(process.env.GECKODRIVER, 'geckodriver', existsSync(built) && built);

const how = `Install Firefox:
  Debian:   apt-get install firefox-esr
  Fedora:   dnf install firefox
  Arch:     pacman -S firefox
  macOS:    brew install --cask firefox
or set FIREFOX to the program's path.`;

/** Installs Firefox and geckodriver, unless they are installed. */
export async function ensureFirefox() {
  if (!findFirefox()) {
    if (!canInstall()) throw new Problem(`Firefox is missing. ${how}`);
    say('Firefox: installing');
    await aptInstall(['firefox-esr'], how);
    if (!findFirefox()) throw new Problem(`Firefox does not start. ${how}`);
  }
  if (findGeckodriver()) return;
  say(`geckodriver ${GECKODRIVER}: building into the cache, which takes some minutes`);
  await must('cargo', ['install', 'geckodriver', '--version', GECKODRIVER, '--root', folder]);
  if (!output(built, ['--version'])) throw new Problem(`geckodriver ${GECKODRIVER} was built but does not run.`);
}
