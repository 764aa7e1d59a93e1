// The alert rules and the dashboard of docker/monitoring, as far as tests look into them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from './root.ts';

export const monitoringFolder = join(root, 'docker', 'monitoring');
export const rulesFile = join(monitoringFolder, 'prometheus', 'glm-worker.rules.yml');

const ruleSchema = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
  annotations: z.strictObject({ summary: z.string(), runbook: z.string() }),
});

const panelSchema = z.object({
  type: z.string(),
  title: z.string(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  targets: z.array(z.object({ expr: z.string() })).optional(),
  datasource: z.object({ uid: z.string() }).optional(),
});

/** One alert. */
export interface AlertRule {
  readonly name: string;
  readonly expr: string;
  readonly severity: 'page' | 'ticket';
  readonly runbook: string;
}

/** One expression of the dashboard. */
export interface DashboardExpression {
  /** Title of its panel. */
  readonly name: string;
  readonly expr: string;
  readonly datasource: string | undefined;
  /** The places of the grid that the panel covers. */
  readonly cells: readonly string[];
}

export function alertRules(): readonly AlertRule[] {
  const { groups } = parse(readFileSync(rulesFile, 'utf8'));
  const rules = z.array(ruleSchema).parse(groups.flatMap(({ rules }: { rules: unknown }) => rules));
  return rules.map(({ alert, expr, labels, annotations }) => ({
    ...{ name: alert, expr, severity: labels.severity, runbook: annotations.runbook },
  }));
}

export function dashboardPanels(): readonly DashboardExpression[] {
  const file = join(monitoringFolder, 'grafana', 'dashboards', 'glm-worker.json');
  const panels = z.array(panelSchema).parse(JSON.parse(readFileSync(file, 'utf8')).panels);
  return panels
    .filter(({ type }) => type !== 'row')
    .flatMap(({ title, targets = [], datasource, gridPos }) =>
      targets.map(({ expr }) => ({
        ...{ name: title, expr, datasource: datasource?.uid, cells: cellsOf(gridPos) },
      })),
    );
}

function cellsOf({ x, y, w, h }: z.output<typeof panelSchema>['gridPos']): readonly string[] {
  return Array.from(
    { length: w * h },
    (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`,
  );
}

/** Names of metrics in an expression: words that are no function, label, modifier or number. */
export function metricNamesIn(expr: string): readonly string[] {
  const bare = expr
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, '')
    .replace(/\bby \([^)]*\)/g, '');
  const words = bare.match(/[a-z_][a-z0-9_]*(?!\w*\s*\()/g) ?? [];
  return words.filter((word) => !['and', 'or', 'unless', 'sum', 'absent'].includes(word));
}
