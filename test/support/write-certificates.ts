// Writes what an operator with an authority of his own has: ca.pem, key.pem and cert.pem in a folder.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority } from './certificates.ts';

const folder = String(process.argv[2]);
const authority = createAuthority();
const { key, cert } = authority.issue(['127.0.0.1', 'localhost']);
const files = { 'ca.pem': authority.cert, 'key.pem': key, 'cert.pem': cert };
for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
