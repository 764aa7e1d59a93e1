// Sources as Markdown: whatever a page calls itself, it is one line and no more than a link.

import t from 'tap';
import { sourceList } from '../../src/worker/source-list.ts';

const listOf = (...sources: { title: string; url: string }[]) => sourceList(sources, false);

t.test('each source is a numbered link, with a distance to the text in front', async (t) => {
  const sources = [
    { title: 'One', url: 'https://a.example' },
    { title: 'Two', url: 'http://b.example/?q=1#x' },
  ];
  const list = '1. [One](https://a.example)\n2. [Two](http://b.example/?q=1#x)';
  t.equal(sourceList(sources, false), list);
  t.equal(sourceList(sources, true), `\n\n${list}`);
  t.equal(sourceList([], true), '');
});

t.test('a source without a title is its address, one without an address its title', async (t) => {
  t.equal(
    listOf({ title: '', url: 'https://a.example' }),
    '1. [https://a.example](https://a.example)',
  );
  t.equal(listOf({ title: 'Only a name', url: '' }), '1. Only a name');
});

t.test('what is no http address is no link', async (t) => {
  for (const url of [
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'no address',
  ]) {
    t.equal(listOf({ title: 'T', url }), '1. T', url);
  }
});

t.test('neither a title nor an address can leave its place', async (t) => {
  const title = 'a](http://evil) \n\n# <b>[x]\\ `c` *d*';
  const url = 'https://a.example/(x) y>';
  t.equal(
    listOf({ title, url }),
    '1. [a\\](http://evil) # \\<b\\>\\[x\\]\\\\ \\`c\\` \\*d\\*](https://a.example/%28x%29%20y%3e)',
  );
});
