// The settings as they were resolved, for the status page: of secrets only how many there are.

import {
  type SettingName,
  type SimpleSettings,
  settingList,
  settingsSchema,
} from '../config/settings.ts';
import { type Settings, slices } from '../config/slices.ts';
import type { ShownSetting } from '../telemetry/status/snapshot.ts';

type Value = SimpleSettings[SettingName];

const SECRET: ReadonlySet<string> = new Set(slices.secrets);

/** @param clean takes passwords out of addresses */
export function shownSettings(settings: Settings, clean: (text: string) => string): ShownSetting[] {
  // Each slice has the settings that its type picks.
  const values = Object.assign({}, ...Object.keys(slices).map((slice) => Object(settings)[slice]));
  return settingList.map(({ name, facts }) => {
    // The value of that very setting.
    const value = values[name] as Value;
    const unshown = SECRET.has(name) ? howMany(value) : textOf(value, facts.placeholder);
    return { name: facts.variable, value: clean(unshown), isDefault: isDefault(name, value) };
  });
}

function isDefault(name: SettingName, value: Value): boolean {
  const { data } = settingsSchema.shape[name].safeParse(undefined);
  return JSON.stringify(data) === JSON.stringify(value);
}

function howMany(secret: Value): string {
  const count = [secret].flat().filter((one) => one !== '').length;
  return count === 0 ? 'none' : `${count} set`;
}

/** As it would be typed, with its unit. */
function textOf(value: Value, placeholder: string | undefined): string {
  if (typeof value === 'number') return withUnit(value, placeholder);
  if (Array.isArray(value)) return value.map(itemText).join(', ');
  return String(value);
}

function withUnit(value: number, placeholder: string | undefined): string {
  if (placeholder === 'SECONDS') return `${value / 1000} s`;
  if (placeholder === 'MS') return `${value} ms`;
  return placeholder === 'SIZE' ? `${value / 1024} KiB` : String(value);
}

function itemText(item: unknown): string {
  const { name, glmModel } = Object(item);
  if (name === undefined) return String(item);
  return glmModel === null ? name : `${name}=${glmModel}`;
}
