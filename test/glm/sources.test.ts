// GLM's own web search: what it found comes with an answer, in events and in whole replies.

import t from 'tap';
import { sourcesOf } from '../../src/glm/sources.ts';

const PAGE = {
  ...{ icon: 'i', title: ' 天气 ', link: 'https://a.example/x', media: 'm', refer: 'ref_1' },
  content: 'c',
};

t.test('title and link of each page, in their order', async (t) => {
  const event = {
    web_search: [PAGE, { title: 'Rain', link: null }, { link: 'https://b.example' }],
  };
  t.strictSame(sourcesOf(event), [
    { title: '天气', url: 'https://a.example/x' },
    { title: 'Rain', url: '' },
    { title: '', url: 'https://b.example' },
  ]);
});

t.test('anything else is no source', async (t) => {
  for (const found of [
    null,
    undefined,
    {},
    'x',
    [],
    [null, 7, 'x', [], {}, { title: '', link: 3 }],
  ]) {
    t.strictSame(sourcesOf({ web_search: found }), []);
  }
  t.strictSame(sourcesOf({}), []);
  t.strictSame(sourcesOf([]), []);
});

t.test('titles and links are cut, and so is the list', async (t) => {
  const many = Array.from({ length: 200 }, () => ({ title: 'x'.repeat(5000), link: 'y' }));
  const sources = sourcesOf({ web_search: many });
  t.equal(sources.length, 100);
  t.equal(sources[0]?.title.length, 2000);
});
