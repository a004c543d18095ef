// Finds Chromium and its driver, and installs them with apt-get where possible. The browser tests use them through
// chromedriver, and the end-to-end tests through playwright-core.
import { aptInstall, canInstall } from './apt.mjs';
import { Problem, output, say, which } from './run.mjs';

/**
 * The arguments of every headless Chromium here: no sandbox, because programs in containers run as root, and no background
 * connections.
 */
export const chromiumArgs = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const browsers = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  '/usr/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const drivers = ['chromedriver', '/usr/bin/chromedriver', '/usr/lib/chromium-browser/chromedriver'];

/** The first program that answers `--version`, with its major version. An environment variable overrides the list. */
function find(variable, candidates) {
  const chosen = process.env[variable];
  for (const candidate of chosen ? [chosen] : candidates) {
    const path = which(candidate);
    const version = path && output(path, ['--version'])?.match(/(\d+)\.\d+\.\d+/)?.[0];
    if (version) return { path, version, major: Number.parseInt(version, 10) };
  }
  if (chosen) throw new Problem(`${variable}=${chosen} does not respond to --version. Correct the variable or unset it.`);
  return undefined;
}

/** { path, version, major } of Chromium or Chrome (variable CHROMIUM, then PATH); undefined if it is missing. */
export const findChromium = () => find('CHROMIUM', browsers);

/** { path, version, major } of chromedriver (variable CHROMEDRIVER, then PATH); undefined if it is missing. */
export const findChromedriver = () => find('CHROMEDRIVER', drivers);

const how = `Install Chromium (or Chrome) and the chromedriver of the same version:
  Debian:   apt-get install chromium chromium-driver
  Fedora:   dnf install chromium chromedriver
  Arch:     pacman -S chromium
  macOS:    brew install --cask google-chrome chromedriver
  others:   https://googlechromelabs.github.io/chrome-for-testing/
or set CHROMIUM and CHROMEDRIVER to the programs' paths.`;

/** Installs Chromium, and chromedriver of the same major version, unless they are installed. */
export async function ensureBrowser() {
  let installed = false;
  if (!findChromium() || !findChromedriver()) {
    if (!canInstall()) throw new Problem(`Chromium or chromedriver is missing. ${how}`);
    say('Chromium and chromedriver: installing');
    await aptInstall(['chromium', 'chromium-driver']);
    installed = true;
  }
  const [chromium, driver] = [findChromium(), findChromedriver()];
  if (!chromium || !driver) throw new Problem(`Chromium or chromedriver does not start. ${how}`);
  if (chromium.major !== driver.major) {
    throw new Problem(`Chromium is ${chromium.version}, but chromedriver is for ${driver.version}. ${how}`);
  }
  if (installed) say(`Chromium ${chromium.version}: ${chromium.path}`);
}
