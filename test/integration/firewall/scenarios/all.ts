import type { Scenario } from '../scenario.ts';
import { APART } from './apart.ts';
import { FORWARD_FAULTS } from './forward.ts';
import { HEALTHY } from './healthy.ts';
import { HOST_FAULTS } from './host.ts';
import { NAT_FAULTS } from './nat.ts';
import { NATIVE_TABLES } from './native.ts';
import { NETWORKS } from './networks.ts';
import { SETS } from './sets.ts';
import { SIX_FAULTS } from './six.ts';
import { UNUSUAL } from './unusual.ts';

/** The whole matrix. */
export const SCENARIOS: readonly Scenario[] = [
  ...HEALTHY,
  ...NETWORKS,
  ...FORWARD_FAULTS,
  ...NAT_FAULTS,
  ...HOST_FAULTS,
  ...NATIVE_TABLES,
  ...SIX_FAULTS,
  ...UNUSUAL,
  ...SETS,
  ...APART,
];
