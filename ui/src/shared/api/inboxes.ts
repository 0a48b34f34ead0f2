/** Addresses of ours, what they can do, who is told, and what could not be read. */
import type { Id, Moment, Named } from './common';

export type Feature = 'subject' | 'html' | 'attachments' | 'receipts' | 'typing' | 'cc';

export interface Inbox extends Named {
  key: string;
  channel: string;
  address: string;
  is_on: boolean;
  is_restricted: boolean;
  team_id: Id | null;
  health: {
    state: 'ok' | 'quiet' | 'failing' | 'off';
    last_in_at: Moment | null;
    last_out_at: Moment | null;
    last_seen_at: Moment | null;
    last_error: string | null;
  };
  features: Feature[];
  limits: { text: number | null };
}

/** A setting that an inbox of a channel has; a secret one is never shown again. */
export interface Setting {
  name: string;
  required: boolean;
  is_secret: boolean;
  help: string;
}

/** What an inbox was told; of what is secret only the names. */
export interface InboxSettings {
  values: Record<string, string>;
  secrets: string[];
}

export interface Channel {
  channel: string;
  name: string;
  features: Feature[];
  settings: Setting[];
}

export interface Webhook {
  id: Id;
  name: string;
  url: string;
  kinds: string[];
  /** Null is every inbox. */
  inbox_ids: Id[] | null;
  state: 'ok' | 'failing' | 'paused';
  paused_because: string | null;
  last_error: string | null;
  last_ok_at: Moment | null;
}

export interface DeadLetter {
  id: Id;
  inbox_id: Id | null;
  inbox_name: string | null;
  source: string;
  received_at: Moment;
  code: string;
  reason: string;
  size: number;
  state: 'dead' | 'replayed';
}
