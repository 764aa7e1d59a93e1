// How `/docs` looks: as the status page does.

import { pageStyle } from '../page-style.css.ts';

export const docsStyle = `${pageStyle}
header { justify-content: space-between; }
nav { font-size: .875rem; } header nav { display: flex; gap: 1rem; }
main { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; padding-bottom: 3rem; }
main > h2 { margin: 1rem 0 0; font-size: 1.25rem; color: var(--text); }
h3 { margin: 0 0 .25rem; font-size: 1.125rem; color: var(--text); }
h4 { margin: 1rem 0 .25rem; font-size: .9375rem; }
.method { display: inline-block; padding: 0 .5rem; border-radius: .375rem; font-size: .8125rem; background: var(--ok-ground); color: var(--ok); }
.paths { list-style: none; margin: 0; padding: 0; display: grid; gap: .375rem; }
.card { overflow-x: auto; }
`;
