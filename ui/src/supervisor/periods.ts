/** The periods a report can look back over. */

export const PERIODS = [1, 7, 28, 90] as const;
/** Under this many cases a median says little, and the page says so. */
export const ENOUGH = 20;

/** The first moment of a period of so many days that ends now; one day is today since midnight. */
export function since(days: number, now: Date): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - (days - 1));
}
