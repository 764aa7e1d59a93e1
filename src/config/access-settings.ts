// Who may call, and whether they call in plain text.

import { z } from 'zod';
import { setting } from './setting.ts';
import { onOff, optionalList } from './values.ts';

export const accessSettings = {
  callerKeys: setting(optionalList, {
    variable: 'API_KEYS',
    fileVariable: 'API_KEYS_FILE',
    default: '',
    meaning: 'keys of callers, demanded on /v1 as Bearer; comma separated',
  }),
  allowedOrigins: setting(optionalList, {
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
