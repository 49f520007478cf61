import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Files of a certificate that is its own authority. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * Makes one in a folder, which is to be removed by whoever gave it.
 * @param names for whom it is, as `DNS:localhost` or `IP:127.0.0.1`
 */
export function makeCertificate(folder: string, name: string, names: readonly string[]): Certificate {
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const args = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const about = ['-subj', '/CN=duet', '-addext', `subjectAltName=${names.join(',')}`];
  const { status, stderr } = spawnSync('openssl', ['req', ...args, ...about, '-keyout', key, '-out', cert], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`openssl failed: ${stderr}`);
  return { cert, key };
}
