// Finds WebKitGTK's browser driver and the virtual X server for its browser, or installs them with apt-get where possible. The
// tests of web pages need them: WebKit is the engine of Safari, and Safari itself does not run on Linux.
import { aptInstall, canInstall } from './apt.mjs';
import { Problem, output, say, which } from './run.mjs';

/** The path of WebKitWebDriver (variable WEBKIT_DRIVER, then PATH). The driver locates its MiniBrowser itself. */
export const findWebKitDriver = () => which(process.env.WEBKIT_DRIVER, 'WebKitWebDriver');

/** The path of Xvfb (PATH). */
export const findXvfb = () => which('Xvfb');

const how = `Install WebKitGTK's driver and Xvfb:
  Debian:   apt-get install webkit2gtk-driver xvfb
  Fedora:   dnf install webkit2gtk4.1 xorg-x11-server-Xvfb
or set WEBKIT_DRIVER to the path of WebKitWebDriver. WebKitGTK and Xvfb do not exist for macOS or Windows: use a Linux container.`;

/** Installs WebKitWebDriver and Xvfb, unless they are installed. */
export async function ensureWebKit() {
  const missing = () => !findWebKitDriver() || !findXvfb();
  if (missing()) {
    if (!canInstall()) throw new Problem(`WebKitGTK or Xvfb is missing. ${how}`);
    say('WebKitGTK and Xvfb: installing');
    await aptInstall(['webkit2gtk-driver', 'xvfb'], how);
  }
  if (missing() || output(findWebKitDriver(), ['--help']) === undefined) throw new Problem(`WebKitGTK does not start. ${how}`);
}
