import { metric } from '../metric.ts';

/** What is known of the files that others write metrics into. The names that begin with `node_` are node_exporter's. */
export const textfile = {
  mtime: metric('node_textfile_mtime_seconds', 'gauge', 'Unixtime mtime of textfiles successfully read.', ['file']),
  scrapeError: metric(
    'node_textfile_scrape_error',
    'gauge',
    '1 if there was an error opening or reading a file, 0 otherwise',
  ),
  broken: metric(
    'signalbox_textfile_broken',
    'gauge',
    'Whether the file as it is now cannot be read (1), so that what it was before counts for a while, or can (0).',
    ['file'],
  ),
  stale: metric(
    'signalbox_textfile_stale',
    'gauge',
    'Whether the file was last written too long ago to count (1) or not (0).',
    ['file'],
  ),
};
