/** Numbers, moments and spans as a person reads them, in the browser's language and zone. */
import { t } from './text';

const locale = undefined;
const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' });
const dayMonth = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
const dayMonthYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
const longDay = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' });
const count = new Intl.NumberFormat(locale);

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const number = (value: number): string => count.format(value);
export const time = (moment: string): string => clock.format(new Date(moment));
export const exact = (moment: string): string => full.format(new Date(moment));

const midnight = (date: Date): number => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
const daysApart = (from: Date, to: Date): number => Math.round((midnight(to) - midnight(from)) / (DAY * 1000));

/** A heading for a day: today, yesterday, or its date. */
export function dayName(moment: string, now = new Date()): string {
  const date = new Date(moment);
  const apart = daysApart(date, now);
  if (apart === 0) return t.today;
  if (apart === 1) return t.yesterday;
  return date.getFullYear() === now.getFullYear() ? longDay.format(date) : dayMonthYear.format(date);
}

/** Shortest honest form for a list: the time today, the weekday this week, then the date. */
export function shortMoment(moment: string, now = new Date()): string {
  const date = new Date(moment);
  const apart = daysApart(date, now);
  if (apart === 0) return clock.format(date);
  if (apart > 0 && apart < 7) return weekday.format(date);
  return date.getFullYear() === now.getFullYear() ? dayMonth.format(date) : dayMonthYear.format(date);
}

/** A moment with its day, for what lies ahead or long behind. */
export function dayAndTime(moment: string, now = new Date()): string {
  const date = new Date(moment);
  const apart = daysApart(date, now);
  if (apart === 0) return `${t.today}, ${clock.format(date)}`;
  if (apart === -1) return `${t.tomorrow}, ${clock.format(date)}`;
  const day = Math.abs(apart) < 7 ? weekday.format(date) : dayMonth.format(date);
  return `${day}, ${clock.format(date)}`;
}

/** The weekday and the time, where the day has just been named in words. */
export const weekdayAndTime = (moment: Date): string => `${weekday.format(moment)}, ${clock.format(moment)}`;

/** A span of seconds in its two largest units: `6m 12s`, `5h 40m`, `2d 3h`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < MINUTE) return `${whole}s`;
  const [large, small, unit, sub] =
    whole < HOUR ? [MINUTE, 1, 'm', 's'] : whole < DAY ? [HOUR, MINUTE, 'h', 'm'] : [DAY, HOUR, 'd', 'h'];
  const most = Math.floor(whole / (large as number));
  const rest = Math.floor((whole % (large as number)) / (small as number));
  return rest ? `${most}${unit} ${rest}${sub}` : `${most}${unit}`;
}

/** How long ago, in its one largest unit: `14m`. */
export function age(moment: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - new Date(moment).getTime()) / 1000);
  if (seconds < MINUTE) return t.now;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)}m`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)}h`;
  return `${Math.floor(seconds / DAY)}d`;
}

/** A size of file in the unit that suits it. */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  if (size < 1_000_000) return `${Math.round(size / 1000)} kB`;
  return `${(size / 1_000_000).toFixed(1)} MB`;
}

/** The first word of a name, for a sentence that speaks of its bearer. */
export const firstName = (name: string): string => name.trim().split(/\s+/)[0] || name;

/** Two letters that stand for a name in a small circle. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0] ?? '?'];
  return letters.map((word) => [...(word ?? '')][0]?.toUpperCase() ?? '').join('');
}
