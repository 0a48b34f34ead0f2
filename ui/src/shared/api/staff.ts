/** Who works here, and what acts for them. */
import type { Id, Moment, Named } from './common';

export type Role = 'agent' | 'supervisor' | 'admin';

export interface Agent extends Named {
  email: string;
  role: Role;
  is_active: boolean;
  signature: string;
  team_ids: Id[];
}

export interface Team extends Named {
  member_ids: Id[];
  business_hours_id: Id | null;
}

export interface Token {
  id: Id;
  name: string;
  created_at: Moment;
  last_used_at: Moment | null;
}

export interface Presence {
  agent: Named;
  case_id: Id;
  state: 'viewing' | 'composing';
}
