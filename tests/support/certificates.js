/** A certificate authority for one test, and a certificate for 127.0.0.1 and NAME that this authority signed. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A name that no resolver knows (RFC 6761 section 6.5), so that only the proxy of a test can reach it. */
export const NAME = 'bitbucket.example';

/** Creates the certificates with openssl. Their files are deleted after the test. */
export function makeCertificates(t) {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const at = (name) => join(folder, name);
  const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  writeFileSync(at('extensions'), `subjectAltName=IP:127.0.0.1,DNS:${NAME}\n`);
  openssl('req', '-x509', ...key, '-subj', '/CN=Test authority', '-keyout', at('ca.key'), '-out', at('ca.pem'));
  openssl('req', ...key.slice(0, -2), '-subj', '/CN=127.0.0.1', '-keyout', at('server.key'), '-out', at('server.csr'));
  openssl('x509', '-req', '-in', at('server.csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial',
    '-days', '2', '-extfile', at('extensions'), '-out', at('server.pem'));
  const files = { certificate: at('server.pem'), key: at('server.key') };
  return { authority: at('ca.pem'), files, tls: { key: readFileSync(at('server.key')), cert: readFileSync(at('server.pem')) } };
}
