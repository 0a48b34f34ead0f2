/** Customers, and what speaks for two of them being one. */
import type { CaseStatus } from './cases';
import type { Id, Moment, Named } from './common';

export interface Identity {
  id: Id;
  kind: 'email' | 'phone' | 'telegram' | 'chat' | 'external';
  value: string;
  label: string;
  trust: 'verified' | 'claimed';
  channel_name: string;
  customer_id: Id;
  first_seen_at: Moment;
  last_seen_at: Moment;
}

export interface Evidence {
  field: string;
  left: string | null;
  right: string | null;
  bits: number;
  words: string;
}

export interface Proposal {
  id: Id;
  other: Named & { identities: Identity[] };
  bits: number;
  evidence: Evidence[];
}

export interface ReviewProposal extends Proposal {
  left: Named & { identities?: Identity[] };
}

export interface Customer extends Named {
  company: string | null;
  locale: string | null;
  time_zone: string | null;
  stage: string;
  satisfaction: 'affection' | 'indifferent' | 'defection';
  attributes: Record<string, unknown>;
  created_at: Moment;
  last_seen_at: Moment | null;
  identities: Identity[];
  merged: { link_id: Id; leaf_id: Id; name: string; at: Moment; by: string }[];
  open_cases: { id: Id; number: number; title: string; status: CaseStatus }[];
  proposals: Proposal[];
}
