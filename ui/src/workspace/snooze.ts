/** The moments a case can be put away until, from the clock on the agent's wall. */

export interface SnoozeChoice {
  key: 'later' | 'tomorrow' | 'monday';
  until: Date;
}

const at = (day: Date, hour: number): Date => new Date(day.getFullYear(), day.getMonth(), day.getDate(), hour);
const plusDays = (day: Date, days: number): Date =>
  new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, day.getHours());

/** Later today is three hours on, on the full hour, and only while the day lasts; the others are at nine. */
export function snoozeChoices(now: Date): SnoozeChoice[] {
  const later = at(now, now.getHours() + (now.getMinutes() > 30 ? 4 : 3));
  const toMonday = ((8 - now.getDay()) % 7) || 7;
  const choices: SnoozeChoice[] = [
    { key: 'tomorrow', until: at(plusDays(now, 1), 9) },
    { key: 'monday', until: at(plusDays(now, toMonday), 9) },
  ];
  if (later.getDate() === now.getDate() && later.getHours() <= 21) choices.unshift({ key: 'later', until: later });
  return choices;
}

/** The value of a `datetime-local` field for a moment, in local time. */
export function fieldValue(moment: Date): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${day}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}
