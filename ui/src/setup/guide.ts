/** What an operator is asked for an inbox: a channel's own settings, put in order by a guide where there is one. */

import type { InboxSettings, Setting } from '../shared/api';

/** What was filled in, by setting; names that begin with `$` steer the form and are never sent. */
export type Given = Record<string, string>;

export type Kind = 'text' | 'secret' | 'number' | 'long' | 'switch' | 'choice';

/** How a guide asks for a setting. */
export interface Asked {
  name: string;
  kind?: Kind;
  /** The values, and the names of the words for them. */
  choices?: Record<string, string>;
  /** Where it applies; everywhere when left out. */
  when?: (given: Given) => boolean;
  /** Where nothing can be done without it. */
  needed?: (given: Given) => boolean;
}

export interface Group {
  key: string;
  fields: Asked[];
}

export interface Guide {
  /** Ways in, each with what it fills in by itself. */
  providers: Record<string, Given>;
  groups: (provider: string) => Group[];
  /** What is taken for an empty setting, from another or from the inbox's address. */
  fill: (given: Given, address: string) => Given;
  /** Settings that follow from others, and stay while those do. */
  mirrored: (given: Given) => string[];
  /** What an inbox was told, as this form would have asked for it. */
  recognised: (values: Given) => { provider: string; given: Given };
}

export interface Field extends Asked {
  kind: Kind;
  isNeeded: boolean;
  setting: Setting | null;
}

export interface Drawn {
  key: string;
  fields: Field[];
}

function field(asked: Asked, setting: Setting | null, given: Given): Field {
  const kind = asked.kind ?? (setting?.is_secret ? 'secret' : 'text');
  return { ...asked, kind, setting, isNeeded: asked.needed?.(given) ?? setting?.required ?? false };
}

/** The groups to draw now; a setting that no group asks for stands in the group `more`, so that none is ever out of reach. */
export function drawn(declared: Setting[], guide: Guide | null, provider: string, given: Given): Drawn[] {
  const byName = new Map(declared.map((each) => [each.name, each]));
  if (!guide) return [{ key: 'plain', fields: declared.map((each) => field({ name: each.name }, each, given)) }];
  const groups = guide.groups(provider);
  const asked = new Set(groups.flatMap((group) => group.fields.map((each) => each.name)));
  const rest: Asked[] = declared.filter((each) => !asked.has(each.name)).map(({ name }) => ({ name }));
  const known = (name: string): boolean => name.startsWith('$') || byName.has(name);
  return groups
    .map((group) => (group.key === 'more' ? { ...group, fields: [...group.fields, ...rest] } : group))
    .map(({ key, fields }) => ({
      key,
      fields: fields.filter((each) => known(each.name) && (each.when?.(given) ?? true)).map((each) => field(each, byName.get(each.name) ?? null, given)),
    }))
    .filter((group) => group.fields.length);
}

const filledIn = (given: Given): Given => Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== ''));

/** The settings to send: what was filled in where it applies, and what the guide knows by itself. */
export function settingsOf(declared: Setting[], guide: Guide | null, provider: string, given: Given, address: string): Given {
  const preset = guide?.providers[provider] ?? {};
  const all = { ...preset, ...filledIn(given) };
  const applies = new Set(drawn(declared, guide, provider, all).flatMap((group) => group.fields.map((each) => each.name)));
  const typed = Object.fromEntries(Object.entries(filledIn(given)).filter(([name]) => applies.has(name)));
  const own = new Set(declared.map((each) => each.name));
  const sent = { ...preset, ...guide?.fill({ ...preset, ...typed }, address), ...typed };
  return Object.fromEntries(Object.entries(sent).filter(([name]) => own.has(name)));
}

/** What is different from what an inbox was told; an empty value takes a setting away. A secret stays while its place applies and nothing new is typed. */
export function changesOf(declared: Setting[], guide: Guide | null, provider: string, given: Given, told: InboxSettings): Given {
  const sent = settingsOf(declared, guide, provider, given, told.values.imap_user ?? '');
  const applies = new Set([...drawn(declared, guide, provider, given).flatMap((group) => group.fields.map((each) => each.name)), ...(guide?.mirrored(given) ?? [])]);
  const gone = [...Object.keys(told.values).filter((name) => !(name in sent)), ...told.secrets.filter((name) => !applies.has(name))];
  const changed = Object.entries(sent).filter(([name, value]) => value !== told.values[name]);
  return { ...Object.fromEntries(gone.map((name) => [name, ''])), ...Object.fromEntries(changed) };
}

/** What stays filled in when another provider is chosen: what no provider fills in by itself. */
export function movedTo(guide: Guide, provider: string, given: Given): Given {
  const preset = new Set(Object.values(guide.providers).flatMap(Object.keys));
  return { ...Object.fromEntries(Object.entries(given).filter(([name]) => !preset.has(name))), ...guide.providers[provider] };
}

/** Which needed settings are still empty, and not kept from before either. */
export const missing = (groups: Drawn[], given: Given, kept: string[] = []): string[] =>
  groups.flatMap((group) => group.fields.map((each) => (each.isNeeded && !given[each.name]?.trim() ? each.name : ''))).filter((name) => name && !kept.includes(name));

/** A setting's name as words, where nobody has given it better ones. */
export const asWords = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');
