// The head that every page of the worker has: nothing in it is asked of another host.

import { type Html, html, raw } from './html.ts';

interface PageHead {
  readonly title: string;
  /** A data URL; `data:,` is no icon. */
  readonly icon: string;
  readonly style: string;
}

export function pageHead({ title, icon, style }: PageHead, nonce: string): Html {
  return html`<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="${icon}">
<style nonce="${nonce}">${raw(style)}</style>
</head>`;
}
