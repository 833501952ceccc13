import { labelOf, subjectOf } from '../labels.ts';
import { sentence } from '../verdict.ts';
import type { Check } from './situation.ts';

/** `unexpected_exposure`: strangers reach a port that the operator's list does not allow. */
export const findExposure: Check = ({ options, views }) => {
  const { allowed } = options;
  if (allowed === undefined) return [];
  const open = views.filter(
    ({ from, verdict, destination: { published } }) =>
      from === 'outside' && verdict === 'reachable' && !allowed.includes(`${published.port}/${published.proto}`),
  );
  const labels = new Set(open.map(labelOf));
  if (labels.size === 0) return [];
  return [
    {
      check: 'unexpected_exposure',
      severity: 'critical',
      subject: subjectOf(labels),
      says: sentence(
        `strangers reach ${[...labels].join(', ')}, which ${labels.size === 1 ? 'is' : 'are'} not among the allowed ports (${allowed.join(', ') || 'none'})`,
      ),
      evidence: open.map((view) => `${labelOf(view)} on ${view.destination.published.hostAddress}: ${view.why}`),
      fix: 'publish the port on 127.0.0.1, or drop it in the chain DOCKER-USER',
    },
  ];
};
