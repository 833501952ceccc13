import type { CheckName } from '../report.ts';
import type { Decision } from '../rules/model.ts';
import type { Cure } from './cure.ts';

/** Why a packet, or its reply, does not arrive. */
export type Cause =
  /** A rule or a policy drops it. */
  | { readonly kind: 'rule'; readonly decision: Decision; readonly phase: Phase; readonly towards: string }
  /** The host itself is not made for it. */
  | {
      readonly kind: 'host';
      readonly check: CheckName;
      /** One sentence, the same for every port that it stops. */
      readonly says: string;
      readonly evidence: readonly string[];
      readonly cure?: Cure;
    };

/** Which packet it is: the first one, its reply, those that follow by the same ways, or those between docker-proxy and the container. */
export type Phase = `${'' | "docker-proxy's "}${'' | 'later '}${'packet' | 'reply'}`;
