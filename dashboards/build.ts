import { compose } from './dashboard.ts';
import { boards } from './index.ts';

/** Every dashboard as the text of its file, by its uid. The same each time. */
export function buildDashboards(): Map<string, string> {
  return new Map(boards.map((board) => [board.uid, `${JSON.stringify(compose(board), null, 2)}\n`]));
}
