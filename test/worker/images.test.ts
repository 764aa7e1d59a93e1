// Which pictures are taken, and in which form they go on.

import t from 'tap';
import { Failure } from '../../src/failure/failure.ts';
import { checkImages } from '../../src/worker/images.ts';
import { turnCounter } from '../support/turn-counter.ts';

const MANY = { maxImages: 50, inline: true };
const ADDRESSES_ONLY = { maxImages: 50, inline: false };

const bytes = (...head: number[]) => Buffer.from([...head, ...Buffer.from('the rest')]);
const PNG = bytes(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a).toString('base64');
const JPEG = bytes(0xff, 0xd8, 0xff, 0xe0).toString('base64');
const GIF = Buffer.from('GIF89a and the rest').toString('base64');
const WEBP = Buffer.from('RIFF\x10\0\0\0WEBPVP8 ').toString('base64');
const OTHER = Buffer.from('no picture at all').toString('base64');

/** What is refused: kind and hint. */
async function refusalOf(check: () => unknown): Promise<unknown> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof Failure)
      return { kind: error.kind, code: error.row.code, hint: error.hint };
    throw error;
  }
}

t.test('addresses and data URLs go on as they are', async (t) => {
  const images = [
    'https://example.com/a.png?x=1#y',
    'HTTP://example.com/a.png',
    'http://127.0.0.1:8000/a b.jpg',
    `data:image/png;base64,${PNG}`,
    `data:image/svg+xml;base64,${OTHER}`,
    `DATA:IMAGE/JPEG;BASE64,${JPEG}`,
  ];
  t.strictSame(await checkImages(images, MANY), images);
});

t.test('words are not taken for a picture, though they are letters and blanks', async (t) => {
  const hint = 'image 1 is neither an address, a data URL nor base64';
  const refused = { kind: 'image_rejected', code: 40302, hint };
  for (const image of ['just some words', 'words in\nlines', 'data:image/png;base64,aGkh aG']) {
    t.strictSame(await refusalOf(() => checkImages([image], MANY)), refused, image);
  }
});

t.test('bare base64 becomes a data URL of the kind that its bytes begin as', async (t) => {
  t.strictSame(await checkImages([PNG, JPEG, GIF, WEBP, OTHER], MANY), [
    `data:image/png;base64,${PNG}`,
    `data:image/jpeg;base64,${JPEG}`,
    `data:image/gif;base64,${GIF}`,
    `data:image/webp;base64,${WEBP}`,
    `data:image/png;base64,${OTHER}`,
  ]);
});

t.test('base64 that a program has wrapped in lines is sent without them', async (t) => {
  t.strictSame(await checkImages(['aGkh\r\n  aGk=\n'], MANY), ['data:image/png;base64,aGkhaGk=']);
  t.strictSame(await checkImages(['data:image/gif;base64,R0lG\nODlh'], MANY), [
    'data:image/gif;base64,R0lGODlh',
  ]);
});

t.test('white space in base64 and around addresses is not sent', async (t) => {
  t.strictSame(await checkImages([' https://example.com/a.png\n'], MANY), [
    'https://example.com/a.png',
  ]);
  const lines = (text: string) => ` ${text.replace(/.{25}/g, '$&\r\n')}\t\n`;
  const blanks = (text: string) => text.replace(/.{25}/g, '$& ');
  t.strictSame(
    await checkImages(
      [
        lines(PNG),
        blanks(PNG),
        lines(`data:image/gif;base64,${GIF}`),
        `data:image/png;base64,\n${blanks(PNG)}`,
      ],
      MANY,
    ),
    [
      `data:image/png;base64,${PNG}`,
      `data:image/png;base64,${PNG}`,
      `data:image/gif;base64,${GIF}`,
      `data:image/png;base64,${PNG}`,
    ],
  );
});

t.test('no pictures are fine for every model', async (t) => {
  t.strictSame(await checkImages([], null), []);
  t.strictSame(await checkImages([], MANY), []);
});

t.test('a model that sees nothing is given no picture, whatever it is', async (t) => {
  for (const image of ['https://example.com/a.png', PNG, 'no picture']) {
    t.strictSame(await refusalOf(() => checkImages([image], null)), {
      kind: 'images_unsupported',
      code: 40302,
      hint: '',
    });
  }
});

t.test('more pictures than the model takes are refused with the number', async (t) => {
  const images = Array.from({ length: 6 }, () => PNG);
  t.equal((await checkImages(images, { maxImages: 6, inline: true })).length, 6);
  t.strictSame(await refusalOf(() => checkImages(images, { maxImages: 5, inline: true })), {
    kind: 'image_rejected',
    code: 40302,
    hint: 'at most 5 per conversation',
  });
});

t.test('a model that takes addresses only is given nothing else', async (t) => {
  const address = 'https://example.com/a.png';
  t.strictSame(await checkImages([address], ADDRESSES_ONLY), [address]);
  for (const image of [PNG, `data:image/png;base64,${PNG}`]) {
    t.strictSame(await refusalOf(() => checkImages([address, image], ADDRESSES_ONLY)), {
      kind: 'image_rejected',
      code: 40302,
      hint: 'image 2 must be an address for this model',
    });
  }
});

t.test('a picture may have 5 MiB, and not three bytes more', async (t) => {
  const largest = 'A'.repeat((5 * 1024 * 1024 * 4) / 3);
  t.equal((await checkImages([largest], MANY)).length, 1);
  for (const image of [`${largest}AAAA`, `data:image/png;base64,${largest}AAAA`]) {
    t.strictSame(await refusalOf(() => checkImages([PNG, image], MANY)), {
      kind: 'image_rejected',
      code: 40302,
      hint: 'image 2 is larger than 5 MiB',
    });
  }
});

t.test('what is no picture in any form is refused by its number and not quoted', async (t) => {
  const hint = 'image 1 is neither an address, a data URL nor base64';
  for (const image of [
    '',
    'a picture of a cat',
    'ftp://example.com/a.png',
    'file:///etc/passwd',
    'data:text/plain;base64,aGk=',
    'data:image/png,raw',
    'https://',
    'data:image/png;base64,',
    'aGk=aGk=',
    ' \n',
    'aGk aGk',
    'a cat',
    'cats and dogs',
    'aG k',
    'a G k !',
    '图片',
  ]) {
    t.strictSame(
      await refusalOf(() => checkImages([image], MANY)),
      { kind: 'image_rejected', code: 40302, hint },
      image,
    );
  }
});

t.test('an address is no longer than any server takes', async (t) => {
  const address = `https://example.com/${'a'.repeat(16 * 1024 - 20)}`;
  t.strictSame(await checkImages([address], MANY), [address]);
  t.match(await refusalOf(() => checkImages([`${address}a`], MANY)), {
    kind: 'image_rejected',
    hint: 'image 1 has an address of more than 16384 characters',
  });
});

t.test('others run while many large pictures are checked', async (t) => {
  const images = Array.from({ length: 8 }, () => 'A'.repeat(1024 * 1024));
  const turns = turnCounter();
  t.equal((await checkImages(images, MANY)).length, 8);
  turns.stop();
  t.ok(turns.count >= 7, `${turns.count} turns`);
});
