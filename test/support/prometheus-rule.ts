// The alert rules once more, in the form that the Prometheus operator reads. kustomize cannot make it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.ts';

const rules = 'docker/monitoring/prometheus/glm-worker.rules.yml';

const HEAD = `# Made by \`npm run docs\` from ${rules}.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: glm-worker
  labels:
    app.kubernetes.io/name: glm-worker
spec:
`;

/** The file of the component, and what it has to be. */
export const prometheusRule = {
  file: 'docker/kubernetes/components/monitoring/prometheus-rule.yaml',
  make(): string {
    const text = readFileSync(join(root, rules), 'utf8');
    const groups = text.slice(text.indexOf('groups:'));
    return HEAD + groups.replace(/^(?=.)/gm, '  ');
  },
};
