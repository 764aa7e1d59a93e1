// `/docs`: the description of the API as a page. Of our own and without a script, because a ready-made
// one brings 25 packages and 12 MB for what people look up once.

import { type Html, html } from '../html.ts';
import { pageHead } from '../page-head.ts';
import { docsStyle } from './docs-style.css.ts';
import type { ApiDocument, Described, Operation } from './document.ts';
import { type Field, fieldsOf, typeWords } from './schema-words.ts';

interface DescribedOperation {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

export function docsPage(document: ApiDocument, links: Described, nonce: string): string {
  const operations = operationsOf(document);
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))];
  const { title, version, description } = document.info;
  return html`<!doctype html>
<html lang="en">
${pageHead({ title: `API of ${title}`, icon: 'data:,', style: docsStyle }, nonce)}
<body>
<header>
  <h1>${title} <small>${version}</small></h1>
  <nav aria-label="More about this worker">
    ${links.statusPage ? html`<a href=".">status page</a>` : null}
    <a href="openapi.json">openapi.json</a>
  </nav>
</header>
<main>
  <p>${description}</p>
  <nav aria-label="All paths"><ul class="paths">${operations.map(entry)}</ul></nav>
  ${tags.map((tag) => group(tag, operations))}
</main>
</body>
</html>
`.markup;
}

function operationsOf({ paths }: ApiDocument): DescribedOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
}

function entry({ path, operation }: DescribedOperation): Html {
  return html`<li><a href="#${operation.operationId}"><code>${path}</code></a> <span class="quiet">${operation.summary}</span></li>`;
}

function group(tag: string, operations: readonly DescribedOperation[]): Html {
  const own = operations.filter(({ operation }) => operation.tags.includes(tag));
  return html`<h2>${tag}</h2>${own.map(card)}`;
}

function card({ method, path, operation }: DescribedOperation): Html {
  const { operationId, summary, requestBody, responses } = operation;
  const asked = Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => fieldsOf(schema));
  return html`
<section class="card" id="${operationId}" aria-labelledby="${operationId}-title">
  <h3 id="${operationId}-title"><span class="method">${method.toUpperCase()}</span> <code>${path}</code></h3>
  <p>${summary}</p>
  ${asked.length === 0 ? null : html`<h4>Request</h4>${fieldTable(asked)}`}
  ${Object.entries(responses).map(reply)}
</section>`;
}

function reply([status, { description = '', content = {} }]: [
  string,
  Operation['responses'][string],
]): Html {
  const bodies = Object.entries(content).map(([type, { schema }]) => {
    const fields = fieldsOf(schema);
    const shown = status === '200' && fields.length > 0 ? fieldTable(fields) : null;
    return html`<p class="quiet">${type}: ${typeWords(schema)}</p>${shown}`;
  });
  return html`<h4>${status}</h4><p>${description}</p>${bodies}`;
}

function fieldTable(fields: readonly Field[]): Html {
  return html`<table><thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead>
<tbody>${fields.map(
    ({ name, type, isRequired, description }) =>
      html`<tr><td><code>${name}</code>${isRequired ? null : html` <span class="quiet">optional</span>`}</td><td>${type}</td><td>${description}</td></tr>`,
  )}</tbody></table>`;
}
