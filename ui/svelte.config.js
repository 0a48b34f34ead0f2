/** Runes everywhere; the compiler's accessibility warnings fail `npm run check`. */
export default { compilerOptions: { runes: true } };
