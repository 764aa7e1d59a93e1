// Builds our manifests with the real kustomize and gives them as objects.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { root } from '../../support/root.ts';

/** What a container says of itself, as far as the tests look. */
export interface Container {
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly envFrom?: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly securityContext: unknown;
  readonly resources: {
    readonly limits: Readonly<Record<string, string>>;
    readonly requests: Readonly<Record<string, string>>;
  };
}

export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

export interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly enableServiceLinks: boolean;
  readonly securityContext: unknown;
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly Container[];
}

/** A resource; `spec` and `data` are looked into where a test knows the kind. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: the validators know its form, per kind.
  readonly spec?: any;
  readonly data?: Readonly<Record<string, string>>;
}

export const COMPONENTS = ['fastchat', 'sandbox', 'monitoring', 'keda', 'openai'] as const;
export const OVERLAYS = ['sandbox', 'glm'] as const;

/** A path of the environment that test/kubernetes/run.mjs sets. Throws where it is not set. */
export function tool(name: string): string {
  const path = process.env[name];
  if (path === undefined) throw new Error(`${name} is not set: use npm run test:kubernetes`);
  return path;
}

/** What kustomize makes of an overlay, or of the base with components. Throws what it says. */
export function build(what: { overlay: string } | { components: readonly string[] }): string {
  const folder = mkdtempSync(join(tmpdir(), 'glm-worker-kubernetes-'));
  try {
    // A copy, where a key can stand in and an overlay of the test's own be written.
    cpSync(join(root, 'docker'), join(folder, 'docker'), { recursive: true });
    const kubernetes = join(folder, 'docker', 'kubernetes');
    const key = join(kubernetes, 'overlays', 'glm', 'zhipuai-api-key.txt');
    if (!existsSync(key)) writeFileSync(key, 'id.secret');
    if ('overlay' in what) return kustomize(join(kubernetes, 'overlays', what.overlay));
    cpSync(join(kubernetes, 'overlays', 'sandbox'), join(kubernetes, 'overlays', 'test'), {
      recursive: true,
    });
    const overlay = join(kubernetes, 'overlays', 'test');
    const paths = what.components.map((name) => `../../components/${name}`);
    const text = { namespace: 'glm-worker', resources: ['../../base'], components: paths };
    writeFileSync(join(overlay, 'kustomization.yaml'), JSON.stringify(text));
    return kustomize(overlay);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function kustomize(folder: string): string {
  const { status, stdout, stderr } = spawnSync(tool('TEST_KUSTOMIZE'), ['build', folder], {
    encoding: 'utf8',
  });
  if (status !== 0 || stderr !== '') throw new Error(`kustomize build ${folder}: ${stderr}`);
  return stdout;
}

/** The documents of a YAML text. */
export function resourcesOf(text: string): readonly Resource[] {
  return parseAllDocuments(text).map((document) => document.toJS());
}

/** Of a kind that Kubernetes itself does not have. */
export const isCustom = ({ apiVersion }: Resource) => /^(monitoring|keda)\./.test(apiVersion);
