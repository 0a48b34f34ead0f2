/** The views of the inbox: which cases belong to each, and in which order. */
import type { CaseCounts, CaseRow, CaseStatus, Id } from '../shared/api';
import { t } from '../shared/text';

export const FIXED_VIEWS = ['mine', 'unassigned', 'all', 'snoozed', 'resolved'] as const;
export type FixedView = (typeof FIXED_VIEWS)[number];
export type View = FixedView | `team-${string}`;
export const SORTS = ['newest', 'oldest', 'waiting'] as const;
export type Sort = (typeof SORTS)[number];

const PUT_AWAY: ReadonlySet<CaseStatus> = new Set(['snoozed', 'resolved', 'closed']);

export const isView = (text: string): text is View =>
  (FIXED_VIEWS as readonly string[]).includes(text) || /^team-\d+$/.test(text);
export const teamOf = (view: View): Id | null => (view.startsWith('team-') ? view.slice(5) : null);
export const isOpen = (row: CaseRow): boolean => !PUT_AWAY.has(row.status);
export const isFixed = (view: View): view is FixedView => (FIXED_VIEWS as readonly string[]).includes(view);

/** What the server is asked for a view; a team's view is its share of all open cases. */
export const queryOf = (view: View): { view: string; team_id: Id | null } =>
  isFixed(view) ? { view, team_id: null } : { view: 'all', team_id: teamOf(view) };

/** Whether a case is to be seen in a view, by the same rules as the server's. */
export function belongs(row: CaseRow, view: View, agentId: Id): boolean {
  switch (view) {
    case 'mine':
      return isOpen(row) && row.assignee?.id === agentId;
    case 'unassigned':
      return isOpen(row) && row.assignee === null;
    case 'all':
      return isOpen(row);
    case 'snoozed':
      return row.status === 'snoozed';
    case 'resolved':
      return row.status === 'resolved' || row.status === 'closed';
    default:
      return isOpen(row) && row.team?.id === teamOf(view);
  }
}

export function viewName(view: View, teams: { id: Id; name: string }[]): string {
  if (isFixed(view)) return t.nav[view];
  return teams.find((team) => team.id === teamOf(view))?.name ?? t.nav.teams;
}

/** How many cases a view holds, or nothing while it is not known. */
export function countOf(view: View, counts: CaseCounts | null): number | null {
  if (!counts) return null;
  return isFixed(view) ? counts[view] : (counts.teams[teamOf(view) ?? ''] ?? 0);
}

/** When a case last moved, for the order of a list. */
export const movedAt = (row: CaseRow): string => row.last_message?.at ?? row.updated_at;
