/** Colleagues, teams, inboxes and channels: small lists that every screen names things by. */
import { get as read, writable } from 'svelte/store';
import type { Agent, Inbox, Named, Page, Team } from '../shared/api';
import { get } from '../shared/http';

interface Channel {
  channel: string;
  name: string;
}

export const agents = writable<Agent[]>([]);
export const teams = writable<Team[]>([]);
export const inboxes = writable<Inbox[]>([]);
export const channels = writable<Map<string, string>>(new Map());

const quietly = async <T>(path: string, take: (items: T[]) => void): Promise<void> => {
  try {
    take((await get<Page<T>>(path)).items);
  } catch {
    // Names are a courtesy: a screen without them still works.
  }
};

/** Fetch the inboxes with their health. */
export const loadInboxes = (): Promise<void> => quietly<Inbox>('/inboxes', (items) => inboxes.set(items));

/** Fetch all four; what cannot be had stays as it was. */
export async function loadDirectory(): Promise<void> {
  await Promise.all([
    quietly<Agent>('/agents', (items) => agents.set(items.filter((agent) => agent.is_active))),
    quietly<Team>('/teams', (items) => teams.set(items)),
    loadInboxes(),
    quietly<Channel>('/channels', (items) => channels.set(new Map(items.map((each) => [each.channel, each.name])))),
  ]);
}

/** A channel's own name from its manifest, or its key with a capital when the manifest is not known. */
export function channelName(channel: string, names: Map<string, string> = read(channels)): string {
  return names.get(channel) ?? channel.charAt(0).toUpperCase() + channel.slice(1);
}

export const teamName = (id: string, all: Named[] = read(teams)): string =>
  all.find((team) => team.id === id)?.name ?? '';
