// Who may call, and whether they call in plain text.

import { z } from 'zod';
import { setting } from './setting.ts';
import { onOff, optionalList } from './values.ts';

/** Keys of callers: one line, or one a line in a file. */
const callerKeys = z
  .string()
  .refine((text) => text === '' || /[^,\s]/.test(text), 'must hold a key')
  .transform((text) => text.split(/[,\s]+/).filter((key) => key !== ''))
  .refine((keys) => keys.every((key) => /^[\x21-\x7e]+$/.test(key)), {
    error: 'must be visible ASCII, keys parted by commas',
  })
  .refine((keys) => !keys.some((key) => /^bearer$/i.test(key)), {
    error: 'must be the keys alone, without Bearer',
  });

/** An origin as browsers send it: scheme and host, and the port where it is not the usual one. */
const origins = optionalList
  .transform((list) => list.map(originOf))
  .refine(
    (list) => !list.includes(''),
    'must be origins such as https://chat.example.com without a path, or *',
  );

/** As browsers spell it; '' for what is none. */
function originOf(text: string): string {
  if (text === '*') return text;
  const plain = text.replace(/\/$/, '').toLowerCase();
  if (!/^[a-z][a-z\d+.-]*:\/\/[^\s/?#@*]+$/.test(plain) || !URL.canParse(plain)) return '';
  // Only of http and https does a URL know the origin.
  const { origin } = new URL(plain);
  return origin === 'null' ? plain : origin;
}

export const accessSettings = {
  callerKeys: setting(callerKeys, {
    variable: 'API_KEYS',
    fileVariable: 'API_KEYS_FILE',
    default: '',
    meaning: 'keys of callers, demanded on /v1 as Bearer; comma separated',
  }),
  allowedOrigins: setting(origins, {
    variable: 'ALLOWED_ORIGINS',
    default: '',
    meaning: 'pages that may call /v1, such as https://chat.example.com; comma separated, or *',
  }),
  ssl: setting(onOff, {
    flag: '--ssl',
    variable: 'SSL',
    default: 'false',
    meaning: 'serve https with SSL_KEYFILE and SSL_CERTFILE',
  }),
  sslKeyFile: setting(z.string(), {
    variable: 'SSL_KEYFILE',
    default: '',
    meaning: 'file with the private key, PEM',
  }),
  sslCertFile: setting(z.string(), {
    variable: 'SSL_CERTFILE',
    default: '',
    meaning: 'file with the certificate and what it was signed by, PEM; read again on SIGHUP',
  }),
};
