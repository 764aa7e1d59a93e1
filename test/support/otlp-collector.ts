// A collector of traces on loopback: takes OTLP in JSON, and gives back trees of spans to be compared.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

/** A span without ids and times, which differ from run to run. */
export interface SpanTree {
  readonly name: string;
  readonly kind: 'SERVER' | 'CLIENT';
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly unknown[];
  readonly isError: boolean;
  readonly children: readonly SpanTree[];
}

/** A span as OTLP writes it, as far as it is looked at. */
interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly attributes?: readonly OtlpAttribute[];
  readonly events?: readonly {
    readonly name: string;
    readonly attributes?: readonly OtlpAttribute[];
  }[];
  readonly status?: { readonly code?: number };
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: unknown;
}

export interface Collector {
  readonly url: string;
  /** All that was sent, as text. */
  readonly text: string;
  /** What the sender says of itself. */
  readonly resource: Readonly<Record<string, unknown>>;
  /** Resolves with the spans whose parent is the caller's, once there are `count` spans of the trace. */
  tree(traceId: string, count: number): Promise<readonly SpanTree[]>;
  close(): Promise<void>;
}

/** Starts a collector that ends with the test. */
export async function startCollector(t: Test): Promise<Collector> {
  const bodies: string[] = [];
  const watchers = new Set<() => void>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      bodies.push(`${request.url}\n${Buffer.concat(parts).toString('utf8')}`);
      response.setHeader('content-type', 'application/json').end('{}');
      for (const look of watchers) look();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  t.teardown(close);
  // A TCP server's address is an object.
  const { port } = server.address() as AddressInfo;
  const requests = () => bodies.map((body) => JSON.parse(body.slice(body.indexOf('\n'))));
  const sent = () => requests().flatMap(({ resourceSpans }) => resourceSpans ?? []);
  const spans = (): OtlpSpan[] =>
    sent().flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap((scope: { spans: OtlpSpan[] }) => scope.spans),
    );
  return {
    url: `http://127.0.0.1:${port}`,
    get text() {
      return bodies.join('\n');
    },
    get resource() {
      return valuesOf(sent()[0]?.resource.attributes);
    },
    tree: (traceId, count) =>
      new Promise((resolve) => {
        const look = () => {
          const found = spans().filter((span) => span.traceId === traceId);
          if (found.length < count) return;
          watchers.delete(look);
          resolve(treesOf(found));
        };
        watchers.add(look);
        look();
      }),
    close,
  };
}

/** The spans whose parent was not sent, each with those below it in the order in which they began. */
function treesOf(spans: readonly OtlpSpan[]): SpanTree[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const inOrder = spans.toSorted((a, b) =>
    Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)),
  );
  const grow = (span: OtlpSpan): SpanTree => ({
    name: span.name,
    kind: span.kind === 2 ? 'SERVER' : 'CLIENT',
    attributes: valuesOf(span.attributes),
    events: (span.events ?? []).map(({ name, attributes }) => ({ name, ...valuesOf(attributes) })),
    isError: span.status?.code === 2,
    children: inOrder.filter(({ parentSpanId }) => parentSpanId === span.spanId).map(grow),
  });
  return inOrder.filter(({ parentSpanId = '' }) => !ids.has(parentSpanId)).map(grow);
}

function valuesOf(attributes: readonly OtlpAttribute[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

/** The value in OTLP's box for it. */
function plain(boxed: unknown): unknown {
  const [[kind, value] = ['', null]] = Object.entries(Object(boxed));
  if (kind === 'arrayValue') return Object(value).values.map(plain);
  return kind === 'intValue' ? Number(value) : value;
}
