/** A number with its noun. */
export const s = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
