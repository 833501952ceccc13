import { engineInWords, engineOf } from '../../engine.ts';
import { sentence } from '../verdict.ts';
import type { Check } from './situation.ts';

/** `engine_changed`: another Docker Engine, or one brought by other hands, than in the snapshot before. */
export const findEngineChanged: Check = ({ snapshot, options: { before } }) => {
  const old = before && engineOf(before);
  const now = engineOf(snapshot);
  if (old === undefined || now === undefined) return [];
  const [was, is] = [engineInWords(old), engineInWords(now)];
  if (was === is) return [];
  const moved = old.packaging === now.packaging ? '' : ', which brings iptables of its own choice';
  return [
    {
      check: 'engine_changed',
      severity: 'warning',
      subject: 'host',
      says: sentence(`the Docker Engine was ${was} and is ${is}${moved}`),
      evidence: [`before: ${before?.packaging.dockerdPath ?? was}`, `now: ${snapshot.packaging.dockerdPath ?? is}`],
    },
  ];
};
