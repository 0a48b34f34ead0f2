/** The small decisions of the composer: what may be sent, and where an article would go. */
import type { Article, ReplyOption } from '../shared/api';

/** The option to begin with: the one kept in a draft if it still exists, else the server's default, else the first. */
export function chosenOption(options: ReplyOption[], wanted: string | null): ReplyOption | null {
  return options.find((each) => each.key === wanted) ?? options.find((each) => each.is_default) ?? options[0] ?? null;
}

export interface ArticleSpot {
  query: string;
  from: number;
  to: number;
}

const SPOT = /(?:^|\s)#([^\n#]{0,40})$/;

/** The `#words` that end at the caret, if any. */
export function articleSpot(text: string, caret: number): ArticleSpot | null {
  const match = SPOT.exec(text.slice(0, caret));
  if (!match) return null;
  const query = match[1] ?? '';
  return { query: query.trim(), from: caret - query.length - 1, to: caret };
}

/** Put an article's text where its `#words` stood; also where the caret then stands. */
export function withArticle(text: string, spot: ArticleSpot, article: Article): { text: string; caret: number } {
  const body = article.body.trim();
  return { text: text.slice(0, spot.from) + body + text.slice(spot.to), caret: spot.from + body.length };
}

/** Characters left under a limit; nothing where there is no limit. Counted as people count: by code points. */
export const charactersLeft = (text: string, limit: number | null): number | null =>
  limit === null ? null : limit - [...text].length;
