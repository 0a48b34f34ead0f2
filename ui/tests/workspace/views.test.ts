/** Which cases a view holds. */
import { describe, expect, test } from 'vitest';
import type { CaseStatus } from '../../src/shared/api';
import { belongs, countOf, isView, type View } from '../../src/workspace/views';
import { row } from '../support';

describe('a case', () => {
  const mine = { id: '1', name: 'Ravi' };
  test.each<[string, CaseStatus, typeof mine | null, View[]]>([
    ['of mine that is open', 'open', mine, ['mine', 'all', 'team-7']],
    ['of mine that waits for the customer', 'pending', mine, ['mine', 'all', 'team-7']],
    ['without an owner', 'new', null, ['unassigned', 'all', 'team-7']],
    ['that is snoozed', 'snoozed', mine, ['snoozed']],
    ['that is resolved', 'resolved', mine, ['resolved']],
    ['that is closed', 'closed', null, ['resolved']],
  ])('%s', (_, status, assignee, views) => {
    const one = row({ status, assignee, team: { id: '7', name: 'Billing' } });
    const all: View[] = ['mine', 'unassigned', 'all', 'snoozed', 'resolved', 'team-7'];
    expect(all.filter((view) => belongs(one, view, '1'))).toEqual(views);
  });
});

test('addresses that name no view are none', () => {
  expect(['mine', 'team-7', 'team-', 'team-x', 'toString'].filter(isView)).toEqual(['mine', 'team-7']);
});

test('a team without cases counts none; unknown counts say nothing', () => {
  const counts = { mine: 1, unassigned: 2, all: 3, snoozed: 4, resolved: 5, teams: { '7': 6 } };
  expect(countOf('team-7', counts)).toBe(6);
  expect(countOf('team-8', counts)).toBe(0);
  expect(countOf('mine', null)).toBeNull();
});
