// The port of an advertised address, which may be another one than that on which the worker listens.

/** Whether callers are told another port than the worker's. */
export function hasOtherPort(advertised: string, port: number): boolean {
  return portOf(advertised) !== String(port);
}

/** Such as `443`, also where the address leaves it to its scheme. */
export function portOf(address: string): string {
  const { port, protocol } = new URL(address);
  return port || (protocol === 'https:' ? '443' : '80');
}

/** The address with another port; a URL's own text has a slash at its end where there is no path. */
export function withPort(address: string, port: number): string {
  const url = new URL(address);
  url.port = String(port);
  return url.href.replace(/\/$/, '');
}
