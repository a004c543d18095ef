// Finds WebKitGTK's browser driver and the X server without a screen in which its browser runs, and installs them where
// apt-get can. For the tests of web pages: it is the engine of Safari, as far as it runs on this machine.
import { aptInstall, canInstall } from './apt.mjs';
import { Problem, output, say, which } from './run.mjs';

/** The path of WebKitWebDriver (variable WEBKIT_DRIVER, then PATH). It knows where its MiniBrowser is. */
export const findWebKitDriver = () => which(process.env.WEBKIT_DRIVER, 'WebKitWebDriver');

/** The path of Xvfb (PATH). */
export const findXvfb = () => which('Xvfb');

const how = `Install WebKitGTK's driver and Xvfb:
  Debian:   apt-get install webkit2gtk-driver xvfb
  Fedora:   dnf install webkit2gtk4.1 xorg-x11-server-Xvfb
or set WEBKIT_DRIVER to the path of WebKitWebDriver. Neither is there for macOS and Windows: use a Linux container.`;

/** WebKitWebDriver and Xvfb. */
export async function ensureWebKit() {
  const missing = () => !findWebKitDriver() || !findXvfb();
  if (missing()) {
    if (!canInstall()) throw new Problem(`WebKitGTK or Xvfb is missing. ${how}`);
    say('WebKitGTK and Xvfb: installing');
    await aptInstall(['webkit2gtk-driver', 'xvfb'], how);
  }
  if (missing() || output(findWebKitDriver(), ['--help']) === undefined) throw new Problem(`WebKitGTK does not start. ${how}`);
}
