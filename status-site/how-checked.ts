import type { SiteMonitor } from '../model/page.ts';
import { spanInWords } from '../model/time.ts';

/** How a monitor is checked, in words that name no address: `Checked by a web request every 30 s.` */
export function howChecked({ traits, everyMs }: Pick<SiteMonitor, 'traits' | 'everyMs'>): string {
  if (traits.waitsForReports) return 'It reports for itself; when its signal is late, it is down.';
  return `Checked by ${traits.by} every ${spanInWords(everyMs)}.`;
}
