// What to do when GLM cannot be reached, by the code of Node's error.

const REMEDIES: readonly (readonly [codes: RegExp, remedy: string])[] = [
  [
    /^(?:ENOTFOUND|EAI_AGAIN)$/,
    'the name cannot be resolved: correct ZHIPUAI_BASE_URL, the DNS of this machine, or set HTTPS_PROXY',
  ],
  [
    /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/,
    'nobody listens there, or no way leads there: correct ZHIPUAI_BASE_URL, or HTTPS_PROXY where one is set',
  ],
  [
    /CERT|SELF_SIGNED|UNABLE_TO/,
    'its certificate is not trusted: NODE_EXTRA_CA_CERTS=FILE with the certificate of the authority',
  ],
  [
    /SSL|TLS|^EPROTO$|^HPE_/,
    'http and https are mixed up, or it is another protocol: correct ZHIPUAI_BASE_URL',
  ],
  [
    /TIMEOUT|TIMEDOUT/i,
    'packets are lost on the way: a firewall, or a proxy that has to be used: HTTPS_PROXY=http://HOST:PORT',
  ],
];

const OTHER = 'the connection broke: look at the network and the proxy between here and GLM';

/** What to do about an error of Node's or undici's. */
export function remedyOfTransport(error: unknown): string {
  const { code, name } = Object(error);
  // What a time limit ends has a number as its code.
  const known = typeof code === 'string' ? code : String(name);
  const found = REMEDIES.find(([codes]) => codes.test(known));
  return found?.[1] ?? OTHER;
}
