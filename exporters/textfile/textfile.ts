import type { OpenExporter } from '../../model/exporter.ts';
import { sample } from '../../model/metric.ts';
import { textfile } from '../../model/metrics/textfile.ts';
import type { Sample } from '../../model/sample.ts';
import type { Content } from './content.ts';
import { type FileNow, type Files, watchFiles } from './files.ts';
import { createRules } from './rules.ts';
import type { TextfileSettings } from './settings.ts';
import { joinFiles, type Union } from './union.ts';

/** More series from all files together are not kept. */
const MOST_SERIES = 50_000;
const NOTHING: Union = { samples: [], families: [], conflicts: [] };

/** Files that others write metrics into, read as node_exporter's textfile collector reads them; the last good version of a broken one counts for a while. */
export const openExporter: OpenExporter<TextfileSettings> = async (settings, { clock, soon, onTrouble }) => {
  const rules = createRules(settings);
  const { staleMs } = settings;
  const room = (): number => MOST_SERIES - folders.reduce((sum, { series }) => sum + series, 0);
  const folders: readonly Files[] = settings.folders.map((folder) =>
    watchFiles({ clock, folder, rules, staleMs, room, soon, onTrouble }),
  );
  let joined: readonly Content[] = [];
  let union = NOTHING;

  /** Files that are as they were are joined as they were. */
  async function join(files: readonly FileNow[], signal: AbortSignal): Promise<void> {
    const counting = files.flatMap(({ path, content }) => (content === undefined ? [] : [{ path, content }]));
    const contents = counting.map(({ content }) => content);
    if (contents.length === joined.length && contents.every((content, index) => content === joined[index])) return;
    const next = await joinFiles(counting, signal);
    for (const conflict of next.conflicts) if (!union.conflicts.includes(conflict)) onTrouble(conflict);
    union = next;
    joined = contents;
  }

  return {
    async collect(signal) {
      await Promise.all(folders.map((folder) => folder.look(signal)));
      const files = folders.flatMap((folder) => folder.now());
      await join(files, signal);
      const well =
        folders.every((folder) => folder.well) && files.every(({ broken }) => !broken) && union.conflicts.length === 0;
      return [...files.flatMap(aboutOf), sample(textfile.scrapeError, well ? 0 : 1)].concat(union.samples);
    },
    families: () => union.families,
    async stop() {
      for (const folder of folders) folder.stop();
    },
  };
};

function aboutOf({ path, content, writtenAt, broken, stale }: FileNow): Sample[] {
  const labels = { file: path };
  return [
    ...(content === undefined ? [] : [sample(textfile.mtime, writtenAt / 1e3, labels)]),
    sample(textfile.broken, broken ? 1 : 0, labels),
    sample(textfile.stale, stale ? 1 : 0, labels),
  ];
}
