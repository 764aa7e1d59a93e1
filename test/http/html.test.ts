// Markup in which every value is text, whoever wrote it.

import t from 'tap';
import { html, raw } from '../../src/http/operate/html.ts';

t.test('values are text; markup, lists, nothing and numbers are what they are', async (t) => {
  const evil = `</p><script a='1' b="2">&`;
  const list = [html`<i>${1}</i>`, html`<i>${2}</i>`];
  t.equal(
    html`<p title="${evil}">${evil}${null}${raw('<br>')}${list}</p>`.markup,
    '<p title="&lt;/p&gt;&lt;script a=&#39;1&#39; b=&quot;2&quot;&gt;&amp;">' +
      '&lt;/p&gt;&lt;script a=&#39;1&#39; b=&quot;2&quot;&gt;&amp;<br><i>1</i><i>2</i></p>',
  );
});
