// A registry of npm packages that has one more package than the real one: ours, as it would be there.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import type { Test } from 'tap';

export interface Published {
  readonly tarball: string;
  /** What package.json says, `name` and `version` among it. */
  readonly manifest: { readonly name: string; readonly version: string };
  /** Where every other package is. */
  readonly upstream: string;
}

/** Serves the package on loopback until the test ends; gives the address for npm. */
export async function serveRegistry(t: Test, published: Published): Promise<string> {
  const { manifest, upstream } = published;
  const bytes = readFileSync(published.tarball);
  const file = `/${basename(published.tarball)}`;
  let address = '';
  const packument = () => {
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    const version = { ...manifest, dist: { tarball: address + file, integrity } };
    const tags = { latest: manifest.version };
    return { name: manifest.name, 'dist-tags': tags, versions: { [manifest.version]: version } };
  };
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (path === file) return response.end(bytes);
    if (path === `/${manifest.name}`) return response.end(JSON.stringify(packument()));
    return response.writeHead(302, { location: upstream.replace(/\/$/, '') + path }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return address;
}
