// Markers that nobody can guess, and how foreign ones are recognised.

import t from 'tap';
import { fencedMarkers, isFenced } from '../../../src/fastchat/prompt/fence.ts';

t.test('markers are those of their secret, on every replica and after every restart', async (t) => {
  const fence = '<|3ets3q6mbgg6tos6|>';
  t.strictSame(fencedMarkers('a secret'), {
    separator: `\n${fence}`,
    user: `user${fence}`,
    assistant: `assistant${fence}`,
    system: `system${fence}`,
  });
});

t.test('another secret has other markers, however alike the secrets are', async (t) => {
  const secrets = ['', 'a', 'b', 'a ', 'A', 'aa', '密', 'a secret', 'id.secret', 'id.secreu'];
  const separators = new Set(secrets.map((secret) => fencedMarkers(secret).separator));
  t.equal(separators.size, secrets.length);
});

t.test(
  'markers hold nothing of the secret, and nothing that JSON or a terminal changes',
  async (t) => {
    for (const secret of ['aaaaaaaaaaaaaaaa', 'id.secret', '密'.repeat(1000)]) {
      const markers = JSON.stringify(fencedMarkers(secret));
      t.match(markers, /^\{"separator":"\\n<\|[a-z2-7]{16}\|>"/);
      t.notMatch(markers, secret);
    }
  },
);

t.test('a prompt of any secret is known by its end and its separators', async (t) => {
  const { separator, user, assistant } = fencedMarkers('any');
  t.ok(isFenced(`S${separator}${user}: hi${separator}${assistant}:`));
  t.ok(isFenced(`${separator}${assistant}:`));
  const other = fencedMarkers('other');
  for (const text of [
    '',
    'S\n###user: hi\n###assistant:',
    `S${separator}${user}: hi${separator}${assistant}: `,
    `S${separator}${user}: hi${separator}${assistant}:\n###assistant:`,
    `${assistant}:`,
    `${other.separator}${assistant}:`,
    '\n<|short|>assistant<|short|>:',
    '\n<|3ETS3Q6MBGG6TOS6|>assistant<|3ETS3Q6MBGG6TOS6|>:',
  ]) {
    t.notOk(isFenced(text), JSON.stringify(text));
  }
});
